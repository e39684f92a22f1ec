"""What a home keeps of its logs, read at one moment: what a checkpoint adds later is no matter of this verification,
although rows are read after it, range by range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import sqlalchemy as sa

from engine.audit.verify_logs import TOLERATED, room_for
from engine.rules.chain import moment
from engine.store.db import Tx
from engine.store.plainrows import plain_columns
from engine.store.treebook import LOGS, read_heads, recorded_until
from engine.store.trust_tables import checkpoints, tree_heads, tree_leaves, tree_nodes

_NO_END = 2**62


@dataclass(frozen=True, kw_only=True, slots=True)
class Trees:
    """By log: `last` is the last leaf there is, `rooms` how many places its tree is given; the row of `heads`, and
    (height, position, hash) of `nodes`. `checkpoints` are plain rows of all logs. Rows recorded before `since` should
    have a leaf; None where none has."""

    last: Mapping[str, int]
    rooms: Mapping[str, int]
    heads: Mapping[str, Any]
    nodes: Mapping[str, Sequence[tuple[Any, Any, Any]]]
    checkpoints: Sequence[Any]
    since: str | None


def read_trees(tx: Tx, home: str) -> Trees:
    last, rooms = _extent(tx, home)
    nodes: dict[str, list[tuple[Any, Any, Any]]] = {}
    for row in _all_of(tx, tree_nodes, home):
        nodes.setdefault(row.log, []).append((row.height, row.position, row.hash))
    return Trees(
        last=last,
        rooms=rooms,
        heads={row.log: row for row in _all_of(tx, tree_heads, home)},
        nodes=nodes,
        checkpoints=_all_of(tx, checkpoints, home),
        since=_since(tx, home),
    )


def _all_of(tx: Tx, table: sa.Table, home: str) -> Sequence[Any]:
    columns = plain_columns(table.c, sqlite=tx.dialect.name == "sqlite")
    return tx.execute(sa.select(*columns).where(table.c.home == home).order_by(*table.primary_key.columns)).all()


def _extent(tx: Tx, home: str) -> tuple[dict[str, int], dict[str, int]]:
    columns = (tree_leaves.c.log, sa.func.count(), sa.func.max(tree_leaves.c.leaf))
    query = sa.select(*columns).where(tree_leaves.c.home == home).group_by(tree_leaves.c.log)
    last, rooms = {}, {}
    for log, count, highest in tx.execute(query):
        if log in LOGS:
            last[log] = highest if isinstance(highest, int) else _NO_END
            rooms[log] = room_for(count, last[log])
    return last, rooms


def _since(tx: Tx, home: str) -> str | None:
    """Some time before the last row that has a leaf, as plain rows write it."""
    try:
        found = recorded_until(tx, home, read_heads(tx, home))
    except (ValueError, TypeError):  # what is there is no head, or no moment: told elsewhere
        return None
    return moment(found.astimezone(UTC) - timedelta(microseconds=TOLERATED)) if found else None
