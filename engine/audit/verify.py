"""Whether a history adds up: every case by itself, and the logs of each home against the checkpoints that were signed.

Cases are judged range by range, by several processes where one asks for them; each reads a moment of its own, so a
database in use may grow meanwhile. What is not yet covered by a checkpoint is counted and otherwise judged alike.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from engine.audit.verify_cases import Flaw as Flaw
from engine.audit.verify_cases import flaws_of
from engine.audit.verify_home import HomeFound, judge_logs, read_given, trust_of, with_numbers
from engine.audit.verify_logs import LogState
from engine.audit.verify_parts import Part, Task, judge_range
from engine.audit.verify_reading import homes_in, ranges_of, read_one
from engine.audit.verify_trees import read_trees
from engine.rules.rulebook import Rulebook
from engine.rules.signed_note import BadNote as BadNote
from engine.store.db import Store, Tx

__all__ = ["BadNote", "Flaw", "LogState", "Verdict", "verify", "verify_case"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`cases` and `rows` were looked at; `erased` payloads could not be held against their commitments; `covered` rows
    have a leaf in one of `logs`. `doubts` prove nothing: rows that say they are much older than what a checkpoint
    covered before them (late), because a clock was wrong or somebody dated them back; and rows whose texts are gone
    although no erasing tells of it (emptied)."""

    cases: int
    rows: int
    erased: int
    flaws: tuple[Flaw, ...]
    covered: int = 0
    logs: tuple[LogState, ...] = ()
    doubts: tuple[Flaw, ...] = ()

    @property
    def uncovered(self) -> int:
        return self.rows - self.covered

    @property
    def first(self) -> Flaw | None:
        """The first bad place. One that is told exactly goes before one of which one knows among which leaves it is,
        and that before what merely follows from the leaves; one with a leaf goes before one without."""
        return min(self.flaws, key=_place, default=None)


def _place(flaw: Flaw) -> tuple[bool, bool, bool, bool, str, int]:
    vague = flaw.until is not None and not (flaw.what == "leaf_missing" and flaw.until - (flaw.leaf or 0) == 1)
    follows = flaw.what in ("head", "node", "leaf_order")
    return follows, vague, flaw.log is None, flaw.leaf is None, flaw.home, flaw.leaf or 0


def verify(store: Store, rulebook: Rulebook, *, home: str | None = None, given: Sequence[str] = (),
           verifier_keys: Sequence[str] = (), workers: int = 1) -> Verdict:  # fmt: skip
    """Recompute everything (of one home, or of all) and hold it against the checkpoints that are kept, and those texts
    `given` that were kept elsewhere. Where `verifier_keys` are given, no other key counts. Reads only; what cannot even
    be read is a flaw like the others and hides none. Raises BadNote for what is no verifier key."""
    with store.read() as tx:
        trust = trust_of(tx, verifier_keys)
        elsewhere, unread = read_given(given, trust, None if home is None else [home])
        homes = [home] if home is not None else sorted({*homes_in(tx), *elsewhere})
        trees = {name: read_trees(tx, name) for name in homes}
        ranges = {name: ranges_of(tx, name) for name in homes}
    tasks = [
        Task(range=each, last=trees[name].last, since=trees[name].since) for name in homes for each in ranges[name]
    ]
    with _judging(store, rulebook, workers) as judged:
        parts = judged(tasks)
        found = [
            judge_logs(name, trees[name], islice(parts, len(ranges[name])), elsewhere.get(name, ()), trust)
            for name in homes
        ]
    with store.read() as tx:
        for name, each in zip(homes, found, strict=True):
            each.flaws, each.doubts = (with_numbers(tx, name, flaws) for flaws in (each.flaws, each.doubts))
    return _verdict(found, unread)


def verify_case(tx: Tx, rulebook: Rulebook, case_id: str) -> tuple[Flaw, ...]:
    """Recompute one case, beside other reads of one moment; nothing for a case that does not exist."""
    kept = read_one(tx, case_id)
    return tuple(flaws_of(kept, rulebook)) if kept is not None and kept.case is not None else ()


def _verdict(found: Sequence[HomeFound], flaws: list[Flaw]) -> Verdict:
    return Verdict(
        cases=sum(each.cases for each in found),
        rows=sum(each.rows for each in found),
        erased=sum(each.erased for each in found),
        covered=sum(each.covered for each in found),
        flaws=(*(flaw for each in found for flaw in each.flaws), *flaws),
        logs=tuple(state for each in found for state in each.logs),
        doubts=tuple(doubt for each in found for doubt in each.doubts),
    )


# --- by how many -----------------------------------------------------------------------------------------------------

Judged = Callable[[Sequence[Task]], Iterator[Part]]


@contextmanager
def _judging(store: Store, rulebook: Rulebook, workers: int) -> Iterator[Judged]:
    """Judges ranges and gives their parts in order. Further processes come by forking, with the rules as they were read
    already; where a system does not fork, this one does it alone."""
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield lambda tasks: (_judge(store, rulebook, each) for each in tasks)
        return
    with ProcessPoolExecutor(
        workers, multiprocessing.get_context("fork"), initializer=_begin, initargs=(store, rulebook)
    ) as pool:
        yield lambda tasks: pool.map(_judge_there, tasks)


def _judge(store: Store, rulebook: Rulebook, task: Task) -> Part:
    with store.read() as tx:
        return judge_range(tx, rulebook, task)


class _There:
    """What a process judges with."""

    store: Store
    rulebook: Rulebook


def _begin(store: Store, rulebook: Rulebook) -> None:
    store.engine.dispose(close=False)  # connections of the process it came from
    _There.store, _There.rulebook = store, rulebook


def _judge_there(task: Task) -> Part:
    return _judge(_There.store, _There.rulebook, task)
