"""What a source could not use walks in; a dead letter that is the same each time walks out."""

from datetime import datetime

from streams.records import DeadLetter, letter_id


def dead_letter(
    *, stage: str, source: str, origin: str, payload: bytes, reason: str, at: datetime, post_id: str = ""
) -> DeadLetter:
    """Return a refusal before the bus: no topic, no key.

    `source` is the source's whole name, which alone tells two files of one name apart; `origin` is for people.
    """
    return DeadLetter(
        id=letter_id(stage, source, origin, payload),
        stage=stage,
        topic="",
        key="",
        payload=payload,
        reason=reason,
        at=at,
        post_id=post_id,
        origin=origin,
    )
