"""Labelled posts and a model walk in; what it said of each walks out, beside what is true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.cases.triage import Thresholds, verdict
from streams.cli.score import thresholds_of
from streams.records import Scores
from streams.sentiment.heads import SENTIMENT
from streams.sentiment.labels import Labelled, Labels
from streams.sentiment.ports import Model

#: The group of all posts, beside those of the languages.
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    post: Labelled
    scores: Scores
    #: Every label, as the model says it by its own thresholds.
    said: Labels


def judged(model: Model, posts: Sequence[Labelled]) -> list[Judged]:
    """In order."""
    lines = thresholds_of(model)
    scored = model.score([post.text for post in posts], [post.lang for post in posts])
    return [
        Judged(post=post, scores=scores, said=_said(scores, lines)) for post, scores in zip(posts, scored, strict=True)
    ]


def groups(found: Sequence[Judged]) -> Mapping[str, Sequence[int]]:
    """Where the posts of each language stand, after all of them."""
    langs = sorted({one.post.lang for one in found})
    return {ALL: range(len(found))} | {
        lang: [at for at, one in enumerate(found) if one.post.lang == lang] for lang in langs
    }


def _said(scores: Scores, lines: Thresholds) -> Labels:
    return {
        "sentiment": max(SENTIMENT, key=lambda name: getattr(scores.sentiment, name)),
        "problem": scores.problem >= lines.problem,
        "hostile": scores.hostility >= lines.hostility,
        # The guide asks for constructive only where there is a problem.
        "constructive": scores.problem >= lines.problem and scores.constructiveness >= lines.constructiveness,
        "verdict": verdict(scores, lines).value,
    }
