"""Checkpoints that come by themselves, and the queue that says where none can."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.audit.signing import fresh_key
from engine.audit.witnessing import Witness
from engine.cases.clock_queries import ClockQueries
from engine.meetings.service import MeetingService
from engine.store.db import Store
from engine.store.trust_tables import VEILED
from engine.worker import Worker
from tests import township as t
from tests.store.witnessed import Signing


@pytest.fixture
def world(store: Store, tmp_path: Path) -> Signing:
    return Signing(store, tmp_path)


def local(world: Signing, text: str) -> None:
    """What time it is in Shanghai."""
    world.clock.at = datetime.fromisoformat(f"{text}+08:00")


def test_the_first_sweep_after_half_past_midnight_takes_the_nights(world: Signing):
    witness = Witness(world.office)
    local(world, "2026-03-09T22:00")
    world.begin()
    assert witness.sweep().taken == 1  # of the night before, which nobody has taken
    world.begin()
    local(world, "2026-03-10T00:29")
    assert witness.sweep().taken == 0
    local(world, "2026-03-10T00:31")
    assert witness.sweep().taken == 1
    world.begin()
    local(world, "2026-03-10T23:59")
    assert witness.sweep().taken == 0

    assert [(row.cause, row.size) for row in world.kept()] == [("nightly", 1), ("nightly", 2)]


def test_a_worker_that_starts_anew_takes_no_second_one(world: Signing):
    world.begin()
    assert Witness(world.office).sweep().taken == 1
    world.begin()

    assert Witness(world.office).sweep().taken == 0


def test_a_night_without_anything_new_takes_none_and_every_home_is_looked_at(world: Signing):
    world.begin()
    world.opened("zuzhang_other", f"{t.OTHER_WUCHANG}g1", "begin", {}, workflow="small")
    witness = Witness(world.office)
    assert witness.sweep().taken == 2
    world.wait(days=1)

    assert witness.sweep().taken == 0
    assert len(world.kept(home=t.OTHER_TOWNSHIP)) == 1


def test_both_logs_have_their_night(world: Signing):
    world.begin()
    world.begin("seal")

    assert Witness(world.office).sweep().taken == 2
    assert [row.cause for row in world.kept(VEILED)] == ["nightly"]


def test_the_clock_of_a_demo_that_jumps_takes_one_night(world: Signing):
    witness = Witness(world.office)
    for _ in range(3):
        world.begin()
        world.wait(days=40)
        witness.sweep()

    assert [row.size for row in world.kept()] == [1, 2, 3]


def unsigned_meeting(world: Signing) -> str:
    world.meetings = MeetingService(world.office)  # nobody is told of its closing
    meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")
    world.meetings.open("village_secretary", meeting, 1)
    world.close("village_secretary", meeting)
    return meeting


def test_a_meeting_that_was_closed_without_one_gets_it_later(world: Signing):
    meeting = unsigned_meeting(world)
    witness = Witness(world.office)

    assert witness.sweep().taken == 1
    assert witness.sweep().taken == 0
    assert [(row.cause, row.meeting_id) for row in world.kept()] == [("meeting", meeting)]


def test_what_cannot_be_signed_waits_in_the_queue_until_it_can(world: Signing):
    world.begin()
    meeting = unsigned_meeting(world)
    away = world.key.rename(world.key.with_suffix(".away"))
    witness, queue = Witness(world.office), ClockQueries(world.office)

    for _ in range(2):
        assert witness.sweep().taken == 0
    (entry,) = queue.blocked("township_secretary")
    assert (entry.found.kind, entry.found.code, entry.found.unit) == ("proof", "key_missing", t.TOWNSHIP)
    assert entry.found.tries == 2
    assert entry.found.attend_by > entry.found.since
    assert world.kept() == []

    away.rename(world.key)
    assert witness.sweep().taken == 1  # the meeting's covers all that is new
    assert queue.blocked("township_secretary") == []
    assert [row.meeting_id for row in world.kept()] == [meeting]


def test_a_key_that_is_not_the_last_on_record_is_told_too(world: Signing):
    world.begin()
    world.take()
    world.begin()
    world.key.write_bytes(fresh_key()[1])
    Witness(world.office).sweep()

    (entry,) = ClockQueries(world.office).all_blocked()
    assert entry.found.code == "key_other"


def test_without_rules_nothing_is_queued_and_nothing_breaks(world: Signing):
    world.begin()
    world.office.rulebook.versions.clear()

    assert Witness(replace(world.office, signing_key=None)).sweep().taken == 0


def test_the_worker_takes_them_among_its_looks(world: Signing):
    world.begin()
    worker = Worker(world.office, 1)

    assert worker.sweep()["checkpoints taken"] == 1
    world.wait(minutes=1)
    assert worker.sweep()["checkpoints taken"] == 0
    assert world.clock.at - timedelta(minutes=1) == world.kept()[0].taken_at.astimezone(UTC)
