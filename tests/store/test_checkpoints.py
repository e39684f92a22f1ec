"""Checkpoints on both databases: which rows they cover in which log, two taken at once, and what signs nothing."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from engine.audit import checkpoints as checkpoints_module
from engine.audit.keys import KeyService, known_keys
from engine.audit.signing import NoKey, read_key
from engine.meetings.service import NewDecision
from engine.rules.merkle import EMPTY
from engine.rules.signed_note import BadNote
from engine.store.db import Store
from engine.store.settings import read_setting
from engine.store.tables import history
from engine.store.trust_tables import OPEN, VEILED, checkpoints, tree_heads, tree_leaves, tree_nodes
from tests import township as t
from tests.features.ways import REPORT
from tests.store.witnessed import HIDING, Signing
from tests.store.world import rules

TREE_TABLES = {tree_leaves.name, tree_nodes.name, tree_heads.name, checkpoints.name}


@pytest.fixture
def world(store: Store, tmp_path: Path) -> Signing:
    return Signing(store, tmp_path)


# --- what a checkpoint covers ----------------------------------------------------------------------------------------


def test_every_row_gets_a_leaf_in_the_order_recorded(world: Signing):
    first, second = world.begin(), world.begin()
    world.wait(minutes=1)
    world.fire("zuzhang", second, "note", text="一")
    world.wait(minutes=1)
    world.fire("zuzhang", first, "note", text="二")

    (row,) = world.take()

    assert world.leaves() == [*sorted([(first, 1), (second, 1)]), (second, 2), (first, 2)]
    assert (row.size, row.log, row.cause, row.meeting_id, row.taken_at) == (4, OPEN, "asked", None, world.clock.at)
    assert bytes.fromhex(row.root) == world.root() == world.proved_root(4)


def test_the_text_is_the_signed_checkpoint(world: Signing):
    world.begin()
    (row,) = world.take()
    with world.store.read() as tx:
        name = read_setting(tx, "installation")

    found = world.read(row)

    assert (found.origin, found.size, found.root.hex()) == (f"minqing-{name}/{t.TOWNSHIP}", row.size, row.root)


def test_the_next_one_goes_on_where_the_last_one_ended(world: Signing):
    case = world.begin()
    world.take()
    world.wait(days=3)
    world.fire("zuzhang", case, "note", text="后来")

    (row,) = world.take()

    assert world.leaves() == [(case, 1), (case, 2)]
    assert bytes.fromhex(row.root) == world.root()


def test_without_anything_new_there_is_none(world: Signing):
    world.begin()

    assert len(world.take()) == 1
    assert world.take() == world.take("nightly") == []
    assert world.take(home=t.OTHER_TOWNSHIP) == []


def test_homes_grow_apart(world: Signing):
    world.begin()
    world.opened("zuzhang_other", f"{t.OTHER_WUCHANG}g1", "begin", {}, workflow="small")

    (here,), (there,) = world.take(), world.take(home=t.OTHER_TOWNSHIP)

    assert (here.size, there.size) == (1, 1)
    assert world.read(here).origin != world.read(there).origin


def test_a_row_older_than_those_covered_comes_with_the_next_one_or_at_night(world: Signing):
    """A transaction that took long, or a clock that went back: what was covered keeps its place."""
    early, late = world.begin(), None
    world.wait(days=9)
    covered = world.begin()
    world.take()
    world.clock.at -= timedelta(hours=3)
    late = world.begin()
    world.take()
    world.clock.at -= timedelta(days=5)
    lost = world.begin()

    assert world.take() == []  # only the night looks so far back
    assert len(world.take("nightly")) == 1
    assert world.leaves() == [(early, 1), (covered, 1), (late, 1), (lost, 1)]


def test_more_than_one_takes_becomes_several(world: Signing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoints_module, "MOST", 3)
    cases = [world.begin() for _ in range(8)]

    taken = world.take("nightly")

    assert [(row.size, row.cause) for row in taken] == [(3, "backlog"), (6, "backlog"), (8, "nightly")]
    assert sorted(world.leaves()) == sorted((case, 1) for case in cases)
    assert all(bytes.fromhex(row.root) == world.proved_root(row.size) for row in taken)


def test_rows_whose_rules_are_not_here_wait(world: Signing):
    """Nobody can tell from whom they are to be kept."""
    case = world.begin()
    book = world.office.rulebook.versions
    mine = book.pop(("small", 1))
    assert world.take("nightly") == []

    book["small", 1] = mine

    assert len(world.take("nightly")) == 1
    assert world.leaves() == [(case, 1)]


def test_whole_subtrees_are_kept_and_proofs_read_them(world: Signing, monkeypatch: pytest.MonkeyPatch):
    """Heights 1 and 2 in place of 8 and 16, so that a small tree has nodes of several heights."""
    monkeypatch.setattr("engine.store.treebook.KEPT_HEIGHTS", (1, 2))
    for _ in range(3):
        for _ in range(5):
            world.begin()
        world.take()

    found = [(row.height, row.position) for row in world.rows(tree_nodes)]

    assert found == [(1, n) for n in range(7)] + [(2, n) for n in range(3)]
    assert [bytes.fromhex(row.root) for row in world.kept()] == [world.proved_root(size) for size in (5, 10, 15)]
    assert world.proved_root(15) == world.root()


# --- two logs --------------------------------------------------------------------------------------------------------


def test_what_is_kept_to_some_posts_grows_in_a_log_of_its_own(world: Signing):
    plain, child = world.begin(), world.begin(kind="child")
    sealed = world.begin("seal", text="信")

    veiled = {row.log: row for row in world.take()}

    assert sorted(world.leaves()) == sorted([(plain, 1), (child, 1)])
    assert world.leaves(VEILED) == [(sealed, 1)]
    assert world.read(veiled[VEILED]).origin == world.read(veiled[OPEN]).origin + "/veiled"


def test_a_case_sealed_before_it_was_covered_leaves_no_trace_in_the_open_log(world: Signing):
    case = world.begin()
    world.fire("zuzhang", case, "seal", text="信")

    world.take()

    assert world.leaves() == []
    assert world.leaves(VEILED) == [(case, 1), (case, 2)]
    assert world.kept() == []


def test_what_was_covered_before_it_was_sealed_stays(world: Signing):
    """Signed states are never taken back: the rows until then stood in every list of that day, too."""
    case = world.begin()
    world.take()
    world.fire("zuzhang", case, "seal", text="信")
    world.take()

    assert (world.leaves(), world.leaves(VEILED)) == ([(case, 1)], [(case, 2)])


def test_a_sealed_case_alone_moves_nothing_of_the_open_log(world: Signing):
    world.begin()
    world.take()
    world.begin("seal")

    assert [row.log for row in world.take("nightly")] == [VEILED]
    assert len(world.kept()) == 1


# --- meetings --------------------------------------------------------------------------------------------------------


def closed(world: Signing) -> tuple[str, str]:
    case = world.begin()
    world.fire("zuzhang", case, "up")
    meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")
    world.meetings.open("village_secretary", meeting, 1)
    world.decide("village_secretary", meeting, NewDecision(case_id=case, trigger="settle"))
    world.close("village_secretary", meeting)
    return case, meeting


def test_the_closing_of_a_meeting_is_covered_at_once(world: Signing):
    case, meeting = closed(world)
    (row,) = world.kept()

    assert world.leaves() == [(case, 1), (case, 2), (case, 3)]
    assert (row.cause, row.meeting_id, row.size) == ("meeting", meeting, 3)


def test_a_meeting_that_moved_nothing_has_its_checkpoint_all_the_same(world: Signing):
    world.begin()
    world.take()
    for _ in range(2):
        meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")
        world.meetings.open("village_secretary", meeting, 1)
        world.close("village_secretary", meeting)

    rows = world.kept()

    assert [(row.cause, row.size) for row in rows] == [("asked", 1), ("meeting", 1), ("meeting", 1)]
    assert len({row.root for row in rows}) == 1


def test_the_first_meeting_of_a_home_without_cases_signs_an_empty_tree(world: Signing):
    meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")
    world.meetings.open("village_secretary", meeting, 1)
    world.close("village_secretary", meeting)

    (row,) = world.kept()

    assert (world.read(row).size, bytes.fromhex(row.root)) == (0, EMPTY)


def test_a_meeting_closes_also_where_nothing_signs(world: Signing, caplog: pytest.LogCaptureFixture):
    world.sign_with(world.key.with_name("gone"))
    with caplog.at_level(logging.WARNING):
        _, meeting = closed(world)

    assert world.row(meeting).status == "closed"
    assert world.kept() == []
    assert world.rows(tree_leaves) == []
    assert f"no checkpoint for meeting {meeting}: missing" in caplog.text


def test_a_defect_of_ours_keeps_no_meeting_open(world: Signing, caplog: pytest.LogCaptureFixture, monkeypatch):
    monkeypatch.setattr(world.checkpoints, "witness", lambda meeting_id: 1 / 0)
    _, meeting = closed(world)

    assert world.row(meeting).status == "closed"
    assert "ZeroDivisionError" in caplog.text


def test_a_meeting_above_the_homes_is_witnessed_in_every_home_it_moved(store: Store, tmp_path: Path):
    above = {
        "roles": "zuzhang: {T, level: wuchang}\nchief: {T, level: county}",
        "fields": "text: {T, type: text}",
        "states": "new: {T, level: county, gate: board}\ndone: {T, final: true}",
        "meetings": "board: {T, level: county, members: chief, chair: chief, quorum: 50%}",
        "transitions": """
            - {trigger: begin, T, from: start, to: new, by: zuzhang, takes: text}
            - {trigger: agree, T, from: new, to: done, by: chief, via: board}
            """,
    }
    world = Signing(store, tmp_path, rules(**above))
    world.newcomer("head")
    world.posts("head", "chief", t.COUNTY, "2025-01-01")
    mine = world.begin()
    theirs = world.opened("zuzhang_other", f"{t.OTHER_WUCHANG}g1", "begin", {}, workflow="small").identity.id
    meeting = world.plan("head", "board", t.COUNTY, workflow="small")
    world.meetings.open("head", meeting, 1)
    for case in (mine, theirs):
        world.decide("head", meeting, NewDecision(case_id=case, trigger="agree"))
    world.close("head", meeting)

    for home, size in ((t.TOWNSHIP, 2), (t.OTHER_TOWNSHIP, 2), (t.COUNTY, 0)):
        (row,) = world.kept(home=home)
        assert (row.meeting_id, row.size) == (meeting, size)


# --- two at once -----------------------------------------------------------------------------------------------------


def test_two_at_once_cover_every_row_once(world: Signing):
    cases = {world.begin() for _ in range(20)}
    gate = Barrier(4)

    def one(_: int) -> int:
        gate.wait()
        return len(world.take())

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(one, range(4)))

    assert taken == 1
    assert {case for case, _ in world.leaves()} == cases
    assert len(world.rows(tree_heads)) == 2


def test_rows_written_meanwhile_are_never_lost(world: Signing):
    gate = Barrier(3)

    def write(_: int) -> None:
        gate.wait()
        for _ in range(10):
            world.begin()

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, n) for n in range(2)]
        gate.wait()
        for _ in range(5):
            world.take()
        for each in writing:
            each.result()
    world.take("nightly")

    assert len(world.leaves()) == len(world.rows(history)) == 20
    assert [bytes.fromhex(row.root) for row in world.kept()] == [world.proved_root(row.size) for row in world.kept()]


# --- keys ------------------------------------------------------------------------------------------------------------


def test_the_key_is_its_owners_alone_and_is_made_once(world: Signing):
    before = world.key.read_bytes()

    assert world.key.stat().st_mode & 0o777 == 0o600
    assert KeyService(world.store, world.key).prepare() is False
    assert world.key.read_bytes() == before
    assert list(world.key.parent.iterdir()) == [world.key]


@pytest.mark.parametrize(
    "spoil, code",
    [
        (lambda key: key.unlink(), "missing"),
        (lambda key: key.write_text("none"), "unreadable"),
        (lambda key: key.chmod(0o644), "exposed"),
    ],
)
def test_a_key_that_cannot_be_used_takes_nothing(world: Signing, spoil, code: str):
    world.begin()
    spoil(world.key)

    with pytest.raises(NoKey) as none:
        world.take()

    assert none.value.code == KeyService(world.store, world.key).state() == code
    assert world.rows(tree_leaves) == []


def test_another_key_than_the_last_on_record_signs_nothing(world: Signing, tmp_path: Path):
    """Two servers with two files would sign in turns."""
    world.begin()
    world.take()
    other = tmp_path / "other.key"
    KeyService(world.store, other).renew()

    with pytest.raises(NoKey) as none:
        world.take()

    assert none.value.code == KeyService(world.store, world.key).state() == "other"
    world.sign_with(other)
    world.begin()
    assert len(world.take()) == 1


def test_what_a_former_key_signed_stays_verified(world: Signing):
    world.begin()
    (old,) = world.take()
    former = read_key(world.key).public
    KeyService(world.store, world.key).renew()
    world.begin()
    (new,) = world.take()

    assert (world.read(old).size, world.read(new).size) == (1, 2)
    with world.store.read() as tx:
        assert [key.public for key in known_keys(tx)] == [former, read_key(world.key).public]
    assert old.text.splitlines()[-1] != new.text.splitlines()[-1]


def test_a_changed_text_does_not_open(world: Signing):
    world.begin()
    (row,) = world.take()

    with pytest.raises(BadNote):
        world.read(type(row)(**{**{name: getattr(row, name) for name in row.__slots__},
                                "text": row.text.replace("\n1\n", "\n2\n")}))  # fmt: skip


# --- transitions -----------------------------------------------------------------------------------------------------


def test_firing_a_transition_touches_no_table_of_the_tree(store: Store, tmp_path: Path):
    world = Signing(store, tmp_path, *t.default_rules(), rules(**HIDING))
    world.take()
    heard: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *said: heard.append(said[2]))

    case = world.open(**REPORT)
    world.fire("zuzhang", case, "accept")

    assert len(heard) > 4
    assert [said for said in heard if any(name in said for name in TREE_TABLES)] == []
