"""Missed meetings stand in the blocked queue with the cases that wait for them, until a meeting is held."""

from __future__ import annotations

import pytest

from engine.meetings.watching import Watched
from engine.store.db import Store
from tests import township as t
from tests.store.rhythmic import MONTHLY, WEEKLY, RhythmicWorld, local

CHAIR = "village_secretary"
VILLAGES = 3


@pytest.fixture
def world(store: Store) -> RhythmicWorld:
    return RhythmicWorld(store)


@pytest.fixture
def here(sqlite_store: Store) -> RhythmicWorld:
    return RhythmicWorld(sqlite_store)


def missed(world: RhythmicWorld, unit: str = t.VILLAGE) -> list[tuple[str, object]]:
    """(code, the numbers of the cases that wait) of what the queue holds for a unit."""
    return [(each.code, each.facts["cases"]) for each in world.blocked("meeting") if each.unit == unit]


def number(world: RhythmicWorld, case: str) -> str:
    return world.held(case).identity.number


def test_a_turn_that_came_without_a_meeting_names_the_stranded_cases(world: RhythmicWorld):
    world.set_until("03-14 00:00")
    case = world.bring("village_queued")
    world.at("03-06 23:00")
    assert world.watch.sweep() == Watched(missed=0, mended=0)  # the day is not over
    world.at("03-07 00:30")

    assert world.watch.sweep() == Watched(missed=VILLAGES, mended=0)

    (found,) = [each for each in world.blocked("meeting") if each.unit == t.VILLAGE]
    assert (found.code, found.since, found.tries) == ("turn_missed", local("03-06 15:00"), 1)
    assert found.facts == {
        "workflow": "issue-escalation", "version": 2, "meeting": WEEKLY, "turn": "2026-W10", "turns": 1,
        "cases": [number(world, case)],
    }  # fmt: skip
    assert found.attend_by == local("03-09 17:30")
    assert missed(world, t.SIBLING) == [("turn_missed", [])]


def test_a_turn_missed_again_is_the_same_entry_and_is_mended_by_a_meeting(world: RhythmicWorld):
    world.set_until("03-28 00:00")
    world.at("03-07 00:30")
    world.watch.sweep()
    world.at("03-14 00:30")
    world.watch.sweep()

    (found,) = [each for each in world.blocked("meeting") if each.unit == t.VILLAGE]
    assert (found.facts["turns"], found.since, found.tries) == (2, local("03-06 15:00"), 2)
    world.hold(world.of_turn("2026-W11"))  # the late one of the week before

    assert world.watch.sweep() == Watched(missed=VILLAGES - 1, mended=1)
    assert missed(world) == []
    world.at("03-21 00:30")
    world.watch.sweep()
    assert [each.facts["turn"] for each in world.blocked("meeting") if each.unit == t.VILLAGE] == ["2026-W12"]


def test_a_meeting_held_early_or_moved_is_not_missed(here: RhythmicWorld):
    here.set_until("03-14 00:00")
    here.at("03-05 09:00")
    here.hold(here.of_turn("2026-W10"))
    here.arranging.move(CHAIR + "_2", here.of_turn("2026-W10", unit=t.SIBLING), 1, local("03-09 15:00"))
    here.at("03-07 00:30")
    here.watch.sweep()

    assert (missed(here), missed(here, t.SIBLING)) == ([], [])
    here.at("03-10 00:30")
    here.watch.sweep()
    assert missed(here, t.SIBLING) == [("not_opened", [])]  # nor was it held on the day it was given


def test_a_turn_called_off_is_told_as_such(here: RhythmicWorld):
    here.set_until("03-14 00:00")
    here.meetings.cancel(CHAIR, here.of_turn("2026-W10"), 1, "汛期值守")
    here.at("03-07 00:30")
    here.watch.sweep()

    assert missed(here) == [("called_off", [])]


def test_a_week_without_a_working_day_is_not_missed(here: RhythmicWorld):
    here.at("02-13 14:00")
    here.set_until("03-01 00:00")
    here.hold(here.of_turn("2026-W07"))
    here.at("02-24 09:00")
    here.watch.sweep()

    assert missed(here) == []


def test_a_meeting_open_past_its_day_is_seen_until_it_is_closed(world: RhythmicWorld):
    world.set_until("03-07 00:00")
    meeting = world.of_turn("2026-W10")
    world.at("03-06 15:00")
    world.meetings.open(CHAIR, meeting, 1)
    world.watch.sweep()
    assert missed(world) == []
    world.at("03-07 08:00")
    world.watch.sweep()

    (found,) = [each for each in world.blocked("meeting") if each.unit == t.VILLAGE]
    assert (found.code, found.subject, found.since) == ("not_closed", meeting, local("03-06 15:00"))
    world.close(CHAIR, meeting)
    world.watch.sweep()
    assert missed(world) == []


def test_a_meeting_that_was_called_and_forgotten_is_seen(here: RhythmicWorld):
    called = here.plan(CHAIR, "village_special", t.VILLAGE)
    here.wait(days=11)
    here.watch.sweep()
    assert missed(here) == [("not_opened", [])]

    here.meetings.cancel(CHAIR, called, 1, "已在碰头会上议定")
    here.watch.sweep()

    assert missed(here) == []


def test_the_queue_names_no_case_that_a_rule_hides(here: RhythmicWorld):
    here.set_until("03-26 00:00")
    plain, hidden = here.bring("township_queued"), here.open(about="village_cadre1")
    protected = here.open(protected="minor")
    here.fire("party_group_leader", protected, "refer_to_village", reason_code="no_authority", reason="须村里出面")
    sealed = here.bring("village_queued")
    here.fire("township_party_office", sealed, "seal", seal_code="discipline")
    here.at("03-26 00:30")
    here.watch.sweep()

    numbers = {
        name: number(here, case) for name, case in {"p": plain, "h": hidden, "m": protected, "s": sealed}.items()
    }
    assert missed(here, t.TOWNSHIP) == [("turn_missed", [numbers["p"]])]
    assert missed(here) == [("turn_missed", [])]
    assert not {numbers["h"], numbers["m"], numbers["s"]} & set(str(here.blocked("meeting")).split("'"))


def test_where_no_rhythm_was_ever_set_nothing_is_missed(here: RhythmicWorld):
    here.at("03-20 00:30")

    assert here.watch.sweep() == Watched(missed=0, mended=0)
    assert here.set_meetings(MONTHLY, t.TOWNSHIP) == []
