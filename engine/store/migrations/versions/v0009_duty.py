"""duty: who of a role is on duty when, which version a step was carried out at, and messages that could not wait"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("timers", sa.Column("seq", sa.Integer(), nullable=True))
    op.add_column("inbox", sa.Column("urgent", sa.Boolean(), nullable=True))
    op.create_index("ix_inbox_home_case", "inbox", ["home", "case_id", "seq"], unique=False)
    op.create_table(
        "duty_turns",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=True),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_off_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_duty_turns_unit")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_duty_turns_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_turns")),
    )
    op.create_index("ix_duty_turns_unit_role", "duty_turns", ["unit", "role", "ends_at"], unique=False)
