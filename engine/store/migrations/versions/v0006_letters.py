"""letters: what is to be said to somebody, and what each person was told"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _json() -> sa.JSON:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("names", _json(), nullable=False),
        sa.Column("receiver", sa.String(length=80), nullable=True),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=True),
        sa.Column("notice", _json(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"], name=op.f("fk_outbox_home_case_id")),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_home_done", "outbox", ["home", "done_at"], unique=False)
    op.create_index("ix_outbox_receiver_next", "outbox", ["receiver", "next_try_at", "home", "id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("letter", sa.String(length=120), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("notice", _json(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"], name=op.f("fk_inbox_home_case_id")),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("home", "letter", "person", name=op.f("uq_inbox_home_letter_person")),
    )
    op.create_index("ix_inbox_person_shown", "inbox", ["person", "shown_at", "id"], unique=False)
