"""Posts with their languages and the answers given walk in; how good the answers are walks out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.training.languages.gather import UNKNOWN, Post

#: Languages the macro-F1 is the mean of.
NINE = ("en", "es", "ru", "pt", "de", "fr", "it", "hi", "ar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Shares of 0 to 1. Where several languages are right, each of them is."""

    posts: int
    #: Right answers of all; `und` is right only where there is nothing to tell by.
    accuracy: float
    #: Mean F1 of the nine languages; those without a post and without an answer are left out.
    macro_f1: float
    #: `und` of all posts that are in some language.
    silent: float
    #: Right answers of those that are not `und`.
    when_answered: float


def judge(posts: Sequence[Post], answers: Sequence[str]) -> Judged:
    """Measure the answers, which are in the order of the posts."""
    right = [answer in post.langs for post, answer in zip(posts, answers, strict=True)]
    in_some = [answer for post, answer in zip(posts, answers, strict=True) if UNKNOWN not in post.langs]
    answered = [good for good, answer in zip(right, answers, strict=True) if answer != UNKNOWN]
    scores = [score for lang in NINE if (score := f1(lang, posts, answers)) is not None]
    return Judged(
        posts=len(posts),
        accuracy=_mean(right),
        macro_f1=_mean(scores),
        silent=_mean([answer == UNKNOWN for answer in in_some]),
        when_answered=_mean(answered),
    )


def f1(lang: str, posts: Sequence[Post], answers: Sequence[str]) -> float | None:
    """F1 of one language, none where it is neither there nor answered."""
    said = Counter[str]()
    for post, answer in zip(posts, answers, strict=True):
        truth = answer if answer in post.langs else post.langs[0]
        said["both"] += truth == lang and answer == lang
        said["either"] += (truth == lang) + (answer == lang)
    return 2 * said["both"] / said["either"] if said["either"] else None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
