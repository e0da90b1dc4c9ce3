"""The cast of the alert tests: Ana owns the case, Sol supervises her team."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from streams.notify.notices import Recipient, Way
from streams.notify.ports import CaseFacts
from streams.records import CaseEvent, Verdict

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")


def facts(**other: object) -> CaseFacts:
    plain: dict[str, object] = {
        "author": "@marta",
        "source": "bluesky",
        "brand": "Lumo",
        "owner": "ana",
        "supervisor": "sol",
        "verdict": Verdict.HOSTILE_PROBLEM,
        "severity": 3,
        "problem": "the cleaner came two hours late and broke the vase",
        "instead": "",
        "hostility": 0.91,
        "why": ("problem 0.88 >= 0.40",),
        "first_contact_due": NOW + timedelta(hours=1),
        "resolution_due": NOW + timedelta(days=2),
        "contacted": False,
    }
    return CaseFacts(**{**plain, **other})  # type: ignore[arg-type]


def event(kind: str = "assigned", actor: str = "hearout", number: int = 2, **data: object) -> CaseEvent:
    if kind == "assigned":
        data = {"owner": "ana", "why": (), "waiting": False, **data}
    return CaseEvent(
        id=f"c-1/{number}", seq=number, case_id="c-1", number=number, kind=kind, at=NOW, actor=actor, data=data
    )


def people(*ways: Way) -> dict[str, Recipient]:
    chosen = ways or (Way(channel="desk"),)
    return {name: Recipient(handler=name, zone=MADRID, ways=chosen) for name in ("ana", "sol")}
