"""The escalation history: of one case, and across cases within reach, narrowed and page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.queries import HistoryFilter
from engine.cases.lookups import Lookups
from engine.cases.reading import attempt_to_read
from engine.definition.model import SYSTEM
from engine.rules.mask import Sight
from engine.rules.reading import may_read
from engine.store.casefile import read_cases, read_events, read_events_at
from engine.store.db import Store
from engine.store.tables import cases, history, meetings
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.store.world import World, varied

Test = Callable[[Any], bool]
PERSONS = ("auditor_county", "auditor_township", "township_party_office", "pianzhang", "village_clerk_2", "waterman",
           "zhangsan", "nobody", "former", "joint_member")  # fmt: skip


@pytest.fixture(scope="module", params=BACKENDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with fresh_store(request.param) as store:
        yield varied(store)


def in_reach(world: World, person: str) -> list[Any]:
    """Stored rows of all cases that somebody may read, the newest recorded first."""
    with world.store.read() as tx:
        ids = tx.execute(sa.select(cases.c.id)).scalars().all()
        lookups = Lookups(tx, world.office)
        readable = {
            case
            for case, held in read_cases(tx, ids).items()
            if may_read(attempt_to_read(tx, world.office, held, person, lookups=lookups))
        }
    rows = [row for row in world.rows(history) if row.case_id in readable]
    return sorted(rows, key=lambda row: (row.recorded_at, row.case_id, row.seq), reverse=True)


def key(row: Any) -> tuple[str, int]:
    return row.case_id, row.seq


def listed(world: World, person: str, **wanted: object) -> list[tuple[str, int]]:
    page = world.audit.history(person, HistoryFilter(limit=1000, **wanted))
    assert page.next is None
    return [(view.case_id, view.event.seq) for view in page.rows]


def column(name: str, value: object) -> Test:
    return lambda row: getattr(row, name) == value


LEVELS = ["wuchang", "village", "township", "county"]


def climbed(row: Any) -> bool:
    return row.level_from is not None and LEVELS.index(row.level_to) > LEVELS.index(row.level_from)


LATER = datetime(2026, 3, 6, 1, 20, tzinfo=UTC)
PARTS: list[tuple[dict[str, object], Test]] = [
    ({"unit": t.VILLAGE}, lambda row: row.unit.startswith(t.VILLAGE)),
    ({"unit": t.NEIGHBOURHOOD}, column("unit", t.NEIGHBOURHOOD)),
    ({"trigger": "refer_to_village"}, column("trigger", "refer_to_village")),
    ({"ref": "T44"}, column("ref", "T44")),
    ({"from_level": "village"}, column("level_from", "village")),
    ({"to_level": "township"}, column("level_to", "township")),
    ({"actor": "pianzhang"}, column("actor", "pianzhang")),
    ({"upward": True}, climbed),
    ({"upward": False}, lambda row: not climbed(row)),
    ({"by_system": False}, lambda row: row.actor != SYSTEM),
    ({"since": LATER}, lambda row: row.recorded_at >= LATER),
    ({"until": LATER}, lambda row: row.recorded_at < LATER),
]


# --- across cases ----------------------------------------------------------------------------------------------------


def test_everybody_reads_the_rows_of_cases_in_his_reach_and_no_others(world: World):
    for person in PERSONS:
        assert listed(world, person) == [key(row) for row in in_reach(world, person)], person


@pytest.mark.parametrize(("part", "test"), PARTS, ids=[str(part) for part, _ in PARTS])
def test_each_filter_alone_shows_exactly_what_it_names(world: World, part: dict[str, object], test: Test):
    for person in ("auditor_county", "pianzhang"):
        everything = in_reach(world, person)
        wanted = [key(row) for row in everything if test(row)]
        assert listed(world, person, **part) == wanted
        assert 0 < len(wanted) <= len(everything)


def test_filters_narrow_together(world: World):
    everything = in_reach(world, "auditor_county")

    for (one, first), (other, second) in combinations(PARTS, 2):
        if not set(one) & set(other):
            wanted = [key(row) for row in everything if first(row) and second(row)]
            assert listed(world, "auditor_county", **one, **other) == wanted, (one, other)


def test_what_one_meeting_did_can_be_read_alone(world: World):
    for meeting in world.rows(meetings):
        wanted = [key(row) for row in in_reach(world, "auditor_county") if row.meeting == meeting.id]
        assert listed(world, "auditor_county", meeting=meeting.id) == wanted
        assert wanted
    assert listed(world, "auditor_county", meeting="no-such-meeting") == []


def test_how_cases_climbed_is_one_question(world: World):
    shown = world.audit.history("auditor_county", HistoryFilter(from_level="village", to_level="township")).rows

    assert {view.event.trigger for view in shown} == {"refer_to_township"}


@pytest.mark.parametrize("asked", [{"unit": "nowhere"}, {"unit": t.STATION}, {"trigger": "none"}, {"actor": "lishen"}])
def test_what_nothing_answers_to_is_an_empty_page(world: World, asked: dict[str, object]):
    page = world.audit.history("auditor_county", HistoryFilter(**asked))

    assert (page.rows, page.next) == ((), None)


def test_an_opening_comes_from_no_level(world: World):
    shown = world.audit.history("auditor_county", HistoryFilter(limit=1000)).rows

    assert all((view.event.level_from is None) == (view.event.source == "start") for view in shown)


def test_every_row_is_masked_and_names_its_case_and_everyone_in_it(world: World):
    for view in world.audit.history("township_party_office", HistoryFilter(limit=1000)).rows:
        event = view.event
        assert view.sight is Sight.MASKED
        assert view.number.startswith("2603-")
        for ident in (event.actor, event.unit, *event.responsible.people, *event.responsible.units):
            assert ident == SYSTEM or view.names[ident]
        assert event.post is None or view.names[event.post.place]


def test_a_county_reader_reads_all_homes(world: World):
    shown = listed(world, "auditor_county")

    assert len(shown) == len(world.rows(history))
    assert {case.rpartition("-")[0] for case, _ in shown} == {t.TOWNSHIP, t.OTHER_TOWNSHIP}


# --- pages -----------------------------------------------------------------------------------------------------------


def pages(world: World, person: str, wanted: HistoryFilter, between: Callable[[], object] = lambda: None) -> list[Any]:
    found, after = [], None
    while True:
        page = world.audit.history(person, replace(wanted, after=after))
        assert len(page.rows) <= wanted.limit
        found += [(view.case_id, view.event.seq) for view in page.rows]
        if page.next is None:
            return found
        after = page.next
        between()


@pytest.mark.parametrize("size", [2, 3, 7])
def test_pages_show_every_row_once_and_in_order(world: World, size: int):
    assert pages(world, "pianzhang", HistoryFilter(limit=size)) == listed(world, "pianzhang")
    narrowed = HistoryFilter(limit=size, trigger="report")
    assert pages(world, "auditor_county", narrowed) == listed(world, "auditor_county", trigger="report")


@pytest.mark.parametrize("size", [1, 2, 3])
def test_rows_added_between_pages_shift_nothing(store: Store, size: int):
    """Several rows of one case, and of several cases, lie in one moment."""
    world = World(store)
    first, second = world.open(), world.open()
    for case in (first, second, first):
        world.fire("zuzhang", case, "record_measure", measure="上门", done_on="2026-03-06")
    world.wait(microseconds=1)
    world.fire("zuzhang", first, "accept")
    before = listed(world, "zuzhang")

    def meanwhile() -> None:
        world.wait(microseconds=1)
        world.fire("zuzhang", second, "note", text="又来了一次")

    assert pages(world, "zuzhang", HistoryFilter(limit=size), meanwhile) == before
    assert len(before) == 6


# --- of one case -----------------------------------------------------------------------------------------------------


def test_the_history_of_a_case_is_complete_and_in_order(world: World):
    for row in world.rows(cases):
        shown = world.queries.history("auditor_county", row.id)
        assert [view.event.seq for view in shown] == list(range(1, row.version + 1))
        assert shown[-1].hash == row.last_hash


def test_a_row_is_read_back_as_it_was_decided(world: World):
    for row in world.rows(cases):
        with world.store.read() as tx:
            events = read_events(tx, row.id)
            alone = read_events_at(tx, [(row.id, event.seq) for event in events])
        shown = world.queries.history("auditor_county", row.id)
        assert [view.event for view in shown] == events == [alone[row.id, event.seq] for event in events]


def test_single_rows_of_several_homes_are_read_together(world: World):
    wanted = [(row.case_id, row.seq) for row in world.rows(history) if row.seq == 1]
    with world.store.read() as tx:
        found = read_events_at(tx, [*wanted, ("430482109-nothing", 1)])

    assert sorted(found) == sorted(wanted)


def test_up_to_a_row_the_history_ends_there(world: World):
    case = next(row.id for row in world.rows(cases) if row.version > 4)
    with world.store.read() as tx:
        assert [event.seq for event in read_events(tx, case, until=3)] == [1, 2, 3]


def test_who_may_act_on_the_case_reads_its_texts_and_an_auditor_reads_them_masked(store: Store):
    world = World(store)
    case = world.open(gist="张小明电话13812341234要求处理", reporter={"name": "张小明", "phone": "13812341234"})

    open_view, masked_view = (world.queries.history(person, case)[0] for person in ("zuzhang", "auditor_township"))

    assert open_view.data["reporter"] == {"name": "张小明", "phone": "138****1234"}
    assert masked_view.data["reporter"] == {"name": "张*明", "phone": "138****1234"}
    assert "13812341234" not in str(open_view.data)
