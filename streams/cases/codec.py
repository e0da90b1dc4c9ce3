"""Events of a case walk in as values and out as plain dicts for book and wire, and back."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

from streams.cases.events import Event
from streams.errors import Refused
from streams.records import Verdict

#: Every kind of event, by the name it has in the book and on the wire.
EVENT_KINDS: Mapping[str, type[Event]] = MappingProxyType({event.kind: event for event in get_args(Event)})

#: By kind: each field and its type.
_FIELDS: Mapping[str, Mapping[str, Any]] = {
    kind: {field.name: get_type_hints(event)[field.name] for field in fields(event)}
    for kind, event in EVENT_KINDS.items()
}


def event_to_data(event: Event) -> dict[str, object]:
    """JSON-ready: times as ISO 8601 with their zone, verdicts as text, tuples as lists. The kind stands beside it."""
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def event_from_data(kind: str, data: Mapping[str, object]) -> Event:
    """The event back; fields it does not know are left out. Raises `Refused` when it cannot be read."""
    event_type = EVENT_KINDS.get(kind)
    if event_type is None:
        raise Refused(f"no event of a case is called {kind!r}")
    try:
        values = {name: _read(hint, data[name]) for name, hint in _FIELDS[kind].items()}
    except KeyError as missing:
        raise Refused(f"event {kind!r} lacks {missing.args[0]!r}") from None
    except (TypeError, ValueError) as wrong:
        raise Refused(f"event {kind!r} cannot be read: {wrong}") from None
    return event_type(**values)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case Verdict():
            return value.value
        case tuple():
            return list(value)
        case _:
            return value


def _read(hint: Any, value: Any) -> Any:
    if hint is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(f"the time {value!r} has no zone")
        return moment
    if hint is Verdict:
        return Verdict(value)
    if get_origin(hint) is tuple:
        return tuple(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint):
        raise TypeError(f"{value!r} is no {hint.__name__}")
    return value
