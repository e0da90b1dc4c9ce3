"""What people say of posts: a labelled post, the head each label belongs to, and what follows from a verdict alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from streams.records import Verdict
from streams.sentiment.text import MARK, joined

#: `sentiment`: one of `heads.SENTIMENT`; `problem`, `hostile`, `constructive`: yes or no; `verdict`: a `Verdict`.
Labels = Mapping[str, str | bool]

#: Yes-or-no labels and the head that says them.
HEADS: Mapping[str, str] = {"problem": "problem", "hostile": "hostility", "constructive": "constructiveness"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    #: The post's id, or where it stood: `line 3`.
    name: str
    text: str
    lang: str
    #: Labels that nobody gave are absent.
    labels: Labels


def implied(verdict: Verdict) -> Labels:
    """The labels that follow from a verdict, and no more: a hostile problem may or may not be constructive."""
    match verdict:
        case Verdict.HOSTILE_PROBLEM:
            return {"problem": True, "hostile": True}
        case Verdict.COMPLAINT:
            return {"problem": True, "hostile": False, "constructive": True}
        case Verdict.GRIEVANCE:
            return {"problem": True, "hostile": False, "constructive": False}
        case Verdict.ABUSE:
            return {"problem": False, "hostile": True}
        case Verdict.PRAISE:
            return {"problem": False, "hostile": False, "sentiment": "positive"}
        case Verdict.MENTION:
            return {"problem": False, "hostile": False}


def likeness(text: str) -> str:
    """What two copies of one post share: case, links, handles and blanks do not count."""
    return " ".join(joined([text]).replace(MARK, " ").split())
