"""What an operator asks before anything else: each part of an installation walks in, how it fares walks out.

Every finding has a stable id, a sentence, and where it is not well, what to type.
"""

import asyncio
import shutil
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from streams.clock import Clock
from streams.errors import HearoutError, Misconfigured
from streams.ingest.ports import SourceBook, SourceState
from streams.routing.roster import Roster
from streams.settings import EmailSettings, Settings
from streams.storage.pages import BookNumbers

#: Free space under which the case book is at risk, in bytes.
_LITTLE_SPACE = 500_000_000
#: A source that is heard but has had no post for so long is worth a look.
_SILENT = timedelta(hours=24)
#: Seconds a server gets to answer.
_PATIENCE = 3.0


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    id: str
    state: State
    #: A sentence.
    said: str
    #: What to type or change; empty where all is well.
    hint: str = ""


Check = Callable[[], Awaitable[Iterable[Finding]]]


async def run(checks: Mapping[str, Check]) -> Sequence[Finding]:
    """Each check in turn; one that raises is a finding itself, under the name it is run by."""
    findings: list[Finding] = []
    for name, check in checks.items():
        try:
            findings.extend(await check())
        except Misconfigured as fault:
            findings.append(Finding(id=fault.id, state=State.WRONG, said=f"{name}: {fault.args[0]}", hint=fault.hint))
        except HearoutError as fault:
            hint = "start what is away, then run this again"
            findings.append(Finding(id="HO-AWAY", state=State.WRONG, said=f"{name}: {fault}", hint=hint))
    return findings


def check_folder(settings: Settings) -> Finding:
    space = shutil.disk_usage(settings.home).free
    if space < _LITTLE_SPACE:
        return Finding(
            id="HO-DISK",
            state=State.WARNING,
            said=f"only {space // 1_000_000} MB are free where {settings.home} lies",
            hint="make room, or move the folder and name it with --home",
        )
    return Finding(id="HO-HOME", state=State.OK, said=f"the folder is {settings.home}, {space / 1e9:.0f} GB free")


def check_ears(settings: Settings) -> Finding:
    """Whether anything is listened for."""
    if settings.bluesky.enabled and not settings.brands:
        return Finding(
            id="HO-BRANDS",
            state=State.WRONG,
            said="Bluesky is on, but no brand is set to listen for",
            hint='add a [[brands]] table to hearout.toml, or start with `hearout up --bluesky "my brand"`',
        )
    hook = settings.webhook.enabled and (settings.webhook.token or settings.webhook.secret)
    if not (settings.bluesky.enabled or hook):
        return Finding(
            id="HO-SOURCES",
            state=State.WARNING,
            said="no source is set up: only files given on the command line are heard",
            hint="set bluesky.enabled, or webhook.token; see docs/sources.md",
        )
    names = ", ".join(brand.name for brand in settings.brands) or "whatever the webhook brings"
    return Finding(id="HO-SOURCES", state=State.OK, said=f"listening for {names}")


def check_roster(roster: Roster, *, has_file: bool, users: Sequence[str]) -> Iterable[Finding]:
    if not has_file:
        yield Finding(
            id="HO-ROSTER",
            state=State.WARNING,
            said="there is no roster.toml: every case goes to one handler, `me`",
            hint="write one from the example in docs/rules.md",
        )
    else:
        yield Finding(
            id="HO-ROSTER",
            state=State.OK,
            said=f"{len(roster.handlers)} handlers in {len(roster.teams)} teams",
        )
    strangers = sorted(set(users) - {handler.id for handler in roster.handlers})
    if strangers:
        yield Finding(
            id="HO-STRANGERS",
            state=State.WARNING,
            said=f"can sign in, but are not in the roster: {', '.join(strangers)}",
            hint=f"`hearout user remove {strangers[0]}`, or add them to roster.toml",
        )
    if not users:
        first = roster.handlers[0].id
        yield Finding(
            id="HO-USERS",
            state=State.WARNING,
            said="nobody can sign in to the desk with a password yet",
            hint=f"`hearout user add {first}`, or a link for once: `hearout user link {first}`",
        )


def check_book(numbers: BookNumbers) -> Iterable[Finding]:
    """What waits in the book for people."""
    open_cases = sum(numbers.open_by_verdict.values())
    yield Finding(id="HO-BOOK", state=State.OK, said=f"the case book opens; {open_cases} open cases")
    if numbers.waiting:
        yield Finding(
            id="HO-WAITING",
            state=State.WARNING,
            said=f"{numbers.waiting} cases wait with the fallback: nobody who fits can take them",
            hint="see Unassigned in the desk; look at languages, skills, hours and capacity in roster.toml",
        )
    if numbers.alerts_failed:
        yield Finding(
            id="HO-ALERTS",
            state=State.WRONG,
            said=f"{numbers.alerts_failed} alerts could not be delivered",
            hint="`hearout export alerts` shows which; mend the channel in roster.toml or [alerts]",
        )
    if numbers.dead_letters:
        yield Finding(
            id="HO-DEAD-LETTERS",
            state=State.WARNING,
            said=f"{numbers.dead_letters} records were refused and not replayed",
            hint="`hearout dead-letters list`",
        )


async def check_sources(book: SourceBook, clock: Clock) -> Sequence[Finding]:
    findings = []
    for status in await book.statuses():
        if status.state is SourceState.BROKEN:
            findings.append(
                Finding(
                    id="HO-SOURCE",
                    state=State.WRONG,
                    said=f"source {status.name} is broken since {status.since:%Y-%m-%d %H:%M} UTC: {status.error}",
                    hint="it is tried again by itself; see docs/sources.md",
                )
            )
        elif status.state is SourceState.HEARING and status.newest_post_at:
            age = clock() - status.newest_post_at
            findings.append(
                Finding(
                    id="HO-SOURCE",
                    state=State.WARNING if age > _SILENT else State.OK,
                    said=f"source {status.name}: its newest post is {_span(age)} old",
                    hint="check that it still listens for the right words" if age > _SILENT else "",
                )
            )
    gaps = await book.gaps()
    if gaps:
        findings.append(
            Finding(
                id="HO-GAPS",
                state=State.WARNING,
                said=f"{len(gaps)} stretches of time were not heard; the last: {gaps[-1][0]}, {gaps[-1][1].why}",
                hint="the overview page of the desk lists them",
            )
        )
    return findings


async def check_mail(settings: EmailSettings) -> Finding:
    if not settings.host:
        return Finding(id="HO-MAIL", state=State.OK, said="e-mail is off")
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(settings.host, settings.port), _PATIENCE)
    except (OSError, TimeoutError, socket.gaierror) as fault:
        return Finding(
            id="HO-MAIL",
            state=State.WRONG,
            said=f"the mail server {settings.host}:{settings.port} does not answer: {fault or 'timed out'}",
            hint="check alerts.email in hearout.toml",
        )
    writer.close()
    return Finding(id="HO-MAIL", state=State.OK, said=f"the mail server {settings.host}:{settings.port} answers")


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
