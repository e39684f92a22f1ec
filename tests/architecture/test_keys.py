"""Keys that can spread: the tables of the case family can be laid out by `home` (architecture.md)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.store.tables import FAMILY, metadata

FAMILY_NAMES = {table.name for table in FAMILY}
REGISTER = [table for table in metadata.sorted_tables if table.name not in FAMILY_NAMES]
EACH = pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in FAMILY])


def keys(table: sa.Table) -> Iterator[tuple[str, list[str]]]:
    """(what it is, its columns in order) of every key of the table; of a foreign key both sides."""
    for constraint in table.constraints:
        if isinstance(constraint, sa.PrimaryKeyConstraint | sa.UniqueConstraint):
            yield type(constraint).__name__, [column.name for column in constraint.columns]
        if isinstance(constraint, sa.ForeignKeyConstraint):
            yield "foreign key", [element.parent.name for element in constraint.elements]
            yield "referred key", [element.column.name for element in constraint.elements]
    for index in table.indexes:
        if index.unique:
            yield "unique index", [column.name for column in index.columns]


def misplaced(table: sa.Table) -> list[tuple[str, list[str]]]:
    """Keys that do not begin with `home`."""
    return [(kind, columns) for kind, columns in keys(table) if columns[:1] != ["home"]]


def numbered(table: sa.Table) -> list[str]:
    """Columns whose values would come from the database: counters, sequences, defaults."""
    return [
        column.name
        for column in table.columns
        if column is table.autoincrement_column
        or column.identity is not None
        or column.server_default is not None
        or column.server_onupdate is not None
        or isinstance(column.default, sa.Sequence)
        or column.computed is not None
    ]


@EACH
def test_every_table_of_the_family_carries_its_home_not_null(table: sa.Table):
    assert not table.c.home.nullable
    assert table.c.home.onupdate is None


@EACH
def test_home_is_first_in_every_key(table: sa.Table):
    assert misplaced(table) == []
    assert next(iter(table.primary_key.columns)).name == "home"


@EACH
def test_foreign_keys_stay_within_the_family(table: sa.Table):
    assert {key.column.table.name for key in table.foreign_keys} <= FAMILY_NAMES


@pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in REGISTER])
def test_no_foreign_key_leads_from_the_register_into_the_family(table: sa.Table):
    assert not {key.column.table.name for key in table.foreign_keys} & FAMILY_NAMES
    assert "home" not in table.c


@EACH
def test_no_value_comes_from_the_database(table: sa.Table):
    assert numbered(table) == []


def test_these_checks_can_fail():
    other = sa.MetaData()
    parent = sa.Table("parent", other, sa.Column("id", sa.Integer, primary_key=True))
    bad = sa.Table(
        "bad",
        other,
        sa.Column("id", sa.Integer, sa.Sequence("ids"), primary_key=True),
        sa.Column("home", sa.String, nullable=False),
        sa.Column("parent", sa.ForeignKey(parent.c.id)),
        sa.Column("number", sa.Integer, server_default="1", unique=True),
        sa.Index("ux", "number", "home", unique=True),
        sa.UniqueConstraint("number", "home"),
    )

    assert sorted(misplaced(bad)) == [
        ("PrimaryKeyConstraint", ["id"]),
        ("UniqueConstraint", ["number"]),
        ("UniqueConstraint", ["number", "home"]),
        ("foreign key", ["parent"]),
        ("referred key", ["id"]),
        ("unique index", ["number", "home"]),
    ]
    assert numbered(bad) == ["id", "number"]
    assert numbered(parent) == ["id"]
