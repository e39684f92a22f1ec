"""Names of units, bodies and people by their codes, for who is shown them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from engine.store.db import Tx, any_of
from engine.store.tables import bodies, people, units

_KEYS = any_of("keys")
_UNIT_NAMES = sa.select(units.c.code, units.c.name).where(units.c.code.in_(_KEYS))
_BODY_NAMES = sa.select(bodies.c.code, bodies.c.name).where(bodies.c.code.in_(_KEYS))
_PEOPLE_NAMES = sa.select(people.c.id, people.c.name).where(people.c.id.in_(_KEYS))


def _names(tx: Tx, query: sa.Select[Any], keys: Iterable[str]) -> dict[str, str]:
    wanted = list(keys)
    return {row[0]: row[1] for row in tx.execute(query, {"keys": wanted})} if wanted else {}


def unit_names(tx: Tx, codes: Iterable[str]) -> dict[str, str]:
    return _names(tx, _UNIT_NAMES, set(codes))


def place_names(tx: Tx, codes: Iterable[str]) -> dict[str, str]:
    """Names of units and bodies by code."""
    wanted = set(codes)
    return unit_names(tx, wanted) | _names(tx, _BODY_NAMES, wanted)


def people_names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    return _names(tx, _PEOPLE_NAMES, set(ids))
