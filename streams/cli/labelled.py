"""Lines of labelled posts walk in, the posts walk out; a line that is none is named in the error."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streams.errors import Misconfigured
from streams.ingest.language import identify
from streams.records import Verdict
from streams.sentiment.heads import SENTIMENT
from streams.sentiment.labels import HEADS, Labelled

#: Names a label may have in the file: ours first, short ones of the label guide after it.
_NAMES = {
    "sentiment": ("sentiment", "s"),
    "problem": ("problem", "p"),
    "hostile": ("hostile", "hostility", "h"),
    "constructive": ("constructive", "constructiveness", "c"),
    "verdict": ("verdict",),
}
_SENTIMENTS = {"neg": "negative", "neu": "neutral", "pos": "positive"} | {name: name for name in SENTIMENT}


def read(lines: Sequence[bytes]) -> list[Labelled]:
    """One JSON object a line: text, lang, id, and any of the labels; blank lines and deleted posts are left out.

    Raises `Misconfigured` with the number of the first line that is no labelled post.
    """
    posts = list(_read(lines))
    if not posts:
        raise _wrong("the file holds no posts")
    return posts


def _read(lines: Sequence[bytes]) -> Iterator[Labelled]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raise _wrong(f"line {number} is no JSON") from None
        if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
            raise _wrong(f"line {number} is no object with a `text`")
        if raw.get("deleted") is True:
            continue
        try:
            labels = _labels(raw)
        except (ValueError, TypeError) as error:
            raise _wrong(f"line {number}: {error}") from None
        if not labels:
            raise _wrong(f"line {number} has no label: write `s`, `p`, `h`, `c`, or their long names")
        lang, name = raw.get("lang"), raw.get("id")
        yield Labelled(
            name=f"line {number}" if name is None else str(name),
            text=raw["text"],
            lang=lang if isinstance(lang, str) and lang else identify(raw["text"]),
            labels=labels,
        )


def _labels(raw: Mapping[str, Any]) -> dict[str, str | bool]:
    given = {
        label: raw[name] for label, names in _NAMES.items() for name in reversed(names) if raw.get(name) is not None
    }
    found: dict[str, str | bool] = {label: _yes(given[label]) for label in HEADS if label in given}
    if "sentiment" in given:
        if given["sentiment"] not in _SENTIMENTS:
            raise ValueError(f"the sentiment is {given['sentiment']!r}, not one of {', '.join(_SENTIMENTS)}")
        found["sentiment"] = _SENTIMENTS[given["sentiment"]]
    if "verdict" in given:
        found["verdict"] = Verdict(given["verdict"]).value
    elif {"sentiment", *HEADS} <= found.keys():
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
    return Misconfigured(message, id="HO-EVALUATE", hint="`hearout evaluate --help` says what a line holds")
