"""`hearout evaluate`: labelled posts walk in, how well a model hears them walks out, as tables or JSON."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from streams.cases.triage import verdict
from streams.cli.evaluate_tables import show
from streams.cli.options import plainly
from streams.cli.score import thresholds_of
from streams.errors import Misconfigured
from streams.ingest.language import identify
from streams.records import Scores, Verdict
from streams.sentiment import agreement
from streams.sentiment.heads import SENTIMENT
from streams.sentiment.load import FIRST, load

#: Names a label may have in the file: ours first, short ones of the label guide after it.
_NAMES = {
    "sentiment": ("sentiment", "s"),
    "problem": ("problem", "p"),
    "hostile": ("hostile", "hostility", "h"),
    "constructive": ("constructive", "constructiveness", "c"),
    "verdict": ("verdict",),
}
_SENTIMENTS = {"neg": "negative", "neu": "neutral", "pos": "positive"} | {name: name for name in SENTIMENT}
#: Yes-or-no labels and the head that says them.
_HEADS = {"problem": "problem", "hostile": "hostility", "constructive": "constructiveness"}
_ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled post with what the model said of it; labels that the file does not give are absent."""

    lang: str
    labels: Mapping[str, str | bool]
    scores: Scores
    said: Mapping[str, str | bool]


@click.command("evaluate", short_help="Measure a model on labelled posts.")
@click.argument("file", type=click.File("rb"))
@click.option("--model", "model_name", default=FIRST, show_default=True, help="A bundled model, or a model folder.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@plainly
def evaluate(file: Any, model_name: str, form: str) -> None:
    """Measure a model on labelled posts: FILE has one JSON object a line, `-` is standard input.

    Read: text, lang, and any of sentiment (s), problem (p), hostile (h), constructive (c), verdict. The verdict follows
    from the others where it is not given.

    \b
    Example:
      hearout evaluate gold.jsonl
      hearout evaluate gold.jsonl --model ./models/mine --format json
    """
    posts = list(_read(file.read().splitlines()))
    if not posts:
        raise _wrong("the file holds no posts")
    model = load(model_name)
    lines = thresholds_of(model)
    scored = model.score([post["text"] for post in posts], [post["lang"] for post in posts])
    judged = [
        Judged(
            lang=post["lang"],
            labels=post["labels"],
            scores=scores,
            said={
                "sentiment": max(SENTIMENT, key=lambda name: getattr(scores.sentiment, name)),
                "problem": scores.problem >= lines.problem,
                "hostile": scores.hostility >= lines.hostility,
                # The guide asks for constructive only where there is a problem.
                "constructive": scores.problem >= lines.problem and scores.constructiveness >= lines.constructiveness,
                "verdict": verdict(scores, lines).value,
            },
        )
        for post, scores in zip(posts, scored, strict=True)
    ]
    groups = {_ALL: judged} | {
        lang: [one for one in judged if one.lang == lang] for lang in sorted({one.lang for one in judged})
    }
    report = {
        "model": model.name,
        "thresholds": asdict(lines),
        "groups": {name: _measured(group) for name, group in groups.items()},
    }
    if form == "json":
        json.dump(report, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        show(report)


def _measured(group: Sequence[Judged]) -> dict[str, Any]:
    found: dict[str, Any] = {"posts": len(group), "labels": {}, "calibration": {}}
    for label, head in _HEADS.items():
        if here := [one for one in group if label in one.labels]:
            true = [bool(one.labels[label]) for one in here]
            found["labels"][label] = [asdict(agreement.line(label, [bool(one.said[label]) for one in here], true))]
            bins = agreement.bins([getattr(one.scores, head) for one in here], true)
            found["calibration"][head] = _calibration(bins)
    for label, values in (("sentiment", SENTIMENT), ("verdict", tuple(one.value for one in Verdict))):
        if here := [one for one in group if label in one.labels]:
            said, true_values = [str(one.said[label]) for one in here], [str(one.labels[label]) for one in here]
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


def _read(lines: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raise _wrong(f"line {number} is no JSON") from None
        if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
            raise _wrong(f"line {number} is no object with a `text`")
        try:
            labels = _labels(raw)
        except (ValueError, TypeError) as error:
            raise _wrong(f"line {number}: {error}") from None
        if not labels:
            raise _wrong(f"line {number} has no label: write `s`, `p`, `h`, `c`, or their long names")
        yield {"text": raw["text"], "lang": raw.get("lang") or identify(raw["text"]), "labels": labels}


def _labels(raw: Mapping[str, Any]) -> dict[str, str | bool]:
    given = {
        label: raw[name] for label, names in _NAMES.items() for name in reversed(names) if raw.get(name) is not None
    }
    found: dict[str, str | bool] = {label: _yes(given[label]) for label in _HEADS if label in given}
    if "sentiment" in given:
        if given["sentiment"] not in _SENTIMENTS:
            raise ValueError(f"the sentiment is {given['sentiment']!r}, not one of {', '.join(_SENTIMENTS)}")
        found["sentiment"] = _SENTIMENTS[given["sentiment"]]
    if "verdict" in given:
        found["verdict"] = Verdict(given["verdict"]).value
    elif {"sentiment", *_HEADS} <= found.keys():
        found["verdict"] = _derived(found).value
    return found


def _yes(value: Any) -> bool:
    if value in (0, 1):
        return bool(value)
    raise ValueError(f"a label is {value!r}, not 0 or 1")


def _derived(labels: Mapping[str, str | bool]) -> Verdict:
    if labels["problem"]:
        if labels["hostile"]:
            return Verdict.HOSTILE_PROBLEM
        return Verdict.COMPLAINT if labels["constructive"] else Verdict.GRIEVANCE
    if labels["hostile"]:
        return Verdict.ABUSE
    return Verdict.PRAISE if labels["sentiment"] == "positive" else Verdict.MENTION


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(message, id="HO-EVALUATE", hint="see `hearout evaluate --help` for what a line holds")
