"""What every page of the desk is handed: the ports of one installation, as one frozen value."""

import asyncio
from dataclasses import dataclass

from jinja2 import Environment
from starlette.requests import HTTPConnection

from streams.clock import Clock
from streams.desk.live import Tail
from streams.desk.ports import Alerts, Entrances, Reads, Shelf, Sources
from streams.metrics import Metrics
from streams.routing.plan import Planner
from streams.routing.ports import CaseBook
from streams.routing.roster import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    inbox: Reads
    accounts: Entrances
    book: CaseBook
    planner: Planner
    sources: Sources
    shelf: Shelf
    alerts: Alerts
    clock: Clock
    #: Where people reach the desk, without a slash at the end.
    base_url: str
    session_hours: float
    metrics: Metrics
    pages: Environment
    tail: Tail
    #: Held from reading a case until a form's act on it is written, so that a second click sees the first.
    one_at_a_time: asyncio.Lock

    @property
    def roster(self) -> Roster:
        return self.planner.roster

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https:")


def desk_of(connection: HTTPConnection) -> Desk:
    desk: Desk = connection.app.state.desk
    return desk
