"""The first tables of the case book, its counters at zero."""

import sqlalchemy as sa
from alembic import op

from streams.storage.columns import UtcDateTime, Word

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", Word, nullable=False),
        sa.Column("event_id", Word, nullable=False),
        sa.Column("case_id", Word, nullable=False),
        sa.Column("handler", Word, nullable=False),
        sa.Column("channel", Word, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("digest", Word, nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index("ix_alerts_case_id", "alerts", ["case_id"], unique=False)
    op.create_index(
        "ix_alerts_failed",
        "alerts",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_alerts_unsettled",
        "alerts",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_table(
        "cases",
        sa.Column("id", Word, nullable=False),
        sa.Column("status", Word, nullable=False),
        sa.Column("source", Word, nullable=False),
        sa.Column("author", Word, nullable=False),
        sa.Column("lang", Word, nullable=False),
        sa.Column("verdict", Word, nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("team", Word, nullable=False),
        sa.Column("owner", Word, nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("untold_due_at", UtcDateTime(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_author", "cases", ["author"], unique=False)
    op.create_index("ix_cases_changed", "cases", ["changed_at", "id"], unique=False)
    op.create_index("ix_cases_due", "cases", ["status", "due_at"], unique=False)
    op.create_index("ix_cases_load", "cases", ["status", "waiting", "owner"], unique=False)
    op.create_index("ix_cases_owner", "cases", ["owner"], unique=False)
    op.create_index("ix_cases_team", "cases", ["team", "status"], unique=False)
    op.create_index(
        "ix_cases_untold",
        "cases",
        ["untold_due_at"],
        unique=False,
        sqlite_where=sa.text("untold_due_at IS NOT NULL"),
        postgresql_where=sa.text("untold_due_at IS NOT NULL"),
    )
    op.create_table(
        "counters",
        sa.Column("name", Word, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", Word, nullable=False),
        sa.Column("stage", Word, nullable=False),
        sa.Column("topic", Word, nullable=False),
        sa.Column("key", Word, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("post_id", Word, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("replayed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
    )
    op.create_index(
        "ix_dead_letters_kept",
        "dead_letters",
        ["stage"],
        unique=False,
        sqlite_where=sa.text("replayed_at IS NULL"),
        postgresql_where=sa.text("replayed_at IS NULL"),
    )
    op.create_table(
        "gaps",
        sa.Column("source", Word, nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "start", "end", "why", name=op.f("pk_gaps")),
    )
    op.create_table(
        "passes",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("handler", Word, nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_passes")),
    )
    op.create_index("ix_passes_expires_at", "passes", ["expires_at"], unique=False)
    op.create_index("ix_passes_handler", "passes", ["handler"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", Word, nullable=False),
        sa.Column("source", Word, nullable=False),
        sa.Column("author", Word, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("day", Word, nullable=False),
        sa.Column("lang", Word, nullable=False),
        sa.Column("verdict", Word, nullable=False),
        sa.Column("sentiment", Word, nullable=False),
        sa.Column("effect", Word, nullable=False),
        sa.Column("rated", sa.Boolean(), nullable=False),
        sa.Column("case_id", Word, nullable=True),
        sa.Column("folded", sa.Text(), nullable=True),
        sa.Column("audit", sa.Boolean(), nullable=False),
        sa.Column("audited_by", Word, nullable=True),
        sa.Column("audited_at", UtcDateTime(), nullable=True),
        sa.Column("audited_as", Word, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index(
        "ix_posts_audited_as",
        "posts",
        ["audited_as"],
        unique=False,
        sqlite_where=sa.text("audited_as IS NOT NULL"),
        postgresql_where=sa.text("audited_as IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_case_id",
        "posts",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("ix_posts_day", "posts", ["day", "lang", "verdict", "sentiment"], unique=False)
    op.create_index(
        "ix_posts_rated",
        "posts",
        ["author", "created_at"],
        unique=False,
        sqlite_where=sa.text("rated"),
        postgresql_where=sa.text("rated"),
    )
    op.create_index(
        "ix_posts_to_audit",
        "posts",
        ["created_at", "id"],
        unique=False,
        sqlite_where=sa.text("audit AND audited_at IS NULL"),
        postgresql_where=sa.text("audit AND audited_at IS NULL"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", Word, nullable=False),
        sa.Column("subject", Word, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index("ix_sign_in_failures_subject", "sign_in_failures", ["subject", "at"], unique=False)
    op.create_table(
        "sources",
        sa.Column("name", Word, nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("newest_post_at", UtcDateTime(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", Word, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("handler", Word, nullable=False),
        sa.Column("name", Word, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_index("ix_tokens_handler", "tokens", ["handler"], unique=False)
    op.create_table(
        "users",
        sa.Column("handler", Word, nullable=False),
        sa.Column("password_hash", Word, nullable=False),
        sa.PrimaryKeyConstraint("handler", name=op.f("pk_users")),
    )
    op.create_table(
        "case_helpers",
        sa.Column("handler", Word, nullable=False),
        sa.Column("case_id", Word, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_helpers_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("handler", "case_id", name=op.f("pk_case_helpers")),
    )
    op.create_index("ix_case_helpers_case_id", "case_helpers", ["case_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", Word, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", Word, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_events_case_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_events_case_id_number")),
    )
    counters = sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
    op.bulk_insert(counters, [{"name": "events", "value": 0}, {"name": "relay", "value": 0}])
