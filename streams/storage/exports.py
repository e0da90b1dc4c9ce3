"""The book walks out row by row, in an order that time has no say in, as records anybody can read."""

import base64
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.case import Case
from streams.cases.triaged import TriagedPost
from streams.storage.corrections import JUDGED, correction
from streams.storage.engine import reading
from streams.storage.rows import case_from_row, event_from_row, post_from_row
from streams.storage.tables import HEARD, alerts, cases, dead_letters, events, posts

#: Rows fetched at once; memory holds no more, however long the book is.
_AT_ONCE = 500

#: A record, ready for JSON: always the same keys in the same order for one kind.
Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    asked: Select[Any]
    #: None for a row that has nothing to say after all.
    record: Callable[[Any], Record | None]


async def exported(engine: AsyncEngine, kind: str) -> AsyncIterator[Record]:
    """Every record of one of `EXPORTS`, as the book stood when the first was asked for. Raises `Transient`."""
    wanted = EXPORTS[kind]
    async with reading(engine) as connection:
        async for row in await connection.stream(wanted.asked.execution_options(yield_per=_AT_ONCE)):
            if (record := wanted.record(row)) is not None:
                yield record


def _post(row: Any) -> Record:
    """What was said and what became of it: nothing here tells when, or how often, this installation looked at it."""
    triaged: TriagedPost = post_from_row(row)
    post, scores = triaged.post, triaged.scores
    said = scores.sentiment if scores else None
    return {
        "id": post.id,
        "source": post.source,
        "author": post.author,
        "created_at": post.created_at,
        "lang": post.lang,
        "text": post.text,
        "brand": post.brand,
        "sentiment": {name: getattr(said, name, None) for name in ("negative", "neutral", "positive")},
        **{name: getattr(scores, name, None) for name in _HEADS},
        "verdict": triaged.verdict,
        "undecided": triaged.undecided,
        "severity": triaged.severity,
        "rule": triaged.rule,
        "effect": triaged.effect,
        "case_id": triaged.case_id or None,
        "reason": triaged.why,
        "deleted": triaged.deleted_at is not None,
    }


_HEADS = ("hostility", "problem", "constructiveness", "emotionality", "model")


def _case(row: Any) -> Record:
    case: Case = case_from_row(row)
    return {
        "id": case.id,
        "status": case.status,
        "owner": case.owner,
        "team": case.team,
        "verdict": case.verdict,
        "severity": case.severity,
        "lang": case.lang,
        "brand": case.brand,
        "source": case.source,
        "author": case.author,
        "posts": case.post_ids,
        "rule": case.rule,
        "waiting": case.waiting,
        "claimed": case.claimed,
        "helpers": case.helpers,
        "mark": case.mark,
        "outcome": case.outcome,
        "turned_constructive": case.turned_constructive,
        "overdue": sorted(case.overdue),
        "first_post_at": case.first_post_at,
        "last_post_at": case.last_post_at,
        "opened_at": case.opened_at,
        "first_contact_due": case.first_contact_due,
        "resolution_due": case.resolution_due,
        "first_contact_at": case.first_contact_at,
        "follow_up_due": case.follow_up_due,
    }


def _event(row: Any) -> Record:
    event = event_from_row(row)
    return {name: getattr(event, name) for name in ("id", "case_id", "number", "kind", "actor", "data", "at")}


def _alert(row: Any) -> Record:
    # Never the target: it may hold secrets.
    shown = ("id", "event_id", "case_id", "handler", "channel", "state", "attempts", "repeated", "title", "sent_at")
    return {name: row._mapping[name] for name in shown}


def _letter(row: Any) -> Record:
    payload, encoding = _readable(row.payload)
    return {
        "id": row.id,
        "stage": row.stage,
        "topic": row.topic,
        "origin": row.origin,
        "post_id": row.post_id or None,
        "reason": row.reason,
        "payload": payload,
        "payload_encoding": encoding,
        "at": row.at,
        "replayed_at": row.replayed_at,
    }


def _readable(payload: bytes) -> tuple[str, str]:
    try:
        return payload.decode(), "text"
    except UnicodeDecodeError:
        return base64.b64encode(payload).decode(), "base64"


#: What can be exported. Ids are derived from what was heard, so their order is the same after any crash.
EXPORTS: Mapping[str, Export] = {
    "posts": Export(asked=select(posts.c.body).where(HEARD).order_by(posts.c.id), record=_post),
    "cases": Export(asked=select(cases.c.body).order_by(cases.c.id), record=_case),
    "events": Export(asked=select(events).order_by(events.c.case_id, events.c.number), record=_event),
    "alerts": Export(asked=select(alerts).order_by(alerts.c.id), record=_alert),
    "dead-letters": Export(asked=select(dead_letters).order_by(dead_letters.c.id), record=_letter),
    "corrections": Export(asked=JUDGED, record=correction),
}


def plain(record: Record) -> Mapping[str, Any]:
    """The record with times and names as text."""
    built: Mapping[str, Any] = msgspec.to_builtins(record)
    return built
