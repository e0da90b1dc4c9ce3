"""A file of labelled posts walks in, the posts walk out; a line that is none is named in the error."""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from streams.errors import Misconfigured
from streams.ingest.language import language_of
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
_VERDICTS = {one.value: one.value for one in Verdict}


def read(file: IO[bytes]) -> list[Labelled]:
    """One JSON object a line: text, lang, id, and any of the labels; blank lines and deleted posts are left out.

    Raises `Misconfigured` with the file and the number of the first line that is no labelled post.
    """
    name = getattr(file, "name", "<stdin>").replace("<stdin>", "standard input")
    posts = list(_read(file, name))
    if not posts:
        raise _wrong(f"{name} holds no posts")
    return posts


def _read(file: IO[bytes], file_name: str) -> Iterator[Labelled]:
    for number, line in enumerate(file.read().splitlines(), 1):
        place = f"{file_name} line {number}"
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raise _wrong(f"{place} is no JSON") from None
        if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
            raise _wrong(f"{place} is no object with a `text`")
        if raw.get("deleted") is True:
            continue
        try:
            labels = _labels(raw)
        except ValueError as error:
            raise _wrong(f"{place}: {error}") from None
        if not labels:
            raise _wrong(f"{place} has no label: write `s`, `p`, `h`, `c`, or their long names")
        name = raw.get("id")
        yield Labelled(
            name=f"line {number}" if name is None else str(name),
            text=raw["text"],
            lang=language_of(raw["text"], raw.get("lang")),
            labels=labels,
        )


def _labels(raw: Mapping[str, Any]) -> dict[str, str | bool]:
    given = {
        label: raw[name] for label, names in _NAMES.items() for name in reversed(names) if raw.get(name) is not None
    }
    found: dict[str, str | bool] = {label: _yes(given[label]) for label in HEADS if label in given}
    if "sentiment" in given:
        found["sentiment"] = _one_of(_SENTIMENTS, given["sentiment"], "sentiment")
    if "verdict" in given:
        found["verdict"] = _one_of(_VERDICTS, given["verdict"], "verdict")
    elif {"sentiment", *HEADS} <= found.keys():
        found["verdict"] = _derived(found).value
    return found


def _yes(value: Any) -> bool:
    if value in (0, 1):
        return bool(value)
    raise ValueError(f"a label is {value!r}, not 0 or 1")


def _one_of(choices: Mapping[str, str], value: Any, label: str) -> str:
    if isinstance(value, str) and value in choices:
        return choices[value]
    raise ValueError(f"the {label} is {value!r}, not one of {', '.join(choices)}")


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
