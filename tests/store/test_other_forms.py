"""The same value in another form: what reads as before and lies otherwise is changed all the same, because lists
compare what lies there and look into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.store.db import Store
from tests.databases import fresh_store
from tests.drill.forging import Witnessed
from tests.store.test_verify import _let_go
from tests.store.world import World


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    with fresh_store("sqlite") as store:
        yield Witnessed(store, tmp_path_factory.mktemp("forms"), 20)


def found(made: Witnessed, table: str, column: str, form: str) -> set[tuple[int | None, str]]:
    """The flaws once the column of one row is written so: `form` is an expression of SQLite."""
    file = made.copy("forms.db")
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        raw.row_factory = sqlite3.Row
        row = raw.execute(f"SELECT rowid AS place, * FROM {table} WHERE {column} <> {form} LIMIT 1").fetchone()
        raw.execute(f"UPDATE {table} SET {column} = {form} WHERE rowid = ?", (row["place"],))
    flaws = made.judged(file, papers=False).flaws
    assert {flaw.case_id for flaw in flaws} <= {row["id"] if table == "cases" else row["case_id"]}
    return {(flaw.seq, flaw.what) for flaw in flaws}


@pytest.mark.parametrize("table, column", [("history", "facts"), ("payloads", "body"), ("cases", "folded")])
def test_a_name_that_stands_twice_in_a_value_is_told(made: Witnessed, table: str, column: str):
    """We read the last one, SQL the first: a case would be shown to those it hides from."""
    name = f"substr({column}, 2, instr({column}, ':') - 1)"
    twice = f"iif({column} LIKE '{{\"%', '{{' || {name} || ' 0, ' || substr({column}, 2), {column})"

    assert "unreadable" in {what for _, what in found(made, table, column, twice)}


@pytest.mark.parametrize("column", ["recorded_at", "occurred_at"])
def test_a_moment_of_a_row_has_one_form(made: Witnessed, column: str):
    assert "hash" in {what for _, what in found(made, "history", column, f"replace({column}, ' ', 'T')")}


@pytest.mark.parametrize("form", ["replace({0}, ' ', 'T')", "substr({0}, 1, 16)", "replace({0}, '-', '')"])
@pytest.mark.parametrize("column", ["opened_at", "entered_at"])
def test_a_moment_of_a_case_has_one_form(made: Witnessed, column: str, form: str):
    assert found(made, "cases", column, form.format(column)) == {(None, "column")}


def test_a_year_before_our_era_is_another(postgres_store: Store):
    """It is written with the same digits. SQLite keeps text, and knows no such years."""
    world = World(postgres_store)
    world.open()
    before = "(to_char(recorded_at, 'YYYY-MM-DD HH24:MI:SS.US') || ' BC')::timestamptz"
    with postgres_store.begin() as tx:
        _let_go(tx, sqlite=False)
        tx.execute(sa.text(f"UPDATE history SET recorded_at = {before}"))

    assert "unreadable" in {flaw.what for flaw in verify(postgres_store, world.office.rulebook).flaws}
