"""What becomes of what a stage refused: a message and a reason walk in, a dead letter walks out."""

from datetime import datetime

from streams.bus.ports import Message, Outgoing
from streams.bus.wire import glimpse_post_id, readable
from streams.records import DeadLetter, Post, Record, ScoredPost, letter_id

#: A reason longer than this tells nobody more.
_LONGEST_REASON = 500


def letter_about(
    message: Message | Outgoing, record: Record | None, *, topic: str, stage: str, reason: str, at: datetime
) -> DeadLetter:
    """`topic` is where the message was read, or was to stand; `record` what it says, None where it cannot be read."""
    reason = readable(reason)
    return DeadLetter(
        id=letter_id(stage, topic, message.key, message.value),
        stage=stage,
        topic=topic,
        key=message.key,
        payload=message.value,
        reason=reason if len(reason) <= _LONGEST_REASON else f"{reason[: _LONGEST_REASON - 1]}…",
        at=at,
        post_id=glimpse_post_id(message.value) if record is None else _post_id(record),
    )


def _post_id(record: Record) -> str:
    """Of a deletion there is none: what was refused is not the post."""
    match record:
        case Post():
            return record.id
        case ScoredPost():
            return record.post.id
        case _:
            return ""
