"""The one writer of the trees over a home's history: which row is which leaf, and how far each log has grown. No
transition touches any of it; who takes a checkpoint comes here and holds the heads meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.rules.merkle import Subtree, completed, leaf_hash, root_of
from engine.store.db import Tx
from engine.store.tables import history
from engine.store.trust_tables import OPEN, VEILED, tree_heads, tree_leaves, tree_nodes

LOGS = (OPEN, VEILED)
#: Whole subtrees of so many leaves, as powers of two, are kept: a proof reads at most 256 leaves for each of its parts.
KEPT_HEIGHTS = (8, 16, 24)


class TreeBroken(RuntimeError):
    """Leaves or nodes that must be there are not: somebody took them away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """How far a log has grown. `frontier` as engine/rules/merkle.py says."""

    size: int = 0
    frontier: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        return root_of(self.frontier)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A history row that is to become a leaf; `hash` is its own (hex)."""

    case_id: str
    seq: int
    hash: str


# --- growing ---------------------------------------------------------------------------------------------------------

_HEADS = sa.select(tree_heads).where(tree_heads.c.home == sa.bindparam("home")).order_by(tree_heads.c.log)
_HEADS_LOCKED = _HEADS.with_for_update()


def lock_heads(tx: Tx, home: str) -> dict[str, Head]:
    """Both heads of the home, locked: whoever takes another checkpoint of it waits. Made where the home has none; two
    who make them at once meet at the key, and the one that lost comes again (`retried`)."""
    found = _heads(tx.execute(_HEADS_LOCKED, {"home": home}).all())
    if not found:
        tx.execute(sa.insert(tree_heads), [{"home": home, "log": log, "size": 0, "frontier": []} for log in LOGS])
    return {log: found.get(log, Head()) for log in LOGS}


def read_heads(tx: Tx, home: str) -> dict[str, Head]:
    found = _heads(tx.execute(_HEADS, {"home": home}).all())
    return {log: found.get(log, Head()) for log in LOGS}


def _heads(rows: Sequence[Any]) -> dict[str, Head]:
    return {row.log: Head(size=row.size, frontier=tuple(map(bytes.fromhex, row.frontier))) for row in rows}


def append(tx: Tx, home: str, log: str, head: Head, rows: Sequence[Leaf]) -> Head:
    """Make these rows the next leaves of the log, in their order. The caller holds its head."""
    if not rows:
        return head
    frontier, kept = list(head.frontier), []
    for leaf, row in enumerate(rows, start=head.size):
        found = completed(frontier, leaf, leaf_hash(bytes.fromhex(row.hash)))
        frontier[len(frontier) - len(found) + 1 :] = [found[-1]]
        kept += [(height, leaf >> height, found[height].hex()) for height in KEPT_HEIGHTS if height < len(found)]
    grown = Head(size=head.size + len(rows), frontier=tuple(frontier))
    _write(tx, home, log, head, rows, kept, grown)
    return grown


def _write(tx: Tx, home: str, log: str, head: Head, rows: Sequence[Leaf], kept: Sequence[tuple[int, int, str]],
           grown: Head) -> None:  # fmt: skip
    here = {"home": home, "log": log}
    numbered = [
        here | {"leaf": leaf, "case_id": row.case_id, "seq": row.seq} for leaf, row in enumerate(rows, start=head.size)
    ]
    tx.execute(sa.insert(tree_leaves), numbered)
    if kept:
        nodes = [here | {"height": height, "position": place, "hash": hashed} for height, place, hashed in kept]
        tx.execute(sa.insert(tree_nodes), nodes)
    values = {"size": grown.size, "frontier": [each.hex() for each in grown.frontier]}
    tx.execute(sa.update(tree_heads).where(tree_heads.c.home == home, tree_heads.c.log == log).values(values))


# --- what has no leaf yet --------------------------------------------------------------------------------------------


def _leaf_of(row: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        tree_leaves.c.home == row.c.home,
        tree_leaves.c.case_id == row.c.case_id,
        tree_leaves.c.seq == row.c.seq,
    )


UNCOVERED = sa.not_(sa.exists(sa.select(tree_leaves.c.leaf).where(*_leaf_of(history)).correlate(history)))


def earliest_uncovered(tx: Tx, home: str) -> datetime | None:
    """When the first row of the home that has no leaf was recorded. Looks at every row of it."""
    query = sa.select(sa.func.min(history.c.recorded_at)).where(history.c.home == home, UNCOVERED)
    found: datetime | None = tx.execute(query).scalar()
    return found


def recorded_until(tx: Tx, home: str, heads: Mapping[str, Head]) -> datetime | None:
    """When the row that became a leaf last was recorded; None where there is none."""
    return max(filter(None, (_recorded(tx, home, log, head.size - 1) for log, head in heads.items())), default=None)


def _recorded(tx: Tx, home: str, log: str, leaf: int) -> datetime | None:
    here = (tree_leaves.c.home == home, tree_leaves.c.log == log, tree_leaves.c.leaf == leaf)
    joined = history.join(tree_leaves, sa.and_(*_leaf_of(history)))
    found: datetime | None = tx.execute(sa.select(history.c.recorded_at).select_from(joined).where(*here)).scalar()
    return found


# --- reading ---------------------------------------------------------------------------------------------------------


def leaf_at(tx: Tx, home: str, case_id: str, seq: int) -> tuple[str, int] | None:
    """(log, leaf) of a history row; None where it has none yet."""
    here = (tree_leaves.c.home == home, tree_leaves.c.case_id == case_id, tree_leaves.c.seq == seq)
    row = tx.execute(sa.select(tree_leaves.c.log, tree_leaves.c.leaf).where(*here)).first()
    return (row.log, row.leaf) if row else None


def leaves_of(tx: Tx, home: str, case_id: str) -> dict[int, tuple[str, int]]:
    """seq -> (log, leaf) of the rows of a case that have one."""
    here = (tree_leaves.c.home == home, tree_leaves.c.case_id == case_id)
    rows = tx.execute(sa.select(tree_leaves.c.seq, tree_leaves.c.log, tree_leaves.c.leaf).where(*here))
    return {row.seq: (row.log, row.leaf) for row in rows}


def subtrees(tx: Tx, home: str, log: str) -> Subtree:
    """The hashes of whole subtrees of the log, each read when it is asked for. Raises TreeBroken."""

    def subtree(height: int, position: int) -> bytes:
        below = max((kept for kept in KEPT_HEIGHTS if kept <= height), default=0)
        first, count = position << (height - below), 1 << (height - below)
        hashes = _nodes(tx, home, log, below, first, count) if below else _leaves(tx, home, log, first, count)
        if len(hashes) != count:
            raise TreeBroken(f"{home} {log}")
        return _joined(hashes)

    return subtree


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The hash over these, a power of two of them, which lie side by side."""
    frontier: list[bytes] = []
    for size, each in enumerate(hashes):
        found = completed(frontier, size, each)
        frontier[len(frontier) - len(found) + 1 :] = [found[-1]]
    return root_of(frontier)


def _leaves(tx: Tx, home: str, log: str, first: int, count: int) -> list[bytes]:
    here = (tree_leaves.c.home == home, tree_leaves.c.log == log)
    within = (tree_leaves.c.leaf >= first, tree_leaves.c.leaf < first + count)
    joined = tree_leaves.join(history, sa.and_(*_leaf_of(history)))
    query = sa.select(history.c.hash).select_from(joined).where(*here, *within).order_by(tree_leaves.c.leaf)
    return [leaf_hash(bytes.fromhex(found)) for found in tx.execute(query).scalars()]


def _nodes(tx: Tx, home: str, log: str, height: int, first: int, count: int) -> list[bytes]:
    here = (tree_nodes.c.home == home, tree_nodes.c.log == log, tree_nodes.c.height == height)
    within = (tree_nodes.c.position >= first, tree_nodes.c.position < first + count)
    query = sa.select(tree_nodes.c.hash).where(*here, *within).order_by(tree_nodes.c.position)
    return [bytes.fromhex(found) for found in tx.execute(query).scalars()]
