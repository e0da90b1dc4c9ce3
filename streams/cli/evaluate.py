"""`hearout evaluate`: labelled posts walk in, how well models hear them walks out, as tables or JSON."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from streams.cli.compare_tables import show_comparison
from streams.cli.comparing import compared
from streams.cli.evaluate_tables import show
from streams.cli.judging import Judged, groups, judged
from streams.cli.labelled import read
from streams.cli.options import plainly
from streams.cli.score import thresholds_of
from streams.records import Verdict
from streams.sentiment import agreement
from streams.sentiment.heads import SENTIMENT
from streams.sentiment.labels import HEADS, Labelled
from streams.sentiment.load import FIRST, load
from streams.sentiment.ports import Model


@click.command("evaluate", short_help="Measure a model on labelled posts, or two side by side.")
@click.argument("file", type=click.File("rb"))
@click.option("--model", "model_name", default=FIRST, show_default=True, help="A bundled model, or a model folder.")
@click.option("--no-cascade", is_flag=True, help="Send every post to the encoder; slower.")
@click.option("--compare", nargs=2, metavar="A B", help="Two models side by side, and whether B is surely better.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
@plainly
def evaluate(
    context: click.Context, file: Any, model_name: str, no_cascade: bool, compare: tuple[str, str] | None, form: str
) -> None:
    """Measure a model on labelled posts: FILE has one JSON object a line, `-` is standard input.

    Read: text, lang, and any of sentiment (s), problem (p), hostile (h), constructive (c), verdict. The verdict follows
    from the others where it is not given. The model is measured as it is: the thresholds of `[model]` and the
    `products` of `[[brands]]` in hearout.toml do not count here.

    \b
    Example:
      hearout evaluate gold.jsonl
      hearout evaluate gold.jsonl --model ./models/mine --format json
      hearout evaluate gold.jsonl --compare ears-1 ./models/mine
    """
    chosen = context.get_parameter_source("model_name") is not click.core.ParameterSource.DEFAULT
    if compare and chosen:
        raise click.UsageError("--compare names both models; leave out --model")
    posts = read(file)
    if compare:
        first, second = [load(name, cascade=not no_cascade) for name in compare]
        told = compared(judged(first, posts), judged(second, posts))
    else:
        told = _told(load(model_name, cascade=not no_cascade), posts)
    if form == "json":
        json.dump(told, sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif compare:
        show_comparison(told)
    else:
        show(told)


def _told(model: Model, posts: Sequence[Labelled]) -> dict[str, Any]:
    found = judged(model, posts)
    return {
        "model": model.name,
        "thresholds": asdict(thresholds_of(model)),
        "groups": {name: _measured([found[at] for at in places]) for name, places in groups(found).items()},
    }


def _measured(group: Sequence[Judged]) -> dict[str, Any]:
    found: dict[str, Any] = {"posts": len(group), "labels": {}, "calibration": {}}
    for label, head in HEADS.items():
        if here := [one for one in group if label in one.post.labels]:
            true = [bool(one.post.labels[label]) for one in here]
            found["labels"][label] = [asdict(agreement.line(label, [bool(one.said[label]) for one in here], true))]
            bins = agreement.bins([getattr(one.scores, head) for one in here], true)
            found["calibration"][head] = _calibration(bins)
    for label, values in (("sentiment", SENTIMENT), ("verdict", tuple(one.value for one in Verdict))):
        if here := [one for one in group if label in one.post.labels]:
            said, true_values = [str(one.said[label]) for one in here], [str(one.post.labels[label]) for one in here]
            each = agreement.lines(values, said, true_values)
            found["labels"][label] = [asdict(one) for one in (*each, agreement.macro(each))]
            if label == "verdict":
                found["confusion"] = {"labels": values, "rows": agreement.confusion(values, said, true_values)}
            else:
                scores = [getattr(one.scores.sentiment, value) for one in here for value in SENTIMENT]
                hits = [true == value for true in true_values for value in SENTIMENT]
                found["calibration"][label] = _calibration(agreement.bins(scores, hits))
    return found


def _calibration(bins: Sequence[agreement.Bin]) -> dict[str, Any]:
    return {"ece": agreement.calibration_error(bins), "bins": [asdict(one) for one in bins]}
