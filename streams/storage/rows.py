"""Posts, cases and events walk in as values and out as rows, and back, exactly as they were."""

from datetime import UTC
from typing import Any, Protocol

import msgspec

from streams.cases.case import Case, deadlines, next_deadline
from streams.cases.codec import event_to_data
from streams.cases.events import Event
from streams.cases.triaged import TriagedPost
from streams.records import CaseEvent, Scores
from streams.routing.ports import Change

_encoder = msgspec.json.Encoder(order="sorted")
_posts = msgspec.json.Decoder(TriagedPost)
_cases = msgspec.json.Decoder(Case)
_data = msgspec.json.Decoder(dict[str, object])

#: A row to be written: column by name.
Values = dict[str, Any]


class Bodied(Protocol):
    """A row with the column `body`."""

    @property
    def body(self) -> Any: ...


def post_to_row(triaged: TriagedPost) -> Values:
    post = triaged.post
    return {
        "id": post.id,
        "source": post.source,
        "author": post.author,
        "created_at": post.created_at,
        "day": post.created_at.astimezone(UTC).date().isoformat(),
        "lang": post.lang,
        "verdict": triaged.verdict or "",
        "sentiment": likeliest(triaged.scores),
        "effect": triaged.effect,
        "rated": bool(post.aspects),
        "case_id": triaged.case_id or None,
        "folded": folded(f"{post.author}\n{post.author_name}\n{post.text}") if triaged.case_id else None,
        "audit": triaged.audit,
        "undecided": triaged.undecided,
        "body": _encoder.encode(triaged).decode(),
    }


def post_from_row(row: Bodied) -> TriagedPost:
    return _posts.decode(row.body)


def case_to_row(change: Change) -> Values:
    case = change.case
    return {
        "id": case.id,
        "status": case.status,
        "source": case.source,
        "author": case.author,
        "lang": case.lang,
        "verdict": case.verdict,
        "severity": case.severity,
        "team": case.team,
        "owner": case.owner,
        "waiting": case.waiting,
        "claimed": case.claimed,
        "opened_at": case.opened_at,
        "changed_at": change.at,
        "due_at": min(deadlines(case).values(), default=None),
        "untold_due_at": next_deadline(case),
        "body": _encoder.encode(case).decode(),
    }


def case_from_row(row: Bodied) -> Case:
    return _cases.decode(row.body)


def event_to_row(change: Change, event: Event, number: int, seq: int) -> Values:
    return {
        "seq": seq,
        "case_id": change.case.id,
        "number": number,
        "kind": event.kind,
        "at": change.at,
        "actor": change.actor,
        "data": _encoder.encode(event_to_data(event)).decode(),
    }


def event_from_row(row: Any) -> CaseEvent:
    return CaseEvent(
        id=f"{row.case_id}/{row.number}",
        seq=row.seq,
        case_id=row.case_id,
        number=row.number,
        kind=row.kind,
        at=row.at,
        actor=row.actor,
        data=_data.decode(row.data),
    )


def likeliest(scores: Scores | None) -> str:
    if scores is None:
        return ""
    said = scores.sentiment
    return max((said.negative, "negative"), (said.neutral, "neutral"), (said.positive, "positive"))[1]


def folded(text: str) -> str:
    """For finding text whatever its case, in any script; PostgreSQL's text cannot hold NUL."""
    return text.casefold().replace("\x00", "")
