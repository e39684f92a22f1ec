"""Reading what is verified: a range of cases of one home in few statements, or one case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from engine.audit.verify_cases import Kept
from engine.rules.chain import value_of
from engine.store.casefile import home_of
from engine.store.db import Tx
from engine.store.plainrows import PlainCase, PlainPayload, PlainRow, plain_columns
from engine.store.tables import case_ties, cases, history, payloads
from engine.store.trust_tables import checkpoints, erasures, tree_heads, tree_leaves

#: So many cases are read at once: few enough for their rows to be near when they are judged.
AT_ONCE = 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Cases of a home with ids from `first` on and before `before`, each open where None."""

    home: str
    first: str | None
    before: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """What is kept of a range: its cases in order, the leaves that name one of its rows: (case, seq, log, leaf), and
    the (case, seq) whose texts were erased, by what `erasures` tells."""

    cases: Sequence[Kept]
    leaves: Sequence[Any]
    erased: frozenset[tuple[str, Any]]


def homes_in(tx: Tx) -> list[str]:
    """Every home of which anything is left: a case, a row, a text, a leaf, a head or a checkpoint."""
    found: set[str] = set()
    for table in (cases, history, payloads, tree_leaves, tree_heads, checkpoints):
        found |= set(tx.execute(sa.select(table.c.home).distinct()).scalars())
    return sorted(found)


def ranges_of(tx: Tx, home: str) -> list[Range]:
    """All there is of the home, cut into pieces; what has no case row lies in one of them too."""
    ids = tx.execute(sa.select(cases.c.id).where(cases.c.home == home).order_by(cases.c.id)).scalars()
    starts: list[str | None] = [case_id for place, case_id in enumerate(ids) if place % AT_ONCE == 0]
    cuts = [None, *starts[1:], None]
    return [Range(home=home, first=first, before=before) for first, before in pairwise(cuts)]


def read_block(tx: Tx, found: Range) -> Block:
    """Rows of the range, of one moment."""
    bounds = (found.first is not None) + 2 * (found.before is not None)
    return _read(tx, _WITHIN[bounds], {"home": found.home, "first": found.first, "before": found.before})


def read_one(tx: Tx, case_id: str) -> Kept | None:
    """None where nothing of the case is left."""
    block = _read(tx, _one, {"home": home_of(case_id), "first": case_id})
    return block.cases[0] if block.cases else None


Within = Callable[[sa.ColumnElement[str]], tuple[sa.ColumnElement[bool], ...]]
_FIRST: sa.BindParameter[str] = sa.bindparam("first")
_BEFORE: sa.BindParameter[str] = sa.bindparam("before")
_WITHIN: tuple[Within, ...] = (
    lambda _: (),
    lambda column: (column >= _FIRST,),
    lambda column: (column < _BEFORE,),
    lambda column: (column >= _FIRST, column < _BEFORE),
)


def _one(column: sa.ColumnElement[str]) -> tuple[sa.ColumnElement[bool], ...]:
    return (column == _FIRST,)


@cache
def _statements(sqlite: bool, within: Within) -> tuple[sa.Select[Any], ...]:
    """Of cases, rows, payloads, ties, leaves and erasures; writing them takes longer than reading some cases."""
    wanted = (
        (cases, cases.c.id, cases.c),
        (history, history.c.case_id, history.c),
        (payloads, payloads.c.case_id, payloads.c[PlainPayload._fields]),
        (case_ties, case_ties.c.case_id, case_ties.c["case_id", "slot", "kind", "target"]),
        (tree_leaves, tree_leaves.c.case_id, tree_leaves.c["case_id", "seq", "log", "leaf"]),
        (erasures, erasures.c.case_id, erasures.c["case_id", "rows"]),
    )
    return tuple(
        sa.select(*plain_columns(columns, sqlite=sqlite))
        .where(table.c.home == sa.bindparam("home"), *within(key))
        .order_by(*_order(table))
        for table, key, columns in wanted
    )


def _read(tx: Tx, within: Within, here: dict[str, str | None]) -> Block:
    given = {name: value for name, value in here.items() if value is not None}
    try:
        return _together(*(tx.execute(each, given).all() for each in _statements(_is_sqlite(tx), within)))
    except sa.exc.OperationalError:
        if not _reads_anything(tx):
            raise
        return _read(tx, within, here)


def _is_sqlite(tx: Tx) -> bool:
    return bool(tx.dialect.name == "sqlite")


def _order(table: sa.Table) -> Sequence[sa.ColumnElement[Any]]:
    return (table.c.id,) if table is cases else [table.c[name] for name in ("case_id", "seq") if name in table.c]


def _reads_anything(tx: Tx) -> bool:
    """From now on text is read that is no text, which SQLite keeps and its driver refuses; False where that was so
    already, or this is another database."""
    connection: Any = tx.connection.dbapi_connection
    if not _is_sqlite(tx) or connection.text_factory is not str:
        return False
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return True


def _together(found: Sequence[Any], rows: Sequence[Any], kept: Sequence[Any], ties: Sequence[Any],
              leaves: Sequence[Any], erased: Sequence[Any]) -> Block:  # fmt: skip
    by_case: dict[str, list[Any]] = defaultdict(list)
    for row in map(PlainRow._make, rows):
        by_case[row.case_id].append(row)
    bodies: dict[str, dict[int, Any]] = defaultdict(dict)
    for each in map(PlainPayload._make, kept):
        bodies[each.case_id][each.seq] = each
    tied: dict[str, set[Any]] = defaultdict(set)
    for case_id, *tie in ties:
        tied[case_id].add(tuple(tie))
    known = {case.id: case for case in map(PlainCase._make, found)}
    ids = dict.fromkeys([*known, *by_case, *bodies])
    return Block([_kept(case_id, known, by_case, bodies, tied) for case_id in ids], leaves, _told(erased))


def _told(erased: Sequence[Any]) -> frozenset[tuple[str, Any]]:
    """What cannot be read tells of nothing."""
    found: set[tuple[str, Any]] = set()
    for case_id, text in erased:
        with suppress(ValueError, TypeError, RecursionError):
            found |= {(case_id, seq) for seq in value_of(text)}
    return frozenset(found)


def _kept(case_id: str, known: dict[str, Any], by_case: dict[str, list[Any]], bodies: dict[str, dict[int, Any]],
          tied: dict[str, set[Any]]) -> Kept:  # fmt: skip
    rows, payloads_here = by_case.get(case_id, []), bodies.get(case_id, {})
    stray: tuple[int, ...] = ()
    if len(payloads_here) > len(rows):
        stray = tuple(sorted(payloads_here.keys() - {row.seq for row in rows}))
    return Kept(case_id, known.get(case_id), rows, payloads_here, frozenset(tied.get(case_id, ())), stray)
