"""A triaged post walks in, the post as the API shows it walks out: with its text as it reads without the insult."""

from dataclasses import dataclass
from datetime import datetime

from streams.cases.triaged import TriagedPost
from streams.desk.views.posts import without_insult
from streams.records import Effect, Post, Scores, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPost:
    """Every field of `TriagedPost`, and `plain`."""

    post: Post
    scores: Scores | None
    verdict: Verdict | None
    severity: int
    rule: str
    effect: Effect
    case_id: str
    why: tuple[str, ...]
    deleted_at: datetime | None
    audit: bool
    undecided: bool
    #: The text without what the case page folds; null where it folds nothing.
    plain: str | None


def shown(triaged: TriagedPost) -> ShownPost:
    return ShownPost(
        post=triaged.post,
        scores=triaged.scores,
        verdict=triaged.verdict,
        severity=triaged.severity,
        rule=triaged.rule,
        effect=triaged.effect,
        case_id=triaged.case_id,
        why=triaged.why,
        deleted_at=triaged.deleted_at,
        audit=triaged.audit,
        undecided=triaged.undecided,
        plain=without_insult(triaged),
    )
