"""Whether one case adds up: each row's hash, the chain, the commitments, and the case row as the fold of its rows.

`is_sound` says it of most cases in a third of the time; `flaws_of` looks again at the others and tells what is wrong.
Both judge the same plain rows. Where `is_sound` holds there is no flaw; what it cannot read it does not call sound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.rules.chain import GENESIS, ROW_FORMAT, canonical_text, moment, value_of
from engine.rules.fold import fold
from engine.rules.rulebook import Rulebook, RulesMissing
from engine.rules.state import CaseState
from engine.store.casebook import INDEXED_FIELDS, indexed
from engine.store.folding import state_from_json
from engine.store.plainrows import Plain, careful_hash, event_of, quick_hash
from engine.store.ties import Tie, ties_of

#: What reading a row that nobody of ours wrote may raise.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One thing that does not add up, of the row `seq` of a case, or of the case row where that is None. `what` is:

    - of a row: gap, previous, hash, commitment, payload (it is gone), stray (a payload without a row), pinned (under
      other rules than its case), unreadable;
    - of the case row: case (it is gone), fold, column, ties, last_hash, rules (its rules are not here), unreadable;
    - of a leaf or a log: what `verify_logs.py` says.

    The rest says where that is, as far as it can be told: the case's number, and the leaf of the row in its log. Of a
    log, leaves from `leaf` on and before `until` are concerned, of which `case_id` and `seq` are the first; found with
    this `checkpoint` (its id, or which of those given).
    """

    case_id: str | None
    seq: int | None
    what: str
    home: str = field(default="", compare=False)
    number: str | None = field(default=None, compare=False)
    log: str | None = field(default=None, compare=False)
    leaf: int | None = field(default=None, compare=False)
    until: int | None = field(default=None, compare=False)
    checkpoint: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database keeps of one case, as plain rows in order; `case` is None where its row is gone. `payloads` are
    those that name one of its rows, by `seq`; `stray` the numbers of those that name none."""

    case_id: str
    case: Any
    rows: Sequence[Plain]
    payloads: Mapping[int, Plain]
    ties: frozenset[Tie]
    stray: tuple[int, ...] = ()


def is_erased(payload: Plain) -> bool:
    """Body and salt are emptied together, and the row stays."""
    return payload.salt is None and payload.body is None


# --- the quick look --------------------------------------------------------------------------------------------------


def is_sound(kept: Kept, rulebook: Rulebook) -> bool:
    """Everything adds up. False also where the careful look might find nothing."""
    try:
        return kept.case is not None and not kept.stray and _chain_holds(kept) and _case_holds(kept, rulebook)
    except (*UNREADABLE, RulesMissing):
        return False


def _chain_holds(kept: Kept) -> bool:
    case, previous = kept.case, GENESIS
    pinned = (case.workflow, case.workflow_version)
    for expected, row in enumerate(kept.rows, start=1):
        if row.seq != expected or row.previous != previous or row.row_format != ROW_FORMAT:
            return False
        if (row.workflow, row.workflow_version) != pinned or quick_hash(row) != row.hash:
            return False
        payload = kept.payloads.get(expected)
        if payload is None or not (is_erased(payload) or _is_committed(row, payload)):
            return False
        previous = row.hash
    return bool(kept.rows) and kept.rows[0].file_hash == case.file_hash and case.last_hash == previous


def _is_committed(row: Plain, payload: Plain) -> bool:
    salt, text = payload.salt, payload.body
    body = b"{}" if text is None or text == "{}" else canonical_text(text)[0]
    return salt is not None and hashlib.sha256(bytes.fromhex(salt) + body).hexdigest() == row.commitment


def _case_holds(kept: Kept, rulebook: Rulebook) -> bool:
    case = kept.case
    workflow = rulebook.pinned(case.workflow, case.workflow_version, case.file_hash).workflow
    state = fold(workflow, map(event_of, kept.rows))
    same = state_from_json(value_of(case.folded)) == state and _columns(case) == _folded(state)
    return same and kept.ties == ties_of(state)


# --- the careful look ------------------------------------------------------------------------------------------------


def flaws_of(kept: Kept, rulebook: Rulebook) -> Iterator[Flaw]:
    """All flaws of the case, rows first. A row that cannot even be read is a flaw like the others and hides none."""
    for seq, what in (*_row_flaws(kept), *((seq, "stray") for seq in kept.stray)):
        yield Flaw(case_id=kept.case_id, seq=seq, what=what)
    for what in _of_case(kept, rulebook) if kept.case is not None else ("case",):
        yield Flaw(case_id=kept.case_id, seq=None, what=what)


def _row_flaws(kept: Kept) -> Iterator[tuple[int, str]]:
    previous = GENESIS
    for expected, row in enumerate(kept.rows, start=1):
        for what in (*_link_flaws(kept, row, expected, previous), *_read_flaws(kept, row)):
            yield row.seq, what
        previous = row.hash


def _link_flaws(kept: Kept, row: Plain, expected: int, previous: str) -> Iterator[str]:
    case = kept.case
    if row.seq != expected:
        yield "gap"
    if row.previous != previous:
        yield "previous"
    if case is not None and (row.workflow, row.workflow_version) != (case.workflow, case.workflow_version):
        yield "pinned"
    if case is not None and row.seq == 1 and row.file_hash != case.file_hash:
        yield "pinned"
    if row.seq not in kept.payloads:
        yield "payload"


def _read_flaws(kept: Kept, row: Plain) -> Iterator[str]:
    payload = kept.payloads.get(row.seq)
    try:
        event_of(row)
        if row.row_format != ROW_FORMAT or careful_hash(row) != row.hash:
            yield "hash"
        if payload is not None and not is_erased(payload) and not _is_committed(row, payload):
            yield "commitment"
    except UNREADABLE:
        yield "unreadable"


def _of_case(kept: Kept, rulebook: Rulebook) -> Iterator[str]:
    case = kept.case
    assert case is not None
    if case.last_hash != (kept.rows[-1].hash if kept.rows else GENESIS):
        yield "last_hash"
    try:
        workflow = rulebook.pinned(case.workflow, case.workflow_version, case.file_hash).workflow
        state = fold(workflow, map(event_of, kept.rows))
    except RulesMissing:
        yield "rules"
        return
    except UNREADABLE:
        yield "fold"
        return
    yield from _state_flaws(kept, state)


def _state_flaws(kept: Kept, state: CaseState) -> Iterator[str]:
    try:
        if state_from_json(value_of(kept.case.folded)) != state:
            yield "fold"
    except UNREADABLE:
        yield "unreadable"
    if _columns(kept.case) != _folded(state):
        yield "column"
    if kept.ties != ties_of(state):
        yield "ties"


def _columns(case: Any) -> tuple[object, ...]:
    """Moments as they are written: lists compare them so."""
    kept = (case.state, case.level, case.version, case.unit, case.opened_at, case.entered_at, case.closed_at)
    return (*kept, *(getattr(case, name) for name in INDEXED_FIELDS))


def _folded(state: CaseState) -> tuple[object, ...]:
    times = map(moment, (state.opened_at, state.stay.at, state.closed_at))
    kept = (state.state, state.level, state.version, state.unit, *times)
    return (*kept, *(indexed(state.values.get(name)) for name in INDEXED_FIELDS))
