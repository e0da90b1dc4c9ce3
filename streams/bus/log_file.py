"""The log of the embedded bus on disk: messages walk in by topic, and walk out by topic and offset.

A SQLite file in WAL mode with `synchronous=FULL`: what is published has reached the disk, so it survives a lost
machine's power and not only a killed process. How far a reader has come need not: a power cut may have it read some
messages again. Each call is one transaction; everything here blocks.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from streams.bus.ports import Message, Outgoing
from streams.errors import Misconfigured, Transient

#: Each topic's messages lie together, in one range of row ids: topic * _SPAN + offset.
_SPAN = 1 << 44

_TABLES = (
    "CREATE TABLE IF NOT EXISTS log_topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, next INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS log_messages ("
    "place INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL, at REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS log_offsets ("
    "topic TEXT NOT NULL, reader TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, reader)) WITHOUT ROWID",
)

#: What passes when the world is better: other writers, a full or an absent disk.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


class LogFile:
    """One connection to the log, for one thread at a time; opened at its first use, and again after a failure to open.

    `busy` is how many seconds a write waits for other writers before it raises `Transient`.
    """

    def __init__(self, path: Path, *, busy: float = 5.0) -> None:
        self._path = path
        self._busy = busy
        self._db: sqlite3.Connection | None = None

    def append(self, topic: str, messages: Sequence[Outgoing], at: float) -> None:
        """All of them or none; `at` is in seconds since 1970."""
        with self._transaction() as db:
            topic_id, start = self._topic_to_write(db, topic)
            base = topic_id * _SPAN + start
            db.executemany(
                "INSERT INTO log_messages (place, key, value, at) VALUES (?, ?, ?, ?)",
                [(base + n, message.key, message.value, at) for n, message in enumerate(messages)],
            )
            db.execute("UPDATE log_topics SET next = ? WHERE id = ?", (start + len(messages), topic_id))

    def read(self, topic: str, start: int, limit: int) -> list[Message]:
        """At most `limit` messages from offset `start` on, or from the oldest there is after it."""
        with self._reading() as db:
            found = self._topic(db, topic)
            if found is None:
                return []
            base = found[0] * _SPAN
            rows = db.execute(
                "SELECT place, key, value FROM log_messages WHERE place >= ? AND place < ? ORDER BY place LIMIT ?",
                (base + start, base + _SPAN, limit),
            ).fetchall()
        return [
            Message(topic=topic, partition=0, offset=place - base, key=key, value=value) for place, key, value in rows
        ]

    def committed(self, topic: str, group: str) -> int:
        """The offset the group reads next; 0 for a new group."""
        with self._reading() as db:
            row = db.execute("SELECT next FROM log_offsets WHERE topic = ? AND reader = ?", (topic, group)).fetchone()
        return int(row[0]) if row else 0

    def commit(self, topic: str, group: str, next_offset: int) -> None:
        with self._unhurried() as db:
            db.execute(
                "INSERT INTO log_offsets (topic, reader, next) VALUES (?, ?, ?) "
                "ON CONFLICT (topic, reader) DO UPDATE SET next = max(next, excluded.next)",
                (topic, group, next_offset),
            )

    def lag(self, topic: str, group: str) -> int:
        done = self.committed(topic, group)
        with self._reading() as db:
            found = self._topic(db, topic)
            if found is None:
                return 0
            topic_id, end = found
            row = db.execute(
                "SELECT min(place) FROM log_messages WHERE place >= ? AND place < ?",
                (topic_id * _SPAN + done, (topic_id + 1) * _SPAN),
            ).fetchone()
        return 0 if row[0] is None else end - (row[0] - topic_id * _SPAN)

    def prune(self, topic: str, groups: Sequence[str], before: float, limit: int) -> int:
        """Deletes, oldest first and at most `limit`, what is older than `before` and all groups have; says how many."""
        done = min((self.committed(topic, group) for group in groups), default=0)
        with self._transaction() as db:
            found = self._topic(db, topic)
            if found is None:
                return 0
            base = found[0] * _SPAN
            old = db.execute(
                "SELECT place, at FROM log_messages WHERE place >= ? AND place < ? ORDER BY place LIMIT ?",
                (base, base + done, limit),
            ).fetchall()
            young = next((n for n, (_, at) in enumerate(old) if at >= before), len(old))
            if young:
                db.execute("DELETE FROM log_messages WHERE place >= ? AND place <= ?", (old[0][0], old[young - 1][0]))
        return young

    def version(self) -> int:
        """A number that changes when another connection, of any process, has written."""
        with self._reading() as db:
            return int(db.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            db = sqlite3.connect(self._path, timeout=self._busy, isolation_level=None, check_same_thread=False)
            try:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                for table in _TABLES:
                    db.execute(table)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _sorted_errors(self._path):
            yield self._open()

    @contextmanager
    def _unhurried(self) -> Iterator[sqlite3.Connection]:
        """A transaction that survives a killed process, and reaches the disk with the next one that must."""
        with _sorted_errors(self._path):
            self._open().execute("PRAGMA synchronous = NORMAL")
        try:
            with self._transaction() as db:
                yield db
        finally:
            self._open().execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _sorted_errors(self._path):
            db = self._open()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @staticmethod
    def _topic(db: sqlite3.Connection, name: str) -> tuple[int, int] | None:
        """Its number, and the offset its next message gets."""
        row = db.execute("SELECT id, next FROM log_topics WHERE name = ?", (name,)).fetchone()
        return (row[0], row[1]) if row else None

    def _topic_to_write(self, db: sqlite3.Connection, name: str) -> tuple[int, int]:
        db.execute("INSERT OR IGNORE INTO log_topics (name, next) VALUES (?, 0)", (name,))
        found = self._topic(db, name)
        assert found is not None, "it was just made"  # noqa: S101
        return found


@contextmanager
def _sorted_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, by what happens next."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _PASSING:
            raise Transient(f"the log {path.name} cannot be used right now: {error}") from error
        if code in _DAMAGED:
            raise Misconfigured(
                f"the log {path} cannot be used: {error}",
                id="HO-LOG-FILE",
                hint="check the permissions of the folder, or move the file away to begin an empty log",
            ) from error
        raise
