"""What was changed in running the system, kept for good: the database lets nobody change or delete a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from engine.people.acting import By, by_command
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.trust_tables import administration, administrators

#: Everything that is kept; the texts stand in `api/administration_texts.py`.
ACTS = (
    "account_added",
    "account_ended",
    "person_added",
    "post_given",
    "post_ended",
    "password_given",
    "sessions_ended",
    "factor_removed",
    "token_issued",
    "token_revoked",
    "relative_declared",
    "relative_ended",
    "office_given",
    "office_taken",
    "offices_combined",
    "offices_apart",
    "set_up",
    "role_granted",
    "imported",
    "duty_changed",
    "rhythm_changed",
    "clock_moved",
    "counted_anew",
    "erased",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One act. `office` is that through which it was done, or `command` or `self`; `object` a login or an id."""

    id: str
    at: datetime
    login: str | None
    machine_user: str | None
    office: str
    act: str
    object: str | None
    facts: Mapping[str, Any]


def keep(tx: Tx, by: By, office: str, act: str, about: str | None, /, **facts: Any) -> None:
    """Keep an act in the transaction that does it. `facts` are ids, dates and words of ours, never a secret or a
    name."""
    assert act in ACTS, act
    who = {"login": by.login, "machine_user": by.machine_user, "office": office}
    row = {"id": f"ad-{ULID()}", "at": real_now(), **who, "act": act, "object": about, "facts": facts}
    tx.execute(sa.insert(administration).values(**row))


@retried
def keep_command(store: Store, act: str, about: str | None, /, **facts: Any) -> None:
    """Keep what a command has just done in a transaction of its own."""
    with store.begin() as tx:
        by = by_command()
        keep(tx, by, by.through(), act, about, **facts)


def entries(tx: Tx, *, of_audit: bool, limit: int, login: str | None = None, about: str | None = None,
            after: str | None = None) -> list[Entry]:  # fmt: skip
    """The newest first; `of_audit` narrows to what the audit administrators did and what was done about them."""
    wanted = [column == value for column, value in ((administration.c.login, login), (administration.c.object, about))
              if value is not None]  # fmt: skip
    if after is not None:
        wanted.append(administration.c.id < after)
    if of_audit:
        wanted.append(_of_audit())
    query = sa.select(administration).where(*wanted).order_by(administration.c.id.desc()).limit(limit)
    return [Entry(**row) for row in tx.execute(query).mappings()]


def _of_audit() -> sa.ColumnElement[bool]:
    """Who holds that office now; who held it before is told by the row that gave it to him."""
    auditors = sa.select(administrators.c.login).where(administrators.c.office == "audit")
    named = administration.c.facts["office"].as_string() == "audit"
    return sa.or_(administration.c.login.in_(auditors), administration.c.object.in_(auditors), named)
