"""What databases say becomes one of our errors, by what happens next."""

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from streams.errors import HearoutError, Misconfigured, Refused, Transient
from streams.storage.engine import open_engine
from streams.storage.faults import translated


class Spoken(Exception):
    """An error as a driver raises it."""

    def __init__(self, message: str, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        (Spoken("database is locked"), Transient),
        (Spoken("database or disk is full"), Transient),
        (Spoken("disk I/O error"), Transient),
        (Spoken("unable to open database file"), Misconfigured),
        (Spoken("attempt to write a readonly database"), Misconfigured),
        (Spoken("no such table: posts"), Misconfigured),
        (Spoken("the database system is starting up", "57P03"), Transient),
        (Spoken("deadlock detected", "40P01"), Transient),
        (Spoken("could not extend file: No space left on device", "53100"), Transient),
        (Spoken("password authentication failed", "28P01"), Misconfigured),
        (Spoken("permission denied for table posts", "42501"), Misconfigured),
        (Spoken('relation "posts" does not exist', "42P01"), Misconfigured),
        (Spoken("invalid byte sequence for encoding", "22021"), Refused),
    ],
)
def test_each_fault_is_sorted_by_what_happens_next(spoken: Spoken, expected: type[HearoutError]) -> None:
    """Whether SQLAlchemy has wrapped it or the driver raised it while connecting (PostgreSQL's only)."""
    with pytest.raises(expected) as wrapped, translated():
        raise DBAPIError("SELECT 1", {}, spoken)
    assert isinstance(wrapped.value.__cause__, DBAPIError)
    if spoken.sqlstate:
        with pytest.raises(expected), translated():
            raise spoken


def test_messages_show_no_statement() -> None:
    """An operator reads a sentence, not SQL with somebody's data in it."""
    with pytest.raises(Transient) as raised, translated():
        raise DBAPIError("INSERT INTO posts", {"text": "private"}, Spoken("database is locked"))
    assert str(raised.value) == "the database is locked by another process"


@pytest.mark.parametrize("fault", [ConnectionRefusedError(), TimeoutError(), PoolTimeout()])
def test_a_server_that_cannot_be_reached_is_transient(fault: Exception) -> None:
    with pytest.raises(Transient), translated():
        raise fault


@pytest.mark.parametrize(
    "fault", [ValueError("ours"), IntegrityError("INSERT", {}, Spoken("UNIQUE constraint failed"))]
)
def test_faults_of_our_own_pass_as_they_are(fault: Exception) -> None:
    """Trying again would not mend them, and hiding them would."""
    with pytest.raises(type(fault)) as raised, translated():
        raise fault
    assert raised.value is fault


@pytest.mark.parametrize(
    "url", ["hearout.db", "mysql://host/name", "postgresql://host/name", "sqlite:///x", "", "sqlite+aiosqlite"]
)
def test_a_url_that_cannot_be_used_says_what_to_write(url: str) -> None:
    with pytest.raises(Misconfigured, match="postgresql\\+asyncpg://"):
        open_engine(url)


def test_a_bad_url_is_not_repeated() -> None:
    """It may hold a password."""
    with pytest.raises(Misconfigured) as raised:
        open_engine("postgresql+psycopg2://ana:hunter2@host/name")
    assert "hunter2" not in str(raised.value)
