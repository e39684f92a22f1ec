"""What belongs to the rows of the history: when a case had come to the level it left, its meeting, counts by month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.audit.case_file import CaseFileQueries
from engine.audit.moves import MoveQueries
from engine.audit.queries import HistoryFilter
from engine.definition.model import SYSTEM
from engine.rules.refusals import NotFound
from engine.store.tables import cases, history, meetings
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.store.test_history_queries import LEVELS
from tests.store.world import World, varied

FEBRUARY, MARCH, APRIL = (datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3, 4))


@pytest.fixture(scope="module", params=BACKENDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with fresh_store(request.param) as store:
        yield varied(store)


def moves(world: World) -> MoveQueries:
    return MoveQueries(world.office)


def came(rows: list[Any], row: Any) -> datetime:
    """When the case of the row had come to the level that the row left, by walking all its rows."""
    before = [each for each in rows if each.case_id == row.case_id and each.seq < row.seq]
    since = None
    for each in sorted(before, key=lambda found: found.seq):
        since = each.recorded_at if each.level_to != each.level_from else since
    assert since is not None
    return since


def test_a_page_has_the_rows_of_the_history(world: World):
    for person in ("auditor_county", "pianzhang", "nobody"):
        for wanted in (HistoryFilter(limit=1000), HistoryFilter(upward=True), HistoryFilter(limit=3)):
            page, plain = moves(world).page(person, wanted), world.audit.history(person, wanted)

            assert (page.rows, page.next) == (plain.rows, plain.next)


def test_of_each_step_it_is_told_when_the_case_had_come_there(world: World):
    page = moves(world).page("auditor_county", HistoryFilter(limit=1000))
    rows = world.rows(history)
    left = [row for row in rows if row.level_from is not None and row.level_from != row.level_to]

    assert page.came == {(row.case_id, row.seq): came(rows, row) for row in left}
    assert len(left) > 3


def test_the_cases_and_meetings_of_the_rows_are_there_masked_and_numbered(world: World):
    page = moves(world).page("auditor_county", HistoryFilter(limit=1000))

    assert set(page.cases) == {row.case_id for row in page.rows}
    assert {view.sight.value for view in page.cases.values()} == {"masked"}
    assert set(page.meetings) == {row.event.meeting for row in page.rows if row.event.meeting}
    assert {each.number for each in page.meetings.values()} == {row.number for row in world.rows(meetings)}


def test_steps_upward_are_counted_by_month_as_they_are_listed(world: World):
    months = [(FEBRUARY, MARCH), (MARCH, APRIL)]
    for person in ("auditor_county", "auditor_township", "pianzhang"):
        for wanted in (HistoryFilter(), HistoryFilter(to_level="township"), HistoryFilter(unit=t.VILLAGE)):
            counted = moves(world).by_month(person, wanted, months)
            page = world.audit.history(person, HistoryFilter(**_plain(wanted), limit=1000))
            rows = [view.event for view in page.rows if _climbed(view.event)]
            people = [row for row in rows if row.actor != SYSTEM]

            assert [(each.by_people, each.by_clock) for each in counted] == [
                (0, 0),
                (len(people), len(rows) - len(people)),
            ]


def _plain(wanted: HistoryFilter) -> dict[str, Any]:
    return {"to_level": wanted.to_level, "unit": wanted.unit}


def _climbed(event: Any) -> bool:
    return event.level_from is not None and LEVELS.index(event.level_to) > LEVELS.index(event.level_from)


def test_without_a_row_in_reach_every_month_counts_nothing(world: World):
    (only,) = moves(world).by_month("nobody", HistoryFilter(), [(MARCH, APRIL)])

    assert (only.by_people, only.by_clock) == (0, 0)


# --- one case for the file -------------------------------------------------------------------------------------------


def test_the_file_of_a_case_has_all_its_rows_and_a_chain_that_holds(world: World):
    files = CaseFileQueries(world.office)
    for row in world.rows(cases):
        found = files.read("auditor_county", row.id)

        assert [each.event.seq for each in found.events] == list(range(1, row.version + 1))
        assert (found.events[-1].hash, found.flawed) == (row.last_hash, ())


def test_a_case_out_of_reach_has_no_file(world: World):
    with pytest.raises(NotFound):
        CaseFileQueries(world.office).read("nobody", world.rows(cases)[0].id)
