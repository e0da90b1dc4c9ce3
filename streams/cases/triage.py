"""Scores (and the rating) walk in; a verdict and the comparisons that decided it walk out."""

from collections.abc import Mapping
from dataclasses import dataclass

from streams.cases.safety import SAFETY_WORDS
from streams.cases.words import find_word
from streams.records import Post, Scores, Verdict

#: Stars a sub-rating must lose between two posts of one author to count as falling (5 to 3, 4 to 2).
FALL = 2.0
#: Of the threshold of `problem`, what is enough in a hostile post. An insult hides the problem behind it, and a real
#: problem taken for mere abuse is the mistake that must not happen: on the dev gold a third lets none of 91 go as abuse
#: where the whole let 8, for 5 points of precision.
BEHIND_AN_INSULT = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Probabilities from which a head counts as said; the model's manifest has its own."""

    problem: float
    hostility: float
    constructiveness: float
    positive: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    verdict: Verdict
    #: Each comparison that decided, as a sentence for people.
    why: tuple[str, ...]


def verdict(scores: Scores, thresholds: Thresholds) -> Verdict:
    """What the text says, by its scores alone."""
    hostile = scores.hostility >= thresholds.hostility
    if scores.problem >= _line(scores, thresholds):
        if hostile:
            return Verdict.HOSTILE_PROBLEM
        constructive = scores.constructiveness >= thresholds.constructiveness
        return Verdict.COMPLAINT if constructive else Verdict.GRIEVANCE
    if hostile:
        return Verdict.ABUSE
    return Verdict.PRAISE if scores.sentiment.positive >= thresholds.positive else Verdict.MENTION


def why_verdict(scores: Scores, thresholds: Thresholds) -> tuple[str, ...]:
    """The comparisons `verdict` made, in order: `problem 0.83 >= 0.35`."""
    said = [
        _compared("problem", scores.problem, _line(scores, thresholds)),
        _compared("hostility", scores.hostility, thresholds.hostility),
    ]
    match verdict(scores, thresholds):
        case Verdict.COMPLAINT | Verdict.GRIEVANCE:
            said.append(_compared("constructiveness", scores.constructiveness, thresholds.constructiveness))
        case Verdict.PRAISE | Verdict.MENTION:
            said.append(_compared("positive", scores.sentiment.positive, thresholds.positive))
    return tuple(said)


def triage(
    post: Post,
    scores: Scores,
    thresholds: Thresholds,
    *,
    low_rating: float,
    previous_aspects: Mapping[str, float] | None = None,
) -> Triage:
    """What the post says, stars and danger included.

    A low or falling rating is a problem though the text is empty or kind; a word of danger tips the scale.

    `low_rating` is in stars; `previous_aspects` are the sub-ratings this author gave last time.
    """
    by_text = verdict(scores, thresholds)
    why = why_verdict(scores, thresholds)
    if by_text.has_problem:
        return Triage(verdict=by_text, why=why)
    overall = _low("rating", post.rating, low_rating)
    parts = _low_aspects(post.aspects, low_rating) + _fallen(post.aspects, previous_aspects or {})
    danger = _danger(post, scores, thresholds)
    if not overall and not parts and not danger:
        return Triage(verdict=by_text, why=why)
    # What decided stands first.
    why = overall + parts + danger + why
    if by_text is Verdict.ABUSE:
        return Triage(verdict=Verdict.HOSTILE_PROBLEM, why=why)
    if parts or danger:
        return Triage(verdict=Verdict.COMPLAINT, why=why)
    why += (_compared("constructiveness", scores.constructiveness, thresholds.constructiveness),)
    constructive = scores.constructiveness >= thresholds.constructiveness
    return Triage(verdict=Verdict.COMPLAINT if constructive else Verdict.GRIEVANCE, why=why)


def _compared(name: str, value: float, threshold: float) -> str:
    sign = ">=" if value >= threshold else "<"
    digits = 2
    while digits < 6 and f"{value:.{digits}f}" == f"{threshold:.{digits}f}" and value != threshold:
        digits += 1
    return f"{name} {value:.{digits}f} {sign} {threshold:.{digits}f}"


def _line(scores: Scores, thresholds: Thresholds) -> float:
    """From where on a problem counts in this post."""
    return thresholds.problem * (BEHIND_AN_INSULT if scores.hostility >= thresholds.hostility else 1)


def _danger(post: Post, scores: Scores, thresholds: Thresholds) -> tuple[str, ...]:
    """A word of danger where a problem is half sure: a false alarm costs a call, a missed one an injury."""
    if scores.problem < thresholds.problem / 2 or scores.sentiment.negative < 0.5:
        return ()
    word = find_word(SAFETY_WORDS, post.text)
    return (f"safety word {word!r}, and problem {scores.problem:.2f} >= {thresholds.problem / 2:.2f}",) if word else ()


def _low(name: str, stars: float | None, low_rating: float) -> tuple[str, ...]:
    if stars is None or stars > low_rating:
        return ()
    return (f"{name} {stars:g} <= {low_rating:g} stars",)


def _low_aspects(aspects: Mapping[str, float], low_rating: float) -> tuple[str, ...]:
    return tuple(line for name in sorted(aspects) for line in _low(name, aspects[name], low_rating))


def _fallen(aspects: Mapping[str, float], previous: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(
        f"{name} fell from {previous[name]:g} to {aspects[name]:g} stars"
        for name in sorted(aspects)
        if name in previous and previous[name] - aspects[name] >= FALL
    )
