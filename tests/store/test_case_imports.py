"""Importing old cases: previewed without a trace, row by row through the door, and never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.cases.importing.outcome import CaseImport, MapRefused, RowProblem
from engine.cases.importing.service import CaseImportService, Given
from engine.cases.service import Caller, OpenCase
from engine.cases.timekeeping import End, Timekeeper
from engine.messages.feed import EventFeed
from engine.rules.attempt import Command
from engine.store.casefile import Held, read_events
from engine.store.db import Store, Tx
from engine.store.tables import case_imports, cases, metadata, outbox, payloads, refusals
from tests import township as t
from tests.features.ways import REPORT
from tests.store.tiers import TIERS
from tests.store.world import World, rules
from tests.unit.importing.files import book

MAP = f"""\
source: 旧台账
workflow: issue-escalation/1
key: 编号
by: village_clerk
unit: {{column: 村, under: "{t.TOWNSHIP}", kind: village, values: {{陈桥: "{t.VILLAGE}"}}, spread: wuchang}}
note: {{text: 台账, columns: [类别]}}
occurred_at: 时间
on_behalf_of: {{name: 反映人, phone: 电话}}
fields:
  category: {{column: 类别, values: {{邻里: dispute}}, default: other}}
  gist: {{column: 详情, first: 12}}
  content: 详情
  source: {{constant: visit}}
  heard_on: 时间
  reporter: {{name: 反映人, phone: 电话}}
"""
HEAD = ["编号", "村", "时间", "反映人", "电话", "类别", "详情"]
LAMPS = "桥头路灯坏了三盏，晚上看不见路，请尽快派人来修"
ROWS: list[list[Any]] = [
    [1, "陈桥村", datetime(2020, 1, 6, 19, 9, 38), "李婶", 13800000001.0, "邻里", LAMPS],
    [2, "陈桥", "2020年1月7日", None, None, "天气", "渠道淤塞，田里进不了水\n已经两年"],
    [3, "香湖村", 43838, "匿名", "打不通", "其他", "垃圾没人清运，夏天气味很大"],
    [4, "香湖村", "2026/3/7", "王生", None, "邻里", "明天才会发生的事情不能写进来"],
    [5, "西湖村", "某日", "赵生", None, "邻里", "没有这个村也没有这一天"],
    [6, "陈桥村", "2020/1/9", "钱生", None, "邻里", "太短"],
]


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def given(*rows: list[Any], chart: str = MAP) -> Given:
    return Given(data=book(HEAD, *rows), name="old.xlsx", map_data=chart.encode(), map_name="map.yaml")


def service(world: World) -> CaseImportService:
    return CaseImportService(world.office)


def brought(world: World, *rows: list[Any], chart: str = MAP) -> CaseImport:
    return service(world).apply(given(*rows, chart=chart))


def counts(outcome: CaseImport) -> tuple[int, int, int, int]:
    return outcome.rows, len(outcome.opened), outcome.already, outcome.failed


def places(problems: tuple[RowProblem, ...]) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.cell, problem.code) for problem in problems]


def everything(world: World) -> dict[str, list[Any]]:
    return {table.name: world.rows(table) for table in metadata.sorted_tables}


FAULTS = [
    (4, "E4", "bad_phone"),
    (4, "E4", "bad_phone"),
    (5, "C5", "after_now"),
    (5, "C5", "after_today"),
    (6, "B6", "unknown_place"),
    (6, "C6", "bad_moment"),
    (6, "C6", "bad_moment"),
    (7, "G7", "too_short"),
]


def test_a_preview_says_what_the_rules_would_and_leaves_no_trace(world: World):
    before = everything(world)

    outcome = service(world).preview(given(*ROWS))

    assert everything(world) == before
    assert counts(outcome) == (6, 2, 0, 4)
    assert not outcome.written
    assert places(outcome.problems) == FAULTS
    assert {(row.case_id, row.number) for row in outcome.opened} == {(None, None)}


def test_what_the_rules_take_stays_and_the_rest_is_listed_by_row_and_cell(world: World):
    outcome = brought(world, *ROWS)

    assert counts(outcome) == (6, 2, 0, 4)
    assert outcome.written
    assert places(outcome.problems) == FAULTS
    assert [row.id for row in world.rows(cases)] == sorted(row.case_id for row in outcome.opened)
    assert verify(world.store, world.office.rulebook).flaws == ()


def first_event(world: World, outcome: CaseImport, at: int = 0) -> Any:
    with world.store.read() as tx:
        events = read_events(tx, outcome.opened[at].case_id or "")
    assert len(events) == 1
    return events[0]


def test_a_case_says_who_it_was_entered_for_late_and_when_it_happened(world: World):
    outcome = brought(world, *ROWS)

    event = first_event(world, outcome)
    assert (event.actor, event.post.role, event.proxy) == ("village_clerk", "village_clerk", True)
    assert event.occurred_at == datetime(2020, 1, 6, 11, 9, 38, tzinfo=UTC)
    assert event.recorded_at == t.NOW
    assert event.facts["category"] == "dispute"
    assert event.facts["heard_on"] == "2020-01-06"
    assert event.payload["note"] == "补录；台账；类别：邻里"
    assert event.payload["data"]["gist"] == LAMPS[:12]
    assert event.payload["data"]["content"] == LAMPS
    assert event.payload["data"]["reporter"] == {"name": "李婶", "phone": "13800000001"}
    assert event.payload["behalf"] == {"name": "李婶", "phone": "13800000001"}


TOLD = {
    **TIERS,
    "transitions": TIERS["transitions"].replace(
        "from: start, to: low, by: zuzhang, takes: [urgency, text]}",
        "from: start, to: low, by: zuzhang, takes: [urgency, text], tells: [opener, village_clerk]}",
    ).replace("trigger: change, T,", "trigger: change, T, tells: village_clerk,"),
}  # fmt: skip
TOLD_MAP = f"""\
source: 旧台账
workflow: small/1
key: 编号
by: zuzhang
unit: {{under: "{t.GROUP}"}}
occurred_at: 时间
fields: {{text: 详情}}
"""


@pytest.fixture
def timed(store: Store) -> World:
    world = World(store, rules(**TOLD))
    world.office = replace(world.office, receivers=("county",))
    world.cases.office = world.office
    return world


def letters(world: World) -> list[tuple[str, int]]:
    """Kind of each letter, and the row of history it is about."""
    return sorted((letter.kind, letter.seq) for letter in world.rows(outbox))


def test_nobody_is_told_of_what_is_long_past_but_other_systems_keep_their_books(timed: World):
    outcome = brought(timed, ROWS[0], chart=TOLD_MAP)

    assert letters(timed) == [("event", 1)]
    case = outcome.opened[0].case_id or ""
    assert [fact["trigger"] for fact in EventFeed(timed.office).after("zuzhang", None, 10).facts] == ["begin"]
    timed.fire("zuzhang", case, "change", text="如今又来问了")
    assert letters(timed) == [("event", 1), ("event", 2), ("tell", 2)]


def test_the_same_case_opened_today_is_told(timed: World):
    timed.opened("zuzhang", t.GROUP, "begin", {}, workflow="small")

    assert letters(timed) == [("event", 1), ("tell", 1)]


def test_the_clocks_of_an_old_case_start_when_it_is_brought_in(timed: World):
    outcome = brought(timed, ROWS[0], chart=TOLD_MAP)
    held = timed.held(outcome.opened[0].case_id or "")

    assert held.state.opened_at == timed.clock.at  # Friday, 6 March 2026; it happened in 2020
    assert held.deadlines.due == datetime.fromisoformat("2026-03-13T17:30:00+08:00")
    keeper = Timekeeper(timed.office)
    assert keeper.run_due() == {}
    timed.clock.at = datetime.fromisoformat("2026-03-13T17:30:00+08:00")
    assert keeper.run_due() == {End.FIRED: 1}
    assert timed.state(held.identity.id) == "middle"


def test_who_is_not_named_stays_unnamed(world: World):
    outcome = brought(world, ROWS[1])

    event = first_event(world, outcome)
    assert event.facts["category"] == "other"
    assert "reporter" not in event.payload["data"]
    assert not event.proxy


def test_a_second_run_adds_nothing(world: World):
    brought(world, *ROWS)
    before = {name: rows for name, rows in everything(world).items() if name != "refusals"}

    outcome = brought(world, *ROWS)

    assert counts(outcome) == (6, 0, 2, 4)
    assert {name: rows for name, rows in everything(world).items() if name != "refusals"} == before


def test_a_mended_row_is_added_by_the_next_run_alone(world: World):
    brought(world, *ROWS)
    mended = [*ROWS[:5], [*ROWS[5][:6], "田埂塌了一段，车子过不去"]]

    outcome = brought(world, *mended)

    assert counts(outcome) == (6, 1, 2, 3)
    assert [row.row for row in outcome.opened] == [7]


def test_a_row_is_the_same_in_another_file_another_order_and_years_later(world: World):
    brought(world, *ROWS[:2])
    world.wait(days=400)

    outcome = brought(world, ["", "", None], ROWS[1], ROWS[0])

    assert counts(outcome) == (2, 0, 2, 0)


def test_without_a_key_the_whole_row_tells_it_from_the_others(world: World):
    chart = MAP.replace("key: 编号\n", "")
    other = [*ROWS[0][:5], "其他", LAMPS]

    outcome = brought(world, ROWS[0], other, ROWS[0], chart=chart)

    assert counts(outcome) == (3, 2, 0, 1)
    assert places(outcome.problems) == [(4, "", "same_row")]
    assert outcome.problems[0].facts == {"first": 2}


def test_two_rows_under_one_key_are_told_until_the_key_names_more(world: World):
    other = [*ROWS[0][:5], "其他", LAMPS]

    assert places(brought(world, ROWS[0], other).problems) == [(3, "", "same_row")]
    assert counts(brought(world, ROWS[0], other, chart=MAP.replace("key: 编号", "key: [编号, 类别]"))) == (2, 2, 0, 0)


def test_a_row_without_anything_in_its_key_is_told(world: World):
    assert places(brought(world, [None, *ROWS[0][1:]]).problems) == [(2, "A2", "missing")]


def test_lists_of_other_names_have_rows_of_their_own(world: World):
    brought(world, ROWS[0])

    assert counts(brought(world, ROWS[0], chart=MAP.replace("旧台账", "新台账"))) == (1, 1, 0, 0)


def test_what_is_kept_of_a_row_tells_nobody_what_was_in_it(world: World):
    brought(world, ROWS[0])

    kept = world.rows(case_imports)[0]

    assert (kept.home, kept.source, kept.row, len(kept.row_key)) == (t.TOWNSHIP, "旧台账", 2, 64)
    assert kept.row_key == world.office.fingerprint(["旧台账", '["1"]'])
    assert len(kept.file) == 64


# --- where and by whom -----------------------------------------------------------------------------------------------


def test_places_are_found_by_code_name_or_translation_and_spread_below(world: World):
    chart = MAP.replace("kind: village, ", "")
    rows = [[number, place, *ROWS[0][2:]] for number, place in enumerate((t.SECOND, "陈桥", "香湖村"), start=1)]

    outcome = brought(world, *rows, chart=chart)

    by_code, translated, by_name = (row.unit for row in outcome.opened)
    assert by_code == t.SECOND
    assert translated in (t.WUCHANG, t.SECOND)
    assert by_name == t.SIBLING_WUCHANG
    assert [row.person for row in outcome.opened] == ["village_clerk", "village_clerk", "village_clerk_2"]


def test_a_row_comes_to_the_same_place_whatever_stands_around_it(world: World):
    rows = [[number, "陈桥村", *ROWS[0][2:]] for number in range(12)]

    ahead = service(world).preview(given(*rows))
    back = service(world).preview(given(*reversed(rows)))

    assert [row.unit for row in ahead.opened] == [row.unit for row in back.opened][::-1]
    assert {row.unit for row in ahead.opened} == {t.WUCHANG, t.SECOND}


def test_a_name_that_several_units_bear_is_told(world: World):
    chart = MAP.replace(", kind: village", ", kind: wuchang")

    problem = brought(world, [1, "第一屋场", *ROWS[0][2:]], chart=chart).problems[0]

    assert (problem.cell, problem.code) == ("B2", "ambiguous_place")
    assert problem.facts["known"] == (t.WUCHANG, t.SIBLING_WUCHANG)


def test_a_place_too_high_for_a_case_is_refused_by_the_door(world: World):
    chart = MAP.replace(", spread: wuchang", "")

    assert places(service(world).preview(given(ROWS[0], chart=chart)).problems) == [(2, "B2", "unit_too_high")]
    assert places(brought(world, ROWS[0], chart=chart).problems) == [(2, "B2", "unit_too_high")]


def test_a_place_that_is_not_known_or_not_given_takes_the_default(world: World):
    chart = MAP.replace("kind: village, ", f'kind: village, default: "{t.SIBLING}", ')

    outcome = brought(world, [1, "不知道的地方", *ROWS[0][2:]], [2, None, *ROWS[0][2:]], chart=chart)

    assert [row.unit for row in outcome.opened] == [t.SIBLING_WUCHANG] * 2


def test_a_place_that_is_missing_or_has_nothing_below_is_told(world: World):
    assert places(brought(world, [1, None, *ROWS[0][2:]]).problems) == [(2, "B2", "missing")]
    below = MAP.replace("kind: village", "kind: station").replace("陈桥:", "别处:")
    assert places(brought(world, [1, "司法所", *ROWS[0][2:]], chart=below).problems) == [(2, "B2", "no_place_below")]


def test_without_a_column_a_row_lies_somewhere_below_the_unit_that_the_map_names(world: World):
    rule = MAP.split("\n")[4]

    outcome = brought(world, ROWS[4][:2] + ROWS[0][2:], chart=MAP.replace(rule, f'unit: {{under: "{t.WUCHANG}"}}'))
    lacking = MAP.replace(rule, 'unit: {under: "4399", spread: wuchang}')

    assert [row.unit for row in outcome.opened] == [t.WUCHANG]
    with pytest.raises(MapRefused, match="no unit '4399'"):
        brought(world, ROWS[0], chart=lacking)


def test_registered_people_may_be_named_by_their_ids(world: World):
    chart = MAP.replace("on_behalf_of: {name: 反映人, phone: 电话}", "on_behalf_of: 反映人").replace(
        "reporter: {name: 反映人, phone: 电话}", "reporter: 反映人"
    )

    outcome = brought(
        world, [*ROWS[0][:3], "lishen", *ROWS[0][4:]], [*ROWS[1][:3], "nobody", *ROWS[1][4:]], chart=chart
    )

    event = first_event(world, outcome)
    assert (event.behalf, event.facts["reporter"]) == ("lishen", "lishen")
    assert places(outcome.problems) == [(3, "D3", "unknown_person")] * 2


def test_the_holder_of_the_day_opens_and_where_there_is_none_nobody_does(world: World):
    world.ends("village_clerk", date(2026, 3, 5))
    assert places(brought(world, ROWS[0]).problems) == [(2, "B2", "vacant")]
    world.newcomer("new_clerk")
    world.posts("new_clerk", "village_clerk", t.VILLAGE, "2026-03-06")

    assert [row.person for row in brought(world, ROWS[0]).opened] == ["new_clerk"]


def test_a_role_that_may_not_report_is_refused_and_recorded_as_anybody_is(world: World):
    chart = MAP.replace("by: village_clerk", "by: auditor_township")

    problems = brought(world, ROWS[0], chart=chart).problems

    assert [problem.refusal.code for problem in problems if problem.refusal] == ["role"]
    assert [(row.person, row.trigger, row.code) for row in world.rows(refusals)] == [
        ("auditor_township", "report", "role")
    ]


def test_a_list_that_moves_to_another_home_does_not_become_cases_twice(world: World):
    brought(world, ROWS[0])
    chart = MAP.replace(f'under: "{t.TOWNSHIP}"', f'under: "{t.OTHER_TOWNSHIP}"').replace(
        f'values: {{陈桥: "{t.VILLAGE}"}}', f'values: {{陈桥村: "{t.OTHER_VILLAGE}"}}'
    )

    assert counts(brought(world, ROWS[0], [7, *ROWS[0][1:]], chart=chart)) == (2, 1, 1, 0)
    assert {row.home for row in world.rows(case_imports)} == {t.TOWNSHIP, t.OTHER_TOWNSHIP}


def test_a_map_that_the_organisation_does_not_know_is_refused_with_its_lines(world: World):
    chart = MAP.replace(t.VILLAGE, "4304").replace("spread: wuchang", "spread: hamlet")

    with pytest.raises(MapRefused) as caught:
        service(world).preview(given(ROWS[0], chart=chart))

    told = [finding.text("en") for finding in caught.value.findings]
    assert len(told) == 2
    assert all(line.startswith("map.yaml:5:") for line in told)
    assert "no unit '4304'" in told[0]
    assert "unknown kind of unit 'hamlet'" in told[1]


def test_a_file_that_cannot_be_read_is_one_problem_of_no_row(world: World):
    broken = Given(data=b"PK\x03\x04", name="old.xlsx", map_data=MAP.encode(), map_name="map.yaml")

    for outcome in (service(world).preview(broken), service(world).apply(broken)):
        assert places(outcome.problems) == [(0, "", "damaged_file")]
        assert not outcome.written


# --- all or nothing of one row ---------------------------------------------------------------------------------------


def test_four_imports_at_once_make_each_row_one_case(world: World):
    rows = [[number, "陈桥村", *ROWS[0][2:]] for number in range(8)]

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: brought(world, *rows), range(4)))

    assert sum(len(outcome.opened) for outcome in outcomes) == 8
    assert all(len(outcome.opened) + outcome.already == 8 for outcome in outcomes)
    assert len(world.rows(cases)) == len(world.rows(case_imports)) == 8


def test_what_is_kept_beside_an_opening_stands_or_falls_with_it(world: World):
    class Fell(Exception):
        pass

    def fall(tx: Tx, held: Held) -> None:
        assert tx.execute(sa.select(cases.c.id).where(cases.c.home == held.identity.home)).scalars().all()
        raise Fell

    wanted = OpenCase(unit=t.NEIGHBOURHOOD, command=Command(trigger="report", data=REPORT))
    with pytest.raises(Fell):
        world.cases.open(Caller(person="linzhang"), wanted, beside=fall)

    assert world.rows(cases) == world.rows(payloads) == world.rows(refusals) == []
