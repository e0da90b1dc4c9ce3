"""A triaged post walks in; how urgent it is, from 1 to 4, and why, walk out."""

from dataclasses import dataclass
from datetime import timedelta

from streams.cases.safety import CHILD_WORDS, SAFETY_WORDS
from streams.cases.words import find_word
from streams.records import Post, Scores, Verdict

LOWEST, HIGHEST = 1, 4

#: Where the count starts. Below "problem" everything stays at the lowest.
BASE = {Verdict.HOSTILE_PROBLEM: 2, Verdict.COMPLAINT: 2, Verdict.GRIEVANCE: 1}
#: Followers from which a post is read by many, and by very many.
WIDE_REACH, HUGE_REACH = 10_000, 100_000
#: Stars that are the lowest a person can give.
WORST_RATING = 1.0
#: Hostility this sure asks for a person soon, before others join in.
FURIOUS = 0.9
#: Heard this late, nobody has answered for a day; later than `COLD` a day more changes nothing.
STALE, COLD = timedelta(hours=24), timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    #: 1 (can wait) to 4 (now).
    level: int
    why: tuple[str, ...]


def severity(
    *, verdict: Verdict, post: Post, scores: Scores, repeats: int = 0, safety_words: tuple[str, ...] = ()
) -> int:
    """1 to 4. `repeats` counts the earlier posts in the same case; `safety_words` are added to the built-in ones."""
    return weigh(verdict=verdict, post=post, scores=scores, repeats=repeats, safety_words=safety_words).level


def weigh(
    *, verdict: Verdict, post: Post, scores: Scores, repeats: int = 0, safety_words: tuple[str, ...] = ()
) -> Severity:
    """`severity` with its reasons."""
    if not verdict.has_problem:
        return Severity(level=LOWEST, why=())
    if danger := find_word(SAFETY_WORDS, post.text) or find_word(safety_words, post.text):
        return Severity(level=HIGHEST, why=(f"severity {HIGHEST}: safety word {danger!r}",))
    added = _added(post, scores, repeats)
    level = max(LOWEST, min(HIGHEST, BASE[verdict] + sum(points for points, _ in added)))
    reasons = "; ".join([verdict.value.replace("_", " "), *(reason for _, reason in added)])
    return Severity(level=level, why=(f"severity {level}: {reasons}",))


def _added(post: Post, scores: Scores, repeats: int) -> list[tuple[int, str]]:
    added: list[tuple[int, str]] = []
    if post.reach is not None and post.reach >= WIDE_REACH:
        added.append((2 if post.reach >= HUGE_REACH else 1, f"{post.reach} followers"))
    if repeats:
        added.append((1, "wrote again"))
    if post.rating is not None and post.rating <= WORST_RATING:
        added.append((1, f"rating {post.rating:g}"))
    if scores.hostility >= FURIOUS:
        added.append((1, f"hostility {scores.hostility:.2f}"))
    if child := find_word(CHILD_WORDS, post.text):
        added.append((1, f"safety word {child!r}"))
    age = post.heard_at - post.created_at
    if STALE <= age < COLD:
        added.append((1, f"unanswered for {age // timedelta(hours=1)} h when heard"))
    return added
