"""timers: the steps of clocks, what could not be carried out, and deadlines that lists sort by"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("due_provisional", sa.Boolean(), nullable=True))
    op.create_index("ix_cases_home_due", "cases", ["home", "due_at", "id"], unique=False)
    op.create_table(
        "timers",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("clock", sa.String(length=80), nullable=False),
        sa.Column("sum", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"], name=op.f("fk_timers_home_case_id")),
        sa.PrimaryKeyConstraint("home", "case_id", "clock", "sum", "step", name=op.f("pk_timers")),
    )
    op.create_index("ix_timers_next", "timers", ["next_try_at", "home", "case_id"], unique=False)
    op.create_table(
        "blocked",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=True),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attend_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("home", "kind", "subject", name=op.f("pk_blocked")),
    )
    op.create_index("ix_blocked_home_since", "blocked", ["home", "since"], unique=False)
