"""Posts that people judged walk out of the book as labelled lines: what a person said, and nothing the model said."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select

from streams.cases.case import Case, Status
from streams.cases.decide import MALICIOUS
from streams.records import Effect, Verdict
from streams.storage.rows import case_from_row, post_from_row
from streams.storage.tables import cases, posts

#: Whether there is a problem, by what a person saw in the audit.
_SEEN = {"fine": 0, "problem": 1}
_SOLVED = and_(cases.c.id == posts.c.case_id, cases.c.status != Status.OPEN)
_ACTED_ON = and_(posts.c.effect == Effect.OPENED, cases.c.id.is_not(None))

#: Posts of the audit that were looked at, and posts whose case was solved.
JUDGED = (
    select(posts.c.body, posts.c.audited_as, posts.c.audited_at, cases.c.body.label("solved"))
    .select_from(posts.outerjoin(cases, _SOLVED))
    .where(or_(posts.c.audited_as.is_not(None), _ACTED_ON))
    .order_by(posts.c.id)
)


@dataclass(frozen=True, slots=True)
class _Body:
    body: Any


def correction(row: Any) -> dict[str, Any] | None:
    """The labels that follow from what people did, `None` where none does, by the names of the label guide.

    The audit asks for a problem and for nothing else, so that is all it says. A case that somebody solved was a
    problem, unless stars opened it or it was marked as malicious; a customer who turned constructive was hostile.
    Nothing walks out of posts taken back, without words, or edited after somebody looked.
    """
    kept = post_from_row(row)
    post = kept.post
    if kept.deleted_at is not None or not post.text.strip():
        return None
    solved = case_from_row(_Body(row.solved)) if row.solved and kept.effect is Effect.OPENED else None
    looked = row.audited_as in _SEEN and post.heard_at <= row.audited_at
    acted = solved is not None and solved.mark != MALICIOUS and post.rating is None and not post.aspects
    if not looked and not acted:
        return None
    return {
        "id": post.id,
        "lang": post.lang,
        "text": post.text,
        "s": None,
        "p": _SEEN[row.audited_as] if looked else 1,
        "h": 1 if acted and _turned(solved) and kept.verdict is Verdict.HOSTILE_PROBLEM else None,
        "c": None,
        "by": "audit" if looked else "case",
    }


def _turned(case: Case | None) -> bool:
    return case is not None and case.turned_constructive
