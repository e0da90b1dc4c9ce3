"""Dead letters are found by the post they stand for, so that its text goes when its author takes it back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index(
        "ix_dead_letters_post_id",
        "dead_letters",
        ["post_id"],
        unique=False,
        sqlite_where=sa.text("post_id <> ''"),
        postgresql_where=sa.text("post_id <> ''"),
    )
