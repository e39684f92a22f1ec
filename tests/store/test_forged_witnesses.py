"""Checkpoints that somebody put beside the history, or took away: what was kept elsewhere is never outvoted by them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from engine.audit.verify import Flaw, Verdict
from engine.rules.signed_note import Checkpoint, parse_checkpoint, signed
from engine.store.trust_tables import OPEN, VEILED
from tests import township as t
from tests.databases import fresh_store
from tests.drill.forging import Forger, Witnessed
from tests.drill.tampering import changed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    with fresh_store("sqlite") as store:
        yield Witnessed(store, tmp_path_factory.mktemp("witnessed"), 40)


def rewritten(made: Witnessed) -> Forger:
    """Another past of every case, signed with the key at hand."""
    forger = Forger(made.copy("forged.db"), made)
    for case_id in {case_id for case_id, _ in made.world.leaves(OPEN, t.TOWNSHIP)}:
        forger.rewrite(case_id, changed(forger.events(case_id), 1))
    forger.regrow()
    return forger


def behind(forger: Forger, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(forger.done(), isolation_level=None)) as raw:
        assert raw.execute(statement, values).rowcount > 0


def told(verdict: Verdict, what: str) -> list[Flaw]:
    return [flaw for flaw in verdict.flaws if flaw.what == what]


def test_no_name_of_a_kept_checkpoint_silences_one_from_elsewhere(made: Witnessed):
    """Those given are counted: a kept one may bear the very word by which one of them is told."""
    forger = rewritten(made)
    before = {flaw.checkpoint for flaw in made.judged(forger.done()).flaws}
    behind(
        forger,
        "UPDATE checkpoints SET id = 'given ' || (SELECT count(*) FROM checkpoints AS other"
        " WHERE other.rowid <= checkpoints.rowid)",
    )

    assert len(before) > 0
    assert {flaw.checkpoint for flaw in made.judged(forger.file).flaws} == before


def test_leaves_that_no_checkpoint_covers_any_more_are_told(made: Witnessed):
    forger = Forger(made.copy("unsigned.db"), made)
    here = (t.TOWNSHIP, OPEN)
    last, one = sorted({row.size for row in forger.rows_of(*here)})[-1:-3:-1]
    behind(forger, "DELETE FROM checkpoints WHERE home = ? AND log = ? AND size = ?", *here, last)
    (flaw,) = made.judged(forger.file, papers=False).flaws

    assert (flaw.what, flaw.home, flaw.log, flaw.leaf, flaw.until) == ("unsigned", *here, one, last)
    assert (flaw.case_id, flaw.seq) == made.world.leaves(*reversed(here))[one]


def test_a_log_without_any_checkpoint_is_told(made: Witnessed):
    forger = Forger(made.copy("unsigned.db"), made)
    behind(forger, "DELETE FROM checkpoints WHERE home = ?", t.OTHER_TOWNSHIP)
    verdict = made.judged(forger.file, papers=False)

    assert {(flaw.what, flaw.home, flaw.leaf) for flaw in verdict.flaws} == {("unsigned", t.OTHER_TOWNSHIP, 0)}


@pytest.mark.parametrize("paste", ["home", "log", "size", "foreign line", "more lines"])
def test_a_checkpoint_that_is_not_ours_in_every_sign_is_told(made: Witnessed, paste: str):
    forger = Forger(made.copy("pasted.db"), made)
    rows = forger.rows_of(t.TOWNSHIP, OPEN)
    mine, other = rows[-1], rows[0]
    key = forger.key()
    said = parse_checkpoint(mine.text)
    more = Checkpoint(origin=said.origin, size=said.size, root=said.root).text + "more\n"
    texts = {
        "home": forger.rows_of(t.OTHER_TOWNSHIP, OPEN)[-1].text,
        "log": forger.rows_of(t.TOWNSHIP, "veiled")[-1].text,
        "size": other.text,
        "foreign line": mine.text + signed(said, bytes(32), lambda _: bytes(64)).rpartition("\n\n")[2],
        "more lines": more + "\n" + signed(said, key.public, lambda _: key.sign(more.encode())).rpartition("\n\n")[2],
    }
    behind(forger, "UPDATE checkpoints SET text = ? WHERE id = ?", texts[paste], mine.id)
    verdict = made.judged(forger.file, papers=False)

    assert mine.id in {flaw.checkpoint for flaw in told(verdict, "checkpoint")}


@pytest.mark.parametrize("size", [0, 1])
def test_of_two_signed_states_of_one_size_the_wrong_one_is_told(made: Witnessed, size: int):
    """Also of the empty log, which has one root."""
    forger = Forger(made.copy("twice.db"), made)
    row, key = forger.rows_of(t.TOWNSHIP, OPEN)[0], forger.key()
    said = Checkpoint(origin=parse_checkpoint(row.text).origin, size=size, root=b"\x07" * 32)
    text = signed(said, key.public, key.sign)
    values = (size, said.root.hex(), text, t.TOWNSHIP, row.id)
    copied = "home, 'another', log, ?, ?, taken_at, cause, meeting_id, ? FROM checkpoints WHERE home = ? AND id = ?"
    columns = "home, id, log, size, root, taken_at, cause, meeting_id, text"
    behind(forger, f"INSERT INTO checkpoints ({columns}) SELECT {copied}", *values)
    kept, given = made.judged(forger.file, papers=False), made.judged(made.file)

    assert [flaw.checkpoint for flaw in kept.flaws] == ["another"]
    assert given.flaws == ()


@pytest.mark.parametrize("column, value", [("seq", 2**40), ("seq", -3), ("leaf", 2**60), ("leaf", -1)])
def test_numbers_beyond_all_bounds_are_flaws_like_others(made: Witnessed, column: str, value: int):
    forger = Forger(made.copy("bounds.db"), made)
    case_id, seq = made.world.leaves(OPEN, t.TOWNSHIP)[-1]
    for table in ("history", "payloads", "tree_leaves") if column == "seq" else ("tree_leaves",):
        behind(forger, f"UPDATE {table} SET {column} = ? WHERE case_id = ? AND seq = ?", value, case_id, seq)
    verdict = made.judged(forger.file)

    assert case_id in {flaw.case_id for flaw in verdict.flaws}


def test_a_text_that_is_gone_without_an_erasing_is_a_doubt(made: Witnessed):
    """It cannot be told from an erased one by itself, and whoever erases leaves word."""
    forger = Forger(made.copy("emptied.db"), made)
    place, (case_id, seq) = 3, made.world.leaves(OPEN, t.TOWNSHIP)[3]
    behind(forger, "UPDATE payloads SET body = NULL, salt = NULL WHERE case_id = ? AND seq = ?", case_id, seq)
    verdict = made.judged(forger.file)
    (doubt,) = verdict.doubts

    assert (verdict.flaws, verdict.erased) == ((), 2)
    assert (doubt.what, doubt.home, doubt.case_id, doubt.seq) == ("emptied", t.TOWNSHIP, case_id, seq)
    assert (doubt.log, doubt.leaf, doubt.number is not None) == (OPEN, place, True)


@pytest.mark.parametrize("rows", ["[1, 2", '{"rows": 1}', "7"])
def test_an_erasing_that_cannot_be_read_tells_of_nothing(made: Witnessed, rows: str):
    forger = Forger(made.copy("unread.db"), made)
    behind(forger, "UPDATE erasures SET rows = ? WHERE case_id IS NOT NULL", rows)

    assert [doubt.what for doubt in made.judged(forger.file).doubts] == ["emptied"]


@pytest.mark.parametrize("column", ["home", "log"])
def test_the_head_of_an_empty_log_is_missed_too(made: Witnessed, column: str):
    forger = Forger(made.copy("heads.db"), made)
    behind(forger, f"UPDATE tree_heads SET {column} = {column} || 'x' WHERE size = 0")
    first = made.judged(forger.file).first

    assert first is not None
    assert (first.what, first.home, first.log) == ("head", t.OTHER_TOWNSHIP, VEILED)
