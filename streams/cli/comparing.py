"""What two models said of the same labelled posts walks in; who is better at what, and how surely, walks out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

from streams.cli.judging import Judged, groups
from streams.records import Verdict
from streams.sentiment import paired
from streams.sentiment.heads import SENTIMENT
from streams.sentiment.labels import HEADS
from streams.sentiment.paired import Difference, Measure

#: Posts are drawn from here on, so that the same files give the same intervals.
_SEED = 20
_EXAMPLES = 10
_SHORT = 120
#: Labels that are one of several values.
_VALUES: Mapping[str, Sequence[str]] = {"sentiment": SENTIMENT, "verdict": tuple(one.value for one in Verdict)}

Pair = tuple[Judged, Judged]


def compared(first: Sequence[Judged], second: Sequence[Judged]) -> dict[str, Any]:
    """Both judged the same posts in the same order. Differences are second less first."""
    pairs = list(zip(first, second, strict=True))
    return {
        "models": [first[0].scores.model, second[0].scores.model],
        "groups": {
            name: {"posts": len(places), "rows": [_told(*row) for row in _rows([pairs[at] for at in places])]}
            for name, places in groups(first).items()
        },
        "disagreements": _disagreements(pairs),
    }


def _told(label: str, support: int, one: Difference) -> dict[str, Any]:
    """`support` counts the posts that truly have the label, or carry it where it is one of several values; what could
    not be measured is None."""
    measured = {**asdict(one), "difference": one.difference}
    return {
        "label": label,
        "support": support,
        **{name: None if isinstance(value, float) and isnan(value) else value for name, value in measured.items()},
        "sure": one.is_sure,
    }


def _rows(pairs: Sequence[Pair]) -> Iterator[tuple[str, int, Difference]]:
    for label, head in HEADS.items():
        if sides := _labelled(pairs, label):
            true = [bool(one.post.labels[label]) for one in sides[0]]
            said = [paired.found([bool(one.said[label]) for one in side], true) for side in sides]
            sure = [paired.calibration([getattr(one.scores, head) for one in side], true) for side in sides]
            for one in (*_differences(said, len(true)), *_differences(sure, len(true))):
                yield label, sum(true), one
    for label, values in _VALUES.items():
        if sides := _labelled(pairs, label):
            yield from _choice(label, values, sides)


def _choice(
    label: str, values: Sequence[str], sides: Sequence[Sequence[Judged]]
) -> Iterator[tuple[str, int, Difference]]:
    """Of a label that is one of several values: all together, then each that occurs."""
    true = [str(one.post.labels[label]) for one in sides[0]]
    said = [[str(one.said[label]) for one in side] for side in sides]
    for one in _differences([paired.macro(values, spoken, true) for spoken in said], len(true)):
        yield f"{label}, macro", len(true), one
    if label == "sentiment":
        hits = [is_so == value for is_so in true for value in values]
        sure = [
            paired.calibration(
                [getattr(one.scores.sentiment, value) for one in side for value in values], hits, per_post=len(values)
            )
            for side in sides
        ]
        for one in _differences(sure, len(true)):
            yield f"{label}, macro", len(true), one
    for value in values:
        is_so = [one == value for one in true]
        if any(is_so):
            found = [paired.found([one == value for one in spoken], is_so) for spoken in said]
            for one in _differences(found, len(true)):
                yield value, sum(is_so), one


def _labelled(pairs: Sequence[Pair], label: str) -> Sequence[Sequence[Judged]]:
    """Both sides of the posts that carry the label; nothing where none does."""
    here = [pair for pair in pairs if label in pair[0].post.labels]
    return [[pair[side] for pair in here] for side in (0, 1)] if here else []


def _differences(measures: Sequence[Measure], posts: int) -> list[Difference]:
    first, second = measures
    return paired.differences(first, second, posts, seed=_SEED)


def _disagreements(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Posts whose verdicts differ, and who was right where the file says the true one."""
    differ = [(one, other) for one, other in pairs if one.said["verdict"] != other.said["verdict"]]
    true = [one.post.labels.get("verdict") for one, _ in differ]
    return {
        "posts": len(differ),
        "first_right": sum(one.said["verdict"] == so for (one, _), so in zip(differ, true, strict=True)),
        "second_right": sum(other.said["verdict"] == so for (_, other), so in zip(differ, true, strict=True)),
        "judged": sum(so is not None for so in true),
        "examples": [
            {
                "id": one.post.name,
                "lang": one.post.lang,
                "text": _short(one.post.text),
                "first": one.said["verdict"],
                "second": other.said["verdict"],
                "true": so,
            }
            for (one, other), so in zip(differ[:_EXAMPLES], true, strict=False)
        ],
    }


def _short(text: str) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= _SHORT else whole[: _SHORT - 1] + "…"
