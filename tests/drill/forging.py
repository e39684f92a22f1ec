"""What somebody can do who owns the machine: a history to try it on, and tools to change it behind everybody's back.

`Witnessed` is a small history made by the engine itself, with checkpoints at its meetings, some of which were written
down on paper. `Forger` works on a copy of its file, without the triggers; it knows the signing key.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.audit import keys
from engine.audit.erasing import COMMAND
from engine.audit.signing import SigningKey, read_key
from engine.audit.verify import Verdict, verify
from engine.rules.chain import GENESIS, commitment, row_facts, row_hash
from engine.rules.erasing import Reason
from engine.rules.fold import fold
from engine.rules.signed_note import Checkpoint, signed
from engine.rules.state import Event
from engine.store.checkpointbook import CheckpointRow, insert_checkpoint
from engine.store.db import Store
from engine.store.erasurebook import Erasure, record_erasures
from engine.store.folding import event_from_row, state_to_json
from engine.store.tables import case_ties, cases, history, payloads
from engine.store.ties import ties_of
from engine.store.treebook import LOGS, Leaf, append, lock_heads
from engine.store.trust_tables import checkpoints, tree_heads, tree_leaves, tree_nodes
from tests import township as t
from tests.features.ways import SIGN
from tests.store.witnessed import HIDING, Signing
from tests.store.world import TALKED, rules

TREE = (tree_leaves, tree_nodes, tree_heads, checkpoints)
STATES = ("village_handling", "township_handling", "wuchang_handling", "village_queued", "township_queued")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A checkpoint that somebody wrote down."""

    home: str
    log: str
    size: int
    text: str


class Witnessed:
    """So many events in two townships, some of them hidden ones; the last rows are in no tree yet. `papers` are those
    checkpoints that were kept elsewhere, `early` is the file as it was in the middle."""

    def __init__(self, store: Store, folder: Path, events: int) -> None:
        self.folder = folder
        self.world = Signing(store, folder, *t.default_rules(), rules(**HIDING))
        self.rulebook, self.key = self.world.office.rulebook, self.world.key
        self.file, self.early = folder / "whole.db", folder / "early.db"
        self.papers: list[Paper] = []
        turn = 0
        while self._count() < events:
            self._turn(STATES[turn % len(STATES)])
            turn += 1
            if turn % 4 == 0:
                self._write_down()
            if self.early.exists() is False and self._count() > events // 2:
                self._kept(self.early)
        self._write_down()
        self._erase_one()
        self.world.open()  # no checkpoint covers what comes now
        self.world.begin("seal", text="没有入树")
        self._kept(self.file)

    def _turn(self, state: str) -> None:
        """A case that goes its way, one in the other township, and one that few may see."""
        world = self.world
        world.wait(hours=5)
        case = world.bring(state, reporter={"name": "张小明", "phone": "13812341234"})
        if state == "wuchang_handling":
            world.fire("pianzhang", case, "record_measure", **TALKED)
        if state == "township_handling":
            world.go(case, SIGN)
        other = world.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1")
        world.fire("zuzhang_other", other, "accept")
        world.fire("zuzhang_other", other, "record_measure", **TALKED)
        noted = world.begin(kind="child", text="一件小事")
        world.fire("zuzhang", noted, "note", text="去过一次")
        hidden = world.begin(text="谁也不能看的事")
        world.fire("zuzhang", hidden, "note", text="去过一次")
        world.fire("zuzhang", hidden, "seal", text="收起")
        world.wait(minutes=1)

    def _write_down(self) -> None:
        for home in (t.TOWNSHIP, t.OTHER_TOWNSHIP):
            self.world.take("asked", home)
            for log in LOGS:
                last = self.world.kept(log, home)[-1:]
                self.papers += [Paper(home=home, log=log, size=row.size, text=row.text) for row in last]

    def _erase_one(self) -> None:
        """As erasing does, which keeps the row."""
        case_id = self.world.rows(payloads)[0].case_id
        with self.world.store.begin() as tx:
            here = (payloads.c.case_id == case_id, payloads.c.seq == 1)
            tx.execute(sa.update(payloads).where(*here).values(body=None, salt=None))
            said = Erasure(home=case_id.rpartition("-")[0], id="erased", at=datetime.now(UTC), login=COMMAND,
                           person=None, case_id=case_id, rows=(1,), reason=Reason.OTHER_LAW)  # fmt: skip
            record_erasures(tx, [said])

    def _count(self) -> int:
        with self.world.store.read() as tx:
            return int(tx.execute(sa.select(sa.func.count()).select_from(history)).scalar_one())

    def _kept(self, file: Path) -> None:
        """The database as a backup has it: one file."""
        source = sa.make_url(self.world.store.url).database
        with closing(sqlite3.connect(source or "")) as connection:
            connection.execute("VACUUM INTO ?", (str(file),))

    @property
    def notes(self) -> list[str]:
        return [paper.text for paper in self.papers]

    def copy(self, name: str = "copy.db", of: Path | None = None) -> Path:
        """A copy of the file in which nothing holds anybody back."""
        file = self.folder / name
        shutil.copyfile(of or self.file, file)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {trigger}")
        return file

    def judged(self, file: Path, *, papers: bool = True, home: str | None = None) -> Verdict:
        store = Store(f"sqlite:///{file}", read_only=True)
        try:
            given = [each.text for each in self.papers if home in (None, each.home)] if papers else []
            return verify(store, self.rulebook, home=home, given=given)
        finally:
            store.dispose()


class Forger:
    """Works on a copy, by the engine's own means where it has to look right."""

    def __init__(self, file: Path, made: Witnessed) -> None:
        self.file, self.made = file, made
        self.store = Store(f"sqlite:///{file}", throwaway=True)
        sa.event.listen(self.store.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))

    def done(self) -> Path:
        """One file again."""
        self.store.dispose()
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        return self.file

    def rows(self, table: sa.Table) -> list[Any]:
        with self.store.read() as tx:
            return list(tx.execute(sa.select(table).order_by(*table.primary_key.columns)).all())

    def rows_of(self, home: str, log: str) -> list[Any]:
        """Its checkpoints, the smallest first."""
        mine = [row for row in self.rows(checkpoints) if (row.home, row.log) == (home, log)]
        return sorted(mine, key=lambda row: row.size)

    def key(self) -> SigningKey:
        return read_key(self.made.key)

    # --- a case as it should have been ---

    def events(self, case_id: str) -> list[tuple[Event, str | None]]:
        """Its events with the salts of their payloads; None where one was erased."""
        bodies = {(row.case_id, row.seq): row for row in self.rows(payloads)}
        found = [row for row in self.rows(history) if row.case_id == case_id]
        return [(event_from_row(row, bodies[case_id, row.seq].body), bodies[case_id, row.seq].salt) for row in found]

    def rewrite(self, case_id: str, events: Sequence[tuple[Event, str | None]], *, leaves: bool = True) -> None:
        """The case with these events instead, numbered anew, everything in it right: chain, commitments, case row,
        ties. Leaves of rows that are no more go with `leaves`."""
        home = case_id.rpartition("-")[0]
        events = [(replace(event, seq=seq), salt) for seq, (event, salt) in enumerate(events, start=1)]
        kept = {row.seq: row for row in self.rows(history) if row.case_id == case_id}
        with self.store.begin() as tx:
            gone = (tree_leaves.c.case_id == case_id, tree_leaves.c.seq > len(events))
            if leaves:
                tx.execute(sa.delete(tree_leaves).where(*gone))
            for table in (payloads, history):
                tx.execute(sa.delete(table).where(table.c.case_id == case_id))
            previous = GENESIS
            for event, salt in events:
                committed = commitment(salt, event.payload) if salt else kept[event.seq].commitment
                facts = row_facts(home, case_id, event)
                hashed = row_hash(facts, committed, previous)
                times = {name: getattr(event, name) for name in ("occurred_at", "recorded_at", "client_at")}
                row = {**facts, **times, "commitment": committed, "previous": previous, "hash": hashed}
                tx.execute(sa.insert(history), row)
                body = {"body": dict(event.payload) if salt else None, "salt": salt}
                tx.execute(sa.insert(payloads), {"home": home, "case_id": case_id, "seq": event.seq, **body})
                previous = hashed
            self._refold(tx, home, case_id, [event for event, _ in events], previous)

    def _refold(self, tx: Any, home: str, case_id: str, events: list[Event], last_hash: str) -> None:
        first = events[0]
        compiled = self.made.rulebook.pinned(first.workflow, first.workflow_version, first.file_hash)
        state = fold(compiled.workflow, events)
        values = {
            "state": state.state, "level": state.level, "version": state.version, "entered_at": state.stay.at,
            "closed_at": state.closed_at, "last_hash": last_hash, "folded": state_to_json(state),
            "opened_at": state.opened_at, "unit": state.unit,
        }  # fmt: skip
        tx.execute(sa.update(cases).where(cases.c.id == case_id).values(values))
        tx.execute(sa.delete(case_ties).where(case_ties.c.case_id == case_id))
        here = {"home": home, "case_id": case_id}
        tied = [{**here, "slot": slot, "kind": kind, "target": target} for slot, kind, target in ties_of(state)]
        tx.execute(sa.insert(case_ties), tied)

    # --- the logs ---

    def regrow(self) -> None:
        """Leaves, nodes, heads and checkpoints anew over the rows as they are now, signed with the key: what is no row
        any more is left out, and what has no leaf comes last, with the last checkpoint of its log."""
        leaves, signed_before = self.rows(tree_leaves), sorted(self.rows(checkpoints), key=lambda row: row.size)
        hashes = {(row.home, row.case_id, row.seq): row.hash for row in self.rows(history)}
        key = self.key()
        with self.store.begin() as tx:
            for table in (tree_leaves, tree_nodes, tree_heads, checkpoints):
                tx.execute(sa.delete(table))
        for home, log in sorted({(row.home, row.log) for row in leaves}):
            mine = [
                Leaf(case_id=row.case_id, seq=row.seq, hash=hashes[home, row.case_id, row.seq])
                for row in leaves
                if (row.home, row.log) == (home, log) and (home, row.case_id, row.seq) in hashes
            ]
            for row in (each for each in signed_before if (each.home, each.log) == (home, log)):
                self._grow(key, row, mine)

    def _grow(self, key: Any, row: Any, leaves: list[Leaf]) -> None:
        with self.store.begin() as tx:
            head = lock_heads(tx, row.home)[row.log]
            grown = append(tx, row.home, row.log, head, leaves[head.size : min(row.size, len(leaves))])
            origin = keys.origin(keys.registered(tx, key), row.home, row.log)
            text = signed(Checkpoint(origin=origin, size=grown.size, root=grown.root), key.public, key.sign)
            kept = {name: getattr(row, name) for name in ("home", "id", "log", "taken_at", "cause", "meeting_id")}
            insert_checkpoint(tx, CheckpointRow(**kept, size=grown.size, root=grown.root.hex(), text=text))


def meetings_of(world: Signing) -> int:
    """How many checkpoints came with a meeting."""
    return sum(row.cause == "meeting" for row in world.rows(checkpoints))
