"""Lists of cases: every filter, alone and with others, against a plain reading of all cases; and pages by keyset."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
import sqlalchemy as sa

from engine.cases.listing import by_opened, narrow, reach_of
from engine.cases.lookups import Lookups
from engine.cases.narrowing import CaseFilter
from engine.cases.reading import attempt_to_read
from engine.rules.attempt import Attempt
from engine.rules.people import posts_of_role
from engine.rules.reading import may_read
from engine.store.casefile import Held, read_cases
from engine.store.db import Store
from engine.store.tables import cases
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.store.tiers import TIERS
from tests.store.world import DEPARTMENT, World, rules, varied

Test = Callable[[Attempt], bool]

#: One person of every role of the default rules, and some whom a case names or who have no valid post.
PERSONS = (
    "linzhang", "zuzhang", "pianzhang", "party_group_leader", "council_member", "village_clerk", "village_cadre1",
    "village_secretary", "township_party_office", "township_station", "township_leader", "township_secretary",
    "auditor_township", "auditor_county", "waterman", "joint_member", "double", "zhangsan", "nobody", "former",
    "village_secretary_2", "township_station_other", "pianzhang_2", "zuzhang_other",
)  # fmt: skip


@pytest.fixture(scope="module", params=BACKENDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with fresh_store(request.param) as store:
        yield varied(store)


# --- the plain reading -----------------------------------------------------------------------------------------------


def in_reach(world: World, person: str) -> list[tuple[Held, Attempt]]:
    """All cases that somebody may read, the newest opened first."""
    with world.store.read() as tx:
        ids = tx.execute(sa.select(cases.c.id)).scalars().all()
        lookups = Lookups(tx, world.office)
        found = [
            (held, attempt_to_read(tx, world.office, held, person, lookups=lookups))
            for held in read_cases(tx, ids).values()
        ]
    readable = [(held, attempt) for held, attempt in found if may_read(attempt)]
    return sorted(readable, key=lambda each: (each[0].state.opened_at, each[0].identity.id), reverse=True)


def waits(attempt: Attempt) -> bool:
    """He, or a post of his, is responsible or successor; or one of his posts may fire a row that leaves the state."""
    state, person = attempt.case.state, attempt.actor.person
    if state.closed_at is not None:
        return False
    charge = state.responsible.joined(state.successor)
    if person in charge.people:
        return True
    working = [post for post in attempt.actor.posts if (role := attempt.role(post)) and not role.read_only]
    if any(post.sits_at(charge.units) for post in working):
        return True
    leaving = [row for row in attempt.workflow.rows_from(state.state) if not row.stays]
    roles = {name for row in leaving for name in row.by if name in attempt.workflow.roles}
    return any(posts_of_role(role, attempt) for role in roles)


def in_charge(target: str) -> Test:
    def test(attempt: Attempt) -> bool:
        charge = attempt.case.state.responsible.joined(attempt.case.state.successor)
        return target in (*charge.people, *charge.units)

    return test


def has(name: str, value: str) -> Test:
    return lambda attempt: attempt.case.state.values.get(name) == value


NOON = datetime(2026, 3, 6, 1, 6, tzinfo=UTC)

#: Parts of a filter, each with what it means.
PARTS: list[tuple[dict[str, object], Test]] = [
    ({"unit": t.VILLAGE}, lambda a: a.case.unit.lies_in(t.VILLAGE)),
    ({"unit": t.NEIGHBOURHOOD}, lambda a: a.case.unit.code == t.NEIGHBOURHOOD),
    ({"unit": t.STATION}, lambda a: False),
    ({"unit": "nowhere"}, lambda a: False),
    ({"mine": True}, waits),
    ({"workflow": "small"}, lambda a: a.workflow.key == "small"),
    ({"workflow": "issue-escalation"}, lambda a: a.workflow.key == "issue-escalation"),
    ({"state": ("reported",)}, lambda a: a.case.state.state == "reported"),
    ({"state": ("new", "verifying", "struck_off")}, lambda a: a.case.state.state in ("new", "verifying", "struck_off")),
    ({"level": "township"}, lambda a: a.case.state.level == "township"),
    ({"category": "hazard"}, has("category", "hazard")),
    ({"urgency": "urgent"}, has("urgency", "urgent")),
    ({"urgency": "normal"}, has("urgency", "normal")),
    ({"responsible": "pianzhang"}, in_charge("pianzhang")),
    ({"responsible": t.STATION}, in_charge(t.STATION)),
    ({"responsible": DEPARTMENT}, in_charge(DEPARTMENT)),
    ({"open": True}, lambda a: a.case.state.closed_at is None),
    ({"opened_from": NOON}, lambda a: a.case.state.opened_at >= NOON),
    ({"opened_to": NOON}, lambda a: a.case.state.opened_at < NOON),
]


def listed(world: World, person: str, **wanted: object) -> list[str]:
    page = world.queries.page(person, CaseFilter(limit=200, **wanted))
    assert page.next is None
    return [view.identity.id for view in page.cases]


def meant(found: list[tuple[Held, Attempt]], *tests: Test) -> list[str]:
    return [held.identity.id for held, attempt in found if all(test(attempt) for test in tests)]


# --- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "test"), PARTS, ids=[str(part) for part, _ in PARTS])
def test_each_filter_alone_shows_exactly_what_it_names(world: World, part: dict[str, object], test: Test):
    for person in ("auditor_county", "village_clerk", "township_station"):
        assert listed(world, person, **part) == meant(in_reach(world, person), test), person


def test_every_filter_tells_cases_apart(world: World):
    """Else the tests here would hold for a filter that does nothing."""
    everything = in_reach(world, "auditor_county")

    for part, test in PARTS:
        if part not in ({"unit": "nowhere"}, {"unit": t.STATION}, {"mine": True}):
            assert 0 < len(meant(everything, test)) < len(everything), part


def test_filters_narrow_together(world: World):
    found = in_reach(world, "pianzhang")
    one_a_kind = list({next(iter(part)): (part, test) for part, test in PARTS if part != {"unit": "nowhere"}}.values())

    for (one, first), (other, second) in combinations(one_a_kind, 2):
        assert listed(world, "pianzhang", **one, **other) == meant(found, first, second), (one, other)


def test_what_waits_for_me_is_what_the_rules_say_for_every_role(world: World):
    answers = {person: listed(world, person, mine=True) for person in PERSONS}

    assert answers == {person: meant(in_reach(world, person), waits) for person in PERSONS}
    assert {person for person, found in answers.items() if found} >= {
        "zuzhang", "village_clerk", "village_secretary", "township_leader", "township_station", "zhangsan", "waterman",
    }  # fmt: skip
    assert [answers[person] for person in ("auditor_township", "auditor_county")] == [[], []]


def test_the_newest_opened_come_first_and_of_one_moment_the_higher_id(world: World):
    for person in ("auditor_county", "pianzhang"):
        assert listed(world, person) == meant(in_reach(world, person))
    moments = [held.state.opened_at for held, _ in in_reach(world, "auditor_county")]
    assert len(set(moments)) < len(moments)


def test_a_county_reader_sees_all_homes(world: World):
    shown = world.queries.page("auditor_county", CaseFilter(limit=200)).cases

    assert {view.identity.home for view in shown} == {t.TOWNSHIP, t.OTHER_TOWNSHIP}
    assert len(shown) == len(world.rows(cases))


def test_bounds_of_the_opening_may_have_any_offset(world: World):
    shanghai = datetime.fromisoformat("2026-03-06T09:06:00+08:00")

    assert listed(world, "auditor_county", opened_from=shanghai) == listed(world, "auditor_county", opened_from=NOON)


def test_names_of_everyone_and_every_place_of_a_page_come_with_it(world: World):
    for view in world.queries.page("auditor_county", CaseFilter(limit=200)).cases:
        state = view.state
        for ident in (state.unit, view.holder, state.opener, *state.responsible.people, *state.responsible.units):
            assert view.names[ident]


def test_the_holder_is_the_unit_at_the_level_of_the_case(world: World):
    shown = world.queries.page("township_party_office", CaseFilter(limit=200, workflow="issue-escalation")).cases
    here = {view.state.level: view.holder for view in shown if view.state.unit == t.NEIGHBOURHOOD}

    assert here == {"wuchang": t.WUCHANG, "village": t.VILLAGE, "township": t.TOWNSHIP}


# --- what is overdue -------------------------------------------------------------------------------------------------

#: When a case of five working days is opened (March 2026), and what is done with it then.
FATES: dict[str, tuple[str, str | None]] = {
    "late": ("02", None), "latest": ("02", None), "just due": ("03", None), "in time": ("05", None),
    "resting": ("02", "park"), "finished": ("02", "finish"),
}  # fmt: skip


@pytest.fixture
def timed(store: Store) -> tuple[World, dict[str, str]]:
    """A world on the 10th at 17:30, when the second day's deadline is just reached; its cases by their fate."""
    world = World(store, *t.default_rules(), rules(**TIERS))
    found = {name: _fated(world, day, act) for name, (day, act) in FATES.items()}
    world.clock.at = datetime.fromisoformat("2026-03-10T17:30:00+08:00")
    return world, found | {"without": world.open()}


def _fated(world: World, day: str, act: str | None) -> str:
    world.clock.at = datetime.fromisoformat(f"2026-03-{day}T09:00:00+08:00")
    case = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    if act:
        world.fire("zuzhang", case, act)
    return case


def test_overdue_is_what_is_open_and_past_its_deadline_by_the_time_of_the_rules(timed: tuple[World, dict[str, str]]):
    world, found = timed
    late, rest = {found["late"], found["latest"]}, set(found.values()) - {found["late"], found["latest"]}

    assert set(listed(world, "pianzhang", overdue=True)) == late
    assert set(listed(world, "pianzhang", overdue=False)) == rest
    world.wait(microseconds=1)
    assert set(listed(world, "pianzhang", overdue=True)) == late | {found["just due"]}


def test_what_is_overdue_is_marked_in_lists_and_alone(timed: tuple[World, dict[str, str]]):
    world, found = timed
    late = {found["late"], found["latest"]}

    assert {view.identity.id for view in world.queries.page("pianzhang", CaseFilter()).cases if view.overdue} == late
    assert {case for case in found.values() if world.queries.get("pianzhang", case).overdue} == late


def test_overdue_narrows_with_other_filters_and_pages_as_every_list(timed: tuple[World, dict[str, str]]):
    world, found = timed

    for size in (1, 2, 50):
        for wanted in ({"overdue": True}, {"overdue": False}, {"overdue": False, "workflow": "small"}):
            assert pages(world, "pianzhang", CaseFilter(limit=size, **wanted)) == listed(world, "pianzhang", **wanted)
    assert listed(world, "pianzhang", overdue=False, workflow="issue-escalation") == [found["without"]]
    assert listed(world, "pianzhang_2", overdue=True) == []


def test_the_list_of_the_overdue_walks_an_index_and_never_all_cases(sqlite_store: Store):
    world = World(sqlite_store, rules(**TIERS))
    world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small")
    with world.store.read() as tx:
        mine, wanted = reach_of(tx, world.office, "pianzhang"), CaseFilter(overdue=True)
        query = by_opened(narrow(tx, world.office, mine, wanted, sa.select(cases)), wanted)
        sql = str(query.compile(tx, compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]

    (step,) = [each for each in plan if " cases " in f"{each} "]
    assert re.match(r"SEARCH cases USING INDEX ix_cases_(home_due|open) \(home=\?", step), plan


# --- pages -----------------------------------------------------------------------------------------------------------


def pages(world: World, person: str, wanted: CaseFilter, between: Callable[[], object] = lambda: None) -> list[str]:
    found, after = [], None
    while True:
        page = world.queries.page(person, replace(wanted, after=after))
        assert len(page.cases) <= wanted.limit
        found += [view.identity.id for view in page.cases]
        if page.next is None:
            return found
        after = page.next
        between()


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_pages_show_everything_once_and_in_order(world: World, size: int):
    for person, part in (
        ("auditor_county", {}),
        ("pianzhang", {"urgency": "normal"}),
        ("township_leader", {"mine": True}),
    ):
        assert pages(world, person, CaseFilter(limit=size, **part)) == listed(world, person, **part)


def test_a_last_page_that_is_just_full_has_no_next(world: World):
    everything = len(listed(world, "pianzhang"))

    assert world.queries.page("pianzhang", CaseFilter(limit=everything)).next is None
    assert world.queries.page("pianzhang", CaseFilter(limit=everything - 1)).next is not None


@pytest.mark.parametrize("size", [1, 2, 3])
def test_cases_opened_between_pages_shift_nothing(store: Store, size: int):
    world = World(store)
    world.clock.at += timedelta(microseconds=1)
    for moment in (0, 0, 0, 1, 1, 0):
        world.wait(microseconds=moment)
        world.open()
    before = listed(world, "zuzhang")

    def opened_meanwhile() -> None:
        world.wait(microseconds=1)
        world.open()

    assert pages(world, "zuzhang", CaseFilter(limit=size), opened_meanwhile) == before
    assert len(before) == 6
