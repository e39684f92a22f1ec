"""The series of meetings: set ahead, followed when units or calendars change, moved, called off, numbered by year."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time

import pytest

from engine.definition.calendar import DayKind
from engine.definition.model import OnHoliday, Title
from engine.people.errors import Wrong
from engine.rules.refusals import Conflict, FieldsRefused, Forbidden
from engine.rules.rhythm import OwnRhythm
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from engine.store.tables import meeting_rhythms
from tests import township as t
from tests.store.rhythmic import MONTHLY, WEEKLY, RhythmicWorld, local, rule_book
from tests.store.world import refusal

CHAIR = "village_secretary"


@pytest.fixture
def world(store: Store) -> RhythmicWorld:
    return RhythmicWorld(store)


@pytest.fixture
def here(sqlite_store: Store) -> RhythmicWorld:
    return RhythmicWorld(sqlite_store)


# --- set ahead -------------------------------------------------------------------------------------------------------


def test_every_unit_of_the_level_has_its_meetings_set(world: RhythmicWorld):
    assert world.set_until("03-28 00:00") == (3 * 4 + 2, 0, 0)  # three villages, two townships

    assert world.times() == ["03-06 15:00", "03-13 15:00", "03-20 15:00", "03-27 15:00"]
    assert world.times(unit=t.SIBLING) == world.times(unit=t.OTHER_VILLAGE) == world.times()
    assert world.times(MONTHLY, t.TOWNSHIP) == world.times(MONTHLY, t.OTHER_TOWNSHIP) == ["03-25 09:00"]
    first = world.set_meetings()[0]
    assert (first.home, first.status, first.turn, first.workflow_version) == (t.TOWNSHIP, "planned", "2026-W10", 2)
    assert world.set_meetings(unit=t.OTHER_VILLAGE)[0].home == t.OTHER_TOWNSHIP


def test_setting_again_sets_nothing_twice(world: RhythmicWorld):
    world.set_until("03-14 00:00")

    assert world.set_until("03-14 00:00") == (0, 0, 0)
    assert world.set_until("03-21 00:00") == (3, 0, 0)
    assert world.times() == ["03-06 15:00", "03-13 15:00", "03-20 15:00"]


def test_two_workers_at_once_set_each_turn_once(world: RhythmicWorld):
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: world.set_until("03-28 00:00"), range(3)))

    assert sum(each[0] for each in done) == 14
    assert len(world.times()) == 4


def test_a_version_without_a_rhythm_sets_nothing(sqlite_store: Store):
    world = RhythmicWorld(sqlite_store, *t.default_rules())

    assert world.set_until("12-31 00:00") == (0, 0, 0)


def test_of_two_open_versions_the_higher_sets_the_meeting(sqlite_store: Store):
    world = RhythmicWorld(sqlite_store, *t.default_rules(), rule_book(), replace(rule_book(), version=3, draft=True))
    world.set_until("03-07 00:00")

    assert [row.workflow_version for row in world.set_meetings()] == [2]


def test_past_turns_are_not_set(here: RhythmicWorld):
    here.at("03-06 15:01")
    here.set_until("03-14 00:00")

    assert here.times() == ["03-13 15:00"]


def test_holidays_are_kept_and_their_turns_named_by_their_week(here: RhythmicWorld):
    here.at("02-09 09:00")
    here.set_until("03-01 00:00")

    assert [row.turn for row in here.set_meetings()] == ["2026-W07", "2026-W09"]  # none in the Spring Festival's week


def test_over_national_day_and_the_end_of_the_year(here: RhythmicWorld):
    here.at("09-21 09:00")
    here.set_until("10-11 00:00")
    assert here.times() == ["09-24 15:00", "09-30 15:00", "10-09 15:00"]
    assert here.times(MONTHLY, t.TOWNSHIP) == ["09-28 09:00"]

    here.at("12-28 09:00")
    here.set_until("2027-01-09 00:00")
    found = here.set_meetings()[-2:]
    assert [row.turn for row in found] == ["2026-W53", "2027-W01"]
    assert [here.view(row.id).provisional for row in found] == [True, True]  # both in 2027, of which nothing is known


# --- what changes a series --------------------------------------------------------------------------------------------


def test_a_unit_sets_its_own_day_and_its_meetings_follow(world: RhythmicWorld):
    world.set_until("03-21 00:00")
    own = OwnRhythm(weekday=2, at=time(19, 30))

    change = world.rhythms.preview(WEEKLY, t.VILLAGE, own)
    assert [f"{each.at:%m-%d %H:%M}" for each in change.before[:2]] == ["03-06 15:00", "03-13 15:00"]
    assert [f"{each.at:%m-%d %H:%M}" for each in change.after[:2]] == ["03-11 19:30", "03-18 19:30"]
    assert world.rows(meeting_rhythms) == []
    world.rhythms.keep(WEEKLY, t.VILLAGE, own)

    assert world.set_until("03-21 00:00") == (0, 2, 0)
    assert world.times() == ["03-06 15:00", "03-11 19:30", "03-18 19:30"]  # this week's Wednesday is over
    assert world.times(unit=t.SIBLING) == ["03-06 15:00", "03-13 15:00", "03-20 15:00"]
    assert [(each.unit, each.own) for each in world.rhythms.kept()] == [(t.VILLAGE, own)]


def test_a_unit_goes_by_the_file_again(here: RhythmicWorld):
    here.rhythms.keep(WEEKLY, t.VILLAGE, OwnRhythm(weekday=2))
    here.rhythms.keep(WEEKLY, t.VILLAGE, OwnRhythm())

    assert here.rhythms.kept() == []
    here.set_until("03-14 00:00")
    assert here.times() == ["03-06 15:00", "03-13 15:00"]


@pytest.mark.parametrize(
    ("meeting", "unit", "own", "code"),
    [
        ("village_special", t.VILLAGE, OwnRhythm(weekday=1), "no_rhythm"),
        ("tea_party", t.VILLAGE, OwnRhythm(weekday=1), "no_rhythm"),
        (WEEKLY, t.TOWNSHIP, OwnRhythm(weekday=1), "not_its_unit"),
        (WEEKLY, "nowhere", OwnRhythm(weekday=1), "not_its_unit"),
        (WEEKLY, t.VILLAGE, OwnRhythm(monthday=1), "wrong_rhythm"),
        (MONTHLY, t.TOWNSHIP, OwnRhythm(weekday=1), "wrong_rhythm"),
    ],
)
def test_what_a_unit_cannot_set_is_told(here: RhythmicWorld, meeting: str, unit: str, own: OwnRhythm, code: str):
    for act in (here.rhythms.preview, here.rhythms.keep):
        with pytest.raises(Wrong) as wrong:
            act(meeting, unit, own)
        assert wrong.value.code == code


def test_a_turn_that_a_holiday_skips_from_now_on_is_called_off(sqlite_store: Store, new_store):
    world = RhythmicWorld(sqlite_store, rule_book(on_holiday=OnHoliday.PREVIOUS))
    world.at("02-09 09:00")
    world.set_until("03-01 00:00")
    assert world.times() == ["02-13 15:00", "02-14 15:00", "02-27 15:00"]

    later = replace(world.office, rulebook=RhythmicWorld(new_store("sqlite")).office.rulebook)
    world.series.office = later

    assert world.set_until("03-01 00:00") == (0, 0, 3)
    called_off = world.row(world.of_turn("2026-W08"))
    assert (called_off.status, called_off.reason) == ("cancelled", "春节，本次不开 / Spring Festival: no meeting")
    assert world.set_until("03-01 00:00") == (0, 0, 0)


def test_local_days_that_arrive_move_or_call_off_the_meetings_of_their_place_and_say_why(world: RhythmicWorld):
    world.set_until("03-21 00:00")
    flood = Title(zh="防汛停办", en="Flood stop")
    rest = dict.fromkeys([date(2026, 3, day) for day in (13, *range(16, 21))], (DayKind.LOCAL_OFF, flood))
    later = {code: replace(each, version=9, local={t.VILLAGE: rest}) for code, each in t.calendars().items()}
    book = [each.workflow for each in world.office.rulebook.all()]
    world.series.office = replace(world.office, rulebook=Rulebook.of(book, later, drafts_open=True))

    assert world.set_until("03-21 00:00") == (0, 1, 1)
    assert world.times() == ["03-06 15:00", "03-12 15:00", "03-20 15:00"]
    assert world.times(unit=t.SIBLING) == ["03-06 15:00", "03-13 15:00", "03-20 15:00"]
    called_off = world.row(world.of_turn("2026-W12"))
    assert (called_off.status, called_off.reason) == ("cancelled", "防汛停办，本次不开 / Flood stop: no meeting")


# --- moved and called off by hand -------------------------------------------------------------------------------------


def test_a_meeting_that_somebody_moved_is_left_alone(world: RhythmicWorld):
    world.set_until("03-07 00:00")
    meeting = world.of_turn("2026-W10")
    world.arranging.move(CHAIR, meeting, 1, local("03-07 09:00"))
    world.rhythms.keep(WEEKLY, t.VILLAGE, OwnRhythm(at=time(10, 0)))

    world.set_until("03-14 00:00")

    row = world.row(meeting)
    assert (world.times(), row.moved, row.version) == (["03-07 09:00", "03-13 10:00"], True, 2)


def test_who_may_not_chair_moves_nothing_nor_into_the_past(here: RhythmicWorld):
    here.set_until("03-07 00:00")
    meeting = here.of_turn("2026-W10")

    refused = refusal(lambda: here.arranging.move("village_clerk", meeting, 1, local("03-07 09:00")))
    assert (type(refused), refused.code) == (Forbidden, "not_chair")
    refused = refusal(lambda: here.arranging.move(CHAIR, meeting, 1, local("03-06 08:59")))
    assert isinstance(refused, FieldsRefused)
    assert [(each.field, each.code) for each in refused.problems] == [("at", "before_now")]
    here.meetings.open(CHAIR, meeting, 1)
    assert isinstance(refusal(lambda: here.arranging.move(CHAIR, meeting, 2, local("03-07 09:00"))), Conflict)


def test_a_meeting_called_off_is_not_set_again_and_its_cases_come_to_the_next(world: RhythmicWorld):
    world.set_until("03-14 00:00")
    case = world.bring("village_queued")
    first, second = world.of_turn("2026-W10"), world.of_turn("2026-W11")
    assert [item.item.case_id for item in world.view(first).items] == [case]

    world.meetings.cancel(CHAIR, first, 1, "汛期值守")

    assert world.set_until("03-14 00:00") == (0, 0, 0)
    assert [item.item.case_id for item in world.view(second).items] == [case]
    assert world.held(case).state.stay.carried == 0


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_meetings_held_are_numbered_by_body_and_year(world: RhythmicWorld):
    world.at("12-18 09:00")
    world.set_until("2027-01-09 00:00")
    weeks = ("2026-W51", "2026-W52", "2026-W53", "2027-W01")
    found = []
    for week in weeks:
        meeting = world.of_turn(week)
        world.clock.at = world.row(meeting).at
        world.hold(meeting)
        found.append((world.row(meeting).year, world.row(meeting).number))

    assert found == [(2026, 1), (2026, 2), (2027, 1), (2027, 2)]  # 1 January 2027 is a Friday
    special = world.plan(CHAIR, "village_special", t.VILLAGE)
    world.meetings.open(CHAIR, special, 1)
    assert (world.row(special).year, world.row(special).number) == (2027, 1)


def test_a_meeting_called_off_gives_its_number_back(here: RhythmicWorld):
    here.set_until("03-14 00:00")
    first, second = here.of_turn("2026-W10"), here.of_turn("2026-W11")
    assert here.row(first).number is None
    here.meetings.open(CHAIR, first, 1)
    assert (here.row(first).year, here.row(first).number) == (2026, 1)

    here.meetings.cancel(CHAIR, first, 2, "停电")
    here.meetings.open(CHAIR, second, 1)

    assert (here.row(first).number, here.row(second).number) == (None, 1)


def test_another_village_counts_its_own(here: RhythmicWorld):
    here.set_until("03-07 00:00")
    here.hold(here.of_turn("2026-W10"))
    sibling = here.of_turn("2026-W10", unit=t.SIBLING)
    here.meetings.open("village_secretary_2", sibling, 1)

    assert here.row(sibling).number == 1


# --- written delegation ----------------------------------------------------------------------------------------------

ASSIGN = {"responsible": "village_cadre1", "plan": "重新划定沟渠", "due": "2026-03-20"}


def delegated(world: RhythmicWorld, to: str = "village_cadre2") -> str:
    """The meeting of this week, which the secretary will not attend."""
    world.set_until("03-07 00:00")
    meeting = world.of_turn("2026-W10")
    world.arranging.delegate(CHAIR, meeting, 1, to, "到县里开会，委托主持")
    return meeting


def test_a_delegate_opens_decides_and_closes_and_stands_in_the_history_as_himself(world: RhythmicWorld):
    case = world.bring("village_queued")
    meeting = delegated(world)

    world.meetings.open("village_cadre2", meeting, 2)
    world.attend_all("village_cadre2", meeting)
    world.decide("village_cadre2", meeting, world.decision(case, "assign_in_village", ASSIGN))
    world.close("village_cadre2", meeting)

    row = world.row(meeting)
    assert (row.chair, row.delegate, row.delegated_by, row.delegation) == (
        "village_cadre2", "village_cadre2", CHAIR, "到县里开会，委托主持",
    )  # fmt: skip
    assert world.item(meeting, case).outcome == "effective"
    assert world.state(case) == "village_handling"
    last = world.last_event(case)
    assert (last.actor, last.post_role) == ("village_cadre2", "village_cadre")


def test_without_a_delegation_a_member_chairs_nothing_and_with_one_only_that_meeting(here: RhythmicWorld):
    meeting = delegated(here)
    here.at("03-09 09:00")
    here.set_until("03-14 00:00")
    other = here.of_turn("2026-W11")

    for person, which, version in (("village_cadre3", meeting, 2), ("village_cadre2", other, 1)):
        refused = refusal(lambda p=person, m=which, v=version: here.meetings.open(p, m, v))
        assert (type(refused), refused.code) == (Forbidden, "not_chair")


def test_a_delegation_ends_with_the_post_of_who_gave_it(here: RhythmicWorld):
    meeting = delegated(here)
    here.ends(CHAIR, date(2026, 3, 5))

    assert refusal(lambda: here.meetings.open("village_cadre2", meeting, 2)).code == "not_chair"


def test_who_may_be_named_and_by_whom(here: RhythmicWorld):
    here.set_until("03-26 00:00")
    weekly, monthly = here.of_turn("2026-W10"), here.of_turn("2026-03", MONTHLY, t.TOWNSHIP)

    def problem(person: str, meeting: str, to: str, reason: str = "外出") -> list[tuple[str, str]]:
        refused = refusal(lambda: here.arranging.delegate(person, meeting, 1, to, reason))
        assert isinstance(refused, FieldsRefused)
        return [(each.field, each.code) for each in refused.problems]

    assert problem(CHAIR, weekly, "linzhang") == [("delegate", "not_members")]
    assert problem("township_leader", monthly, "township_secretary") == [("delegate", "chairs_already")]
    assert problem(CHAIR, weekly, "village_cadre2", " ") == [("reason", "missing")]
    for person in ("village_clerk", "village_cadre2"):
        refused = refusal(lambda p=person: here.arranging.delegate(p, weekly, 1, "village_cadre3", "外出"))
        assert refused.code == "not_chair"


def test_what_never_keeps_from_a_delegate_is_kept_from_him(here: RhythmicWorld):
    case = here.bring("village_queued", reporter="zhangsan")
    here.imports("relatives", "person,other,kind,valid_from,valid_to", "village_cadre2,zhangsan,brother,2025-01-01,")
    meeting = delegated(here)
    here.meetings.open("village_cadre2", meeting, 2)
    here.attend_all("village_cadre2", meeting)

    refused = refusal(lambda: here.decide("village_cadre2", meeting, here.decision(case, "assign_in_village", ASSIGN)))

    assert refused.code == "never:relative_of_party"
