"""Scores (and the rating) walk in; a verdict and the comparisons that decided it walk out."""

from collections.abc import Mapping
from dataclasses import dataclass

from streams.cases.safety import SAFETY_WORDS
from streams.cases.words import find_word
from streams.records import Post, Scores, Verdict

#: Stars a sub-rating must lose between two posts of one author to count as falling (5 to 3, 4 to 2).
FALL = 2.0
#: Of the threshold of `problem`, what is enough in a hostile post. An insult hides the problem behind it, and a real
#: problem taken for mere abuse is the mistake that must not happen: on the dev gold two thirds let 1 of 91 go as abuse
#: where the whole lets 2; a third lets 1 go as well, for 9 points of precision.
BEHIND_AN_INSULT = 2 / 3
#: How the reason of an undecided post begins.
UNSURE = "the machine was unsure: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Probabilities from which a head counts as said; the model's manifest has its own."""

    problem: float
    hostility: float
    constructiveness: float
    positive: float
    #: Half the width of the band in which a head is undecided, around a line of 0.5; 0 turns it off. Around other lines
    #: it is as wide in log-odds, so it narrows towards 0 and 1.
    undecided: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    #: The likeliest, undecided or not.
    verdict: Verdict
    #: Each comparison that decided, as a sentence for people.
    why: tuple[str, ...]
    #: Whether there is a problem, or hostility beside it, hung by less than the band: a person should look.
    undecided: bool = False


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


def heads_said(scores: Scores, thresholds: Thresholds) -> tuple[str, ...]:
    """Which of `problem` and `hostility` count as said, as `verdict` takes them: the post is explained by them."""
    lines = {"problem": _line(scores, thresholds), "hostility": thresholds.hostility}
    return tuple(head for head, line in lines.items() if getattr(scores, head) >= line)


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
    stars = _low("rating", post.rating, low_rating)
    parts = _low_aspects(post.aspects, low_rating) + _fallen(post.aspects, previous_aspects or {})
    found, why = _decided(post, scores, thresholds, stars, parts)
    unsure = why_undecided(scores, thresholds, rated=bool(stars or parts))
    return Triage(verdict=found, why=why + unsure, undecided=bool(unsure))


def why_undecided(scores: Scores, thresholds: Thresholds, *, rated: bool = False) -> tuple[str, ...]:
    """What a decision hung by, where that was less than the band; empty where the scores are clear.

    `problem` is looked at in every post but those whose stars tell of a problem already (`rated`); `hostility` where
    there is a problem, or would be one if the post were hostile.
    """
    line, behind = _line(scores, thresholds), thresholds.problem * BEHIND_AN_INSULT
    near = []
    if not rated and _near(scores.problem, line, thresholds.undecided):
        near.append(_close("problem", scores.problem, line))
    if (rated or scores.problem >= behind) and _near(scores.hostility, thresholds.hostility, thresholds.undecided):
        near.append(_close("hostility", scores.hostility, thresholds.hostility))
    return (UNSURE + ", ".join(near),) if near else ()


def _decided(
    post: Post, scores: Scores, thresholds: Thresholds, stars: tuple[str, ...], parts: tuple[str, ...]
) -> tuple[Verdict, tuple[str, ...]]:
    """`stars` and `parts` are what is wrong with the rating and with the sub-ratings."""
    by_text = verdict(scores, thresholds)
    why = why_verdict(scores, thresholds)
    if by_text.has_problem:
        return by_text, why
    danger = _danger(post, scores, thresholds)
    if not stars and not parts and not danger:
        return by_text, why
    # What decided stands first.
    why = stars + parts + danger + why
    if by_text is Verdict.ABUSE:
        return Verdict.HOSTILE_PROBLEM, why
    if parts or danger:
        return Verdict.COMPLAINT, why
    why += (_compared("constructiveness", scores.constructiveness, thresholds.constructiveness),)
    constructive = scores.constructiveness >= thresholds.constructiveness
    return Verdict.COMPLAINT if constructive else Verdict.GRIEVANCE, why


def _near(value: float, line: float, band: float) -> bool:
    """Whether the odds of `value` are less than those of 0.5 + `band` from the odds of `line`."""
    over, under = value * (1 - line), line * (1 - value)
    more, less = 0.5 + band, 0.5 - band
    return over * less < under * more and under * less < over * more


def _close(name: str, value: float, line: float) -> str:
    digits = _digits(value, line)
    return f"{name} {value:.{digits}f} is close to {line:.{digits}f}"


def _compared(name: str, value: float, threshold: float) -> str:
    sign = ">=" if value >= threshold else "<"
    digits = _digits(value, threshold)
    return f"{name} {value:.{digits}f} {sign} {threshold:.{digits}f}"


def _digits(value: float, threshold: float) -> int:
    """After the point, so many that the two do not read alike where they differ."""
    digits = 2
    while digits < 6 and f"{value:.{digits}f}" == f"{threshold:.{digits}f}" and value != threshold:
        digits += 1
    return digits


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
    if stars is None or not stars <= low_rating:  # also where it is no number
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
