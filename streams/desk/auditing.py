"""A post that was let go, and what a person saw in it, walk in; a case walks out where it is a real problem."""

from streams.desk.desk import Desk
from streams.desk.views.audit import UNDECIDED
from streams.desk.visitor import Visitor
from streams.routing.act import take_from_audit
from streams.storage.pages import AuditList

FINE, PROBLEM = "fine", "problem"


async def to_look_at(desk: Desk, kind: str, *, limit: int, after: str | None) -> AuditList:
    """`kind` is one of `views.audit.KINDS`, or empty for all. Raises `Refused` on a forged `after`, and `Transient`."""
    if kind == UNDECIDED:
        return await desk.inbox.audit(limit=limit, after=after, undecided=True)
    return await desk.inbox.audit(limit=limit, after=after, kinds=[kind] if kind else ())


async def judge(desk: Desk, visitor: Visitor, post_id: str, *, problem: bool) -> str:
    """The id of the case for a problem, else empty. Twice is once. Raises `CommandRefused` and `Transient`."""
    now = desk.clock()
    if not problem:
        await desk.inbox.mark_audited(post_id, visitor.id, now, FINE)
        return ""
    planner = desk.planner
    case = await take_from_audit(
        desk.book,
        post_id,
        roster=planner.roster,
        rules=planner.rules,
        safety_words=planner.safety_words,
        actor=visitor.id,
        now=now,
    )
    await desk.inbox.mark_audited(post_id, visitor.id, now, PROBLEM)
    return case.id
