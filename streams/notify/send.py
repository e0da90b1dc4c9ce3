"""Due alerts leave through their channels: taken, sent, noted; what fails is tried again, then shown as failed."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

import structlog

from streams.clock import Clock
from streams.errors import HearoutError, Transient
from streams.metrics import Metrics
from streams.notify.ports import Alert, AlertBook, Channel

log = structlog.get_logger(__name__)

#: Seconds before the second try; doubles up to the ceiling.
_FIRST_WAIT, _LONGEST_WAIT = 10.0, 1800.0
#: Seconds a channel may take for one message: longer than all steps of any channel may take together, since a thread
#: cannot be called back.
_PATIENCE = 90.0


class Sender:
    """Drains the alert book; one at a time does, in one process."""

    def __init__(
        self,
        *,
        book: AlertBook,
        channels: Mapping[str, Channel],
        clock: Clock,
        metrics: Metrics,
        max_attempts: int,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._book = book
        self._channels = channels
        self._clock = clock
        self._metrics = metrics
        self._max_attempts = max_attempts
        self._jitter = jitter
        #: Whether the book may call alerts `sending` that nobody sends: left by a process that died, or by this one
        #: when it could not note what became of them.
        self._left_some = True

    async def drain(self, limit: int = 200) -> int:
        """Sends what is due now; returns how many alerts it tried. Raises `Transient` when the book is away."""
        if self._left_some:
            await self._recover()
            self._left_some = False
        now = self._clock()
        due = await self._book.due(now, limit)
        if not due:
            return 0
        mine = set(await self._book.take([alert.id for alert in due], now))
        taken = [alert for alert in due if alert.id in mine]
        ends = await asyncio.gather(
            *(self._send_all(channel, alerts) for channel, alerts in _by_channel(taken)), return_exceptions=True
        )
        faults = [end for end in ends if isinstance(end, BaseException)]
        if faults:
            self._left_some = True
            raise faults[0]
        return len(taken)

    async def _recover(self) -> None:
        """What was left goes out again, counted and logged as perhaps doubled."""
        for alert in await self._book.release_interrupted(self._clock()):
            self._metrics.alerts_repeated.labels(alert.channel).inc()
            log.warning("alert may go out twice: it was being sent", alert=alert.id, channel=alert.channel)

    async def _send_all(self, channel: str, alerts: Sequence[Alert]) -> None:
        """One channel's alerts, message after message, so that a slow service holds up no other."""
        sent: list[Alert] = []
        for message in _messages(alerts):
            try:
                await self._send(channel, message)
            except (HearoutError, TimeoutError) as fault:
                await self._note_failure(message, fault)
            except Exception as fault:  # a channel's own fault must not stop the others
                log.exception("channel raised what it should not", channel=channel)
                await self._note_failure(message, fault)
            else:
                sent.extend(message)
                if channel not in _HARMLESS:
                    await self._note_sent(sent)
                    sent = []
        await self._note_sent(sent)

    async def _send(self, channel: str, message: Sequence[Alert]) -> None:
        if channel not in self._channels:
            raise Transient(f"channel {channel!r} is not set up here; see the alerts section of the settings")
        async with asyncio.timeout(_PATIENCE):
            await self._channels[channel].send(message)

    async def _note_sent(self, alerts: Sequence[Alert]) -> None:
        if alerts:
            await self._book.sent([alert.id for alert in alerts], self._clock())
            for alert in alerts:
                self._metrics.alerts.labels(alert.channel, "sent").inc()

    async def _note_failure(self, alerts: Sequence[Alert], fault: Exception) -> None:
        error = str(fault) or type(fault).__name__
        wait = min(_FIRST_WAIT * 2 ** max(alert.attempts for alert in alerts), _LONGEST_WAIT)
        # One time for all of a digest, so that it stays one message.
        retry_at = self._clock() + timedelta(seconds=wait * (0.5 + self._jitter() / 2))
        for alert in alerts:
            # `attempts` is as it was before `take` counted this try.
            tries = alert.attempts + 1
            again = not _is_final(fault) and tries < self._max_attempts
            await self._book.failed(alert.id, error, retry_at if again else None)
            self._metrics.alerts.labels(alert.channel, "retried" if again else "failed").inc()
            log.warning("alert not sent", alert=alert.id, channel=alert.channel, error=error, tries=tries, again=again)


#: Channels where sending again does no harm; what they sent is noted in one go.
_HARMLESS = frozenset({"console"})


def _is_final(fault: Exception) -> bool:
    return isinstance(fault, HearoutError) and not isinstance(fault, Transient)


def _by_channel(alerts: Sequence[Alert]) -> list[tuple[str, list[Alert]]]:
    ordered = sorted(alerts, key=lambda alert: alert.channel)
    return [(channel, list(group)) for channel, group in groupby(ordered, key=lambda alert: alert.channel)]


def _messages(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """Alerts of one digest for one target together, the others alone; the order of the first of each is kept."""
    messages: dict[tuple[str, ...], list[Alert]] = {}
    for alert in alerts:
        key = (alert.handler, alert.target, alert.digest) if alert.digest else (alert.id,)
        messages.setdefault(key, []).append(alert)
    return list(messages.values())
