"""Posts that were let go, for people to look at, walk in; the audit page walks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.desk.views.inbox import Choice
from streams.desk.views.posts import PostView, post_view
from streams.desk.visitor import Visitor
from streams.desk.words import VERDICTS
from streams.records import Verdict
from streams.storage.pages import AuditList

UNDECIDED = "undecided"

#: Kinds of posts that are drawn for the audit, as the page lists them: those the machine was unsure of, and verdicts.
KINDS = {
    UNDECIDED: "Undecided",
    **{verdict.value: VERDICTS[verdict] for verdict in (Verdict.ABUSE, Verdict.MENTION)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    kinds: tuple[Choice, ...]
    posts: tuple[PostView, ...]
    total: str
    #: Looked at so far; None where it is not counted.
    looked_at: str
    mistakes: str
    next_href: str
    done: str
    error: str


def audit_view(
    listed: AuditList,
    *,
    kind: str,
    looked: Mapping[str, int],
    visitor: Visitor,
    now: datetime,
    done: str,
    error: str,
) -> AuditView:
    """`looked` is how many were looked at, by what people saw: `fine`, `problem`."""
    known: Sequence[tuple[str, str]] = [("", "All"), *KINDS.items()]
    fine, problem = looked.get("fine", 0), looked.get("problem", 0)
    chosen = f"&kind={kind}" if kind else ""
    share = f"{problem} of {fine + problem} ({problem / (fine + problem):.0%})" if fine + problem else "–"
    return AuditView(
        kinds=tuple(Choice(value=value, label=label, chosen=value == kind) for value, label in known),
        posts=tuple(post_view(post, now, visitor.zone) for post in listed.posts),
        total=str(listed.total),
        looked_at=str(fine + problem),
        mistakes=share,
        next_href=f"/audit?after={listed.next}{chosen}" if listed.next else "",
        done=done,
        error=error,
    )
