"""What stands on an agenda beside what waits: the cut-off, what the chair adds, too many carryings over, what a meeting
is to ratify and is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.definition.model import CarryOver, Step
from engine.meetings.service import Attendance
from engine.rules.refusals import CarriedTooOften, FieldsRefused, Forbidden
from engine.store.db import Store
from tests import township as t
from tests.store.rhythmic import MONTHLY, WEEKLY, RhythmicWorld, local, rule_book
from tests.store.world import refusal

CHAIR = "village_secretary"
ASSIGN = {"responsible": "village_cadre1", "plan": "重新划定沟渠", "due": "2026-03-20"}
PRESSING = ASSIGN | {"due": "2026-03-09"}  # what is urgent has three days
ALARM = {"danger_type": "geo", "place": "屋后山坡"}
CONTROLLED = {"disposition": "已撤离三户", "controlled_on": "2026-03-06", "residual_risk": "some"}


@pytest.fixture
def world(store: Store) -> RhythmicWorld:
    return RhythmicWorld(store)


@pytest.fixture
def here(sqlite_store: Store) -> RhythmicWorld:
    return RhythmicWorld(sqlite_store)


def on_agenda(world: RhythmicWorld, meeting: str) -> list[str]:
    return [each.item.case_id for each in world.view(meeting).items]


def two_weeks(world: RhythmicWorld) -> tuple[str, str]:
    """The meetings of Friday 6 and Friday 13 March."""
    world.set_until("03-14 00:00")
    return world.of_turn("2026-W10"), world.of_turn("2026-W11")


# --- the cut-off -----------------------------------------------------------------------------------------------------


def test_what_comes_after_the_cut_off_is_for_the_next_meeting(world: RhythmicWorld):
    first, second = two_weeks(world)
    early = world.bring("village_queued")
    world.at("03-06 12:30")
    late = world.bring("village_queued")

    assert (on_agenda(world, first), on_agenda(world, second)) == ([early], [early, late])
    assert world.cutoff(first) == "03-06 12:00"
    world.at("03-06 15:00")
    world.meetings.open(CHAIR, first, 1)
    assert on_agenda(world, first) == [early]
    world.close(CHAIR, first)
    assert world.held(late).state.stay.carried == 0


def test_a_case_that_comes_back_to_the_gate_after_the_cut_off_waits_too(here: RhythmicWorld):
    first, second = two_weeks(here)
    case = here.bring("village_queued")
    here.at("03-06 11:00")
    here.fire("linzhang", case, "raise_alarm", **ALARM)
    assert on_agenda(here, first) == []
    here.at("03-06 12:30")
    here.fire("township_duty", case, "false_alarm", reason="看错了", urgency="normal")

    assert here.state(case) == "village_queued"
    assert (on_agenda(here, first), on_agenda(here, second)) == ([], [case])


def test_the_cut_off_of_the_township_counts_working_days(here: RhythmicWorld):
    here.set_until("03-28 00:00")
    monthly = here.of_turn("2026-03", MONTHLY, t.TOWNSHIP)

    assert here.cutoff(monthly) == "03-23 17:30"  # the meeting is on Wednesday 25


def test_a_meeting_that_is_moved_has_its_cut_off_moved(here: RhythmicWorld):
    first, _ = two_weeks(here)
    here.arranging.move(CHAIR, first, 1, here.row(first).at.replace(hour=11))  # 19:00 there

    assert here.cutoff(first) == "03-06 16:00"


# --- what the chair adds ---------------------------------------------------------------------------------------------


def test_the_chair_adds_a_late_case_with_a_reason(world: RhythmicWorld):
    first, _ = two_weeks(world)
    early = world.bring("village_queued")
    world.at("03-06 12:30")
    late = world.bring("village_queued")

    world.arranging.add(CHAIR, first, 1, late, "今晚可能降雨")

    assert on_agenda(world, first) == [early, late]
    world.at("03-06 15:00")
    world.meetings.open(CHAIR, first, 2)
    item = world.item(first, late)
    assert (item.position, item.added_by, item.added_reason) == (2, CHAIR, "今晚可能降雨")
    world.attend_all(CHAIR, first)
    world.decide(CHAIR, first, world.decision(late, "assign_in_village", ASSIGN))
    world.close(CHAIR, first)
    assert [world.item(first, each).outcome for each in (early, late)] == ["carried", "effective"]


def test_during_the_meeting_who_is_in_the_chair_adds(here: RhythmicWorld):
    first, _ = two_weeks(here)
    here.at("03-06 15:00")
    here.meetings.open(CHAIR, first, 1)
    late = here.bring("village_queued")

    here.arranging.add(CHAIR, first, 2, late, "刚刚发生")

    assert on_agenda(here, first) == [late]
    assert here.row(first).version == 3


def test_what_was_added_and_was_settled_meanwhile_is_not_there_at_the_opening(here: RhythmicWorld):
    first, _ = two_weeks(here)
    here.at("03-06 12:30")
    late = here.bring("village_queued")
    here.arranging.add(CHAIR, first, 1, late, "急")
    here.fire("pianzhang", late, "settle_before_meeting", measures="劝解", result="和好")

    assert on_agenda(here, first) == []
    here.meetings.open(CHAIR, first, 2)
    assert on_agenda(here, first) == []


def test_a_special_meeting_takes_cases_by_hand(world: RhythmicWorld):
    special = world.plan(CHAIR, "village_special", t.VILLAGE)
    case, other = world.bring("village_queued"), world.bring("village_queued")
    assert on_agenda(world, special) == []

    world.arranging.add(CHAIR, special, 1, case, "等不到周五")
    world.meetings.open(CHAIR, special, 2)
    world.attend_all(CHAIR, special)
    world.decide(CHAIR, special, world.decision(case, "assign_in_village", ASSIGN))
    world.close(CHAIR, special)

    assert (world.state(case), world.state(other)) == ("village_handling", "village_queued")
    assert on_agenda(world, special) == [case]


def test_what_cannot_be_added_is_told(here: RhythmicWorld):
    first, _ = two_weeks(here)
    waiting, elsewhere = here.bring("village_queued"), here.bring("wuchang_handling")
    hidden = here.open(about="village_cadre1")  # goes past the village, which does not see it

    def problem(case: str, reason: str = "急") -> list[tuple[str, str]]:
        refused = refusal(lambda: here.arranging.add(CHAIR, first, 1, case, reason))
        assert isinstance(refused, FieldsRefused)
        return [(each.field, each.code) for each in refused.problems]

    assert problem(waiting) == [("case", "on_agenda")]
    assert problem(elsewhere) == [("case", "not_at_gate")]
    assert problem(hidden) == problem(f"{t.TOWNSHIP}-01ARZ3NDEKTSV4RRFFQ69G5FAV") == [("case", "unknown_case")]
    here.at("03-06 12:30")
    late = here.bring("village_queued")
    assert problem(late, "  ") == [("reason", "missing")]
    refused = refusal(lambda: here.arranging.add("village_clerk", first, 1, late, "急"))
    assert (type(refused), refused.code) == (Forbidden, "not_chair")


# --- carried over too often ------------------------------------------------------------------------------------------


def carried_twice(world: RhythmicWorld) -> str:
    case = world.bring("village_queued")
    for week in ("03-13", "03-20"):
        world.at(f"{week} 15:00")
        world.meet(CHAIR, WEEKLY)
    assert world.held(case).state.stay.carried == 2
    world.at("03-27 15:00")
    return case


def test_the_third_time_carrying_over_is_refused_and_at_closing_the_case_rises(world: RhythmicWorld):
    case = carried_twice(world)
    meeting = world.gather(CHAIR, WEEKLY)

    refused = refusal(lambda: world.decide(CHAIR, meeting, world.decision(case, "carry_over", {})))
    assert isinstance(refused, CarriedTooOften)
    foretold = world.minutes.closing("township_party_office", meeting).items[0].item
    assert (foretold.outcome, foretold.seq) == ("consequence", None)
    assert world.state(case) == "village_queued"
    world.close(CHAIR, meeting)

    last = world.last_event(case)
    assert (last.trigger, last.actor, last.meeting) == ("raise_to_township", "system", None)
    assert world.state(case) == "township_queued"
    item = world.view(meeting).items[0]
    assert (item.item.outcome, item.item.seq, item.trigger) == ("consequence", last.seq, "raise_to_township")
    assert world.blocked("carry_over") == []


def test_the_townships_case_gets_a_red_card_and_waits_on(here: RhythmicWorld):
    case = here.bring("township_queued")
    for _ in range(3):
        here.wait(days=30)
        here.meet("township_leader", MONTHLY)

    assert here.state(case) == "township_queued"
    assert here.held(case).state.values["card"] == "red"
    assert here.last_event(case).trigger == "supervise"


def test_what_the_rules_cannot_carry_out_is_seen_in_the_queue_until_it_is_mended(store: Store):
    """`finish_in_village` is not for `system`, nor from there."""
    carry = CarryOver(trigger="carry_over", at_most=2, then=Step(at=0, fire="finish_in_village"))
    world = RhythmicWorld(store, rule_book(carry_over=carry))
    case = carried_twice(world)
    meeting = world.meet(CHAIR, WEEKLY)

    (found,) = world.blocked("carry_over")
    assert (found.case_id, found.unit, found.code, found.tries) == (case, t.VILLAGE, "state", 1)
    assert found.facts == {
        "trigger": "finish_in_village", "state": "village_queued", "meeting": WEEKLY, "meeting_id": meeting,
        "rule": None, "line": None,
    }  # fmt: skip
    assert found.attend_by == local("03-30 17:30")
    item = world.item(meeting, case)
    assert (item.outcome, item.refusal) == ("waiting", "state")
    world.watch.sweep()
    assert [each.case_id for each in world.blocked("carry_over")] == [case]
    world.at("04-03 15:00")
    world.meet(CHAIR, WEEKLY)
    assert [(each.tries, each.since) for each in world.blocked("carry_over")] == [(2, found.since)]

    world.fire("pianzhang", case, "settle_before_meeting", measures="劝解", result="和好")
    world.watch.sweep()

    assert world.blocked("carry_over") == []


def test_a_decision_takes_a_case_out_of_the_queue(here: RhythmicWorld):
    carry = CarryOver(trigger="carry_over", at_most=2, then=Step(at=0, fire="finish_in_village"))
    book = here.office.rulebook
    world = replace_rules(here, rule_book(carry_over=carry))
    assert book is not world.office.rulebook
    case = carried_twice(world)
    world.meet(CHAIR, WEEKLY)
    assert len(world.blocked("carry_over")) == 1
    world.at("04-03 15:00")
    data = ASSIGN | {"due": "2026-04-10"}

    world.meet(CHAIR, WEEKLY, world.decision(case, "assign_in_village", data))

    assert world.blocked("carry_over") == []


# --- to ratify, to be told -------------------------------------------------------------------------------------------


def told(world: RhythmicWorld, meeting: str, person: str = "township_party_office") -> list[tuple[str, str, str]]:
    view = world.minutes.get(person, meeting)
    return [(each.report.kind, each.case.identity.id, each.event.trigger) for each in view.reports]


def test_what_was_done_at_once_is_ratified_by_the_next_meeting(world: RhythmicWorld):
    first, second = two_weeks(world)
    case = world.bring("village_queued", urgency="urgent")
    world.fire(CHAIR, case, "assign_in_village", **PRESSING)

    assert told(world, first) == told(world, second) == [("ratify", case, "assign_in_village")]
    world.meetings.open(CHAIR, first, 1)
    assert (told(world, first), told(world, second), on_agenda(world, first)) == (
        [("ratify", case, "assign_in_village")], [], [],
    )  # fmt: skip
    world.close(CHAIR, first)
    assert told(world, first) == [("ratify", case, "assign_in_village")]
    assert told(world, second) == []


def test_a_meeting_called_off_leaves_them_to_the_next(here: RhythmicWorld):
    first, second = two_weeks(here)
    case = here.bring("village_queued", urgency="urgent")
    here.fire(CHAIR, case, "assign_in_village", **PRESSING)
    here.meetings.open(CHAIR, first, 1)

    here.meetings.cancel(CHAIR, first, 2, "停电")

    assert (told(here, first), told(here, second)) == ([], [("ratify", case, "assign_in_village")])


def test_what_a_meeting_decided_itself_is_not_ratified(here: RhythmicWorld):
    here.bring("village_handling")

    assert told(here, here.plan(CHAIR, WEEKLY)) == []


def test_a_danger_under_control_is_told_to_the_village_and_the_township(world: RhythmicWorld):
    case = world.bring("village_queued")
    world.fire("linzhang", case, "raise_alarm", **ALARM)
    world.fire("township_duty", case, "control_danger", **CONTROLLED)

    weekly, monthly = world.plan(CHAIR, WEEKLY), world.plan("township_leader", MONTHLY)

    assert told(world, weekly) == told(world, monthly) == [("told", case, "control_danger")]
    sibling = world.plan("village_secretary_2", WEEKLY, t.SIBLING)
    assert told(world, sibling) == []
    world.hold(weekly)
    assert told(world, world.plan(CHAIR, WEEKLY)) == []
    assert told(world, monthly) == [("told", case, "control_danger")]


def test_a_sealed_case_vanishes_from_what_is_told(here: RhythmicWorld):
    case = here.bring("village_queued")
    here.fire("linzhang", case, "raise_alarm", **ALARM)
    here.fire("township_duty", case, "control_danger", **CONTROLLED)
    weekly = here.plan(CHAIR, WEEKLY)
    here.fire("township_party_office", case, "seal", seal_code="discipline")

    assert told(here, weekly) == told(here, weekly, CHAIR) == []
    here.hold(weekly)
    assert told(here, weekly) == []


def replace_rules(world: RhythmicWorld, book: object) -> RhythmicWorld:
    """The same township under another file."""
    office = replace(world.office, rulebook=type(world.office.rulebook).of([book], t.calendars(), drafts_open=True))
    for service in (
        world.cases,
        world.queries,
        world.meetings,
        world.minutes,
        world.series,
        world.arranging,
        world.watch,
    ):
        service.office = office
    world.office = office
    world.minutes._cases.office = office
    return world


def test_the_day_of_a_meeting_is_that_of_its_opening(here: RhythmicWorld):
    first, _ = two_weeks(here)
    here.at("03-06 15:00")
    here.meetings.open(CHAIR, first, 1)
    here.meetings.attend(CHAIR, first, 2, Attendance(present=here.row(first).expected))

    assert here.row(first).opened_at.date() == date(2026, 3, 6)
