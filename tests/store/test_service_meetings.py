"""Meetings: the agenda, who is there, decisions until closing, and what closing makes of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.meetings.queries import MeetingView
from engine.meetings.service import Attendance, NewDecision, NewMeeting
from engine.people.importing.posts import post_id
from engine.rules.refusals import (
    CarriedTooOften,
    ConditionRefused,
    Conflict,
    FieldsRefused,
    Forbidden,
    KeptOut,
    NotFound,
    NotQuorate,
    Refusal,
    Stale,
)
from engine.store.agendabook import Item
from engine.store.db import Broken, Store
from engine.store.tables import agenda, cases, decisions, history, meetings, payloads, refusals
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.features.ways import REPORT
from tests.store.world import HALL, READER, TALKED, TOWN, World, refusal, rules

CHAIR = "village_secretary"
ASSIGN = {"responsible": "village_cadre1", "plan": "重新划定沟渠", "due": "2026-03-20"}
UP = {"reason_code": "no_funds", "measures": "调解两次", "village_opinion": "请镇里协调", "suggested_unit": t.STATION}
ABSENT = f"{t.TOWNSHIP}-01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def problems(refused: Refusal) -> list[tuple[str, str]]:
    assert isinstance(refused, FieldsRefused)
    return [(problem.field, problem.code) for problem in refused.problems]


def on_agenda(view: MeetingView) -> list[str]:
    return [item.item.case_id for item in view.items]


def assign(case: str, **data: object) -> NewDecision:
    return NewDecision(case_id=case, trigger="assign_in_village", data=ASSIGN | data)


def refer(case: str) -> NewDecision:
    return NewDecision(case_id=case, trigger="refer_to_township", data=dict(UP))


def carry(case: str) -> NewDecision:
    return NewDecision(case_id=case, trigger="carry_over")


# --- setting one -----------------------------------------------------------------------------------------------------


def test_a_meeting_is_planned_under_its_units_home(world: World):
    meeting = world.plan("village_cadre1", "village_weekly", workflow="issue-escalation/1")

    row = world.row(meeting)
    assert (row.home, row.unit.code, row.status, row.version) == (t.TOWNSHIP, t.VILLAGE, "planned", 1)
    assert meeting.startswith(f"{t.TOWNSHIP}-")
    assert (row.workflow, row.workflow_version, row.at) == ("issue-escalation", 1, world.clock.at)


def test_all_that_is_wrong_with_the_wish_is_told_at_once(world: World):
    no_rules = NewMeeting(meeting="village_weekly", unit="nowhere", at=world.clock.at, workflow="no-such-rules")
    no_meeting = NewMeeting(meeting="tea_party", unit="nowhere", at=world.clock.at)

    assert problems(refusal(lambda: world.meetings.create(CHAIR, no_rules))) == [
        ("unit", "unknown_unit"),
        ("workflow", "unknown_workflow"),
    ]
    assert problems(refusal(lambda: world.meetings.create(CHAIR, no_meeting))) == [
        ("unit", "unknown_unit"),
        ("meeting", "unknown_meeting"),
    ]


def test_a_unit_out_of_reach_answers_like_one_that_does_not_exist(world: World):
    for unit in ("nowhere", t.SIBLING, t.OTHER_VILLAGE, t.OTHER_TOWNSHIP, t.OTHER_WUCHANG):
        refused = refusal(lambda unit=unit: world.plan(CHAIR, "village_weekly", unit))
        assert problems(refused) == [("unit", "unknown_unit")]


def test_a_meeting_sits_at_the_units_of_its_level(world: World):
    assert problems(refusal(lambda: world.plan(CHAIR, "village_weekly", t.TOWNSHIP))) == [("unit", "wrong_level")]
    assert problems(refusal(lambda: world.plan(CHAIR, "township_monthly", t.VILLAGE))) == [("unit", "wrong_level")]


def test_members_alone_set_a_meeting(world: World):
    for person in ("linzhang", "party_group_leader", "township_secretary", "auditor_township"):
        refused = refusal(lambda person=person: world.plan(person, "village_weekly"))
        assert (type(refused), refused.code) == (Forbidden, "not_a_member")


def test_without_a_post_one_sets_none(world: World):
    assert problems(refusal(lambda: world.plan("lishen", "village_weekly"))) == [("unit", "unknown_unit")]


# --- the agenda ------------------------------------------------------------------------------------------------------


def test_the_agenda_is_live_until_the_opening_and_then_fixed(world: World):
    meeting = world.plan(CHAIR, "village_weekly")
    assert on_agenda(world.view(meeting)) == []
    first = world.bring("village_queued")
    assert on_agenda(world.view(meeting)) == [first]
    second = world.bring("village_queued")
    world.fire("pianzhang", first, "settle_before_meeting", measures="劝解", result="和好")
    assert on_agenda(world.view(meeting)) == [second]

    world.meetings.open(CHAIR, meeting, 1)
    late = world.bring("village_queued")
    world.fire("pianzhang", second, "settle_before_meeting", measures="劝解", result="和好")

    assert on_agenda(world.view(meeting)) == [second]
    assert on_agenda(world.view(world.plan(CHAIR, "village_weekly"))) == [late]


def test_who_waits_longest_comes_first(world: World):
    early, late = world.open(), world.open()
    for case in (late, early):  # opened in one order, at the gate in the other
        world.go(case, ("pianzhang", "record_measure", TALKED))
        world.go(case, ("pianzhang", "refer_to_village", {"reason_code": "other", "reason": "谈不拢"}))

    view = world.view(world.gather(CHAIR, "village_weekly"))

    assert on_agenda(view) == [late, early]
    assert [item.item.position for item in view.items] == [1, 2]
    assert [item.item.arrived_at for item in view.items] == [world.held(c).state.stay.at for c in (late, early)]


def test_other_villages_and_gates_have_agendas_of_their_own(world: World):
    here, higher = world.bring("village_queued"), world.bring("township_queued")
    sibling = world.plan("village_secretary_2", "village_weekly", t.SIBLING)

    assert on_agenda(world.view(world.plan(CHAIR, "village_weekly"))) == [here]
    assert on_agenda(world.view(world.plan("township_leader", "township_monthly"))) == [higher]
    assert on_agenda(world.view(sibling)) == []


def test_one_meeting_of_a_unit_and_gate_is_open_at_a_time(world: World):
    first, second = world.gather(CHAIR, "village_weekly"), world.plan(CHAIR, "village_weekly")

    refused = refusal(lambda: world.meetings.open(CHAIR, second, 1))
    assert isinstance(refused, Conflict)
    assert refused.code == "another_meeting_open"
    world.gather("township_leader", "township_monthly")
    sibling = world.plan("village_secretary_2", "village_weekly", t.SIBLING)
    world.meetings.open("village_secretary_2", sibling, 1)
    world.close(CHAIR, first)
    world.meetings.open(CHAIR, second, 1)

    assert [world.row(each).status for each in (first, second, sibling)] == ["closed", "open", "open"]


def test_of_two_openings_at_once_one_wins(world: World):
    planned = [world.plan(CHAIR, "village_weekly") for _ in range(3)]
    start = threading.Barrier(len(planned))

    def opened(meeting: str) -> str:
        start.wait()
        try:
            world.meetings.open(CHAIR, meeting, 1)
        except Conflict as conflict:
            return conflict.code
        return "open"

    with ThreadPoolExecutor(len(planned)) as pool:
        found = sorted(pool.map(opened, planned))

    assert found == ["another_meeting_open", "another_meeting_open", "open"]
    assert sorted(world.row(each).status for each in planned) == ["open", "planned", "planned"]


def test_who_opens_takes_the_chair_and_the_holders_of_that_day_are_expected(world: World):
    world.newcomer("new")
    world.posts("new", "village_cadre", t.VILLAGE, "2026-03-06")
    world.posts("new", "village_clerk", t.VILLAGE, "2026-03-06")  # two posts, one seat
    world.ends("village_cadre1", date(2026, 3, 5))
    meeting = world.plan(CHAIR, "village_weekly")

    world.meetings.open(CHAIR, meeting, 1)

    row = world.row(meeting)
    assert sorted(row.expected) == sorted({*HALL, "new"} - {"village_cadre1"})
    assert (row.chair, row.present, row.opened_at) == (CHAIR, (CHAIR,), world.clock.at)


def test_while_it_is_planned_the_holders_of_its_day_are_shown(world: World):
    world.ends("village_cadre1", date(2026, 3, 10))
    wanted = NewMeeting(meeting="village_weekly", unit=t.VILLAGE, at=datetime(2026, 3, 13, 7, 0, tzinfo=UTC))
    meeting = world.meetings.create(CHAIR, wanted)

    view = world.view(meeting)

    assert sorted(view.meeting.expected) == sorted(set(HALL) - {"village_cadre1"})
    assert (view.quorate, view.names[CHAIR], view.names[t.VILLAGE]) == (False, "周书记", "陈桥村")


def test_who_may_not_chair_opens_none(world: World):
    meeting = world.plan(CHAIR, "village_weekly")

    for person in ("village_clerk", "village_cadre1", "township_secretary", "auditor_county"):
        assert refusal(lambda person=person: world.meetings.open(person, meeting, 1)).code == "not_chair"
    assert world.row(meeting).status == "planned"


def test_who_may_open_a_meeting_is_expected_at_it(world: World):
    world.imports("bodies", "code,name,kind,units", f"branch,村党总支,party_group,{t.VILLAGE}")
    world.newcomer("deputy")
    world.imports(
        "posts", "person,role,unit,body,valid_from,valid_to", "deputy,village_secretary,,branch,2025-01-01,"
    )  # fmt: skip
    meeting = world.plan(CHAIR, "village_weekly")

    world.meetings.open("deputy", meeting, 1)

    assert "deputy" in world.row(meeting).expected


# --- who is there ----------------------------------------------------------------------------------------------------


@pytest.fixture
def sitting(world: World) -> str:
    """An open weekly meeting of which only the chair is known to be there."""
    meeting = world.plan(CHAIR, "village_weekly")
    world.meetings.open(CHAIR, meeting, 1)
    return meeting


def attend(world: World, meeting: str, person: str = CHAIR, **given: object) -> None:
    world.meetings.attend(person, meeting, world.row(meeting).version, Attendance(**given))


#: What is wrong with each list, by field.
WRONG: list[tuple[dict[str, object], list[tuple[str, str]]]] = [
    ({"present": ("linzhang", CHAIR)}, [("present", "not_members")]),
    ({"present": (CHAIR,), "on_leave": ("linzhang",)}, [("on_leave", "not_members")]),
    ({"present": (CHAIR,), "on_leave": (CHAIR,)}, [("on_leave", "present_too")]),
    ({"present": (CHAIR,), "observers": ("no-one",)}, [("observers", "unknown_person")]),
    ({"present": (CHAIR,), "observers": ("village_clerk",)}, [("observers", "members_too")]),
    ({"present": ("village_clerk",)}, [("chair", "not_present")]),
    ({"present": (CHAIR, "village_clerk"), "chair": "village_clerk"}, [("chair", "may_not_chair")]),
    ({"present": (CHAIR,), "recorder": "village_clerk"}, [("recorder", "not_present")]),
    (
        {"present": ("no-one",), "on_leave": ("no-one",), "observers": ("no-one",), "recorder": "lishen"},
        [
            ("present", "not_members"),
            ("on_leave", "not_members"),
            ("on_leave", "present_too"),
            ("observers", "unknown_person"),
            ("chair", "not_present"),
            ("recorder", "not_present"),
        ],
    ),
]


def test_everything_wrong_with_an_attendance_is_told_by_field(world: World, sitting: str):
    for given, found in WRONG:
        assert problems(refusal(lambda given=given: attend(world, sitting, **given))) == found
    assert world.row(sitting).version == 2


def test_leave_observers_and_a_recorder_are_kept_each_name_once(world: World, sitting: str):
    attend(
        world, sitting, "village_cadre1",
        present=(CHAIR, "village_clerk", CHAIR), on_leave=("village_cadre7", "village_cadre7"),
        observers=("linzhang", "lishen", "linzhang"), recorder="linzhang",
    )  # fmt: skip

    row = world.row(sitting)
    assert (row.present, row.on_leave) == ((CHAIR, "village_clerk"), ("village_cadre7",))
    assert (row.observers, row.recorder, row.chair) == (("linzhang", "lishen"), "linzhang", CHAIR)
    assert world.view(sitting).names["lishen"] == "李婶"


def test_a_member_who_is_there_may_write_the_minutes(world: World, sitting: str):
    attend(world, sitting, present=(CHAIR, "village_clerk"), recorder="village_clerk")

    assert world.row(sitting).recorder == "village_clerk"


def test_only_members_keep_the_attendance(world: World, sitting: str):
    assert refusal(lambda: attend(world, sitting, "township_secretary", present=(CHAIR,))).code == "not_a_member"
    assert isinstance(refusal(lambda: attend(world, sitting, "linzhang", present=(CHAIR,))), NotFound)


def test_the_chair_may_pass_to_another_who_may_take_it(world: World):
    case = world.bring("township_queued")
    meeting = world.gather("township_secretary", "township_monthly")
    back = NewDecision(case_id=case, trigger="carry_over")
    assert refusal(lambda: world.decide("township_leader", meeting, back)).code == "not_in_chair"

    attend(world, meeting, "township_party_office", present=TOWN, chair="township_leader")

    world.decide("township_leader", meeting, back)
    assert refusal(lambda: world.decide("township_secretary", meeting, back)).code == "not_in_chair"
    assert refusal(lambda: world.close("township_secretary", meeting)).code == "not_in_chair"
    world.close("township_leader", meeting)
    assert world.row(meeting).chair == "township_leader"


# --- quorum ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("there", "enough"), [(4, False), (5, True)])
def test_half_of_nine_members_are_five(world: World, there: int, enough: bool):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly", present=HALL[:there])
    attend(world, meeting, present=HALL[:there], observers=("linzhang", "zuzhang"))  # guests count for nothing

    assert world.view(meeting).quorate is enough
    if enough:
        world.decide(CHAIR, meeting, assign(case))
    else:
        assert isinstance(refusal(lambda: world.decide(CHAIR, meeting, assign(case))), NotQuorate)
        world.decide(CHAIR, meeting, carry(case))  # needs no quorum


BOARD = {
    "fields": "text: {T, type: text}",
    "states": """
        new: {T, level: wuchang, handling: true}
        waiting: {T, level: village, gate: [board, other]}
        done: {T, final: true}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: zuzhang, takes: text}
        - {trigger: up, T, from: new, to: waiting, by: zuzhang}
        - {trigger: note, T, from: open, to: same, by: reader, needs: text}
        - {trigger: agree, T, from: waiting, to: done, by: village_secretary, via: [board, other], takes: text}
        - {trigger: carry, T, from: waiting, to: same, by: [village_secretary, system], via: [board, other]}
        - {trigger: drop, T, from: waiting, to: done, by: zuzhang}
        """,
}
MEMBERS = "level: village, members: [village_clerk, village_secretary], chair: village_secretary"


def board(quorum: int, carry_over: str = "") -> dict[str, str]:
    one = f"{{T, {MEMBERS}, quorum: {quorum}%{carry_over}}}"
    return BOARD | {"meetings": f"board: {one}\nother: {one}"}


def waiting(world: World, unit: str = t.GROUP, person: str = "zuzhang") -> str:
    case = world.opened(person, unit, "begin", {}, workflow="small").identity.id
    world.go(case, (person, "up", {}))
    return case


def sit(world: World, kind: str = "board", present: tuple[str, ...] = (CHAIR, "village_clerk")) -> str:
    meeting = world.plan(CHAIR, kind, t.VILLAGE, workflow="small")
    world.meetings.open(CHAIR, meeting, 1)
    attend(world, meeting, present=present)
    return meeting


def shown(world: World, meeting: str) -> MeetingView:
    return world.minutes.get(CHAIR, meeting)


def end(world: World, meeting: str) -> list[tuple[str | None, str | None]]:
    """Close it; what became of each item, and why a decision is void."""
    world.close(CHAIR, meeting)
    return [(item.item.outcome, item.item.refusal) for item in shown(world, meeting).items]


@pytest.mark.parametrize(("quorum", "enough"), [(50, True), (51, False), (1, True)])
def test_the_quorum_is_reached_exactly_at_its_bound(store: Store, quorum: int, enough: bool):
    world = World(store, rules(**board(quorum)))
    case, meeting = waiting(world), sit(world, present=(CHAIR,))

    assert shown(world, meeting).quorate is enough
    agree = NewDecision(case_id=case, trigger="agree")
    if enough:
        world.decide(CHAIR, meeting, agree)
    else:
        assert refusal(lambda: world.decide(CHAIR, meeting, agree)).code == "quorum"


def test_the_quorum_counts_when_a_decision_is_recorded_not_at_closing(store: Store):
    world = World(store, rules(**board(100)))
    case, meeting = waiting(world), sit(world)
    world.decide(CHAIR, meeting, NewDecision(case_id=case, trigger="agree"))
    attend(world, meeting, present=(CHAIR,))

    assert end(world, meeting) == [("effective", None)]


# --- decisions -------------------------------------------------------------------------------------------------------


def test_decisions_wait_for_the_closing(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.wait(minutes=10)

    world.decide(CHAIR, meeting, NewDecision(case_id=case, trigger="assign_in_village", data=ASSIGN, note="全体同意"))

    assert world.state(case) == "village_queued"
    (item,) = world.view(meeting).items
    assert (item.trigger, item.note, item.data["plan"]) == ("assign_in_village", "全体同意", ASSIGN["plan"])
    assert (item.item.decided.actor, item.item.decided.decided_at) == (CHAIR, world.clock.at)
    assert (item.item.outcome, item.item.seq) == (None, None)


def test_of_a_list_all_are_taken_or_none_and_the_refused_one_is_named(world: World):
    first, second = world.bring("village_queued"), world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")

    refused = refusal(lambda: world.decide(CHAIR, meeting, refer(first), assign(second, due="2026-03-01")))

    assert (problems(refused), refused.at) == ([("due", "before_today")], "decisions[1]")
    assert world.rows(decisions) == []
    assert world.row(meeting).version == 3
    assert [(row.case_id, row.trigger) for row in world.rows(refusals)] == [(second, "assign_in_village")]
    world.decide(CHAIR, meeting, refer(first), assign(second))
    assert len(world.rows(decisions)) == 2


def test_a_case_may_be_named_once_and_must_be_on_the_agenda(world: World):
    case, elsewhere = world.bring("village_queued"), world.open()
    meeting = world.gather(CHAIR, "village_weekly")

    refused = refusal(lambda: world.decide(CHAIR, meeting, refer(case), carry(elsewhere), carry(case), carry(ABSENT)))

    assert problems(refused) == [
        ("decisions[1].case", "not_on_agenda"),
        ("decisions[2].case", "decided_twice"),
        ("decisions[3].case", "not_on_agenda"),
    ]


JUDGED: list[tuple[str, dict[str, object], type[Refusal], str]] = [
    ("decline", {}, Conflict, "not_a_decision"),
    ("assign_in_township", {}, Conflict, "state"),
    ("no_such_act", {}, FieldsRefused, "fields"),
    ("assign_in_village", {"plan": "划线"}, FieldsRefused, "fields"),
    ("assign_in_village", ASSIGN | {"responsible": "no-one"}, FieldsRefused, "fields"),
]


def test_a_decision_is_judged_when_it_is_recorded(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")

    for trigger, data, kind, code in JUDGED:
        decision = NewDecision(case_id=case, trigger=trigger, data=data)
        refused = refusal(lambda decision=decision: world.decide(CHAIR, meeting, decision))
        assert (refused.code, refused.kind, refused.at) == (code, kind.kind, "decisions[0]")
    assert world.rows(decisions) == []


def test_a_decider_who_is_a_party_is_kept_out(world: World):
    case = world.bring("village_queued", reporter=CHAIR)
    meeting = world.gather(CHAIR, "village_weekly")

    assert isinstance(refusal(lambda: world.decide(CHAIR, meeting, assign(case))), KeptOut)


def test_a_condition_that_does_not_hold_refuses_the_decision(world: World):
    case = world.bring("village_queued")
    back = {"return_code": "too_early", "reason": "只劝过一次", "guidance": "由片长主持调解"}
    again = {"reason_code": "other", "reason": "还是谈不拢"}
    for _ in range(2):
        world.go(case, (CHAIR, "return_to_wuchang", back), ("pianzhang", "refer_to_village", again))
    meeting = world.gather(CHAIR, "village_weekly")

    refused = refusal(lambda: world.decide(CHAIR, meeting, NewDecision(case_id=case, trigger="return_to_wuchang",
                                                                       data=back)))  # fmt: skip

    assert isinstance(refused, ConditionRefused)
    assert refused.code == "counter:to_wuchang"


def test_only_who_may_chair_decides_undoes_closes_and_cancels(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")

    for person in ("village_clerk", "township_secretary"):
        for act in (
            lambda person=person: world.decide(person, meeting, carry(case)),
            lambda person=person: world.meetings.undo(person, meeting, 3, case),
            lambda person=person: world.close(person, meeting),
            lambda person=person: world.meetings.cancel(person, meeting, 3, "不开了"),
        ):
            assert refusal(act).code == "not_chair"


def test_a_decision_can_be_taken_back_until_closing(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.decide(CHAIR, meeting, assign(case))

    world.meetings.undo(CHAIR, meeting, 4, case)

    assert world.rows(decisions) == []
    world.close(CHAIR, meeting)
    assert (world.state(case), world.item(meeting, case).outcome) == ("village_queued", "carried")


def test_what_was_not_decided_cannot_be_taken_back(world: World):
    waits, meeting = world.bring("village_queued"), world.gather(CHAIR, "village_weekly")

    for named in (waits, ABSENT):
        refused = refusal(lambda named=named: world.meetings.undo(CHAIR, meeting, 3, named))
        assert (type(refused), refused.code) == (NotFound, "decision_not_found")
    assert world.row(meeting).version == 3


def test_a_second_decision_on_a_case_replaces_the_first(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.decide(CHAIR, meeting, assign(case))

    world.decide(CHAIR, meeting, refer(case))
    world.close(CHAIR, meeting)

    assert world.state(case) == "township_queued"
    assert len(world.rows(decisions)) == 1


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning", "ignore::sqlalchemy.exc.SADeprecationWarning")
def test_no_decision_at_all_is_refused(world: World):
    meeting = world.gather(CHAIR, "village_weekly")

    refused = refusal(lambda: world.meetings.decide(CHAIR, meeting, 3, []))

    assert [(problem.field, problem.code) for problem in refused.problems] == [("decisions", "missing")]
    assert world.rows(decisions) == []


def test_dates_count_from_the_day_the_meeting_was_opened(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.wait(days=2)

    world.decide(CHAIR, meeting, assign(case, due="2026-03-06"))
    world.wait(days=2)
    world.close(CHAIR, meeting)

    assert world.item(meeting, case).outcome == "effective"


# --- closing ---------------------------------------------------------------------------------------------------------


ITEMS = ("good", "left", "party", "waits", "gone", "put_off")


class Mixed:
    """A meeting with one item of each kind: decided and good; decided, but settled meanwhile; decided, but the decider
    has become a party; not decided and waiting; not decided and settled; carried over by decision."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.good, self.left, self.party, self.waits, self.gone, self.put_off = (
            world.bring("village_queued") for _ in range(6)
        )
        self.meeting = world.gather(CHAIR, "village_weekly")
        world.decide(
            CHAIR, self.meeting,
            NewDecision(case_id=self.good, trigger="assign_in_village", data=ASSIGN, note="一致同意"),
            assign(self.left), assign(self.party), carry(self.put_off),
        )  # fmt: skip
        for case in (self.left, self.gone):
            world.fire("pianzhang", case, "settle_before_meeting", measures="劝解", result="和好")
        world.fire("village_clerk", self.party, "correct", reason="补录反映人", reporter=CHAIR)

    def outcomes(self, view: MeetingView) -> dict[str, tuple[int | None, str | None, str | None]]:
        found = {item.item.case_id: item.item for item in view.items}
        items = {name: found[getattr(self, name)] for name in ITEMS}
        return {name: (item.number, item.outcome, item.refusal) for name, item in items.items()}


@pytest.fixture
def mixed(world: World) -> Mixed:
    return Mixed(world)


MOVED = (cases, history, agenda, decisions, meetings)


class Closed(Mixed):
    """The same meeting, previewed and closed an hour later; `commits` are the writing transactions of the closing."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.decided_at = world.item(self.meeting, self.good).decided.decided_at
        before = [world.rows(table) for table in MOVED]
        self.foretold = self.outcomes(world.minutes.closing(CHAIR, self.meeting))
        self.preview_wrote = [world.rows(table) for table in MOVED] != before
        world.wait(hours=1)
        self.commits = 0
        sa.event.listen(world.store.engine, "commit", self.count)
        world.close(CHAIR, self.meeting)
        sa.event.remove(world.store.engine, "commit", self.count)
        self.shown = {item.item.case_id: item for item in world.view(self.meeting).items}
        self.rows = {row.case_id: row for row in world.rows(history) if row.meeting == self.meeting}

    def count(self, tx: sa.Connection) -> None:
        self.commits += bool(tx.get_execution_options()["minqing_write"])


@pytest.fixture(scope="module", params=BACKENDS)
def closed(request: pytest.FixtureRequest) -> Iterator[Closed]:
    """Only to be looked at."""
    with fresh_store(request.param) as store:
        yield Closed(World(store))


def test_the_preview_is_what_closing_then_does(closed: Closed):
    assert not closed.preview_wrote
    assert closed.outcomes(closed.world.view(closed.meeting)) == closed.foretold
    assert closed.foretold == {
        "good": (1, "effective", None),
        "left": (2, "void", "state"),
        "party": (3, "void", "never:party"),
        "waits": (4, "carried", None),
        "gone": (5, "left", None),
        "put_off": (6, "effective", None),
    }


def test_closing_moves_what_was_decided_and_carries_over_what_still_waits(closed: Closed):
    held = {name: closed.world.held(getattr(closed, name)).state for name in closed.foretold}

    assert {name: state.state for name, state in held.items()} == {
        "good": "village_handling",
        "left": "verifying",
        "party": "village_queued",
        "waits": "village_queued",
        "gone": "verifying",
        "put_off": "village_queued",
    }
    assert {name: held[name].stay.carried for name in ("party", "waits", "put_off")} == {
        "party": 1,
        "waits": 1,
        "put_off": 1,
    }
    assert verify(closed.world.store, closed.world.office.rulebook).flaws == ()


def test_a_row_tells_its_meeting_its_number_and_who_decided_when(closed: Closed):
    good, waits = closed.rows[closed.good], closed.rows[closed.waits]

    assert (good.actor, good.post) == (CHAIR, post_id(CHAIR, CHAIR, t.VILLAGE, None, date(2025, 1, 1)))
    assert (good.agenda_no, good.occurred_at, good.recorded_at) == (1, closed.decided_at, closed.world.clock.at)
    assert (waits.actor, waits.agenda_no) == ("system", 4)
    assert {row.trigger for row in closed.rows.values()} == {"assign_in_village", "carry_over"}
    assert closed.shown[closed.party].item.seq == closed.rows[closed.party].seq


def test_minutes_take_from_the_history_what_took_effect_and_keep_what_is_void(closed: Closed):
    good, void, waits = (closed.shown[case] for case in (closed.good, closed.left, closed.waits))

    assert (good.trigger, good.data["plan"], good.note) == ("assign_in_village", ASSIGN["plan"], "一致同意")
    assert (void.trigger, void.data["plan"], void.note) == ("assign_in_village", ASSIGN["plan"], None)
    assert (waits.trigger, waits.data, waits.note) == ("carry_over", {}, None)
    kept = {row.case_id: (row.data, row.note) for row in closed.world.rows(decisions)}
    assert kept[closed.good] == ({}, None)  # its texts live in the history, where they can be erased
    assert kept[closed.left][0] == ASSIGN


def test_closing_is_one_transaction(closed: Closed):
    assert closed.commits == 1


def test_texts_erased_from_the_history_are_gone_from_the_minutes(world: World):
    case = world.bring("village_handling")
    (meeting,) = world.rows(meetings)
    with world.store.begin() as tx:
        tx.execute(sa.update(payloads).values(body=None, salt=None))

    (shown,) = world.view(meeting.id).items

    assert (shown.item.case_id, shown.trigger, shown.note) == (case, "assign_in_village", None)
    assert shown.data == {"responsible": "village_cadre1", "due": "2026-03-20"}


def forbid_closing(world: World) -> None:
    """The last statement of a closing fails."""
    with world.store.begin() as tx:
        if world.store.is_sqlite:
            tx.exec_driver_sql(
                "CREATE TRIGGER stop BEFORE UPDATE ON meetings WHEN NEW.status = 'closed' "
                "BEGIN SELECT RAISE(ABORT, 'stop'); END"
            )
            return
        tx.exec_driver_sql(
            "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stop'; END $$"
        )
        tx.exec_driver_sql(
            "CREATE TRIGGER stop BEFORE UPDATE ON meetings FOR EACH ROW WHEN (NEW.status = 'closed') "
            "EXECUTE FUNCTION stop()"
        )


def test_a_closing_that_fails_at_the_end_moves_nothing(world: World, mixed: Mixed):
    forbid_closing(world)
    before = [world.rows(table) for table in (cases, history, payloads, agenda, decisions, meetings)]

    with pytest.raises(Broken):
        world.close(CHAIR, mixed.meeting)

    assert [world.rows(table) for table in (cases, history, payloads, agenda, decisions, meetings)] == before


def test_a_decision_outlives_the_post_of_who_took_it(world: World):
    case = world.bring("township_queued")
    meeting = world.gather("township_secretary", "township_monthly")
    back = {"return_code": "too_early", "reason": "再等等", "guidance": "请村里先办"}
    world.decide("township_secretary", meeting, NewDecision(case_id=case, trigger="return_to_village", data=back))
    attend(world, meeting, "township_party_office", present=TOWN, chair="township_leader")
    world.ends("township_secretary", date(2026, 3, 6))
    world.wait(days=1)

    world.close("township_leader", meeting)

    assert (world.state(case), world.item(meeting, case).outcome) == ("village_handling", "effective")
    row = world.rows(history)[-1]
    assert (row.actor, row.post_role) == ("township_secretary", "township_secretary")


def test_a_post_that_had_ended_before_gives_no_right_to_decide(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.ends(CHAIR, date(2026, 3, 6))
    world.wait(days=1)

    assert isinstance(refusal(lambda: world.decide(CHAIR, meeting, carry(case))), NotFound)


def test_who_succeeds_the_chair_can_close_the_open_meeting(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.decide(CHAIR, meeting, assign(case))
    world.ends(CHAIR, date(2026, 3, 6))
    world.newcomer("successor")
    world.posts("successor", "village_secretary", t.VILLAGE, "2026-03-07")
    world.wait(days=1)

    attend(world, meeting, "village_clerk", present=("successor", "village_clerk"), chair="successor")

    world.close("successor", meeting)
    assert world.state(case) == "village_handling"


def test_an_empty_meeting_closes_too(world: World):
    meeting = world.meet(CHAIR, "village_weekly")

    row = world.row(meeting)
    assert (row.status, row.closed_at, world.view(meeting).items) == ("closed", world.clock.at, ())


# --- carrying over ---------------------------------------------------------------------------------------------------


def test_each_meeting_that_ends_undecided_counts(world: World):
    case = world.bring("village_queued")

    for turn in (1, 2, 3):
        world.meet(CHAIR, "village_weekly")
        assert world.held(case).state.stay.carried == turn


def test_beyond_the_limit_a_case_is_not_carried_over_but_waits(store: Store):
    world = World(store, rules(**board(50, ", carry_over: {trigger: carry, at_most: 1}")))
    case = waiting(world)
    assert end(world, sit(world)) == [("carried", None)]

    meeting = sit(world)
    refused = refusal(lambda: world.decide(CHAIR, meeting, NewDecision(case_id=case, trigger="carry")))

    assert isinstance(refused, CarriedTooOften)
    assert end(world, meeting) == [("waiting", None)]
    assert world.held(case).state.stay.carried == 1


def test_without_a_rule_for_it_nothing_is_carried_over(store: Store):
    world = World(store, rules(**board(50)))
    case = waiting(world)

    assert end(world, sit(world)) == [("waiting", None)]
    assert world.version(case) == 2


def test_a_void_decision_on_a_case_that_waits_and_cannot_be_carried_stays_void(store: Store):
    world = World(store, rules(**board(50)))
    case, meeting = waiting(world), sit(world)
    world.decide(CHAIR, meeting, NewDecision(case_id=case, trigger="agree", data={"text": "同意"}))
    world.fire("zuzhang", case, "drop")

    assert [item.item.outcome for item in world.minutes.closing(CHAIR, meeting).items] == ["void"]
    assert end(world, meeting) == [("void", "state")]


def test_a_gate_named_second_does_not_fill_the_agenda_by_itself(store: Store):
    world = World(store, rules(**board(50)))
    case = waiting(world)

    assert on_agenda(shown(world, sit(world, "other"))) == []
    assert on_agenda(shown(world, sit(world, "board"))) == [case]


def test_cases_of_every_version_of_the_rules_come_to_one_agenda(store: Store):
    second = rules(version=2, **board(50, ", carry_over: {trigger: carry}"))
    world = World(store, rules(**board(50)), second)
    old = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small/1").identity.id
    new = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    for case in (old, new):
        world.go(case, ("zuzhang", "up", {}))

    meeting = sit(world)
    world.decide(CHAIR, meeting, *(NewDecision(case_id=case, trigger="agree") for case in (old, new)))

    assert end(world, meeting) == [("effective", None)] * 2
    assert [world.held(case).identity.workflow_version for case in (old, new)] == [1, 2]


def test_a_meeting_above_the_homes_gathers_cases_of_all_of_them(store: Store):
    county = rules(
        roles="zuzhang: {T, level: wuchang}\ncounty_chief: {T, level: county}",
        fields="text: {T, type: text}",
        states="""
            new: {T, level: county, gate: board}
            done: {T, final: true}
            """,
        meetings="board: {T, level: county, members: county_chief, chair: county_chief, quorum: 50%}",
        transitions="""
            - {trigger: begin, T, from: start, to: new, by: zuzhang, takes: text}
            - {trigger: agree, T, from: new, to: done, by: county_chief, via: board}
            """,
    )
    world = World(store, county)
    world.newcomer("chief")
    world.posts("chief", "county_chief", t.COUNTY, "2025-01-01")
    here = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    there = world.opened("zuzhang_other", f"{t.OTHER_WUCHANG}g1", "begin", {}, workflow="small").identity.id
    meeting = world.plan("chief", "board", t.COUNTY, workflow="small")
    world.meetings.open("chief", meeting, 1)
    world.decide("chief", meeting, *(NewDecision(case_id=case, trigger="agree") for case in (here, there)))

    world.close("chief", meeting)

    assert meeting.startswith(f"{t.COUNTY}-")
    assert [(row.home, row.case_home) for row in world.rows(agenda)] == [
        (t.COUNTY, t.TOWNSHIP),
        (t.COUNTY, t.OTHER_TOWNSHIP),
    ]
    assert [world.state(case) for case in (here, there)] == ["done", "done"]
    assert verify(world.store, world.office.rulebook).flaws == ()


# --- calling off -----------------------------------------------------------------------------------------------------


def test_a_cancelled_meeting_drops_its_decisions_and_counts_for_nothing(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.decide(CHAIR, meeting, assign(case))

    world.meetings.cancel(CHAIR, meeting, 4, " 停电 ")

    row = world.row(meeting)
    assert (row.status, row.reason, row.closed_at) == ("cancelled", "停电", world.clock.at)
    assert (world.state(case), world.held(case).state.stay.carried) == ("village_queued", 0)
    assert world.rows(decisions) == []
    (item,) = world.view(meeting).items
    assert (item.item.outcome, item.trigger, item.data) == (None, None, {})
    assert on_agenda(world.view(world.gather(CHAIR, "village_weekly"))) == [case]


def test_a_planned_meeting_can_be_called_off(world: World):
    meeting = world.plan(CHAIR, "village_weekly")

    world.meetings.cancel(CHAIR, meeting, 1, "改期")

    assert world.row(meeting).status == "cancelled"


def test_a_reason_is_needed_that_can_be_kept(world: World):
    case = world.bring("village_queued")
    meeting = world.gather(CHAIR, "village_weekly")
    world.decide(CHAIR, meeting, assign(case))

    bad = {"": "missing", " \n": "missing", "因" * 501: "too_long", "停\0电": "control_character"}
    for reason, code in bad.items():
        refused = refusal(lambda reason=reason: world.meetings.cancel(CHAIR, meeting, 4, reason))
        assert problems(refused) == [("reason", code)]
    assert (world.row(meeting).status, len(world.rows(decisions))) == ("open", 1)


def test_a_reason_may_have_five_hundred_characters(world: World):
    meeting = world.plan(CHAIR, "village_weekly")

    world.meetings.cancel(CHAIR, meeting, 1, "因" * 500)

    assert len(world.row(meeting).reason) == 500


# --- what may be done when -------------------------------------------------------------------------------------------


def changes(world: World, meeting: str, case: str) -> dict[str, object]:
    version = world.row(meeting).version
    return {
        "open": lambda: world.meetings.open(CHAIR, meeting, version),
        "attend": lambda: world.meetings.attend(CHAIR, meeting, version, Attendance(present=(CHAIR,))),
        "decide": lambda: world.meetings.decide(CHAIR, meeting, version, [carry(case)]),
        "undo": lambda: world.meetings.undo(CHAIR, meeting, version, case),
        "close": lambda: world.meetings.close(CHAIR, meeting, version),
        "cancel": lambda: world.meetings.cancel(CHAIR, meeting, version, "不开了"),
    }


def refused_changes(world: World, meeting: str, case: str) -> set[str]:
    """The changes that the meeting's status does not allow; the others are not tried."""
    status, found = world.row(meeting).status, set()
    allowed = {"planned": {"open", "cancel"}, "open": {"attend", "decide", "undo", "close", "cancel"}}
    for name, change in changes(world, meeting, case).items():
        if name not in allowed.get(status, set()):
            refused = refusal(change)
            assert isinstance(refused, Conflict)
            assert (refused.code, refused.facts) == ("meeting_status", {"status": status})
            found.add(name)
    return found


def test_a_closed_or_cancelled_meeting_refuses_every_change(world: World):
    case = world.bring("village_queued")
    planned, opened = world.plan(CHAIR, "village_weekly"), world.gather(CHAIR, "village_weekly")
    assert refused_changes(world, planned, case) == {"attend", "decide", "undo", "close"}
    assert refused_changes(world, opened, case) == {"open"}
    world.close(CHAIR, opened)
    world.meetings.cancel(CHAIR, planned, 1, "改期")
    before = [world.rows(table) for table in (cases, history, agenda, meetings)]

    for meeting in (opened, planned):
        assert refused_changes(world, meeting, case) == {"open", "attend", "decide", "undo", "close", "cancel"}

    assert [world.rows(table) for table in (cases, history, agenda, meetings)] == before


def test_every_change_asks_for_the_present_version(world: World):
    case = world.bring("village_queued")
    meeting = world.plan(CHAIR, "village_weekly")
    for status in ("planned", "open"):
        stale = world.row(meeting).version - 1
        for act in (
            lambda v=stale: world.meetings.open(CHAIR, meeting, v),
            lambda v=stale: world.meetings.attend(CHAIR, meeting, v, Attendance()),
            lambda v=stale: world.meetings.decide(CHAIR, meeting, v, [carry(case)]),
            lambda v=stale: world.meetings.undo(CHAIR, meeting, v, case),
            lambda v=stale: world.meetings.close(CHAIR, meeting, v),
            lambda v=stale: world.meetings.cancel(CHAIR, meeting, v, ""),
        ):
            assert isinstance(refusal(act), Stale)
        if status == "planned":
            world.meetings.open(CHAIR, meeting, 1)


def test_only_an_open_meeting_has_a_preview(world: World):
    meeting = world.plan(CHAIR, "village_weekly")
    assert refusal(lambda: world.minutes.closing(CHAIR, meeting)).code == "meeting_status"
    world.meetings.open(CHAIR, meeting, 1)
    world.close(CHAIR, meeting)

    assert refusal(lambda: world.minutes.closing(CHAIR, meeting)).code == "meeting_status"
    assert refusal(lambda: world.minutes.closing(CHAIR, ABSENT)).code == "meeting_not_found"


# --- who sees it -----------------------------------------------------------------------------------------------------


def test_a_meeting_is_seen_from_its_unit_and_above_and_by_no_others(world: World):
    meeting = world.plan(CHAIR, "village_weekly")

    for person in ("village_cadre3", READER, "township_secretary", "auditor_township", "auditor_county"):
        assert world.minutes.get(person, meeting).meeting.id == meeting
    for person in ("linzhang", "party_group_leader", "township_station", "village_secretary_2", "lishen",
                   "township_secretary_other"):  # fmt: skip
        for read in (world.minutes.get, world.minutes.closing):
            refused = refusal(lambda read=read, person=person: read(person, meeting))
            assert (type(refused), refused.code) == (NotFound, "meeting_not_found")
        assert world.minutes.page(person)[0] == []


def test_minutes_are_masked_for_everybody(world: World):
    """They are printed, and an agenda hangs on a wall."""
    case = world.bring("village_queued", reporter={"name": "张小明"})
    meeting = world.gather(CHAIR, "village_weekly")
    said = "已联系张小明13812341234，证号430482199001011234"
    world.decide(CHAIR, meeting, NewDecision(case_id=case, trigger="refer_to_township", data=UP | {"measures": said}))

    for person in ("auditor_township", READER, CHAIR):
        (item,) = world.minutes.get(person, meeting).items
        assert item.data["measures"] == "已联系张*明138****1234，证号430482********1234"


def test_the_cases_of_an_agenda_are_masked_as_in_lists(world: World):
    case = world.bring("village_queued", reporter={"name": "张小明"})
    view = world.minutes.get(CHAIR, world.plan(CHAIR, "village_weekly"))

    assert view.items[0].case.identity.id == case
    assert view.items[0].case.data["reporter"] == {"name": "张*明"}


def test_meetings_are_listed_the_latest_first_page_by_page(world: World):
    for chair, kind, unit in (
        (CHAIR, "village_weekly", t.VILLAGE),
        ("village_secretary_2", "village_weekly", t.SIBLING),
        ("township_leader", "township_monthly", t.TOWNSHIP),
        (CHAIR, "village_weekly", t.VILLAGE),
        ("village_secretary_other", "village_weekly", t.OTHER_VILLAGE),
    ):
        world.plan(chair, kind, unit)
        world.plan(chair, kind, unit)  # at the same moment
        world.wait(days=1)
    rows = sorted(world.rows(meetings), key=lambda row: (row.at, row.id), reverse=True)

    def listed(person: str, size: int = 3, **asked: object) -> list[str]:
        found, after = [], None
        while True:
            views, after = world.minutes.page(person, after=after, limit=size, **asked)
            assert len(views) <= size
            found += [view.meeting.id for view in views]
            if after is None:
                return found

    def stored(*units: str) -> list[str]:
        return [row.id for row in rows if row.unit in units]

    for size in (1, 2, 3, 100):
        assert listed("auditor_county", size) == [row.id for row in rows]
    assert listed(READER) == stored(t.VILLAGE, t.SIBLING, t.TOWNSHIP)
    assert listed(CHAIR) == stored(t.VILLAGE)
    assert listed(READER, unit=t.SIBLING) == stored(t.SIBLING)
    assert listed(READER, status="open") == []
    assert listed(READER, status="planned", unit=t.TOWNSHIP) == stored(t.TOWNSHIP)


def test_a_list_shows_meetings_without_their_agendas(world: World):
    world.bring("village_queued")
    world.plan(CHAIR, "village_weekly")

    views, after = world.minutes.page(READER)

    assert ([view.items for view in views], after) == ([()], None)


def test_an_item_that_was_never_decided_says_nothing(world: World):
    world.bring("village_queued")
    view = world.view(world.gather(CHAIR, "village_weekly"))

    assert [(item.trigger, item.data, item.note) for item in view.items] == [(None, {}, None)]
    assert isinstance(view.items[0].item, Item)


def test_opened_much_later_the_meeting_counts_from_that_day(world: World):
    case = world.open(**REPORT)
    world.go(case, ("pianzhang", "record_measure", TALKED))
    world.go(case, ("pianzhang", "refer_to_village", {"reason_code": "other", "reason": "谈不拢"}))
    meeting = world.plan(CHAIR, "village_weekly")
    world.clock.at += timedelta(days=30)
    world.meetings.open(CHAIR, meeting, 1)
    attend(world, meeting, present=HALL)

    assert problems(refusal(lambda: world.decide(CHAIR, meeting, assign(case)))) == [("due", "before_today")]
