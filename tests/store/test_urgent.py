"""The urgent path: everyone on the list at once, the next ones every quarter of an hour until somebody answers, whoever
is on duty first, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.cases.timekeeping import Timekeeper
from engine.messages.calls import CallQueries
from engine.rules.refusals import NotFound, NotNamed
from engine.store.db import Store
from engine.store.tables import agenda_reports, history, timers
from tests import township as t
from tests.store.alarms import ZONE, Night, local

OFFICE = ["duty_b", "duty_c", "township_duty"]
CADRES = [f"village_cadre{n}" for n in range(1, 8)]


@pytest.fixture
def night(store: Store) -> Night:
    return Night(store)


@pytest.fixture
def here(sqlite_store: Store) -> Night:
    return Night(sqlite_store)


def rota(night: Night) -> None:
    """The duty office hands over at eight; the second leader leads tonight."""
    night.on_duty("township_duty", "03-06 08:00", "03-07 08:00")
    night.on_duty("duty_b", "03-07 08:00", "03-08 08:00")
    night.on_duty("leader_b", "03-06 20:00", "03-07 08:00", role="township_leader")


# --- the list, one after the other -----------------------------------------------------------------------------------


def test_at_two_in_the_morning_all_of_the_list_are_called_at_once(night: Night):
    case = night.alarm()

    assert night.held(case).state.state == "alarm"
    assert night.called() == [("02:00", each) for each in [*OFFICE, "village_secretary"]]


def test_while_nobody_answers_the_next_are_called_each_once_whatever_the_hour(night: Night):
    night.alarm()
    night.run_until("03-07 02:14")
    assert {at for at, _ in night.called()} == {"02:00"}

    night.run_until("03-07 03:30")

    assert night.called_at("02:15") == sorted(["leader_b", "township_leader", *CADRES])
    assert night.called_at("02:30") == ["stationed_cadre", "township_secretary"]
    assert night.called_at("02:45") == [*OFFICE, "village_secretary"]
    assert {at for at, _ in night.called()} == {"02:00", "02:15", "02:30", "02:45"}


def test_any_number_of_workers_call_each_once(night: Night):
    night.alarm()
    other = Timekeeper(night.office)
    for minute in (15, 30, 45):
        night.clock.at = local(f"03-07 02:{minute}")
        night.keeper.run_due()
        other.run_due()
        night.deliver()
        night.deliver()

    assert len(night.called()) == len(set(night.called())) == 4 + 9 + 2 + 4


def test_an_answer_after_sixteen_minutes_ends_the_calls(night: Night):
    case = night.alarm()
    night.run_until("03-07 02:16")
    night.act("village_cadre3", case, "acknowledge")

    night.run_until("03-07 06:00")

    assert {at for at, _ in night.called()} == {"02:00", "02:15"}
    assert night.written()[-1].cause == "page"  # the last letter, of 02:15


def test_a_call_that_is_still_on_its_way_when_somebody_answers_wakes_nobody(here: Night):
    case = here.alarm()
    here.clock.at = local("03-07 02:15")
    here.keeper.run_due()
    here.fire("village_secretary", case, "acknowledge")

    here.deliver()

    assert here.called_at("02:15") == []
    assert here.read("village_cadre1") == []
    here.clock.at = local("03-07 07:00")
    assert len(here.read("village_cadre1")) == 1


def test_what_a_clock_reminds_outside_an_alarm_waits_for_the_morning(here: Night):
    case = here.alarm()
    here.act("township_duty", case, "control_danger")
    here.run_until("03-07 03:00")

    assert ("02:10", "village_clerk") not in here.called()
    assert here.read("village_clerk") == []
    here.clock.at = local("03-07 07:00")
    assert [each.kind for each in here.read("village_clerk")] == ["remind"]


def test_while_the_alarm_lasts_a_later_clock_calls_at_night_too(here: Night):
    case = here.alarm()
    here.act("village_secretary", case, "acknowledge")

    here.run_until("03-08 03:00")

    assert [call for call in here.called() if call[0] != "02:00"] == []
    assert [person for at, person in here.called()].count("township_secretary") == 1  # after a day, at two


# --- who was called may answer ---------------------------------------------------------------------------------------


def may(night: Night, person: str, case: str, trigger: str = "acknowledge") -> bool:
    try:
        night.fire(person, case, trigger)
    except NotNamed as refused:
        assert refused.code == "role"
        return False
    return True


def test_whom_a_clock_called_may_answer_from_then_on_and_not_before(night: Night):
    case = night.alarm()
    night.run_until("03-07 02:14")
    assert not may(night, "village_cadre1", case)
    night.run_until("03-07 02:15")
    assert not may(night, "stationed_cadre", case)

    offered = [
        each for each in night.queries.triggers("village_cadre1", case).offers if each.row.trigger == "acknowledge"
    ]
    night.act("village_cadre1", case, "acknowledge")

    assert offered[0].refusal is None
    assert night.rows(history)[-1].actor == "village_cadre1"


def test_a_step_that_is_only_due_has_called_nobody(here: Night):
    case = here.alarm()
    here.clock.at = local("03-07 02:20")  # no worker went by

    assert not may(here, "village_cadre1", case)


def test_a_second_alarm_begins_a_list_of_its_own(here: Night):
    case = here.alarm()
    here.run_until("03-07 02:20")
    here.act("township_duty", case, "control_danger")
    assert may(here, "village_cadre1", case, "thank")

    here.run_until("03-07 09:00")
    here.act("zuzhang", case, "raise_alarm")

    assert not may(here, "village_cadre1", case)
    assert may(here, "township_duty", case)


def test_a_reminder_after_the_alarm_is_no_call(here: Night):
    case = here.alarm()
    here.act("township_duty", case, "control_danger")
    here.run_until("03-07 09:00")  # the clerk was reminded by another clock

    assert not may(here, "village_clerk", case, "thank")
    assert may(here, "village_secretary", case, "thank")


def test_everyone_who_was_called_hears_that_it_was_a_false_alarm(night: Night):
    case = night.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    night.act("zuzhang", case, "raise_alarm")
    night.run_until("03-07 02:20")

    night.act("township_leader", case, "false_alarm")
    night.clock.at = local("03-07 07:00")

    assert night.state(case) == "new"
    for person in ("village_secretary", "duty_b", "village_cadre1", "leader_b"):
        assert night.read(person)[0].kind == "tell", person
    assert night.read("stationed_cadre") == []
    assert verify(night.store, night.office.rulebook).flaws == ()


def test_that_a_step_called_somebody_is_kept_with_the_version_it_called_at(night: Night):
    case = night.alarm()
    night.run_until("03-07 02:15")

    with night.store.read() as tx:
        done = tx.execute(sa.select(timers).where(timers.c.done_at.is_not(None))).all()
    assert [(row.clock, row.step, row.outcome, row.seq, row.case_id) for row in done] == [("page", 0, "fired", 1, case)]
    assert verify(night.store, night.office.rulebook).flaws == ()


# --- who is on duty --------------------------------------------------------------------------------------------------


def test_who_is_on_duty_is_called_first_and_the_others_with_the_last_call(night: Night):
    rota(night)
    night.alarm()
    night.run_until("03-07 03:30")

    assert night.called_at("02:00") == ["township_duty", "village_secretary"]
    assert night.called_at("02:15") == sorted(["leader_b", *CADRES])
    assert night.called_at("02:30") == ["stationed_cadre", "township_secretary"]
    assert night.called_at("02:45") == sorted([*OFFICE, "village_secretary", "township_leader"])


def test_an_answer_leaves_who_is_off_duty_in_bed(night: Night):
    rota(night)
    case = night.alarm()
    night.run_until("03-07 02:16")
    night.act("township_duty", case, "acknowledge")
    night.run_until("03-07 06:00")

    assert {person for _, person in night.called()} == {"township_duty", "village_secretary", "leader_b", *CADRES}


def test_at_the_hand_over_the_next_one_is_called(night: Night):
    rota(night)
    night.clock.at = local("03-07 07:55")
    first = night.alarm()
    night.act("village_secretary", first, "acknowledge")
    night.clock.at = local("03-07 08:00")
    night.alarm()

    assert night.called_at("07:55") == ["township_duty", "village_secretary"]
    assert night.called_at("08:00") == ["duty_b", "village_secretary"]


def test_a_hand_over_between_two_calls_of_one_alarm(night: Night):
    rota(night)
    night.clock.at = local("03-07 07:50")
    night.alarm()
    night.run_until("03-07 09:00")

    assert night.called_at("07:50") == ["township_duty", "village_secretary"]
    assert night.called_at("08:05") == sorted(["leader_b", "township_leader", *CADRES])  # no leader leads from eight on
    assert night.called_at("08:35") == [*OFFICE, "village_secretary"]


def test_a_role_that_is_named_again_is_called_whole(sqlite_store: Store):
    clocks = """
        page:
          {T, per: stay, limits: 15 minutes, when: {counter: acknowledged, at_most: 0},
           steps: [{at: 100%, remind: township_duty}, {at: 200%, remind: township_leader}]}
        control: {T, per: stay, limits: 24 hours}
        total: {T, per: case, limits: 24 hours}
        """
    night = Night(sqlite_store, clocks=clocks)
    rota(night)
    night.alarm()
    night.run_until("03-07 03:00")

    assert night.called_at("02:00") == ["township_duty", "village_secretary"]
    assert night.called_at("02:15") == OFFICE


def test_where_no_call_follows_all_are_called_at_once(sqlite_store: Store):
    clocks = """
        control: {T, per: stay, limits: 24 hours, steps: [{at: 100%, remind: zuzhang}]}
        page: {T, per: stay, limits: 15 minutes}
        total: {T, per: case, limits: 24 hours}
        """
    night = Night(sqlite_store, clocks=clocks)
    rota(night)
    night.alarm()

    assert night.called_at("02:00") == [*OFFICE, "village_secretary"]


def test_a_gap_in_the_roster_calls_all(here: Night):
    here.on_duty("township_duty", "03-07 08:00", "03-08 08:00")
    here.alarm()

    assert here.called_at("02:00") == [*OFFICE, "village_secretary"]


def test_a_turn_that_was_called_off_counts_no_more(here: Night):
    turn = here.on_duty("township_duty", "03-06 08:00", "03-07 08:00")
    here.duty.call_off(None, turn)
    here.alarm()

    assert here.called_at("02:00") == [*OFFICE, "village_secretary"]


def test_who_left_the_post_is_not_called_though_he_is_on_the_roster(here: Night):
    rota(here)
    here.posts("duty_b", "township_duty", t.TOWNSHIP, "2025-01-01", "2026-03-07")
    here.clock.at = local("03-08 02:00")
    here.alarm()

    assert here.called_at("02:00") == ["duty_c", "township_duty", "village_secretary"]


def test_where_who_is_on_duty_may_not_read_the_case_the_others_are_called(here: Night):
    rota(here)
    case = here.opened("zuzhang", t.GROUP, "raise_alarm", {}, workflow="small").identity.id
    here.fire("zuzhang", case, "leave", gone="township_duty")
    here.deliver()

    assert here.called_at("02:00") == ["duty_b", "duty_c", "village_secretary"]


def test_where_who_is_on_duty_gave_the_alarm_himself_his_office_sleeps_on(here: Night):
    rota(here)
    case = here.opened("township_duty", t.GROUP, "raise_alarm", {}, workflow="small").identity.id
    here.deliver()

    assert here.called_at("02:00") == ["village_secretary"]
    here.run_until("03-07 02:45")
    assert "duty_c" in here.called_at("02:45")
    assert here.state(case) == "alarm"


def test_two_may_be_on_duty_together(here: Night):
    rota(here)
    here.on_duty("duty_c", "03-06 20:00", "03-07 06:00")
    here.alarm()

    assert here.called_at("02:00") == ["duty_c", "township_duty", "village_secretary"]


def test_the_roster_of_one_place_says_nothing_of_another(here: Night):
    rota(here)
    here.newcomer("duty_other")
    here.posts("duty_other", "township_duty", t.OTHER_TOWNSHIP, "2025-01-01")
    here.opened("zuzhang_other", f"{t.OTHER_WUCHANG}g1", "raise_alarm", {}, workflow="small")
    here.deliver()

    assert here.called_at("02:00") == ["duty_other", "village_secretary_other"]


def test_what_is_not_urgent_is_said_to_all_whoever_is_on_duty(here: Night):
    rota(here)
    case = here.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    here.remind(case, "township_duty")
    here.deliver()
    here.clock.at += timedelta(hours=5)

    assert all(len(here.read(person)) == 1 for person in OFFICE)


# --- the proof -------------------------------------------------------------------------------------------------------


def test_who_was_called_when_and_who_has_not_answered_can_be_seen(night: Night):
    rota(night)
    case = night.alarm()
    night.inboxes.read("village_secretary", night.read("village_secretary")[0].id)
    night.run_until("03-07 02:16")
    night.act("village_cadre3", case, "acknowledge")

    calls = CallQueries(night.office).calls("zuzhang", case).calls

    first = [(call.person, call.kind, call.title.zh, call.share) for call in calls[:2]]
    assert first == [("township_duty", "page", "特急直报", None), ("village_secretary", "page", "特急直报", None)]
    assert {(call.kind, call.title.zh, call.share) for call in calls[2:]} == {("remind", "应急确认", 100)}
    assert [(call.person, f"{call.answered_at.astimezone(ZONE):%H:%M}") for call in calls if call.answered_at] == [
        ("village_cadre3", "02:16")
    ]
    assert [call.person for call in calls if call.read_at] == ["village_secretary"]
    assert len(calls) == 2 + 8


def test_an_answer_in_a_later_alarm_is_none_to_the_first(here: Night):
    case = here.alarm()
    here.act("village_secretary", case, "control_danger")
    here.clock.at = local("03-07 05:00")
    here.act("zuzhang", case, "raise_alarm")
    here.act("township_duty", case, "acknowledge")

    calls = CallQueries(here.office).calls("township_leader", case).calls

    mine = [call for call in calls if call.person == "township_duty"]
    assert [call.called_at for call in mine] == [local("03-07 02:00"), local("03-07 05:00")]
    assert [call.answered_at for call in mine] == [None, local("03-07 05:00")]
    with pytest.raises(NotFound):
        CallQueries(here.office).calls("township_secretary_other", case)


# --- back ------------------------------------------------------------------------------------------------------------


def test_a_danger_under_control_stands_on_the_next_agendas_of_both(night: Night):
    case = night.alarm()
    night.act("township_duty", case, "control_danger")

    weekly = night.plan("village_secretary", "village_weekly", workflow="small")
    monthly = night.plan("township_secretary", "township_monthly", workflow="small")

    told = [(row.unit, row.meeting, row.kind, row.case_id) for row in night.rows(agenda_reports)]
    assert sorted(told) == [
        (t.TOWNSHIP, "township_monthly", "told", case),
        (t.VILLAGE, "village_weekly", "told", case),
    ]
    for meeting, person in ((weekly, "village_secretary"), (monthly, "township_secretary")):
        reports = night.minutes.get(person, meeting).reports
        assert [(each.report.kind, each.report.case_id) for each in reports] == [("told", case)], meeting
