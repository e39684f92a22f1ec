"""The scenarios of `features/v2`: version 2 of the rules, on SQLite, and the table of what they are examples of.

The table stands in `docs/coverage.md`. Where it no longer says what the scenarios show, the test that reads it fails;
`MINQING_WRITE_COVERAGE=1 pytest tests/features/test_whole_book.py` writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_bdd import scenarios

from engine.definition.model import Workflow
from engine.store.db import Store
from tests import township as t
from tests.features.book import FEATURES, PLUGINS, Book, give_world, unclear
from tests.features.coverage import lacking, table
from tests.features.tally import TALLY, Example
from tests.features.world import World

pytest_plugins = PLUGINS
BOOK = Book(FEATURES / "v2", ("sqlite",))
TABLE = Path(__file__).parents[2] / "docs" / "coverage.md"

scenarios(*BOOK.files)
give_world(globals())


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


@pytest.fixture
def world(world: World) -> World:
    t.settle_whole_book(world.office.store)
    return world


@pytest.fixture
def rules() -> list[Workflow]:
    return [t.whole_book()]


def test_every_scenario_in_the_files_is_known_by_a_title_of_its_own():
    assert len(BOOK.written()) == BOOK.lines("场景:", "场景大纲:") > 0
    assert len(BOOK.later()) == BOOK.lines("@later") > 0


def test_every_step_of_a_scenario_is_read_in_one_way_only():
    assert unclear(BOOK.now()) == {}


def test_what_is_for_later_is_reported_as_not_run(request):
    BOOK.must_have_run_all(request)
    assert len(BOOK.skipped()) == len(BOOK.later())


def test_every_row_has_an_example_that_happens_and_one_that_it_refuses_by_what_is_its_own(request):
    BOOK.must_have_run_all(request)
    assert {row.ref for row in t.whole_book().rows} == {f"T{number:02}" for number in range(1, 51)}
    assert lacking(t.whole_book(), TALLY.found("v2", "sqlite")) == []


def test_a_row_without_examples_is_named():
    book = t.whole_book()
    row = book.rows[0]
    happened, refused = (Example(workflow=book.name, line=row.mark.line, refused_by=code) for code in (None, "field:x"))
    assert len(lacking(book, {})) == 2 * len(book.rows)
    assert "T01 上报: happens nowhere" not in lacking(book, {("v2/a.feature", "a"): {happened}})
    assert "T01 上报: refuses nowhere" in lacking(book, {("v2/a.feature", "a"): {happened}})
    assert "T01 上报: refuses nowhere" not in lacking(book, {("v2/a.feature", "a"): {refused}})


def test_the_table_says_what_the_scenarios_show(request):
    BOOK.must_have_run_all(request)
    shown = table(t.whole_book(), TALLY.found("v2", "sqlite"))
    if os.environ.get("MINQING_WRITE_COVERAGE"):
        TABLE.write_text(shown, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == shown
