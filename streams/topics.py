"""The topics of the bus: what each is called, what stands on it, and what keeps its records in order."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.records import CaseEvent, DeadLetter, Deletion, Post, Record, ScoredPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    #: The kinds of records that may stand on it.
    records: tuple[type[Record], ...]
    #: Records with the same key stay in order.
    key: Callable[[Record], str]


def by_author(record: Record) -> str:
    """One author's posts stay in order, so that a case sees them as they were written."""
    match record:
        case Post() | Deletion():
            return f"{record.source}:{record.author}"
        case ScoredPost():
            return by_author(record.post)
        case _:
            raise TypeError(f"{type(record).__name__} has no author")


def by_case(record: Record) -> str:
    if isinstance(record, CaseEvent):
        return record.case_id
    raise TypeError(f"{type(record).__name__} has no case")


def by_id(record: Record) -> str:
    if isinstance(record, DeadLetter):
        return record.id
    raise TypeError(f"{type(record).__name__} is no dead letter")


POSTS = Topic(name="posts", records=(Post, Deletion), key=by_author)
SCORED = Topic(name="posts.scored", records=(ScoredPost, Deletion), key=by_author)
CASES = Topic(name="cases", records=(CaseEvent,), key=by_case)
DEAD_LETTERS = Topic(name="dead-letters", records=(DeadLetter,), key=by_id)

TOPICS = (POSTS, SCORED, CASES, DEAD_LETTERS)
