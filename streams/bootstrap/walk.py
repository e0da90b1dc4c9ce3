"""The walk at work: an opened installation walks in; the jobs that carry records along it walk out, by name."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from rich.console import Console

from streams.bootstrap.alone import alone
from streams.bootstrap.channels import open_channels
from streams.bootstrap.home import Home
from streams.bootstrap.numbers import after_triage
from streams.bootstrap.process import Job, every, wait
from streams.bootstrap.shadow import open_shadow
from streams.bus.dead_letters import KeepStep
from streams.bus.hold import Backoff, Hold, Left
from streams.bus.ports import Batch
from streams.bus.relay import relay
from streams.bus.runner import Runner
from streams.cases.own import own_handle
from streams.cases.triage import Thresholds, heads_said
from streams.notify.send import Sender
from streams.notify.step import NotifyStep
from streams.routing.step import TriageStep
from streams.routing.timekeeper import tick
from streams.routing.triaging import Triaging
from streams.sentiment.ports import Model
from streams.sentiment.step import ScoreStep
from streams.sentiment.vocabulary import with_vocabulary
from streams.settings import ModelSettings
from streams.stage import Step
from streams.topics import Topic
from streams.topology import STAGES

#: Seconds between two looks: for alerts to send, and of the clock at deadlines and waiting cases.
_SEND_LOOK, _CLOCK_LOOK = 0.5, 5.0


async def stage_jobs(home: Home, names: Collection[str], *, model: Model, console: Console) -> dict[str, Job]:
    """The jobs of these names: stages that read a topic, and `relay`, `send` and `clock`."""
    jobs: dict[str, Job] = {}
    for hop in STAGES:
        if hop.name in names and isinstance(hop.reads, Topic):
            step = await _step(hop.name, home, model)
            runner = Runner(
                stage=hop.name,
                reads=hop.reads,
                writes=hop.writes if isinstance(hop.writes, Topic) else None,
                step=step,
                bus=home.bus,
                letters=home.shelf.keep if hop.name == "keep" else home.publisher.refused,
                clock=home.clock,
                metrics=home.metrics,
                hold=_hold(home, hop.name),
                batch=Batch(size=home.settings.bus.batch, linger=home.settings.bus.linger),
                max_refusals=home.settings.bus.max_refusals,
            )
            jobs[hop.name] = partial(_scoring, runner, step) if isinstance(step, ScoreStep) else runner.run
    for name, job in _SINGLE.items():
        if name in names:
            jobs[name] = alone(home.engine, home.settings.home / "locks", name, partial(job, home, console))
    return jobs


def thresholds(settings: ModelSettings, of_model: Mapping[str, float]) -> Thresholds:
    """The model's own, where the settings do not say otherwise."""

    def line(head: str, chosen: float | None) -> float:
        return of_model[head] if chosen is None else chosen

    return Thresholds(
        problem=line("problem", settings.problem),
        hostility=line("hostility", settings.hostility),
        constructiveness=line("constructiveness", settings.constructiveness),
        positive=line("positive", settings.positive),
        undecided=of_model.get("undecided", 0.0) if settings.undecided is None else settings.undecided,
    )


async def _step(name: str, home: Home, model: Model) -> Step[Any]:
    settings = home.settings
    match name:
        case "score":
            products = [it for brand in settings.brands for it in brand.products]
            in_force = partial(_in_force, settings.model)
            shadow = await asyncio.to_thread(open_shadow, settings, model, home.metrics, in_force, products)
            return ScoreStep(
                with_vocabulary(model, products), shadow, said=partial(heads_said, thresholds=in_force(model))
            )
        case "triage":
            return TriageStep(
                book=home.book,
                triaging=Triaging(
                    planner=home.planner,
                    thresholds=thresholds(settings.model, model.thresholds),
                    settings=settings.triage,
                    own_handles=frozenset(own_handle(h) for brand in settings.brands for h in brand.handles),
                ),
                clock=home.clock,
                on_triaged=after_triage(home.metrics),
            )
        case "notify":
            return NotifyStep(
                book=home.alerts,
                lookup=home.lookup,
                recipients=home.recipients,
                desk_url=settings.desk_url,
                clock=home.clock,
            )
        case "keep":
            return KeepStep(home.shelf)
        case _:
            raise AssertionError(f"stage {name!r} stands in the topology and has no step")


def _in_force(settings: ModelSettings, model: Model) -> Thresholds:
    return thresholds(settings, model.thresholds)


async def _scoring(runner: Runner, step: ScoreStep, stop: asyncio.Event) -> None:
    try:
        await runner.run(stop)
    finally:
        step.close()


def _hold(home: Home, name: str) -> Hold:
    return Hold(name, metrics=home.metrics, backoff=Backoff())


async def _relay(home: Home, console: Console, stop: asyncio.Event) -> None:
    await relay(home.outbox, home.bus, stop=stop, hold=_hold(home, "relay"), metrics=home.metrics, look=0.25)


async def _send(home: Home, console: Console, stop: asyncio.Event) -> None:
    async with open_channels(home.settings.alerts, console=console, clock=home.clock) as channels:
        sender = Sender(
            book=home.alerts,
            channels=channels,
            clock=home.clock,
            metrics=home.metrics,
            max_attempts=home.settings.alerts.max_attempts,
        )
        hold = _hold(home, "send")
        with suppress(Left):
            while not stop.is_set():
                if not await hold.until_done(sender.drain, stop):
                    await wait(stop, _SEND_LOOK)


async def _clock(home: Home, console: Console, stop: asyncio.Event) -> None:
    async def look() -> None:
        await tick(home.book, home.roster, home.clock())

    await every(_CLOCK_LOOK, look, name="clock", stop=stop)


_SINGLE = {"relay": _relay, "send": _send, "clock": _clock}
