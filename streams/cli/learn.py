"""`hearout learn`: corrections and a model walk in, a better model walks out, with what it was worth."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from streams.cli.compare_tables import show_comparison
from streams.cli.comparing import compared
from streams.cli.judging import judged
from streams.cli.labelled import read
from streams.cli.learn_card import card
from streams.cli.learn_outcome import brief, outcome, suffering
from streams.cli.options import out, plainly
from streams.errors import Misconfigured, Refused
from streams.sentiment import refit
from streams.sentiment.adjusted_folder import write
from streams.sentiment.adjustment import logits, probabilities
from streams.sentiment.corrections import Corrections, Split, corrections, split
from streams.sentiment.labels import Labelled, likeness
from streams.sentiment.load import FIRST, load
from streams.sentiment.ports import Model

#: Fewer posts are an anecdote.
LEAST = 40


@click.command("learn", short_help="Make a better model of people's corrections.")
@click.argument("file", type=click.File("rb"))
@click.option("--from", "base", default=FIRST, show_default=True, help="A bundled model, or a model folder.")
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of the new model; it must not exist yet, and its name is the model's.",
)
@click.option(
    "--guard",
    type=click.File("rb"),
    help="Labelled posts that must not be heard surely worse than before, all together and in each language with"
    " enough of them, else no model is written.",
)
@plainly
def learn(file: Any, base: str, folder: Path, guard: Any) -> None:
    """Refit the last step of a model to corrections: FILE is what `hearout export corrections` prints, or any labelled
    posts as `hearout evaluate` reads them. `-` is standard input.

    A fifth of the posts is held out, and the model before and after is compared on them. The model in use stays as it
    is: name the new one in the setting `model.shadow` to try it, in `model.name` to switch. Both are compared as they
    are: the thresholds of `[model]` and the `products` of `[[brands]]` in hearout.toml do not count here.

    \b
    Example:
      hearout export corrections > corrections.jsonl
      hearout learn corrections.jsonl --out ./models/mine
      hearout learn corrections.jsonl --out ./models/mine --guard gold.jsonl
    """
    if folder.exists():
        raise Misconfigured(
            f"{folder} exists already; a model is never written over", id="HO-LEARN-OUT", hint="name another folder"
        )
    found = _cleaned(read(file))
    parts = split(found)
    guarding = _guarding(read(guard), parts) if guard else None
    model = load(base)
    learned = _learned(model, parts)
    story = _story(found, parts, learned, guarding)
    out.print("\n".join(story), markup=False, soft_wrap=True)
    if not learned.has_changed:
        raise Refused("no head got better, so no model was written; the model stays as good as it was, collect more")
    # Beside its place, so that the path to the base is the same from there.
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        write(part, learned, base=base, corrects=model.name, name=folder.name, card="")
        reports = _reports(model, load(part), parts, guarding)
        for title, report in reports.items():
            show_comparison(brief(report), title=title)
        if guarding and (worse := suffering(reports[_ON_GUARD])):
            raise Refused(f"surely worse on the guard: {', '.join(worse)}; no model was written")
        (part / "CARD.md").write_text(card(folder.name, base, story, reports), encoding="utf-8")
        part.rename(folder)
    except OSError as fault:
        raise Misconfigured(
            f"the new model cannot be written: {fault}", id="HO-LEARN-OUT", hint="name another folder with --out"
        ) from fault
    finally:
        shutil.rmtree(part, ignore_errors=True)
    out.print("\n".join(("", *outcome(folder, reports))), markup=False, soft_wrap=True)


_ON_HELD_OUT, _ON_GUARD = "On the corrections that were held out", "On the guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guard:
    posts: Sequence[Labelled]
    #: How many more the file holds that are among those learned from: what was learned by heart guards nothing.
    known: int


def _cleaned(posts: Sequence[Labelled]) -> Corrections:
    found = corrections([post for post in posts if post.text.strip()])
    if len(found.posts) < LEAST:
        raise Refused(
            f"there are {len(found.posts)} different corrected posts, and at least {LEAST} are needed to learn from"
        )
    return found


def _learned(model: Model, parts: Split) -> refit.Learned:
    texts, langs = [post.text for post in parts.learn], [post.lang for post in parts.learn]
    heads = refit.heads_of([post.labels for post in parts.learn])
    if all(head.least_of_a_side < refit.LEAST_OF_A_SIDE for head in heads):
        counts = ", ".join(f"{head.name} {head.least_of_a_side}" for head in heads) or "none"
        raise Refused(
            f"nothing can be learned where all corrections say the same: of each label at least {refit.LEAST_OF_A_SIDE}"
            f" posts that have it and {refit.LEAST_OF_A_SIDE} that have it not are needed besides those held out"
            f" (the rarer side: {counts})"
        )
    return refit.learned(logits(probabilities(model.score(texts, langs))), langs, heads)


def _guarding(posts: Sequence[Labelled], parts: Split) -> _Guard:
    known = {likeness(post.text) for post in parts.learn}
    fresh = [post for post in posts if likeness(post.text) not in known]
    if not fresh:
        raise Refused("every post of the guard is among the corrections; name posts that are not")
    return _Guard(posts=fresh, known=len(posts) - len(fresh))


def _story(found: Corrections, parts: Split, learned: refit.Learned, guarding: _Guard | None) -> list[str]:
    left_out = (
        f" ({found.again} repeated lines and {found.contradicting} that contradict each other left out)"
        if found.again or found.contradicting
        else ""
    )
    counts = f"{len(parts.learn)} to learn from, {len(parts.held_out)} held out"
    lines = [
        f"{len(found.posts)} corrected posts{left_out}: {counts}",
        *(f"  {head} {note}" for head, note in learned.notes.items()),
    ]
    if guarding:
        known = f" ({guarding.known} more left out: they are among those learned from)" if guarding.known else ""
        lines.append(f"{len(guarding.posts)} posts as a guard{known}")
    return lines


def _reports(before: Model, after: Model, parts: Split, guarding: _Guard | None) -> Mapping[str, dict[str, Any]]:
    def report(posts: Sequence[Labelled]) -> dict[str, Any]:
        return compared(judged(before, posts), judged(after, posts))

    reports = {_ON_HELD_OUT: report(parts.held_out)}
    if guarding:
        reports[_ON_GUARD] = report(guarding.posts)
    return reports
