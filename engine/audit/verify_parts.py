"""Judging a range of cases: their flaws, and what the logs of their home need to know of their rows."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.audit.verify_cases import Flaw, Kept, flaws_of, is_erased, is_sound
from engine.audit.verify_logs import Leaves, row_key
from engine.audit.verify_reading import Block, Range, read_block
from engine.rules.rulebook import Rulebook
from engine.store.db import Tx
from engine.store.treebook import LOGS

_NO_HASH = bytes(32)


@dataclass(slots=True)
class Part:
    """What was found in a range. `leaves` are those of each log that name a row here; their rows count cases as `ids`
    does. `doubts` are rows without a leaf that say they are from before `since` (late, see `Task`), and those whose
    texts are gone although no erasing tells of it (emptied)."""

    home: str
    ids: list[str]
    rows: int
    erased: int
    covered: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    leaves: dict[str, Leaves] = field(default_factory=dict)
    doubts: list[Flaw] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A range to judge. Of each log leaves up to `last` count, others came since verification began; rows recorded
    before `since` should have one, None where none needs to."""

    range: Range
    last: Mapping[str, int]
    since: str | None


def judge_range(tx: Tx, rulebook: Rulebook, task: Task) -> Part:
    found = task.range
    with _no_collections():
        block = read_block(tx, found)
        part = Part(
            home=found.home,
            ids=[kept.case_id for kept in block.cases],
            rows=sum(len(kept.rows) for kept in block.cases),
            erased=sum(map(is_erased, (each for kept in block.cases for each in kept.payloads.values()))),
        )
        for kept in block.cases:
            if not is_sound(kept, rulebook):
                part.flaws += _placed(part.home, kept, block, flaws_of(kept, rulebook))
            if emptied := _emptied(kept, block):
                part.doubts += _placed(part.home, kept, block, emptied)
        _take_leaves(part, block, task)
        return part


@contextmanager
def _no_collections() -> Iterator[None]:
    """Folding makes many values and no cycles: looking for these takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _emptied(kept: Kept, block: Block) -> list[Flaw]:
    gone = [seq for seq, each in kept.payloads.items() if is_erased(each) and (kept.case_id, seq) not in block.erased]
    return [Flaw(case_id=kept.case_id, seq=seq, what="emptied") for seq in gone]


def _placed(home: str, kept: Kept, block: Block, flaws: Iterable[Flaw]) -> Iterator[Flaw]:
    """The flaws of a case with all that names their place."""
    leaves = {seq: (log, leaf) for case_id, seq, log, leaf in block.leaves if case_id == kept.case_id}
    number = kept.case.number if kept.case is not None else None
    for flaw in flaws:
        seq = 1 if flaw.what == "case" else flaw.seq
        log, leaf = leaves.get(seq, (None, None)) if seq is not None else (None, None)
        yield replace(flaw, home=home, number=number, log=log, leaf=leaf)


def _take_leaves(part: Part, block: Block, task: Task) -> None:
    """Each leaf with the row it names; what names none is a flaw, and so is a second one for the same row."""
    numbered = {case_id: place for place, case_id in enumerate(part.ids)}
    without = {(row[1], row[2]): row for kept in block.cases for row in kept.rows}
    for case_id, seq, log, leaf in block.leaves:
        place = {"home": part.home, "log": log, "leaf": leaf}
        is_place = log in LOGS and isinstance(leaf, int) and isinstance(seq, int)
        if is_place and leaf > task.last.get(log, -1):
            continue
        row = without.pop((case_id, seq), None)
        if not is_place:
            part.flaws.append(Flaw(case_id=case_id, seq=seq, what="leaf_log", **place))
            continue
        into = part.leaves.setdefault(log, Leaves())
        if row is None:
            part.flaws.append(Flaw(case_id=case_id, seq=seq, what="leaf_nowhere", **place))
            into.add(leaf, _NO_HASH, 0, 0)
        else:
            into.add(leaf, _hash_of(row), _time_of(row), row_key(numbered[case_id], seq))
    part.covered = part.rows - len(without)
    late = (row for row in without.values() if task.since is not None and row.recorded_at < task.since)
    part.doubts += [Flaw(case_id=row.case_id, seq=row.seq, what="late", home=part.home) for row in late]


def _hash_of(row: Any) -> bytes:
    """What cannot be a hash is told with the row already."""
    try:
        found = bytes.fromhex(row.hash)
    except (ValueError, TypeError):
        return _NO_HASH
    return found if len(found) == len(_NO_HASH) else _NO_HASH


def _time_of(row: Any) -> int:
    """Microseconds since 1970; 0 where that cannot be told."""
    try:
        return int(datetime.fromisoformat(row.recorded_at).timestamp() * 1_000_000)
    except (ValueError, TypeError, OverflowError):
        return 0
