"""A sample of the drill of tampering, and what verification says of checkpoints that are handed to it."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit import verify as verify_module
from engine.audit.signing import fresh_key
from engine.audit.verify import BadNote, verify
from engine.rules.signed_note import VerifierKey, parse_checkpoint, signed
from engine.store.db import Store
from engine.store.tables import history
from engine.store.trust_tables import OPEN, VEILED
from tests import township as t
from tests.databases import fresh_store
from tests.drill.forging import Forger, Witnessed
from tests.drill.tampering import Drill
from tests.store.test_verify import _let_go
from tests.store.witnessed import Signing


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    with fresh_store("sqlite") as store:
        yield Witnessed(store, tmp_path_factory.mktemp("witnessed"), 60)


@pytest.fixture
def drill(made: Witnessed) -> Drill:
    return Drill(made)


def test_an_honest_history_raises_no_alarm(drill: Drill):
    drill.honest()

    assert drill.missed == []


def test_a_value_of_each_column_is_missed(drill: Drill):
    drill.columns(every=37)

    assert drill.missed == []
    assert drill.tally["column of history"]["tried"] > 30
    assert sum(found["tried"] for found in drill.tally.values()) > 60


def test_every_kind_of_forgery_is_found_in_its_place(drill: Drill):
    drill.forgeries(1)

    assert drill.missed == []
    assert len(drill.tally) == 12


def test_no_forged_proof_verifies(drill: Drill):
    drill.proofs()

    assert drill.missed == []
    assert drill.tally["forged proof"]["tried"] > 500


# --- what was kept elsewhere -----------------------------------------------------------------------------------------


def verdict_of(made: Witnessed, *given: str, **asked: object):  # type: ignore[no-untyped-def]
    store = Store(f"sqlite:///{made.file}", read_only=True)
    found = verify(store, made.rulebook, given=given, **asked)  # type: ignore[arg-type]
    store.dispose()
    return found


def test_what_is_covered_and_what_is_not_is_counted(made: Witnessed):
    verdict = verdict_of(made, *made.notes)
    sizes = {(state.home, state.log): state.size for state in verdict.logs}

    assert verdict.uncovered == 2
    assert verdict.covered == sum(sizes.values()) == verdict.rows - 2
    assert sizes[t.TOWNSHIP, VEILED] > 0
    assert all(state.vouched == state.size for state in verdict.logs if state.size)
    assert verdict.erased == 1


def test_several_processes_give_the_same_verdict(made: Witnessed):
    assert verdict_of(made, *made.notes, workers=2) == verdict_of(made, *made.notes)


def test_a_checkpoint_as_it_was_typed_from_paper_counts(made: Witnessed):
    typed = "\r\n".join(f"  {line} " for line in made.notes[-1].splitlines())

    assert sum(state.given for state in verdict_of(made, typed).logs) == 1


def test_a_checkpoint_of_another_key_proves_nothing(made: Witnessed):
    key, _ = fresh_key()
    honest = parse_checkpoint(made.notes[0])

    (flaw,) = verdict_of(made, signed(honest, key.public, key.sign)).flaws

    assert (flaw.what, flaw.checkpoint) == ("signature", "given 1")


def test_a_text_that_is_no_checkpoint_is_told(made: Witnessed):
    assert [flaw.what for flaw in verdict_of(made, "好", made.notes[0].split("\n\n")[0]).flaws] == ["checkpoint"] * 2


def test_where_a_key_is_given_no_other_counts(made: Witnessed):
    key, _ = fresh_key()
    origin = parse_checkpoint(made.notes[0]).origin
    with made.world.store.read() as tx:
        (mine,) = made.world.public_keys(tx)
    foreign, own = (str(VerifierKey(name=origin, public=public)) for public in (key.public, mine))

    assert verdict_of(made, verifier_keys=[own]).flaws == ()
    assert {flaw.what for flaw in verdict_of(made, verifier_keys=[foreign]).flaws} == {"signature"}
    with pytest.raises(BadNote):
        verdict_of(made, verifier_keys=["no key"])


def test_a_checkpoint_of_another_installation_or_home_is_told(made: Witnessed):
    other = next(paper.text for paper in made.papers if paper.home == t.OTHER_TOWNSHIP)

    assert [flaw.what for flaw in verdict_of(made, other, home=t.TOWNSHIP).flaws] == ["unknown_log"]


def test_a_home_that_is_gone_altogether_is_shorter_than_its_checkpoint(made: Witnessed):
    forger = Forger(made.copy("gone.db"), made)
    with closing(sqlite3.connect(forger.done(), isolation_level=None)) as raw:
        for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if any(column[1] == "home" for column in raw.execute(f"PRAGMA table_info({table})")):
                raw.execute(f"DELETE FROM {table} WHERE home = ?", (t.OTHER_TOWNSHIP,))
    verdict = made.judged(forger.file)

    assert {(flaw.what, flaw.home, flaw.leaf) for flaw in verdict.flaws} == {("short", t.OTHER_TOWNSHIP, 0)}


# --- a copy stays as it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", [(), ("-wal", "-shm")])
def test_verifying_a_copy_changes_no_byte_of_it(made: Witnessed, tmp_path: Path, beside: tuple[str, ...]):
    """Without a journal beside it, and with one that still holds the last rows."""
    live = Path(str(sa.make_url(made.world.store.url).database))
    source = live if beside else made.file
    for end in ("", *beside):
        shutil.copyfile(f"{source}{end}", tmp_path / f"copy.db{end}")
    before = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in tmp_path.iterdir()}
    store = Store(f"sqlite:///{tmp_path / 'copy.db'}", read_only=True)
    verdict = verify(store, made.rulebook, given=made.notes)
    store.dispose()
    after = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in tmp_path.iterdir()}

    assert (verdict.flaws, verdict.rows) == ((), len(made.world.rows(history)))
    assert after.keys() == before.keys()
    assert {name: after[name] for name in after if name != "copy.db-shm"} == {
        name: before[name] for name in before if name != "copy.db-shm"
    }


def test_what_is_no_text_is_a_flaw_and_stops_nothing(made: Witnessed):
    file = made.copy("no-text.db")
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        case_id, seq = raw.execute("SELECT case_id, seq FROM history WHERE seq = 2 LIMIT 1").fetchone()
        broken = "UPDATE history SET actor = CAST(x'fffe41' AS TEXT) WHERE case_id = ? AND seq = ?"
        raw.execute(broken, (case_id, seq))
    verdict = made.judged(file)

    assert verdict.first is not None
    assert (verdict.first.case_id, verdict.first.seq, verdict.first.what) == (case_id, seq, "unreadable")


# --- rows that come late ---------------------------------------------------------------------------------------------


def test_a_row_dated_back_is_a_doubt_before_and_after_it_is_covered(store: Store, tmp_path: Path):
    world = Signing(store, tmp_path)
    world.begin()
    world.wait(days=2)
    world.begin()
    world.take()
    world.wait(minutes=-30)  # a clock was put right
    world.begin()
    world.wait(hours=-20)
    late = world.begin()

    def doubts() -> list[tuple[str | None, str, bool]]:
        verdict = verify(store, world.office.rulebook)
        assert verdict.flaws == ()
        return [(doubt.case_id, doubt.what, doubt.leaf is None) for doubt in verdict.doubts]

    assert doubts() == [(late, "late", True)]
    world.take()
    assert doubts() == [(late, "late", False)]


def test_both_databases_find_a_rewritten_row_by_the_checkpoint_alone(store: Store, tmp_path: Path):
    world = Signing(store, tmp_path)
    case = world.begin()
    (paper,) = world.take()
    assert verify(store, world.office.rulebook, given=[paper.text]).flaws == ()
    with world.store.begin() as tx:
        _let_go(tx, sqlite=store.is_sqlite)
        tx.execute(sa.update(history).values(hash="f" * 64))
    verdict = verify(store, world.office.rulebook, given=[paper.text])

    assert {(flaw.what, flaw.leaf, flaw.until) for flaw in verdict.flaws if flaw.until} == {("root", 0, 1)}
    assert verdict.first is not None
    assert (verdict.first.case_id, verdict.first.seq, verdict.first.leaf) == (case, 1, 0)
    assert [state.log for state in verdict.logs if state.size] == [OPEN]


def test_a_checkpoint_taken_meanwhile_raises_no_alarm(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    world = Signing(store, tmp_path)
    case = world.begin()
    world.take()
    judge, taken = verify_module.judge_range, list[str]()

    def judge_later(*asked: Any) -> Any:
        """Between the reading of the trees and that of the rows life goes on."""
        if not taken:
            world.wait(hours=3)
            world.fire("zuzhang", case, "note", text="后来")
            world.begin()
            taken.extend(row.id for row in world.take())
        return judge(*asked)

    monkeypatch.setattr(verify_module, "judge_range", judge_later)
    verdict = verify(store, world.office.rulebook)

    assert taken
    assert (verdict.flaws, verdict.doubts) == ((), ())
    assert (verdict.rows, verdict.covered, [state.size for state in verdict.logs if state.size]) == (3, 1, [1])
