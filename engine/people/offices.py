"""The three offices of who runs the system (三员), and how an account's are read beside its row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.store.tables import accounts
from engine.store.trust_tables import administrators

OFFICES = ("system", "security", "audit")


def office_columns() -> list[Any]:
    """For a statement that reads `accounts`: one column for each office, whether the account has it."""
    return [_has(office).label(f"is_{office}") for office in OFFICES]


def offices_of(row: Any) -> frozenset[str]:
    """The offices in a row that was read with `office_columns`."""
    return frozenset(office for office in OFFICES if getattr(row, f"is_{office}"))


def _has(office: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(administrators.c.login == accounts.c.login, administrators.c.office == office)


def is_administrator() -> sa.ColumnElement[bool]:
    """The account in the row has any office."""
    return sa.exists().where(administrators.c.login == accounts.c.login)
