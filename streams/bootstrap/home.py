"""One installation, opened: settings walk in; its books, bus, roster, rules and numbers walk out, tied together."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from streams.bootstrap.buses import open_bus, prefix_of
from streams.bootstrap.reread import rereader
from streams.bus.dead_letters import Reread
from streams.bus.ports import Bus
from streams.bus.publisher import BusPublisher
from streams.clock import Clock, utc_now
from streams.errors import Misconfigured
from streams.ingest.brands import Brands
from streams.ingest.language import identify
from streams.metrics import Metrics
from streams.notify.notices import EVENTS, QuietHours, Recipient, Way
from streams.routing.plan import Planner
from streams.routing.roster import Channel, Handler, Roster
from streams.routing.roster_file import load_roster
from streams.routing.rules import Rules
from streams.routing.rules_file import load_rules
from streams.settings import Settings
from streams.storage.accounts import Accounts
from streams.storage.alert_book import SqlAlertBook
from streams.storage.case_book import SqlCaseBook
from streams.storage.case_facts import SqlCaseLookup
from streams.storage.engine import open_engine
from streams.storage.inbox import Inbox
from streams.storage.installation import installation_id
from streams.storage.outbox import SqlOutbox
from streams.storage.schema import migrate, schema_is_current
from streams.storage.shelf import SqlShelf
from streams.storage.source_book import SqlSourceBook


@dataclass(frozen=True, kw_only=True)
class Home:
    settings: Settings
    clock: Clock
    metrics: Metrics
    roster: Roster
    rules: Rules
    planner: Planner
    engine: AsyncEngine
    book: SqlCaseBook
    inbox: Inbox
    accounts: Accounts
    sources: SqlSourceBook
    alerts: SqlAlertBook
    outbox: SqlOutbox
    shelf: SqlShelf
    lookup: SqlCaseLookup
    bus: Bus
    #: Before every topic and group on Kafka.
    prefix: str
    publisher: BusPublisher
    recipients: Mapping[str, Recipient]
    reread: Reread


@asynccontextmanager
async def open_home(settings: Settings, *, clock: Clock = utc_now, migrating: bool = False) -> AsyncIterator[Home]:
    """Opens everything but sources and model, and closes it at the end.

    An SQLite case book is brought to this version; for PostgreSQL that is `migrating=True` (as `up` and `migrate`
    do), else a book of another version is `Misconfigured`.
    """
    _make_folder(settings)
    metrics = Metrics()
    roster = load_roster(settings.roster_path)
    rules = load_rules(settings.rules_path, roster)
    async with AsyncExitStack() as stack:
        engine = open_engine(settings.database_url)
        stack.push_async_callback(engine.dispose)
        if migrating or engine.dialect.name == "sqlite":
            await migrate(engine)
        elif not await schema_is_current(engine):
            raise Misconfigured(
                "the database is not at the version of this Hearout", id="HO-DB-OLD", hint="run `hearout migrate`"
            )
        prefix = prefix_of(settings, await installation_id(engine))
        bus = open_bus(settings, clock=clock, metrics=metrics, prefix=prefix)
        stack.push_async_callback(bus.close)
        yield Home(
            settings=settings,
            clock=clock,
            metrics=metrics,
            roster=roster,
            rules=rules,
            planner=Planner(roster=roster, rules=rules, safety_words=settings.triage.safety_words),
            engine=engine,
            book=SqlCaseBook(engine),
            inbox=Inbox(engine),
            accounts=Accounts(engine, random_bytes=secrets.token_bytes),
            sources=SqlSourceBook(engine),
            alerts=SqlAlertBook(engine),
            outbox=SqlOutbox(engine),
            shelf=SqlShelf(engine),
            lookup=SqlCaseLookup(engine, supervisor_of=roster.supervisor_of),
            bus=bus,
            prefix=prefix,
            publisher=BusPublisher(bus),
            reread=rereader(brands=Brands(settings.brands), identify=identify, clock=clock),
            recipients={handler.id: _recipient(handler) for handler in roster.handlers},
        )


def _make_folder(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise Misconfigured(
            f"the folder {settings.home} cannot be made: {fault.strerror}",
            id="HO-HOME",
            hint="name another with --home or HEAROUT_HOME",
        ) from fault


def _recipient(handler: Handler) -> Recipient:
    return Recipient(handler=handler.id, zone=handler.zone, ways=tuple(map(_way, handler.channels)))


def _way(channel: Channel) -> Way:
    return Way(
        channel=channel.kind,
        target=channel.target,
        events=EVENTS if channel.events is None else channel.events,
        quiet=QuietHours(start=channel.quiet_hours[0], end=channel.quiet_hours[1]) if channel.quiet_hours else None,
        digest_minutes=channel.digest_minutes,
    )
