"""The ports of an installation walk in; the web desk, an ASGI application, walks out."""

import asyncio
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from streams.clock import Clock
from streams.desk.desk import Desk
from streams.desk.failures import HANDLERS, LastResort
from streams.desk.headers import SecurityHeaders
from streams.desk.live import Tail
from streams.desk.ports import Alerts, Entrances, Reads, Shelf, Sources
from streams.desk.rendering import environment
from streams.desk.routes import routes
from streams.metrics import Metrics
from streams.routing.plan import Planner
from streams.routing.ports import CaseBook
from streams.routing.roster import Roster
from streams.routing.rules import Rules


def desk_app(
    *,
    inbox: Reads,
    accounts: Entrances,
    book: CaseBook,
    roster: Roster,
    rules: Rules,
    sources: Sources,
    shelf: Shelf,
    alerts: Alerts,
    clock: Clock,
    base_url: str,
    session_hours: float,
    metrics: Metrics,
    extra_routes: Sequence[BaseRoute] = (),
    safety_words: tuple[str, ...] = (),
    look_every: float = 0.5,
) -> Starlette:
    """`base_url` is where people reach the desk; cookies are for https alone when it is https.

    `safety_words` are those of the settings, for cases opened from the audit. `look_every` is the pause, in seconds,
    between two looks for news while somebody has a page open.
    """
    desk = Desk(
        inbox=inbox,
        accounts=accounts,
        book=book,
        planner=Planner(roster=roster, rules=rules, safety_words=safety_words),
        sources=sources,
        shelf=shelf,
        alerts=alerts,
        clock=clock,
        base_url=base_url.rstrip("/"),
        session_hours=session_hours,
        metrics=metrics,
        pages=environment(),
        tail=Tail(inbox.last_seq, every=look_every),
        one_at_a_time=asyncio.Lock(),
    )
    app = Starlette(
        routes=[*extra_routes, *routes()],
        middleware=[Middleware(SecurityHeaders, https=desk.https), Middleware(LastResort)],
        exception_handlers=dict(HANDLERS),
    )
    app.state.desk = desk
    return app
