"""Personal text of cases that were closed long ago goes by itself where the settings say so; histories stay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.audit.erasing import WORKER
from engine.audit.personal_retention import PersonalRetention, years_before
from engine.audit.verify import verify
from engine.files.depots import FolderDepot
from engine.files.service import FileService
from engine.meetings.service import Attendance, NewDecision
from engine.store import trust_tables as trust
from engine.store.db import Store
from engine.store.tables import files, history
from engine.worker import Worker
from tests import township as t
from tests.store.uploads import FILED, service, upload
from tests.store.world import World, rules

CLOSED = ("linzhang", "void", {"reason": "重复录入"})
SAID = "灶屋的烟囱裂了一道缝"


@pytest.fixture
def world(store: Store) -> World:
    return World(store, *t.default_rules(), rules(**FILED))


def retention(world: World, folder: Path) -> PersonalRetention:
    return PersonalRetention(world.office, 3, FileService(world.office, FolderDepot(folder)).sweep_everywhere)


def test_what_was_closed_long_ago_is_erased_and_the_rest_stays(world: World, tmp_path: Path):
    closed, still_open = world.open(content=SAID), world.open(content=SAID)
    world.go(closed, CLOSED)
    world.wait(days=3 * 365 - 1)
    recent = world.open(content=SAID)
    world.go(recent, CLOSED)
    rows = world.rows(history)
    found = retention(world, tmp_path)
    assert found.sweep() == 0

    world.wait(days=2)

    assert found.sweep() == 2
    assert "content" not in world.queries.get("zuzhang", closed).data
    for case in (still_open, recent):
        assert world.queries.get("zuzhang", case).data["content"] == SAID
    assert world.rows(history) == rows
    verdict = verify(world.store, world.office.rulebook)
    assert (verdict.flaws, verdict.erased) == ((), 2)
    (kept,) = world.rows(trust.erasures)
    assert (kept.login, kept.case_id, kept.rows, kept.reason) == (WORKER, closed, [1, 2], "retention_over")


def test_it_is_looked_once_a_day(world: World, tmp_path: Path):
    case, found = world.open(content=SAID), retention(world, tmp_path)
    world.go(case, CLOSED)
    assert found.sweep() == 0
    world.wait(days=1100)
    assert (found.sweep(), found.sweep()) == (2, 0)


def test_uploads_go_with_it(world: World, tmp_path: Path):
    sent = upload(service(world, tmp_path), "zuzhang")
    case = world.opened("zuzhang", t.GROUP, "begin", {"scan": sent}, workflow="small").identity.id
    world.fire("zuzhang", case, "raise")
    meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")
    world.meetings.open("village_secretary", meeting, 1)
    world.meetings.attend("village_secretary", meeting, 2, Attendance(present=world.row(meeting).expected))
    decision = NewDecision(
        case_id=case, trigger="agree", data={"scan": upload(service(world, tmp_path), "village_secretary")}
    )
    world.decide("village_secretary", meeting, decision)
    world.close("village_secretary", meeting)
    assert world.state(case) == "done"
    world.wait(days=1200)

    assert Worker(world.office, 1, personal=retention(world, tmp_path)).sweep()["personal erased"] == 3

    assert world.rows(files) == []
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize(
    ("now", "then"), [("2027-03-01", "2024-03-01"), ("2028-02-29", "2025-02-28"), ("2028-12-31", "2025-12-31")]
)
def test_the_same_day_some_years_ago(now: str, then: str):
    at = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (now, then)]

    assert years_before(at[0], 3) == at[1]
