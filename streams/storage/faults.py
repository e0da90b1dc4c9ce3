"""What a database says when it fails walks in; one of our errors, in plain sentences, walks out."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from streams.errors import HearoutError, Misconfigured, Refused, Transient

#: Stretches of SQLite's messages (https://www.sqlite.org/rescode.html) after which the same call may work later.
_SQLITE_TRANSIENT = {
    "database is locked": "the database is locked by another process",
    "database table is locked": "the database is locked by another process",
    "database is busy": "the database is locked by another process",
    "database or disk is full": "the disk of the database is full",
    "disk i/o error": "the disk of the database cannot be read or written",
    "locking protocol": "the database is locked by another process",
}
#: Stretches of SQLite's messages after which a person has to act, and what to do.
_SQLITE_MISCONFIGURED = {
    "unable to open database file": ("HO-DB-OPEN", "check that the folder exists and that Hearout may write to it"),
    "readonly database": (
        "HO-DB-READONLY",
        "give the user who runs Hearout the right to write to the file and its folder",
    ),
    "file is not a database": ("HO-DB-BROKEN", "the file was written by another program or damaged; restore a backup"),
    "malformed": ("HO-DB-BROKEN", "the file is damaged; restore a backup (see docs/database.md)"),
    "no such table": ("HO-DB-SCHEMA", "run `hearout migrate`"),
    "no such column": ("HO-DB-SCHEMA", "run `hearout migrate`"),
}
#: PostgreSQL's error classes and codes (appendix A of its manual): away, busy, full, or a transaction to try again.
_POSTGRES_TRANSIENT = ("08", "40", "53", "57P", "55P03", "58")
#: PostgreSQL's codes after which a person has to act, and what to do.
_POSTGRES_MISCONFIGURED = {
    "28": ("HO-DB-LOGIN", "check user and password in the `database` setting"),
    "3D000": ("HO-DB-MISSING", "create the database, or name another one in the `database` setting"),
    "42P01": ("HO-DB-SCHEMA", "run `hearout migrate`"),
    "42703": ("HO-DB-SCHEMA", "run `hearout migrate`"),
    "42501": ("HO-DB-RIGHTS", "let the database user own the database, or grant the right that is missing"),
}


@contextmanager
def translated() -> Iterator[None]:
    """Sorts what a database raises inside by what happens next; a fault of our own passes as it is."""
    try:
        yield
    except PoolTimeout as fault:
        raise Transient("the database is busy: no connection became free in time") from fault
    except DBAPIError as fault:
        found = _sorted(fault)
        if found is None:
            raise
        raise found from fault
    except (ConnectionError, TimeoutError, OSError) as fault:
        # asyncpg lets the socket's own errors through while it connects.
        raise Transient(f"the database cannot be reached: {fault}") from fault
    except Exception as fault:
        # Likewise asyncpg's own errors: a wrong password, a server that is starting up.
        found = _by_code(fault)
        if found is None:
            raise
        raise found from fault


def _sorted(fault: DBAPIError) -> HearoutError | None:
    message = str(fault.orig).lower()
    for stretch, sentence in _SQLITE_TRANSIENT.items():
        if stretch in message:
            return Transient(sentence)
    for stretch, (id_, hint) in _SQLITE_MISCONFIGURED.items():
        if stretch in message:
            return Misconfigured(f"the database cannot be used: {fault.orig}", id=id_, hint=hint)
    coded = _by_code(fault.orig)
    if coded is not None:
        return coded
    if fault.connection_invalidated:
        return Transient(f"the connection to the database was lost: {fault.orig}")
    return None


def _by_code(fault: BaseException | None) -> HearoutError | None:
    code = getattr(fault, "sqlstate", None) or getattr(fault, "pgcode", None)
    if not isinstance(code, str):
        return None
    for prefix, (id_, hint) in _POSTGRES_MISCONFIGURED.items():
        if code.startswith(prefix):
            return Misconfigured(f"the database cannot be used: {fault}", id=id_, hint=hint)
    if code == "22021":
        return Refused("the text holds a character that the database cannot keep")
    if code.startswith(_POSTGRES_TRANSIENT):
        return Transient(f"the database is away or busy: {fault}")
    return None
