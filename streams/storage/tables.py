"""The tables of the case book; `migrations/` builds them, and a test compares the two.

Conditions of partial indices have names here: only a query that says the same words uses the index.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from streams.storage.columns import UtcDateTime, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Rows that writers lock: `events` holds the number of the newest event, `relay` of the newest that left the book.
counters = Table(
    "counters",
    metadata,
    Column("name", Word, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

#: One row per accepted post. `body` is the whole `TriagedPost` as JSON; the other columns are what is asked for.
posts = Table(
    "posts",
    metadata,
    Column("id", Word, primary_key=True),
    Column("source", Word, nullable=False),
    Column("author", Word, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    #: `created_at` as `2026-11-22`, for tallies.
    Column("day", Word, nullable=False),
    Column("lang", Word, nullable=False),
    Column("verdict", Word, nullable=False),
    #: The likeliest of `negative`, `neutral`, `positive`; empty without scores.
    Column("sentiment", Word, nullable=False),
    Column("effect", Word, nullable=False),
    #: It came with sub-ratings.
    Column("rated", Boolean, nullable=False),
    Column("case_id", Word),
    #: Case-folded author and text of posts with a case; NULL for the others.
    Column("folded", Text),
    Column("audit", Boolean, nullable=False),
    Column("undecided", Boolean, nullable=False, server_default=false()),
    Column("audited_by", Word),
    Column("audited_at", UtcDateTime),
    Column("audited_as", Word),
    Column("body", Text, nullable=False),
)
_HAS_CASE = text("case_id IS NOT NULL")
Index("ix_posts_case_id", posts.c.case_id, sqlite_where=_HAS_CASE, postgresql_where=_HAS_CASE)
Index("ix_posts_day", posts.c.day, posts.c.lang, posts.c.verdict, posts.c.sentiment)
RATED = text("rated")
Index("ix_posts_rated", posts.c.author, posts.c.created_at, sqlite_where=RATED, postgresql_where=RATED)
#: Posts that were accepted; the others were taken back before they were heard, and are only remembered.
HEARD = text("NOT (effect = 'let_go' AND verdict = '' AND sentiment = '')")
TO_AUDIT = text("audit AND audited_at IS NULL")
Index(
    "ix_posts_to_audit",
    posts.c.undecided,
    posts.c.created_at,
    posts.c.id,
    sqlite_where=TO_AUDIT,
    postgresql_where=TO_AUDIT,
)
_LOOKED_AT = text("audited_as IS NOT NULL")
Index("ix_posts_audited_as", posts.c.audited_as, sqlite_where=_LOOKED_AT, postgresql_where=_LOOKED_AT)

#: The case as its events left it. `body` is the whole `Case` as JSON.
cases = Table(
    "cases",
    metadata,
    Column("id", Word, primary_key=True),
    Column("status", Word, nullable=False),
    Column("source", Word, nullable=False),
    Column("author", Word, nullable=False),
    Column("lang", Word, nullable=False),
    Column("verdict", Word, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("team", Word, nullable=False),
    Column("owner", Word, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    #: Of its newest event.
    Column("changed_at", UtcDateTime, nullable=False),
    #: Next deadline, passed or not; NULL where none is left.
    Column("due_at", UtcDateTime),
    #: Next deadline nobody was told about.
    Column("untold_due_at", UtcDateTime),
    Column("body", Text, nullable=False),
)
# By author alone: SQLite uses no index for pairs. There are few namesakes on two networks.
Index("ix_cases_author", cases.c.author)
Index("ix_cases_owner", cases.c.owner)
Index("ix_cases_load", cases.c.status, cases.c.waiting, cases.c.owner)
Index("ix_cases_team", cases.c.team, cases.c.status)
Index("ix_cases_due", cases.c.status, cases.c.due_at)
Index("ix_cases_changed", cases.c.changed_at, cases.c.id)
_UNTOLD = text("untold_due_at IS NOT NULL")
Index("ix_cases_untold", cases.c.untold_due_at, sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)

#: Supervisors brought into cases.
case_helpers = Table(
    "case_helpers",
    metadata,
    Column("handler", Word, primary_key=True),
    Column("case_id", Word, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
)
Index("ix_case_helpers_case_id", case_helpers.c.case_id)

events = Table(
    "events",
    metadata,
    #: Place in the order of all events: taken from `counters` under its lock, so without gaps and visible in order.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("case_id", Word, ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Word, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Word, nullable=False),
    #: JSON.
    Column("data", Text, nullable=False),
    UniqueConstraint("case_id", "number"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Word, primary_key=True),
    Column("event_id", Word, nullable=False),
    Column("case_id", Word, nullable=False),
    Column("handler", Word, nullable=False),
    Column("channel", Word, nullable=False),
    Column("target", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("digest", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("repeated", Boolean, nullable=False),
    #: When somebody last took it to send it.
    Column("taken_at", UtcDateTime),
)
Index("ix_alerts_case_id", alerts.c.case_id)
UNSETTLED = text("state IN ('pending', 'sending')")
Index("ix_alerts_unsettled", alerts.c.due_at, sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)
FAILED = text("state = 'failed'")
Index("ix_alerts_failed", alerts.c.due_at, sqlite_where=FAILED, postgresql_where=FAILED)

sources = Table(
    "sources",
    metadata,
    Column("name", Word, primary_key=True),
    Column("state", Word, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("error", Text, nullable=False),
    Column("newest_post_at", UtcDateTime),
    Column("cursor", Text),
    Column("failures", Integer, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("source", Word, primary_key=True),
    Column("start", UtcDateTime, primary_key=True),
    Column("end", UtcDateTime, primary_key=True),
    Column("why", Text, primary_key=True),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Word, primary_key=True),
    Column("stage", Word, nullable=False),
    Column("topic", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("post_id", Word, nullable=False),
    Column("origin", Text, nullable=False),
    Column("replayed_at", UtcDateTime),
)
KEPT = text("replayed_at IS NULL")
OF_A_POST = text("post_id <> ''")
Index("ix_dead_letters_post_id", dead_letters.c.post_id, sqlite_where=OF_A_POST, postgresql_where=OF_A_POST)
Index("ix_dead_letters_kept", dead_letters.c.stage, sqlite_where=KEPT, postgresql_where=KEPT)

users = Table(
    "users",
    metadata,
    Column("handler", Word, primary_key=True),
    Column("password_hash", Word, nullable=False),
)

#: Secrets that sign somebody in until they expire; only their SHA-256 is kept. `kind` is `session` or `link`.
passes = Table(
    "passes",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("handler", Word, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
Index("ix_passes_handler", passes.c.handler)
Index("ix_passes_expires_at", passes.c.expires_at)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Word, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("handler", Word, nullable=False),
    Column("name", Word, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_tokens_handler", tokens.c.handler)

#: Tries to sign in that did not succeed. `subject` is `handler:ana` or `address:192.0.2.7`.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Word, primary_key=True),
    Column("subject", Word, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix_sign_in_failures_subject", sign_in_failures.c.subject, sign_in_failures.c.at)
