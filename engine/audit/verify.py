"""Whether a history adds up: each row's hash, the chain, the commitments, and the case row as the fold of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.rules.chain import GENESIS, commitment, row_facts, row_hash
from engine.rules.fold import fold
from engine.rules.rulebook import Rulebook
from engine.store.casefile import ON_PAYLOAD
from engine.store.db import Store, Tx
from engine.store.folding import event_from_row, state_from_json
from engine.store.tables import case_ties, cases, history, payloads
from engine.store.ties import ties_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One thing that does not add up; `seq` is None where it concerns the case row. `what` is one of: gap, previous,
    hash, commitment, fold, column, ties, last_hash."""

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
    """Walk every case (of one home, or of all) and recompute everything. Reads only."""
    looked, rows, erased = 0, 0, 0
    flaws: list[Flaw] = []
    with store.read() as tx:
        for case in tx.execute(_all_cases(home)).all():
            kept = tx.execute(_history_of(case.home, case.id)).all()
            flaws += _chain_flaws(case, kept)
            flaws += _fold_flaws(tx, case, kept, rulebook)
            looked, rows = looked + 1, rows + len(kept)
            erased += sum(row.salt is None for row in kept)
    return Verdict(cases=looked, rows=rows, erased=erased, flaws=tuple(flaws))


def _all_cases(home: str | None) -> sa.Select[tuple[object, ...]]:
    query = sa.select(cases).order_by(cases.c.home, cases.c.id)
    return query if home is None else query.where(cases.c.home == home)


def _history_of(home: str, case_id: str) -> sa.Select[tuple[object, ...]]:
    query = sa.select(history, payloads.c.body, payloads.c.salt).outerjoin(payloads, ON_PAYLOAD)
    return query.where(history.c.home == home, history.c.case_id == case_id).order_by(history.c.seq)


def _chain_flaws(case: sa.Row[tuple[object, ...]], rows: Sequence[sa.Row[tuple[object, ...]]]) -> Iterator[Flaw]:
    previous = GENESIS
    for expected, row in enumerate(rows, start=1):
        for what in _row_flaws(row, expected, previous):
            yield Flaw(case_id=case.id, seq=row.seq, what=what)
        previous = row.hash
    if case.last_hash != previous:
        yield Flaw(case_id=case.id, seq=None, what="last_hash")


def _row_flaws(row: sa.Row[tuple[object, ...]], expected: int, previous: str) -> Iterator[str]:
    event = event_from_row(row, row.body)
    if row.seq != expected:
        yield "gap"
    if row.previous != previous:
        yield "previous"
    if row_hash(row_facts(row.home, row.case_id, event), row.commitment, row.previous) != row.hash:
        yield "hash"
    if row.salt is not None and commitment(row.salt, event.payload) != row.commitment:
        yield "commitment"


def _fold_flaws(tx: Tx, case: sa.Row[tuple[object, ...]], rows: Sequence[sa.Row[tuple[object, ...]]],
                rulebook: Rulebook) -> Iterator[Flaw]:  # fmt: skip
    workflow = rulebook.pinned(case.workflow, case.workflow_version, case.file_hash).workflow
    try:
        state = fold(workflow, [event_from_row(row, None) for row in rows])
    except ValueError:
        yield Flaw(case_id=case.id, seq=None, what="fold")
        return
    if state_from_json(case.folded) != state:
        yield Flaw(case_id=case.id, seq=None, what="fold")
    columns = (case.state, case.level, case.version, case.unit, case.opened_at, case.entered_at, case.closed_at)
    folded = (state.state, state.level, state.version, state.unit, state.opened_at, state.stay.at, state.closed_at)
    if columns != folded:
        yield Flaw(case_id=case.id, seq=None, what="column")
    here = (case_ties.c.home == case.home, case_ties.c.case_id == case.id)
    ties = {(tie.slot, tie.kind, tie.target) for tie in tx.execute(sa.select(case_ties).where(*here)).all()}
    if ties != ties_of(state):
        yield Flaw(case_id=case.id, seq=None, what="ties")
