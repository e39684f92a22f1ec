"""rhythm: turns and numbers of meetings, what units set for themselves, late items, delegation, what is told"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TURN = ["home", "workflow", "meeting", "unit", "turn"]
_NUMBER = ["home", "workflow", "meeting", "unit", "year", "number"]


def upgrade() -> None:
    for column in (
        sa.Column("turn", sa.String(length=10), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("delegate", sa.String(length=80), nullable=True),
        sa.Column("delegated_by", sa.String(length=80), nullable=True),
        sa.Column("delegated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delegation", sa.Text(), nullable=True),
    ):
        op.add_column("meetings", column)
    op.create_index("uq_meetings_home_turn", "meetings", _TURN, unique=True)
    op.create_index("uq_meetings_home_number", "meetings", _NUMBER, unique=True)
    for column in (
        sa.Column("added_by", sa.String(length=80), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_reason", sa.Text(), nullable=True),
    ):
        op.add_column("agenda", column)
    _create_rhythms()
    _create_reports()


def _create_rhythms() -> None:
    op.create_table(
        "meeting_rhythms",
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("meeting", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("monthday", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_meeting_rhythms_unit")),
        sa.PrimaryKeyConstraint("workflow", "meeting", "unit", name=op.f("pk_meeting_rhythms")),
    )


def _create_reports() -> None:
    op.create_table(
        "agenda_reports",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("case_home", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("meeting", sa.String(length=80), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["home", "meeting_id"], ["meetings.home", "meetings.id"], name=op.f("fk_agenda_reports_home_meeting_id")
        ),
        sa.PrimaryKeyConstraint("home", "case_id", "seq", "meeting", name=op.f("pk_agenda_reports")),
    )
    columns = ["home", "unit", "meeting", "meeting_id"]
    op.create_index("ix_agenda_reports_home_unit", "agenda_reports", columns, unique=False)
    op.create_index("ix_agenda_reports_home_meeting_id", "agenda_reports", ["home", "meeting_id"], unique=False)
