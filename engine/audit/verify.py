"""Whether a history adds up: each row's hash, the chain, the commitments, and the case row as the fold of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.rules.chain import GENESIS, ROW_FORMAT, commitment, row_facts, row_hash
from engine.rules.fold import fold
from engine.rules.rulebook import Rulebook, RulesMissing
from engine.rules.state import CaseState
from engine.store.casebook import INDEXED_FIELDS, indexed
from engine.store.casefile import ON_PAYLOAD, home_of
from engine.store.db import Store, Tx
from engine.store.folding import event_from_row, state_from_json
from engine.store.tables import case_ties, cases, history, payloads
from engine.store.ties import ties_of

Row = Any
#: What reading a row that nobody of ours wrote may raise.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One thing that does not add up; `seq` is None where it concerns the case row. `what` is one of:

    - of a row: gap, previous, hash, commitment, payload (it is gone), pinned (under other rules than its case),
      unreadable;
    - of the case row: fold, column, ties, last_hash, rules (its rules are not here), unreadable.
    """

    case_id: str
    seq: int | None
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`cases` and `rows` were looked at; `erased` payloads could not be held against their commitments."""

    cases: int
    rows: int
    erased: int
    flaws: tuple[Flaw, ...]


def verify(store: Store, rulebook: Rulebook, *, home: str | None = None) -> Verdict:
    """Walk every case (of one home, or of all) and recompute everything. Reads only; a row that cannot even be read is
    a flaw like the others and hides none."""
    looked, rows, erased = 0, 0, 0
    flaws: list[Flaw] = []
    with store.read() as tx:
        for case in tx.execute(_all_cases(home)).all():
            kept = tx.execute(_history_of(case.home, case.id)).all()
            flaws += _chain_flaws(case, kept)
            flaws += [Flaw(case_id=case.id, seq=None, what=what) for what in _case_flaws(tx, case, kept, rulebook)]
            looked, rows = looked + 1, rows + len(kept)
            erased += sum(_is_erased(row) for row in kept)
    return Verdict(cases=looked, rows=rows, erased=erased, flaws=tuple(flaws))


def verify_case(tx: Tx, rulebook: Rulebook, case_id: str) -> tuple[Flaw, ...]:
    """Recompute one case, beside other reads of one moment; nothing for a case that does not exist."""
    here = (cases.c.home == home_of(case_id), cases.c.id == case_id)
    case = tx.execute(sa.select(cases).where(*here)).first()
    if case is None:
        return ()
    kept = tx.execute(_history_of(case.home, case.id)).all()
    of_case = (Flaw(case_id=case_id, seq=None, what=what) for what in _case_flaws(tx, case, kept, rulebook))
    return (*_chain_flaws(case, kept), *of_case)


def _all_cases(home: str | None) -> sa.Select[tuple[object, ...]]:
    query = sa.select(cases).order_by(cases.c.home, cases.c.id)
    return query if home is None else query.where(cases.c.home == home)


def _history_of(home: str, case_id: str) -> sa.Select[tuple[object, ...]]:
    kept = payloads.c.seq.label("payload_seq")
    query = sa.select(history, payloads.c.body, payloads.c.salt, kept).outerjoin(payloads, ON_PAYLOAD)
    return query.where(history.c.home == home, history.c.case_id == case_id).order_by(history.c.seq)


def _is_erased(row: Row) -> bool:
    """Body and salt are emptied together, and the row stays."""
    return row.payload_seq is not None and row.salt is None and row.body is None


# --- rows ------------------------------------------------------------------------------------------------------------


def _chain_flaws(case: Row, rows: Sequence[Row]) -> Iterator[Flaw]:
    previous = GENESIS
    for expected, row in enumerate(rows, start=1):
        found = [*_link_flaws(case, row, expected, previous), *_read_flaws(row)]
        yield from (Flaw(case_id=case.id, seq=row.seq, what=what) for what in found)
        previous = row.hash
    if case.last_hash != previous:
        yield Flaw(case_id=case.id, seq=None, what="last_hash")


def _link_flaws(case: Row, row: Row, expected: int, previous: str) -> Iterator[str]:
    if row.seq != expected:
        yield "gap"
    if row.previous != previous:
        yield "previous"
    if (row.workflow, row.workflow_version) != (case.workflow, case.workflow_version):
        yield "pinned"
    if row.seq == 1 and row.file_hash != case.file_hash:
        yield "pinned"
    if row.payload_seq is None:
        yield "payload"


def _read_flaws(row: Row) -> Iterator[str]:
    try:
        if not _hashes_right(row):
            yield "hash"
        if row.payload_seq is not None and not _is_erased(row) and not _is_committed(row):
            yield "commitment"
    except UNREADABLE:
        yield "unreadable"


def _hashes_right(row: Row) -> bool:
    facts = row_facts(row.home, row.case_id, event_from_row(row, row.body))
    return bool(row.row_format == ROW_FORMAT and row_hash(facts, row.commitment, row.previous) == row.hash)


def _is_committed(row: Row) -> bool:
    return row.salt is not None and bool(commitment(row.salt, row.body or {}) == row.commitment)


# --- the case row ----------------------------------------------------------------------------------------------------


def _case_flaws(tx: Tx, case: Row, rows: Sequence[Row], rulebook: Rulebook) -> Iterator[str]:
    try:
        workflow = rulebook.pinned(case.workflow, case.workflow_version, case.file_hash).workflow
        state = fold(workflow, [event_from_row(row, None) for row in rows])
    except RulesMissing:
        yield "rules"
        return
    except UNREADABLE:
        yield "fold"
        return
    yield from _state_flaws(tx, case, state)


def _state_flaws(tx: Tx, case: Row, state: CaseState) -> Iterator[str]:
    try:
        if state_from_json(case.folded) != state:
            yield "fold"
    except UNREADABLE:
        yield "unreadable"
    if _columns(case) != _folded(state):
        yield "column"
    here = (case_ties.c.home == case.home, case_ties.c.case_id == case.id)
    ties = {(tie.slot, tie.kind, tie.target) for tie in tx.execute(sa.select(case_ties).where(*here)).all()}
    if ties != ties_of(state):
        yield "ties"


def _columns(case: Row) -> tuple[object, ...]:
    kept = (case.state, case.level, case.version, case.unit, case.opened_at, case.entered_at, case.closed_at)
    return (*kept, *(getattr(case, name) for name in INDEXED_FIELDS))


def _folded(state: CaseState) -> tuple[object, ...]:
    kept = (state.state, state.level, state.version, state.unit, state.opened_at, state.stay.at, state.closed_at)
    return (*kept, *(indexed(state.values.get(name)) for name in INDEXED_FIELDS))
