"""`hearout doctor`: opens an installation part by part, so that one broken part hides no other."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from streams import checks
from streams.bootstrap.home import Home, open_home
from streams.checks import Check, Finding, State
from streams.errors import HearoutError, Misconfigured
from streams.routing.roster_file import load_roster
from streams.routing.rules_file import load_rules
from streams.sentiment.load import load
from streams.settings import Settings
from streams.topics import Topic
from streams.topology import STAGES

#: Records waiting for one stage from which on it is said as a warning.
_MUCH = 10_000
#: Seconds Kafka gets to answer.
_PATIENCE = 5.0


async def examine(settings: Settings) -> Sequence[Finding]:
    """The findings, in the order a person would mend them."""
    if not settings.home.exists():
        said = f"{settings.home} does not exist yet"
        return [
            Finding(id="HO-HOME", state=State.WARNING, said=said, hint="`hearout up` makes it, or `hearout up --demo`")
        ]
    findings = list(await checks.run(_without_home(settings)))
    try:
        async with open_home(settings) as home:
            findings += await checks.run(_with_home(home))
    except HearoutError as fault:
        await _note(findings, fault)
    return findings


def _without_home(settings: Settings) -> dict[str, Check]:
    async def folder() -> Iterable[Finding]:
        return [checks.check_folder(settings), checks.check_ears(settings)]

    async def model() -> Iterable[Finding]:
        loaded = await asyncio.to_thread(load, settings.model.name, cascade=settings.model.cascade)
        return [Finding(id="HO-MODEL", state=State.OK, said=f"the model {loaded.name} is whole")]

    async def shadow() -> Iterable[Finding]:
        if not settings.model.shadow:
            return []
        try:
            loaded = await asyncio.to_thread(load, settings.model.shadow, cascade=settings.model.cascade)
        except HearoutError:
            raise
        except Exception as fault:  # as in `open_shadow`: whatever it is, the other checks go on
            raise Misconfigured(
                f"it cannot be opened: {type(fault).__name__}: {fault}",
                id="HO-SHADOW",
                hint="make or install its folder again, or name another in model.shadow",
            ) from fault
        said = f"the shadow model {loaded.name} is whole; /metrics (hearout_shadow_…) and the log tell where it differs"
        return [Finding(id="HO-SHADOW", state=State.OK, said=said)]

    async def rules() -> Iterable[Finding]:
        found = load_rules(settings.rules_path, load_roster(settings.roster_path))
        said = (
            f"{len(found.rules)} rules" if settings.rules_path.exists() else "no rules.toml: the built-in rules decide"
        )
        return [Finding(id="HO-RULES", state=State.OK, said=said)]

    async def mail() -> Iterable[Finding]:
        return [await checks.check_mail(settings.alerts.email)]

    return {"folder": folder, "model": model, "shadow model": shadow, "roster and rules": rules, "mail": mail}


def _with_home(home: Home) -> dict[str, Check]:
    async def people() -> Iterable[Finding]:
        has_file = Path(home.settings.roster_path).exists()
        return checks.check_roster(home.roster, has_file=has_file, users=await home.accounts.users())

    async def book() -> Iterable[Finding]:
        return checks.check_book(await home.inbox.numbers(home.clock(), days=1))

    async def sources() -> Iterable[Finding]:
        return await checks.check_sources(home.sources, home.clock)

    async def bus() -> Iterable[Finding]:
        return [*(await _topics(home)), *(await _lags(home))]

    return {"roster": people, "case book": book, "sources": sources, "bus": bus}


async def _topics(home: Home) -> Sequence[Finding]:
    settings = home.settings
    if settings.bus.kind == "embedded":
        return [Finding(id="HO-BUS", state=State.OK, said="the bus is the embedded log")]
    from streams.bus.admin import Admin  # takes long to import, and is only for Kafka

    kafka = settings.bus.kafka
    admin = Admin(servers=kafka.servers, prefix=home.prefix, timeout=_PATIENCE)
    try:
        plan = await asyncio.to_thread(admin.plan, partitions=kafka.partitions, replication=kafka.replication)
    finally:
        await asyncio.to_thread(admin.close)
    differing = [finding.spec.name for finding in plan if not finding.is_ok]
    if not differing:
        return [
            Finding(id="HO-BUS", state=State.OK, said=f"Kafka at {kafka.servers} answers, its topics are as planned")
        ]
    said = f"topics are missing or differ: {', '.join(differing)}"
    return [
        Finding(
            id="HO-TOPICS", state=State.WARNING, said=said, hint="`hearout topics plan`, then `hearout topics apply`"
        )
    ]


async def _lags(home: Home) -> Sequence[Finding]:
    findings = []
    for hop in STAGES:
        if isinstance(hop.reads, Topic) and (lag := await home.bus.lag(hop.reads.name, hop.name)) > _MUCH:
            said = f"{lag} records wait for stage {hop.name}"
            hint = "is a worker running? start more with `hearout work`"
            findings.append(Finding(id="HO-LAG", state=State.WARNING, said=said, hint=hint))
    return findings


async def _note(findings: list[Finding], fault: HearoutError) -> None:
    async def again() -> Iterable[Finding]:
        raise fault

    told = {finding.said for finding in findings}
    findings += [
        found
        for found in await checks.run({"installation": again})
        if not any(str(fault.args[0]) in said for said in told)
    ]
