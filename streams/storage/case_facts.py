"""Case events walk in; what an alert says of each walks out, read from the book."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.case import Case
from streams.cases.folding import Kind, excerpt
from streams.cases.triaged import TriagedPost
from streams.notify.ports import CaseFacts
from streams.records import CaseEvent, Verdict
from streams.storage.engine import reading
from streams.storage.rows import case_from_row, post_from_row
from streams.storage.statements import chunks
from streams.storage.tables import cases, posts

#: Letters left of a problem below which nothing is folded away: an alert has to say what went wrong.
_LEAST = 12


class SqlCaseLookup:
    """A `notify.ports.CaseLookup`; `supervisor_of` tells the supervisor of a team."""

    def __init__(self, engine: AsyncEngine, *, supervisor_of: Callable[[str], str]) -> None:
        self._engine = engine
        self._supervisor_of = supervisor_of

    async def facts(self, events: Sequence[CaseEvent]) -> Mapping[str, CaseFacts]:
        found: dict[str, Case] = {}
        said: dict[str, TriagedPost] = {}
        async with reading(self._engine) as connection:
            for stretch in chunks({event.case_id for event in events}):
                rows = await connection.execute(select(cases.c.body).where(cases.c.id.in_(stretch)))
                found |= {case.id: case for case in map(case_from_row, rows)}
            about = {event.id: _about(event, found[event.case_id]) for event in events if event.case_id in found}
            for stretch in chunks(set(about.values())):
                rows = await connection.execute(select(posts.c.body).where(posts.c.id.in_(stretch)))
                said |= {post.post.id: post for post in map(post_from_row, rows)}
        return {
            event.id: self._facts(found[event.case_id], said.get(about[event.id]))
            for event in events
            if event.id in about
        }

    def _facts(self, case: Case, said: TriagedPost | None) -> CaseFacts:
        scores = said.scores if said and said.post.text else None
        return CaseFacts(
            author=case.author_name or case.author,
            source=case.source,
            brand=case.brand,
            owner=case.owner,
            supervisor=self._supervisor_of(case.team),
            verdict=case.verdict,
            severity=case.severity,
            problem=_problem(said) if said else "",
            instead=_instead(said),
            hostility=scores.hostility if scores else None,
            why=said.why if said else (),
            first_contact_due=case.first_contact_due,
            resolution_due=case.resolution_due,
            contacted=case.first_contact_at is not None,
        )


def _about(event: CaseEvent, case: Case) -> str:
    """The post the event names, else the one that opened the case."""
    return str(event.data.get("post_id", case.post_ids[0]))


def _problem(said: TriagedPost) -> str:
    """The sentences that tell the problem, the insult replaced by `…`; with the insult where little else is left."""
    evidence = said.scores.evidence if said.scores else ()
    hostility = said.scores.hostility if said.scores and said.verdict is Verdict.HOSTILE_PROBLEM else 0.0
    pieces = excerpt(said.post.text, evidence, hostility=hostility)
    told = _joined(" … " if piece.kind is Kind.INSULT else piece.text for piece in pieces)
    return told if sum(map(str.isalpha, told)) >= _LEAST else _joined(piece.text for piece in pieces)


def _joined(parts: Iterable[str]) -> str:
    return " ".join("".join(parts).split()).replace("… …", "…").strip()


def _instead(said: TriagedPost | None) -> str:
    if said is None or said.deleted_at is not None:
        return "a post its author took back"
    return _rating_line(said) or "a post without words"


def _rating_line(said: TriagedPost) -> str:
    """The lowest of rating and sub-ratings, in words."""
    post = said.post
    if post.aspects:
        name, stars = min(post.aspects.items(), key=lambda item: (item[1], item[0]))
        if post.rating is None or stars < post.rating:
            return f"{stars:g} of 5 for {name}"
    return f"{post.rating:g} of 5" if post.rating is not None else ""
