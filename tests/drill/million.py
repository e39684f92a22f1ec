"""Verifies a long history and says how long that takes.

A township is driven through some weeks by the engine itself; its cases are then copied under other ids, each with a
chain of its own, until there are so many events, and all of them are covered by signed checkpoints.

    .venv/bin/python -m tests.drill.million [--events 1000000] [--backend sqlite] [--workers 2] [--keep FOLDER]

Exit 1 where anything is found wrong, or it takes longer than a minute for a million.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.demo.simulating import simulate
from engine.audit import keys
from engine.audit.keys import KeyService
from engine.audit.signing import read_key
from engine.audit.verify import verify
from engine.cases.rules_folder import open_rulebook
from engine.rules.chain import GENESIS, moment, row_hash
from engine.rules.signed_note import Checkpoint, signed
from engine.store.checkpointbook import NIGHTLY, CheckpointRow, insert_checkpoint
from engine.store.db import Store
from engine.store.tables import case_ties, cases, history, payloads
from engine.store.treebook import Leaf, append, lock_heads
from engine.store.trust_tables import OPEN
from tests import township as t
from tests.drill.places import BACKENDS, database

SECONDS, MEGABYTES = 60, 500
_EACH = 10_000  # rows of one checkpoint
_TABLES = (cases, case_ties, history, payloads)
_TIMES = ("occurred_at", "recorded_at", "client_at")
Row = dict[str, Any]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--backend", choices=BACKENDS, default="sqlite")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder in which an SQLite database stays, to be verified again")
    asked = parser.parse_args(arguments)
    with nullcontext(asked.keep) if asked.keep else tempfile.TemporaryDirectory(prefix="minqing-million-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database(asked.backend, folder) as store:
            if _count(store) == 0:
                build(store, folder / "signing.key", asked.events)
            return 0 if _measured(store, asked.workers) else 1


def _count(store: Store) -> int:
    with store.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(history)).scalar_one())


# --- building --------------------------------------------------------------------------------------------------------


def build(store: Store, key: Path, events: int) -> None:
    """So many events at least, in a database that was set up and is empty."""
    started = time.monotonic()
    pattern = _pattern(max(10, min(300, events // 60)))
    there = sum(len(rows[history]) for rows in pattern)
    _say(f"driven: {len(pattern)} cases, {there} events in {time.monotonic() - started:.0f} s")
    for copy in range(-(-events // there)):
        with store.begin() as tx:
            _insert(tx, [_copied(rows, copy) for rows in pattern])
    _say(f"copied: {_count(store)} events in {time.monotonic() - started:.0f} s")
    KeyService(store, key).prepare()
    for home in sorted({rows[cases][0]["home"] for rows in pattern}):
        _cover(store, key, home)
    _say(f"covered in {time.monotonic() - started:.0f} s")


def _pattern(number: int) -> list[dict[sa.Table, list[Row]]]:
    """What is kept of each case of a township that the engine drove."""
    found: dict[str, dict[sa.Table, list[Row]]] = defaultdict(lambda: {table: [] for table in _TABLES})
    with tempfile.TemporaryDirectory(prefix="minqing-pattern-") as folder:
        store = Store(f"sqlite:///{folder}/pattern.db", throwaway=True)
        simulate(store, t.WORKFLOWS, days=90, cases=number, seed=7)
        with store.read() as tx:
            for table in _TABLES:
                for row in tx.execute(sa.select(table).order_by(*table.primary_key.columns)):
                    kept = dict(row._mapping)
                    found[kept["id" if table is cases else "case_id"]][table].append(kept)
        store.dispose()
    return list(found.values())


def _copied(rows: dict[sa.Table, list[Row]], copy: int) -> dict[sa.Table, list[Row]]:
    """The case once more under another id, with a chain of its own."""
    (case,) = rows[cases]
    case_id = f"{case['id'][:-4]}{copy:04}"
    chained, previous = [], GENESIS
    for row in rows[history]:
        facts = {name: value for name, value in row.items() if name not in ("commitment", "previous", "hash")}
        facts |= {"case_id": case_id, **{name: moment(row[name]) for name in _TIMES}}
        hashed = row_hash(facts, row["commitment"], previous)
        chained.append({**row, "case_id": case_id, "previous": previous, "hash": hashed})
        previous = hashed
    number = f"{case['number']}-{copy}"
    return {
        cases: [{**case, "id": case_id, "number": number, "last_hash": previous}],
        history: chained,
        **{table: [{**row, "case_id": case_id} for row in rows[table]] for table in (case_ties, payloads)},
    }


def _insert(tx: sa.Connection, copies: list[dict[sa.Table, list[Row]]]) -> None:
    for table in _TABLES:
        tx.execute(sa.insert(table), [row for each in copies for row in each[table]])


def _cover(store: Store, file: Path, home: str) -> None:
    """As `CheckpointService` does, without looking for what has no leaf each time."""
    key, order = read_key(file), (history.c.recorded_at, history.c.case_id, history.c.seq)
    with store.read() as tx:
        query = sa.select(*order, history.c.hash).where(history.c.home == home).order_by(*order)
        leaves = [Leaf(case_id=row.case_id, seq=row.seq, hash=row.hash) for row in tx.execute(query)]
    for number, rows in enumerate(_cut(leaves)):
        with store.begin() as tx:
            origin = keys.origin(keys.registered(tx, key), home, OPEN)
            head = append(tx, home, OPEN, lock_heads(tx, home)[OPEN], rows)
            insert_checkpoint(
                tx,
                CheckpointRow(
                    home=home, id=f"{home}-{number:026}", log=OPEN, size=head.size, root=head.root.hex(),
                    taken_at=datetime.now(UTC), cause=NIGHTLY, meeting_id=None,
                    text=signed(Checkpoint(origin=origin, size=head.size, root=head.root), key.public, key.sign),
                ),
            )  # fmt: skip


def _cut(leaves: list[Leaf]) -> Iterator[list[Leaf]]:
    for start in range(0, len(leaves), _EACH):
        yield leaves[start : start + _EACH]


# --- verifying -------------------------------------------------------------------------------------------------------


def _measured(store: Store, workers: int) -> bool:
    """Verifies in a process that did nothing else, and says what came of it."""
    queue = multiprocessing.get_context("spawn").SimpleQueue()
    process = multiprocessing.get_context("spawn").Process(target=_verified, args=(store.url, workers, queue))
    process.start()
    rows, flaws, first, seconds, used, memory = queue.get()
    process.join()
    _say(
        f"verified {rows} events with {workers} processes in {seconds:.1f} s ({used:.1f} s of processor time, "
        f"{used / rows * 1e6:.0f} µs an event), {memory:.0f} MB at most in all processes; {flaws} flaws {first or ''}"
    )
    return flaws == 0 and seconds <= SECONDS * rows / 1_000_000 and memory <= MEGABYTES


def _verified(url: str, workers: int, queue: Any) -> None:
    store = Store(url)
    rulebook = open_rulebook(store, t.WORKFLOWS)
    gc.collect()
    started, before = time.monotonic(), time.process_time()
    verdict = verify(store, rulebook, workers=workers)
    seconds = time.monotonic() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(each.ru_utime + each.ru_stime for each in used) - before
    memory = used[0].ru_maxrss + (workers if workers > 1 else 0) * used[1].ru_maxrss
    first = str(verdict.first) if verdict.first else None
    queue.put((verdict.rows, len(verdict.flaws), first, seconds, processor, memory / 1024))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
