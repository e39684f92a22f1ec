"""Kills workers under load and holds what became of every timer against what ought to have become of it.

Many cases have four steps each that are all due: two acts, a reminder, a last act. Two workers carry them out; once a
second one of them, in turn, is killed (SIGKILL) and another takes its place. Then each step happened exactly once, in
the order the steps of its case fell due; each reminder came into one inbox once; nothing waits, nothing is blocked; and
chains verify.

    .venv/bin/python -m tests.drill.timers [--timers 10000] [--every 1.0]

Exit 1 when a step is lost, doubled or out of turn, or it takes longer than twenty minutes a database.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from engine.audit.verify import verify
from engine.people.setup import SetupService
from engine.store.db import Store
from engine.store.tables import blocked, history, inbox, outbox, timers
from tests.drill.nursery import Workers
from tests.drill.places import BACKENDS, database
from tests.drill.timed_cases import IN_TURN, OVER, REMINDED_AFTER, RULEBOOK, STEPS, open_cases

WORKERS = 2
PATIENCE = 1200.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """What became of the steps: `once` happened exactly once, `doubled` more often, `lost` not at all; `disordered`
    are cases whose steps are not in their turn. `waiting` and `blocked` are what is left in the queues."""

    once: int
    doubled: int
    lost: int
    disordered: int
    waiting: int
    blocked: int
    flaws: int

    @property
    def sound(self) -> bool:
        return not (self.doubled or self.lost or self.disordered or self.waiting or self.blocked or self.flaws)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One database: how many timers, kills and seconds, and what was found."""

    timers: int
    kills: int
    seconds: float
    found: Found

    def passed(self, at_least: int = 1) -> bool:
        return self.found.sound and self.found.once == self.timers and self.kills >= at_least


def drill(store: Store, count: int, every: float, log: Path) -> Run:
    """Carry out so many timers while one worker is killed every so many seconds. Workers write to the log."""
    cases = open_cases(store, count // STEPS)
    SetupService(store).hold_clock(OVER)
    kills, seconds = _worked_off(store, every, log)
    return Run(timers=len(cases) * STEPS, kills=kills, seconds=seconds, found=_found(store, cases))


def _worked_off(store: Store, every: float, log: Path) -> tuple[int, float]:
    """(kills, seconds) until nothing waits; every kill hit a worker while something did."""
    workers, kills, started = Workers(store.url, WORKERS, log), 0, time.monotonic()
    try:
        while time.monotonic() - started < PATIENCE:
            time.sleep(every)
            if not waiting(store):
                break
            workers.kill(kills)
            kills += 1
        return kills, time.monotonic() - started
    finally:
        workers.end()


def waiting(store: Store) -> int:
    """Steps and letters that are still to be tried."""
    with store.read() as tx:
        counts = (
            tx.execute(sa.select(sa.func.count()).where(table.c.next_try_at.is_not(None))).scalar_one()
            for table in (timers, outbox)
        )
        return sum(counts)


def _found(store: Store, cases: Sequence[str]) -> Found:
    told, letters, heard = _told(store), _letters(store), _heard(store)
    times = Counter(
        {(case, step): told.get(case, []).count(step) for case in cases for step in IN_TURN[1:]}
        | {(case, "remind"): len(letters.get(case, [])) for case in cases}
    )
    with store.read() as tx:
        stuck = tx.execute(sa.select(sa.func.count()).select_from(blocked)).scalar_one()
    return Found(
        once=sum(each == 1 for each in times.values()),
        doubled=sum(each > 1 for each in times.values()) + sum(each > 1 for each in heard.values()),
        lost=sum(each == 0 for each in times.values()) + sum(heard[case] == 0 for case in cases),
        disordered=sum(not _in_turn(told.get(case, []), letters.get(case, [])) for case in cases),
        waiting=waiting(store),
        blocked=stuck,
        flaws=len(verify(store, RULEBOOK).flaws),
    )


def _in_turn(told: Sequence[str], letters: Sequence[int]) -> bool:
    """Whatever happened, happened in the order of the steps."""
    places = [IN_TURN.index(trigger) for trigger in told]
    return places == sorted(places) and all(seq == REMINDED_AFTER for seq in letters)


def _told(store: Store) -> Mapping[str, list[str]]:
    """What the history of each case says, in its order."""
    with store.read() as tx:
        rows = tx.execute(sa.select(history.c.case_id, history.c.trigger).order_by(history.c.case_id, history.c.seq))
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.case_id, []).append(row.trigger)
        return found


def _letters(store: Store) -> Mapping[str, list[int]]:
    """After which row of its case each reminder was written."""
    with store.read() as tx:
        found: dict[str, list[int]] = {}
        for row in tx.execute(sa.select(outbox.c.case_id, outbox.c.seq)):
            found.setdefault(row.case_id, []).append(row.seq)
        return found


def _heard(store: Store) -> Counter[str]:
    """How often the one who is reminded heard of each case."""
    with store.read() as tx:
        return Counter(tx.execute(sa.select(inbox.c.case_id).where(inbox.c.person == "zuzhang")).scalars())


# --- as a program --------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--timers", type=int, default=10_000)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two kills")
    parser.add_argument("--on", choices=BACKENDS, help="one database alone")
    options = parser.parse_args(arguments)
    runs = [_told_of(each, options) for each in BACKENDS if options.on in (None, each)]
    return 0 if all(run.passed() for run in runs) else 1


def _told_of(backend: str, options: argparse.Namespace) -> Run:
    with tempfile.TemporaryDirectory(prefix="minqing-timers-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server runs as another user where we are root
        with database(backend, folder) as store:
            run = drill(store, options.timers, options.every, folder / "workers.log")
    found = run.found
    _say(
        f"{backend}: {run.timers} timers, {run.kills} kills, {run.seconds:.0f} s "
        f"({run.timers / run.seconds:.0f} timers/s); fired once {found.once}, doubled {found.doubled}, "
        f"lost {found.lost}, cases out of order {found.disordered}, left waiting {found.waiting}, "
        f"blocked {found.blocked}, flaws {found.flaws}: {'passed' if run.passed() else 'FAILED'}"
    )
    return run


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
