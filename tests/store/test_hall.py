"""What the hall reads: what may be decided about one case, the dates that the rules give, what came too late."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from engine.definition.model import Duration, TimeUnit
from engine.meetings.hall import HallQueries, Tabled
from engine.meetings.queries import MeetingQueries
from engine.meetings.service import Attendance
from engine.rules.refusals import CarriedTooOften, NotFound, NotQuorate
from engine.store.db import Store
from tests import township as t
from tests.store.rhythmic import ZONE, RhythmicWorld
from tests.store.world import refusal

CHAIR = "village_secretary"
EVERYBODY = ("village_clerk", *(f"village_cadre{n}" for n in range(1, 8)), CHAIR)


@pytest.fixture
def world(store: Store) -> RhythmicWorld:
    return RhythmicWorld(store)


def opened(world: RhythmicWorld, *present: str) -> str:
    """The meeting of Friday 6 March, in session with these people."""
    world.set_until("03-07 00:00")
    meeting = world.of_turn("2026-W10")
    world.at("03-06 15:00")
    world.meetings.open(CHAIR, meeting, 1)
    world.meetings.attend(CHAIR, meeting, 2, Attendance(present=present or EVERYBODY))
    return meeting


def said(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%m-%d %H:%M}"


def tabled(world: RhythmicWorld, meeting: str, case: str) -> Tabled:
    return HallQueries(world.office).tabled(CHAIR, meeting, case)


def refused(found: Tabled) -> dict[str, type | None]:
    return {each.row.trigger: type(each.refusal) if each.refusal else None for each in found.decisions}


def test_the_rules_own_date_is_proposed_and_half_of_it(world: RhythmicWorld):
    case = world.bring("village_queued")
    whole, half = tabled(world, opened(world), case).proposals["assign_in_village"]

    assert (whole.span, whole.day, half.span, half.day) == (
        Duration(number=10, unit=TimeUnit.WORKING_DAYS), date(2026, 3, 20),
        Duration(number=5, unit=TimeUnit.WORKING_DAYS), date(2026, 3, 13),
    )  # fmt: skip
    assert said(whole.deadline) == "03-20 17:30"
    assert [line.day.date for line in whole.days][0::14] == [date(2026, 3, 6), date(2026, 3, 20)]


def test_the_proposed_date_is_taken_and_a_later_one_is_not(world: RhythmicWorld):
    case = world.bring("village_queued")
    meeting = opened(world)
    (whole, *_) = tabled(world, meeting, case).proposals["assign_in_village"]
    given = {"responsible": "village_cadre1", "plan": "重新划定沟渠"}

    world.decide(CHAIR, meeting, world.decision(case, "assign_in_village", given | {"due": whole.day.isoformat()}))
    later = world.decision(case, "assign_in_village", given | {"due": (whole.day + timedelta(days=1)).isoformat()})
    assert refusal(lambda: world.decide(CHAIR, meeting, later)).code == "fields"


def test_what_is_left_is_proposed_to_a_case_that_comes_back(world: RhythmicWorld):
    """Of the 10 days the case has used some when it comes to the gate again."""
    case = world.bring("village_handling")
    world.at("03-11 10:00")
    world.fire("village_secretary", case, "bring_back", reason="须再议")
    world.set_until("03-14 00:00")
    meeting = world.of_turn("2026-W11")
    world.at("03-13 15:00")
    world.meetings.open(CHAIR, meeting, 1)
    world.meetings.attend(CHAIR, meeting, 2, Attendance(present=EVERYBODY))

    (left, *_) = tabled(world, meeting, case).proposals["assign_in_village"]

    assert left.span.number < 10


def test_without_a_quorum_all_but_carrying_over_is_refused(world: RhythmicWorld):
    case = world.bring("village_queued")
    found = refused(tabled(world, opened(world, CHAIR), case))

    assert found.pop("carry_over") is None
    assert found
    assert set(found.values()) == {NotQuorate}


def test_what_was_carried_over_too_often_says_so(world: RhythmicWorld):
    case = world.bring("village_queued")
    world.set_until("03-21 00:00")
    for turn, day in (("2026-W10", "03-06 15:00"), ("2026-W11", "03-13 15:00"), ("2026-W12", "03-20 15:00")):
        meeting = world.of_turn(turn)
        world.at(day)
        world.meetings.open(CHAIR, meeting, 1)
        if turn != "2026-W12":
            world.close(CHAIR, meeting)
    found = tabled(world, meeting, case)

    assert (found.carried, refused(found)["carry_over"]) == (2, CarriedTooOften)


def test_the_last_day_that_a_condition_allows(world: RhythmicWorld):
    case = world.bring("village_queued")

    assert tabled(world, opened(world), case).latest["put_on_account"] == {"review_on": date(2026, 4, 5)}


def test_what_came_after_the_opening_is_late_and_no_longer_when_it_was_added(world: RhythmicWorld):
    early = world.bring("village_queued")
    meeting = opened(world)
    late = world.bring("village_queued")
    hall = HallQueries(world.office)

    assert [each.identity.id for each in hall.late(CHAIR, meeting)] == [late]
    world.arranging.add(CHAIR, meeting, 3, late, "今晚可能降雨")
    assert hall.late(CHAIR, meeting) == []
    assert early in [each.item.case_id for each in world.view(meeting).items]


def test_a_meeting_out_of_reach_tables_nothing(world: RhythmicWorld):
    case = world.bring("village_queued")
    meeting = opened(world)
    hall = HallQueries(world.office)

    for ask in (lambda who: hall.tabled(who, meeting, case), lambda who: hall.late(who, meeting),
                lambda who: hall.chairs(who, meeting)):  # fmt: skip
        assert isinstance(refusal(lambda ask=ask: ask("village_secretary_2")), NotFound)


def test_who_may_chair(world: RhythmicWorld):
    world.set_until("03-07 00:00")
    meeting = world.of_turn("2026-W10")
    assert HallQueries(world.office).chairs(CHAIR, meeting) == (CHAIR,)

    world.arranging.delegate(CHAIR, meeting, 1, "village_cadre2", "到县里开会")

    assert HallQueries(world.office).chairs(CHAIR, meeting) == ("village_cadre2", CHAIR)


def test_meetings_of_a_stretch_of_time_and_the_place_of_each_item(world: RhythmicWorld):
    world.bring("village_queued")
    world.set_until("03-21 00:00")
    queries = MeetingQueries(world.office)
    since = datetime.fromisoformat("2026-03-10T00:00:00+08:00")

    found, _ = queries.page(CHAIR, unit=t.VILLAGE, since=since, until=since + timedelta(days=7))

    assert [said(view.meeting.at) for view in found] == ["03-13 15:00"]
    assert [item.place for item in queries.get(CHAIR, found[0].meeting.id).items] == [t.WUCHANG]
