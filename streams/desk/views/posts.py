"""A triaged post walks in; how it reads on a page walks out: problem shown, insult folded, scores with their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from streams.cases.folding import Kind, Piece, excerpt, fold, words_of
from streams.cases.triage import UNSURE
from streams.cases.triaged import TriagedPost
from streams.desk.place import safe_link
from streams.desk.views.moments import Moment, moment
from streams.desk.views.story import readable
from streams.desk.words import SEVERITIES, VERDICTS, language, percent
from streams.records import Evidence, Post, Scores, Verdict
from streams.sentiment.plain import softened

_HOSTILE = (Verdict.HOSTILE_PROBLEM, Verdict.ABUSE)
#: A rating at or below it is drawn as a bad one.
_LOW_RATING = 2.0
_DELETED = "Its author took this post back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stars:
    #: Of the aspect; empty for the rating itself.
    name: str
    rating: float
    low: bool

    @property
    def full(self) -> int:
        return round(self.rating)

    @property
    def words(self) -> str:
        return f"{self.rating:g} of 5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    name: str
    share: float
    percent: str
    #: High is bad news.
    hot: bool
    #: That carried it, heaviest first, but for those that are folded.
    words: tuple[str, ...]
    folded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """Probabilities of the sentiment."""

    negative: float
    neutral: float
    positive: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    id: str
    author: str
    source: str
    lang: str
    lang_code: str
    written: Moment
    deleted: bool
    pieces: tuple[Piece, ...]
    #: True when a piece is folded.
    folded: bool
    #: The text without what is folded; empty where nothing is, or nothing else was said.
    plain: str
    #: Without words: a rating alone.
    wordless: bool
    stars: tuple[Stars, ...]
    #: The original; empty when it is nothing a browser should follow.
    link: str
    verdict: str
    severity: int
    severity_words: str
    hostility: float | None
    hostility_words: str
    scores: tuple[Score, ...]
    mood: Mood | None
    model: str
    why: tuple[str, ...]
    #: What an undecided post hung by, as a sentence; empty for others.
    unsure: str


def author_of(name: str, handle: str) -> str:
    """What to call an author: their name, else their handle; nobody's name is `anonymous:17`."""
    if name:
        return name
    return "Somebody without a name" if handle.startswith("anonymous:") else handle


def post_view(triaged: TriagedPost, now: datetime, zone: ZoneInfo) -> PostView:
    post, scores = triaged.post, triaged.scores
    evidence = scores.evidence if scores else ()
    pieces = fold(post.text, evidence, hostility=_hostility(triaged))
    return PostView(
        id=post.id,
        author=author_of(post.author_name, post.author),
        source=post.source,
        lang=language(post.lang),
        lang_code=post.lang,
        written=moment(post.created_at, now, zone),
        deleted=triaged.deleted_at is not None,
        pieces=pieces,
        folded=any(piece.kind is Kind.INSULT for piece in pieces),
        plain=without_insult(triaged) or "",
        wordless=not post.text.strip(),
        stars=_stars(post),
        link=safe_link(post.url),
        verdict=VERDICTS[triaged.verdict] if triaged.verdict else "Not scored",
        severity=triaged.severity,
        severity_words=SEVERITIES[triaged.severity],
        hostility=scores.hostility if scores else None,
        hostility_words=percent(scores.hostility) if scores else "",
        scores=_scores(post.text, scores, pieces) if scores else (),
        mood=_mood(scores) if scores else None,
        model=scores.model if scores else "",
        why=readable(triaged.why),
        unsure=_unsure(triaged),
    )


def without_insult(triaged: TriagedPost) -> str | None:
    """The text without what the case page folds; None where it folds nothing, or no part of a problem is marked."""
    evidence = triaged.scores.evidence if triaged.scores else ()
    folded: list[Evidence] = []
    at = 0
    for piece in fold(triaged.post.text, evidence, hostility=_hostility(triaged)):
        end = at + len(piece.text)
        head = {Kind.INSULT: "hostility", Kind.PROBLEM: "problem"}.get(piece.kind)
        if head:
            folded.append(Evidence(head=head, start=at, end=end, weight=1.0))
        at = end
    has_problem = triaged.verdict is not None and triaged.verdict.has_problem
    return softened(triaged.post.text, folded, has_problem=has_problem)


def in_short(triaged: TriagedPost | None) -> tuple[Piece, ...]:
    """What the problem is, in the author's words, in a line or two."""
    if triaged is None:
        return (Piece(kind=Kind.PLAIN, text=""),)
    if triaged.deleted_at is not None:
        return (Piece(kind=Kind.PLAIN, text=_DELETED),)
    if triaged.post.text.strip():
        evidence = triaged.scores.evidence if triaged.scores else ()
        return excerpt(triaged.post.text, evidence, hostility=_hostility(triaged))
    return (Piece(kind=Kind.PLAIN, text=_rating_alone(triaged.post)),)


def _unsure(triaged: TriagedPost) -> str:
    if not triaged.undecided:
        return ""
    said = next((reason for reason in triaged.why if reason.startswith(UNSURE)), UNSURE.rstrip(": "))
    return said[0].upper() + said[1:]


def _hostility(triaged: TriagedPost) -> float:
    """Of a text the rules call hostile; in others there is nothing to fold."""
    return triaged.scores.hostility if triaged.scores and triaged.verdict in _HOSTILE else 0.0


def _rating_alone(post: Post) -> str:
    low = [f"{name} {stars:g} of 5" for name, stars in post.aspects.items() if stars <= _LOW_RATING]
    given = [f"{post.rating:g} of 5 stars"] if post.rating is not None else []
    if not given and not low:
        return "A post without words"
    return "Rated " + ", ".join(given + low) + ", without a word"


def _stars(post: Post) -> tuple[Stars, ...]:
    own = [("", post.rating)] if post.rating is not None else []
    given: Sequence[tuple[str, float]] = [*own, *sorted(post.aspects.items(), key=lambda aspect: aspect[1])]
    return tuple(Stars(name=name.capitalize(), rating=stars, low=stars <= _LOW_RATING) for name, stars in given)


def _scores(text: str, scores: Scores, pieces: Sequence[Piece]) -> tuple[Score, ...]:
    folded = [" ".join(piece.text.split()) for piece in pieces if piece.kind is Kind.INSULT]
    heads = (
        ("Problem", "problem", scores.problem, False),
        ("Hostility", "hostility", scores.hostility, True),
        ("Constructiveness", "constructiveness", scores.constructiveness, False),
        ("Emotionality", "emotionality", scores.emotionality, False),
    )
    found = []
    for name, head, share, hot in heads:
        words = words_of(text, scores.evidence, head)
        shown = tuple(word for word in words if not any(word in insult for insult in folded))
        score = Score(
            name=name, share=share, percent=percent(share), hot=hot, words=shown, folded=len(shown) < len(words)
        )
        found.append(score)
    return tuple(found)


def _mood(scores: Scores) -> Mood:
    mood = scores.sentiment
    words = f"{percent(mood.negative)} negative, {percent(mood.neutral)} neutral, {percent(mood.positive)} positive"
    return Mood(negative=mood.negative, neutral=mood.neutral, positive=mood.positive, words=words)
