"""Typed values walk in as text, as a form or the API sent them; values a command is made of walk out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from streams.cases.decide import CommandRefused

#: Longest text a person may type into one field.
_LONGEST = 5000
#: Of the largest number SQL databases count to, and one less.
_DIGITS = 18


def whole_number(value: object) -> int | None:
    """What a page sent back as a number of ours; None for anything else, however long."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _DIGITS:
        return int(value)
    return None


class Fields:
    """Raises `CommandRefused`, with a sentence for people, where a value cannot be used."""

    def __init__(self, values: Mapping[str, str], zone: ZoneInfo) -> None:
        """`zone` is where times without a zone were typed."""
        self._values = values
        self._zone = zone

    def text(self, name: str, called: str = "") -> str:
        """Trimmed; with `called` it must not be empty."""
        value = self._values.get(name, "").replace("\r\n", "\n").strip()
        if called and not value:
            raise CommandRefused(f"Say {called}.")
        if len(value) > _LONGEST:
            raise CommandRefused(f"That is too long: {len(value)} characters, {_LONGEST} is the most.")
        return value

    def one_of(self, name: str, known: Mapping[str, str], called: str) -> str:
        value = self._values.get(name, "")
        if value not in known:
            raise CommandRefused(f"Choose {called}.")
        return value

    def yes(self, name: str) -> bool:
        return self._values.get(name, "").lower() in ("yes", "on", "true", "1")

    def moment(self, name: str, called: str) -> datetime:
        """A date and time; without a zone it is on the visitor's clock."""
        value = self._values.get(name, "").strip()
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise CommandRefused(f"Say {called}, as a date and a time.") from None
        local = at if at.tzinfo else at.replace(tzinfo=self._zone)
        try:
            return local.astimezone(UTC)
        except OverflowError:
            raise CommandRefused(f"Say {called}, as a date and a time.") from None
