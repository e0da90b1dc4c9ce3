"""Alerts from a case event: who has to hear of it, and the two lines that say why. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from streams.notify.ports import Alert, CaseFacts
from streams.records import CaseEvent, Verdict

#: Events that concern somebody, unless the channel's own list says otherwise.
EVENTS = ("assigned", "post_joined", "post_edited", "escalated", "overdue", "reopened")

_QUOTE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """No alerts from `start` to `end` of the handler's day (may span midnight), but for severity 4."""

    start: time
    end: time

    def until(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet around `moment` ends, in the zone of `moment`; None when it is not quiet."""
        local = moment.astimezone(zone)
        now, spans_midnight = local.time(), self.start > self.end
        quiet = (now >= self.start or now < self.end) if spans_midnight else (self.start <= now < self.end)
        if not quiet:
            return None
        day = local.date() + timedelta(days=1 if spans_midnight and now >= self.start else 0)
        return datetime.combine(day, self.end, tzinfo=zone).astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A channel a handler chose, and when they want to be told through it."""

    #: Name of a channel: `desk`, `console`, `email`, `webhook`, `apprise`.
    channel: str
    target: str = ""
    events: tuple[str, ...] = EVENTS
    quiet: QuietHours | None = None
    #: Minutes between digests; 0 sends each alert at once.
    digest_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    handler: str
    zone: ZoneInfo
    ways: tuple[Way, ...]


def alerts_for(
    event: CaseEvent, facts: CaseFacts, recipients: Mapping[str, Recipient], *, desk_url: str, now: datetime
) -> tuple[Alert, ...]:
    """One alert per person and way the event concerns; none when it concerns nobody."""
    told = [(handler, headline) for handler, headline in _concerned(event, facts) if handler in recipients]
    alerts = []
    for handler, headline in told:
        person = recipients[handler]
        same: Counter[str] = Counter()
        for way in person.ways:
            same[way.channel] += 1
            if event.kind not in way.events:
                continue
            nth = f"-{same[way.channel]}" if same[way.channel] > 1 else ""
            due, digest = _when(way, person.zone, facts.severity, now)
            alerts.append(
                Alert(
                    id=f"{event.id}/{handler}/{way.channel}{nth}",
                    event_id=event.id,
                    case_id=event.case_id,
                    handler=handler,
                    channel=way.channel,
                    target=way.target,
                    severity=facts.severity,
                    title=_title(headline, facts),
                    body=_body(event, facts, person.zone, now),
                    url=f"{desk_url}/cases/{event.case_id}",
                    created_at=now,
                    due_at=due,
                    digest=digest and f"{handler}/{way.channel}{nth}/{digest}",
                )
            )
    return tuple(alerts)


def _concerned(event: CaseEvent, facts: CaseFacts) -> Sequence[tuple[str, str]]:
    """Handlers an event concerns, each with the words that say how. People are not told of what they did themselves."""
    data = event.data
    match event.kind:
        case "assigned" if data.get("waiting"):
            told = [(str(data["owner"]), "Nobody fits"), (facts.supervisor, "Nobody fits")]
        case "assigned":
            told = [(str(data["owner"]), "New case")]
        case "post_joined":
            told = [(facts.owner, "Wrote again")]
        case "post_edited":
            told = [(facts.owner, "Edited the post")]
        case "reopened":
            told = [(facts.owner, "Reopened")]
        case "overdue":
            told = [(facts.owner, f"Overdue: {str(data['deadline']).replace('_', ' ')}")]
        case "escalated":
            told = [(str(data["to"]), f"Needs you ({data['why']})")]
        case _:
            told = []
    seen: dict[str, str] = {}
    for handler, headline in told:
        if handler and handler != event.actor:
            seen.setdefault(handler, headline)
    return tuple(seen.items())


def _title(headline: str, facts: CaseFacts) -> str:
    quote = facts.problem if len(facts.problem) <= _QUOTE else facts.problem[: _QUOTE - 1].rstrip() + "…"
    what = f"“{quote}”" if quote else facts.instead
    where = f"{facts.author} on {facts.source}" + (f", about {facts.brand}" if facts.brand else "")
    return f"{headline}: {what} ({where})"


def _body(event: CaseEvent, facts: CaseFacts, zone: ZoneInfo, now: datetime) -> str:
    tone = "rating only" if facts.hostility is None else f"sounds {_tone(facts)} (hostility {facts.hostility:.2f})"
    if event.kind == "overdue":
        deadline = f"{str(event.data['deadline']).replace('_', ' ')} was due"
        due = datetime.fromisoformat(str(event.data["due"]))
    elif facts.contacted:
        deadline, due = "resolve by", facts.resolution_due
    else:
        deadline, due = "call by", facts.first_contact_due
    local = due.astimezone(zone)
    when = f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else f"{local:%a %d %b %H:%M}"
    return f"Severity {facts.severity} · {tone} · flagged because {_reason(facts)} · {deadline} {when}"


def _reason(facts: CaseFacts) -> str:
    """Of the comparisons the first that held; danger before all."""
    held = [line for line in facts.why if " < " not in line]
    danger = [line for line in held if "safety word" in line]
    return (danger or held or [facts.verdict.value.replace("_", " ")])[0]


def _tone(facts: CaseFacts) -> str:
    """Where hostility begins is the model's to say: it stands in the verdict."""
    hostility = facts.hostility or 0.0
    if facts.verdict is Verdict.HOSTILE_PROBLEM:
        return "furious" if hostility >= 0.75 else "hostile"
    return "calm" if hostility < 0.1 else "sharp"


def _when(way: Way, zone: ZoneInfo, severity: int, now: datetime) -> tuple[datetime, str]:
    """When an alert may leave, and the digest it leaves with (empty: alone). Severity 4 waits for nothing."""
    if severity >= 4:
        return now, ""
    due, digest = now, ""
    if way.digest_minutes:
        span = way.digest_minutes * 60
        due = datetime.fromtimestamp((int(now.timestamp()) // span + 1) * span, tz=now.tzinfo)
        digest = due.isoformat()
    if way.quiet and (end := way.quiet.until(due, zone)):
        due, digest = end, end.isoformat()
    return due, digest
