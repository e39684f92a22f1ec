"""What all tables are made of: moments, JSON, codes, and the metadata that they hang on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB


class Utc(TypeDecorator[datetime]):
    """An aware moment: timestamptz on PostgreSQL, on SQLite text in UTC of fixed width, which sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

JSON_VALUE = JSON().with_variant(JSONB(), "postgresql")
ERASABLE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
CODE = String(80)
ID = String(120)
#: Lines are compared by range, so PostgreSQL must compare them byte by byte as SQLite does.
LINE = String(600).with_variant(String(600, collation="C"), "postgresql")
#: As above: what a gram begins with is a range.
GRAM = String(8).with_variant(String(8, collation="C"), "postgresql")


def home_column() -> Column[str]:
    return Column("home", CODE, nullable=False)
