"""Changes a history behind the engine's back in every way we could think of, and expects each to be found, and its
place to be named, by a verification that knows some older checkpoints from paper.

Every column of every row of the history is changed by itself, and every column of what hangs on it: payloads, cases,
leaves, nodes, heads, checkpoints. Rows are deleted, exchanged, put in with a chain recomputed, cut off at the end with
the case row mended; an older copy of the file is restored; everything is rewritten and signed with the key at hand.
Proofs are forged. Honest files raise no alarm, with texts erased and rows that no checkpoint covers yet.

    .venv/bin/python -m tests.drill.tampering [--events 500] [--each 8]

`--each`: of the larger forgeries so many a kind. Exit 1 where one is not found, is found in another place, or an honest
file raises an alarm.
"""

from __future__ import annotations

import argparse
import logging
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.audit.verify import Flaw, verify, verify_case
from engine.rules.merkle import consistency, continues, includes, inclusion, leaf_hash, range_hash
from engine.rules.state import Event
from engine.store.db import Store
from engine.store.tables import cases, history, payloads
from engine.store.treebook import subtrees
from engine.store.trust_tables import checkpoints, tree_heads, tree_leaves, tree_nodes
from tests.drill.forging import Forger, Witnessed
from tests.drill.places import database

#: What the proof does not hold. A number is a name for the telephone; deadlines on a case are reckoned, by a calendar,
#: from what is held; when and why a checkpoint was taken is a note beside it.
NOT_HELD = {
    ("cases", "number"), ("cases", "due_at"), ("cases", "total_due_at"), ("cases", "due_provisional"),
    ("cases", "calendar_version"), ("checkpoints", "id"), ("checkpoints", "taken_at"), ("checkpoints", "cause"),
    ("checkpoints", "meeting_id"),
}  # fmt: skip
KEYS = {"home", "case_id", "seq"}
SEED = 20260306
#: (kind, tried, found, place right)
Tally = dict[str, Counter[str]]
Events = list[tuple[Event, str | None]]
#: The place that was named is the one that was changed.
Here = Callable[[Flaw], bool]


class Drill:
    """One history, and what came of every forgery: by kind, how many were tried, found, and found in their place."""

    def __init__(self, made: Witnessed) -> None:
        self.made = made
        self.tally: Tally = {}
        self.missed: list[str] = []
        forger = Forger(made.copy("looked-at.db"), made)
        self.rows = forger.rows(history)
        self.leaves = {(row.case_id, row.seq): row for row in forger.rows(tree_leaves)}
        self.by_case: dict[str, Events] = {row.id: forger.events(row.id) for row in forger.rows(cases)}
        forger.done()

    def held(self, kind: str, what: str, first: Flaw | None, here: Here) -> None:
        """`first` is the first bad place that was named, if any was."""
        found = self.tally.setdefault(kind, Counter())
        right = first is not None and here(first)
        found.update(tried=1, found=first is not None, right=right)
        if not right:
            self.missed.append(f"{kind}: {what}: {first or 'nothing found'}")

    # --- one value at a time -----------------------------------------------------------------------------------------

    def columns(self, every: int = 1) -> None:
        """Of each column every so many-th row."""
        file = self.made.copy("columns.db")
        store = Store(f"sqlite:///{file}", throwaway=True)
        try:
            for table in (history, payloads, cases, tree_leaves, tree_nodes, tree_heads, checkpoints):
                self._table(store, file, table, every)
        finally:
            store.dispose()

    def _table(self, store: Store, file: Path, table: sa.Table, every: int) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as raw:
            raw.row_factory = sqlite3.Row
            rows = raw.execute(f"SELECT rowid AS place, * FROM {table.name}").fetchall()
            for number, column in enumerate(table.c):
                for row in rows[number % every :: every]:
                    self._column(store, raw, table, column, row)

    def _column(self, store: Store, raw: sqlite3.Connection, table: sa.Table, column: sa.Column[Any], row: Any) -> None:
        """Change it, look, and put it back."""
        if (table.name, column.name) in NOT_HELD:
            return
        change = f"UPDATE {table.name} SET {column.name} = ? WHERE rowid = ?"
        try:
            raw.execute(change, (other(column, row[column.name]), row["place"]))
        except sqlite3.IntegrityError:
            return  # the file itself does not take that: the key is another's already
        try:
            self._judge_column(store, table, column, row)
        finally:
            raw.execute(change, (row[column.name], row["place"]))

    def _judge_column(self, store: Store, table: sa.Table, column: sa.Column[Any], row: Any) -> None:
        kind, what = f"column of {table.name}", f"{column.name} of {dict(row)}"[:200]
        if table in (history, payloads) and column.name not in KEYS:
            with store.read() as tx:
                flaws = verify_case(tx, self.made.rulebook, row["case_id"])
            self.held(kind, what, flaws[0] if flaws else None, lambda flaw: exactly(flaw, row))
        else:
            home = None if column.name == "home" else row["home"]
            first = verify(store, self.made.rulebook, home=home).first
            self.held(kind, what, first, at_row(table, row))

    # --- larger forgeries --------------------------------------------------------------------------------------------

    def forgeries(self, each: int) -> None:
        chance = random.Random(SEED)
        covered = [row for row in self.rows if (row.case_id, row.seq) in self.leaves]
        inner = [row for row in covered if 1 < row.seq < len(self.by_case[row.case_id])]
        again = ("note", "record_measure", "sign_for")
        same = [row for row in inner if row.trigger in again and (row.case_id, row.seq + 1) in self.leaves]
        last = [row for row in covered if row.seq == len(self.by_case[row.case_id]) > 1]
        for name, rows in (("inner", inner), ("same", same), ("last", last)):
            assert len(rows) >= each, (name, len(rows))
        for row in chance.sample(inner, each):
            self._deleted(row)
            self._swapped(row)
            self._rehashed(row)
        for row in chance.sample(same, each):
            for signed in (False, True):
                self._inserted(row, signed=signed)
        for row in chance.sample(last, each):
            for signed in (False, True):
                self._truncated(row, signed=signed)
        for row in chance.sample(covered, each):
            for signed in (False, True):
                self._rewritten(row, signed=signed)
        self._restored()
        self._all_rewritten()

    def _forged(self, kind: str, row: Any, forge: Callable[[Forger], None], here: Here) -> None:
        forger = Forger(self.made.copy("forged.db"), self.made)
        forge(forger)
        verdict = self.made.judged(forger.done())
        self.held(kind, f"{row.case_id} row {row.seq}", verdict.first, here)

    def _raw(self, *statements: tuple[str, tuple[Any, ...]]) -> Callable[[Forger], None]:
        def run(forger: Forger) -> None:
            with closing(sqlite3.connect(forger.file, isolation_level=None)) as raw:
                for statement, values in statements:
                    raw.execute(statement, values)

        return run

    def _deleted(self, row: Any) -> None:
        leaf, next_one = self.leaves[row.case_id, row.seq], (row.case_id, row.seq + 1)
        gone = [
            (f"DELETE FROM {table} WHERE case_id = ? AND seq = ?", (row.case_id, row.seq))
            for table in ("payloads", "history", "tree_leaves")
        ]
        self._forged("row deleted", row, self._raw(*gone[:2]), lambda flaw: exactly(flaw, row))

        def here(flaw: Flaw) -> bool:
            """The next row misses it, or the log does."""
            return (flaw.case_id, flaw.seq) == next_one or within(flaw, leaf)

        self._forged("row deleted with its leaf", row, self._raw(*gone), here)

    def _swapped(self, row: Any) -> None:
        def move(table: str, old: int, new: int) -> tuple[str, tuple[Any, ...]]:
            return f"UPDATE {table} SET seq = ? WHERE case_id = ? AND seq = ?", (new, row.case_id, old)

        one, two = row.seq, row.seq + 1
        moves = [move(table, *each) for table in ("history", "payloads") for each in ((one, -1), (two, one), (-1, two))]
        self._forged("rows exchanged", row, self._raw(*moves), lambda flaw: exactly(flaw, row))

    def _rehashed(self, row: Any) -> None:
        """One row with a hash of its own, the next left as it was: either was changed, for all one can tell."""

        def forge(forger: Forger) -> None:
            before = {each.seq: each for each in forger.rows(history) if each.case_id == row.case_id}
            forger.rewrite(row.case_id, changed(self.by_case[row.case_id], row.seq), leaves=False)
            with forger.store.begin() as tx:
                for seq, each in before.items():
                    if seq > row.seq:
                        kept = (history.c.case_id == row.case_id, history.c.seq == seq)
                        tx.execute(sa.update(history).where(*kept).values(previous=each.previous, hash=each.hash))
                last = {"last_hash": before[len(before)].hash}
                tx.execute(sa.update(cases).where(cases.c.id == row.case_id).values(last))

        self._forged("row with its own hash", row, forge,
                     lambda flaw: flaw.case_id == row.case_id and flaw.seq in (row.seq, row.seq + 1))  # fmt: skip

    def _inserted(self, row: Any, *, signed: bool) -> None:
        """The same act once more, the chain of the case recomputed from there on."""
        events = self.by_case[row.case_id]
        place = row.seq - 1
        more = [*events[: place + 1], *changed(events[place : place + 1], events[place][0].seq), *events[place + 1 :]]
        after = self.leaves[row.case_id, row.seq + 1]

        def forge(forger: Forger) -> None:
            forger.rewrite(row.case_id, more)
            if signed:
                forger.regrow()

        kind = "row put in, chain recomputed" + ", all signed anew" * signed
        self._forged(kind, row, forge, lambda flaw: within(flaw, after))

    def _truncated(self, row: Any, *, signed: bool) -> None:
        """The last row gone and everything of the case as if it had never been."""
        leaf = self.leaves[row.case_id, row.seq]

        def forge(forger: Forger) -> None:
            forger.rewrite(row.case_id, self.by_case[row.case_id][:-1], leaves=signed)
            if signed:
                forger.regrow()

        kind = "case cut off, its row mended" + ", all signed anew" * signed
        self._forged(kind, row, forge, lambda flaw: within(flaw, leaf) if signed else exactly(flaw, row))

    def _rewritten(self, row: Any, *, signed: bool) -> None:
        """One fact changed, and all that hangs on it in the case recomputed."""
        leaf = self.leaves[row.case_id, row.seq]

        def forge(forger: Forger) -> None:
            forger.rewrite(row.case_id, changed(self.by_case[row.case_id], row.seq))
            if signed:
                forger.regrow()

        kind = "case rewritten from a row on" + ", all signed anew" * signed
        self._forged(kind, row, forge, lambda flaw: within(flaw, leaf))

    def _restored(self) -> None:
        verdict = self.made.judged(self.made.early)
        sizes = {(state.home, state.log): state.size for state in verdict.logs}
        lost = [flaw for flaw in verdict.flaws if flaw.what == "short"]
        assert lost, verdict.flaws
        for flaw in (verdict.first, *lost):
            self.held("older copy restored", str(sizes), flaw, lambda flaw: spans(flaw, sizes[flaw.home, flaw.log]))

    def _all_rewritten(self) -> None:
        """Whoever owns the machine and the key makes another history of it. Without paper nobody can tell."""
        forger = Forger(self.made.copy("forged.db"), self.made)
        for case_id, events in self.by_case.items():
            forger.rewrite(case_id, changed(events, *range(1, len(events) + 1)))
        forger.regrow()
        file = forger.done()
        verdict, alone = self.made.judged(file), self.made.judged(file, papers=False)
        assert alone.flaws == (), alone.flaws[:3]
        logs = {(paper.home, paper.log) for paper in self.made.papers}
        for home, log in sorted(logs):
            mine = [flaw for flaw in verdict.flaws if (flaw.home, flaw.log) == (home, log)]
            first = mine[0] if mine else None
            self.held("everything rewritten and signed", f"{home} {log}", first, lambda flaw: flaw.leaf == 0)

    # --- what raises no alarm ----------------------------------------------------------------------------------------

    def honest(self) -> None:
        grown = Forger(self.made.copy("grown.db"), self.made)
        grown.regrow()
        for name, file, papers in (
            ("as it is", self.made.file, True),
            ("without papers", self.made.file, False),
            ("in the middle", self.made.early, False),
            ("its logs grown again", grown.done(), True),
        ):
            verdict = self.made.judged(file, papers=papers)
            found = self.tally.setdefault("honest: alarms", Counter())
            found.update(tried=1, found=len(verdict.flaws) + len(verdict.doubts))
            if verdict.flaws or verdict.doubts:
                self.missed.append(f"alarm on the honest file {name}: {(*verdict.flaws, *verdict.doubts)[:3]}")

    # --- forged proofs -----------------------------------------------------------------------------------------------

    def proofs(self) -> None:
        """For every leaf of every log: the true proof verifies, and none of its forgeries does."""
        store = Store(f"sqlite:///{self.made.file}", read_only=True)
        hashes = {(row.case_id, row.seq): leaf_hash(bytes.fromhex(row.hash)) for row in self.rows}
        with store.read() as tx:
            for home, log in sorted({(row.home, row.log) for row in self.leaves.values()}):
                mine = [row for row in self.leaves.values() if (row.home, row.log) == (home, log)]
                subtree, size = subtrees(tx, home, log), len(mine)
                root = range_hash(subtree, 0, size)
                for row in mine:
                    proof = inclusion(subtree, row.leaf, size)
                    true = hashes[row.case_id, row.seq]
                    self._proved(
                        includes(root, size, row.leaf, true, proof),
                        list(_no_inclusions(root, size, row.leaf, true, proof)),
                    )
                for old in range(1, size):
                    before, proof = range_hash(subtree, 0, old), consistency(subtree, old, size)
                    self._proved(
                        continues(old, before, size, root, proof), list(_no_growths(old, before, size, root, proof))
                    )
        store.dispose()

    def _proved(self, holds: bool, forged: list[bool]) -> None:
        found = self.tally.setdefault("forged proof", Counter())
        found.update(tried=len(forged), found=forged.count(False), right=forged.count(False))
        if not holds or any(forged):
            self.missed.append(f"a proof: true one {holds}, forged {forged}")


# --- what is changed -------------------------------------------------------------------------------------------------


def other(column: sa.Column[Any], value: Any) -> Any:
    """Another value that the column takes, as SQLite keeps it."""
    if isinstance(column.type, sa.JSON):
        return '{"people": ["somebody"], "units": [], "other": 1}' if value and value != "[]" else '["other"]'
    if isinstance(value, int) or (value is None and isinstance(column.type, sa.Integer)):
        return 1 - value if isinstance(column.type, sa.Boolean) and value is not None else (value or 0) + 1
    if isinstance(value, str) and len(value) == 64:
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    if isinstance(value, str) and len(value) == 26 and value[19] == ".":
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    if value is None and column.type.__class__.__name__ == "Utc":
        return "2026-03-06 01:00:00.000000"
    return f"{value or ''}x"


def changed(events: Sequence[tuple[Event, str | None]], *seqs: int) -> Events:
    """The same, but what somebody did happened a little earlier."""
    return [
        (replace(event, occurred_at=event.occurred_at - timedelta(seconds=1)) if event.seq in seqs else event, salt)
        for event, salt in events
    ]


# --- where it is -----------------------------------------------------------------------------------------------------


def exactly(flaw: Flaw, row: Any) -> bool:
    """`row` is of the history, as SQLAlchemy or SQLite gives it."""
    case_id, seq = (row["case_id"], row["seq"]) if isinstance(row, sqlite3.Row) else (row.case_id, row.seq)
    return (flaw.case_id, flaw.seq) == (case_id, seq)


def spans(flaw: Flaw, leaf: int) -> bool:
    return flaw.leaf is not None and flaw.leaf <= leaf < (flaw.until if flaw.until is not None else flaw.leaf + 1)


def within(flaw: Flaw, leaf: Any) -> bool:
    """It is this leaf, or one of those among which it lies; all of them of one log."""
    return (flaw.home, flaw.log) == (leaf.home, leaf.log) and spans(flaw, leaf.leaf)


def at_row(table: sa.Table, row: Any) -> Callable[[Flaw], bool]:
    """What names the place of a row of this table."""
    if table is cases:
        return lambda flaw: flaw.case_id in (row["id"], other(cases.c.id, row["id"]))  # as it is, or was, called
    if table is checkpoints:
        return lambda flaw: flaw.checkpoint == row["id"]
    if table is tree_heads:
        return lambda flaw: str(flaw.log).startswith(row["log"]) and flaw.what in ("head", "short")
    if table is tree_nodes:
        return lambda flaw: flaw.log == row["log"] and flaw.what == "node"
    if table is tree_leaves:
        return lambda flaw: (flaw.case_id, flaw.seq) == (row["case_id"], row["seq"]) or spans(flaw, row["leaf"])
    return lambda flaw: flaw.case_id == row["case_id"] and flaw.seq in (row["seq"], row["seq"] + 1, None)


def _no_inclusions(root: bytes, size: int, leaf: int, hashed: bytes, proof: list[bytes]) -> Iterator[bool]:
    """Wrong leaf, wrong index, empty, too long, too short, turned, size zero, another size."""
    yield includes(root, size, leaf, leaf_hash(hashed), proof)
    yield from (includes(root, size, index, hashed, proof) for index in (leaf - 1, leaf + 1, size, -1))
    if proof:
        yield includes(root, size, leaf, hashed, [])
        yield includes(root, size, leaf, hashed, proof[:-1])
        yield includes(root, size, leaf, hashed, [*proof[:-1], bytes(32)])
    if len(set(proof)) > 1:
        yield includes(root, size, leaf, hashed, proof[::-1])
    yield includes(root, size, leaf, hashed, [*proof, bytes(32)])
    yield includes(root, 0, 0, hashed, [])
    yield includes(root, size, leaf, hashed[:-1], proof)


def _no_growths(old: int, before: bytes, new: int, after: bytes, proof: list[bytes]) -> Iterator[bool]:
    yield continues(0, before, new, after, proof)
    yield continues(old, after, new, after, proof)
    yield continues(old, before, new, before, proof)
    yield continues(old, before, new, after, [])
    yield continues(old, before, new, after, [*proof, bytes(32)])
    yield continues(old, before, new, after, proof[:-1])
    yield continues(new, before, old, after, proof)
    yield continues(old + new, before, new, after, proof)


# --- all of it -------------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--every", type=int, default=1, help="of each column every so many-th row")
    asked = parser.parse_args(arguments)
    logging.getLogger("minqing").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="minqing-tamper-") as name, database("sqlite", Path(name)) as store:
        made = Witnessed(store, Path(name), asked.events)
        drill = Drill(made)
        _say(f"{len(drill.rows)} events, {len(drill.leaves)} in trees, {len(made.papers)} checkpoints on paper")
        drill.honest()
        drill.proofs()
        drill.forgeries(asked.each)
        drill.columns(asked.every)
    for kind, found in drill.tally.items():
        _say(f"{kind:55} tried {found['tried']:6} found {found['found']:6} place right {found['right']:6}")
    _say(f"not held, and told so: {', '.join(sorted('.'.join(each) for each in NOT_HELD))}")
    for line in drill.missed[:40]:
        _say(f"MISSED {line}")
    return 1 if drill.missed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
