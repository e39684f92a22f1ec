"""case_imports: which row of which old list became which case, so that a second import adds nothing"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_imports",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("row_key", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["home", "case_id"], ["cases.home", "cases.id"], name=op.f("fk_case_imports_home_case_id")
        ),
        sa.PrimaryKeyConstraint("home", "source", "row_key", name=op.f("pk_case_imports")),
    )
