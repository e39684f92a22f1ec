"""search: what cases say, cut into grams; and the lists of all homes by opening"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_texts",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home", "case_id"],
            ["cases.home", "cases.id"],
            name=op.f("fk_search_texts_home_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("home", "case_id", "seq", name=op.f("pk_search_texts")),
    )
    op.create_table(
        "search_grams",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column(
            "gram", sa.String(length=8).with_variant(sa.String(length=8, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home", "case_id", "seq"],
            ["search_texts.home", "search_texts.case_id", "search_texts.seq"],
            name=op.f("fk_search_grams_home_case_id_seq"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("home", "gram", "case_id", "seq", name=op.f("pk_search_grams")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_grams_home_case", "search_grams", ["home", "case_id", "seq"], unique=False)
    op.create_index("ix_cases_opened", "cases", ["opened_at", "id"], unique=False)
