"""What can go wrong, sorted by what happens next.

HearoutError
├── Transient        the world is away for a while: hold the record and try again
├── Refused          this record is bad: put it with the dead letters, go on
└── Misconfigured    an operator has to act: stop, say what is wrong and what to type
    └── TooManyRefusals
"""


class HearoutError(Exception):
    """Every error this product raises on purpose."""


class Transient(HearoutError):
    """A service is away or busy; the same call may work later."""


class Refused(HearoutError):
    """A record (a post, a line, a payload) cannot be used; the message says why."""


class Misconfigured(HearoutError):
    """The installation has to be changed by a person.

    `id` is stable and can be searched for; `hint` says what to do.
    """

    def __init__(self, message: str, *, id: str, hint: str) -> None:
        super().__init__(message)
        self.id = id
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.args[0]} ({self.id})\n  hint: {self.hint}"


class TooManyRefusals(Misconfigured):
    """So many records in a row were refused that the fault is not in the records."""

    def __init__(self, stage: str, in_a_row: int, last_reason: str) -> None:
        super().__init__(
            f"stage {stage!r} refused {in_a_row} records in a row and stopped; the last reason: {last_reason}",
            id="HO-REFUSALS",
            hint="look at `hearout dead-letters list`; mend the cause, start again, then `hearout dead-letters replay`"
            "; where the records themselves are bad, raise `bus.max_refusals`, or it stops at the same record again",
        )
