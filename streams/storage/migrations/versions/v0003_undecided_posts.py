"""Posts the machine was unsure of are told apart, and stand first on the audit list."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TO_AUDIT = sa.text("audit AND audited_at IS NULL")


def upgrade() -> None:
    # With a default in the database: workers of the version before go on writing until they are replaced.
    op.add_column("posts", sa.Column("undecided", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_posts_to_audit", "posts")
    op.create_index(
        "ix_posts_to_audit",
        "posts",
        ["undecided", "created_at", "id"],
        unique=False,
        sqlite_where=_TO_AUDIT,
        postgresql_where=_TO_AUDIT,
    )
