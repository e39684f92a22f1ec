"""calendars: versions in use, and by which one the deadlines of a case were counted"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COUNTED = ["workflow", "workflow_version", "closed_at", "calendar_version"]


def upgrade() -> None:
    op.create_table(
        "calendar_versions",
        sa.Column("calendar", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "version", name=op.f("pk_calendar_versions")),
    )
    op.add_column("cases", sa.Column("calendar_version", sa.Integer(), nullable=True))
    op.create_index("ix_cases_counted", "cases", _COUNTED, unique=False)
