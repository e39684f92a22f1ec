"""What may be erased, and the one writer of `erasures`.

Payloads, and texts beside the history, belong to other writers; here they are only emptied, never written. `erasures`
keeps what was emptied, on whose order and why, without any personal text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from engine.definition.model import Value
from engine.rules.erasing import ERASED
from engine.store.casefile import ON_PAYLOAD
from engine.store.db import Tx, any_of
from engine.store.folding import event_from_row
from engine.store.tables import (
    agenda,
    cases,
    decisions,
    files,
    history,
    inbox,
    meetings,
    numbers,
    payloads,
)
from engine.store.trust_tables import erasures, reveals

#: Tables that held what was erased: on PostgreSQL their old rows lie in the files until they are written anew.
TOUCHED = ("payloads", "search_texts", "search_grams", "decisions", "meetings", "agenda", "reveals", "files", "inbox",
           "people", "tokens", "sessions", "devices", "passwords", "second_factors", "sign_in_failures")  # fmt: skip
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """`rows` are the numbers of the rows of the case whose payloads were emptied; without a case the names of the
    tables. `person` is an id that stands for nobody any more, None where he was not registered."""

    home: str
    id: str
    at: datetime
    login: str
    person: str | None
    case_id: str | None
    rows: tuple[int, ...] | tuple[str, ...]
    reason: str


def record_erasures(tx: Tx, done: Sequence[Erasure]) -> None:
    if done:
        tx.execute(sa.insert(erasures), [asdict(each) | {"rows": list(each.rows)} for each in done])


# --- finding ---------------------------------------------------------------------------------------------------------

_HOME: sa.BindParameter[str] = sa.bindparam("at_home")
_HELD = (
    sa.select(history, payloads.c.body)
    .join(payloads, ON_PAYLOAD)
    .where(history.c.home == _HOME, payloads.c.body.is_not(None))
    .order_by(history.c.case_id, history.c.seq)
)


def homes(tx: Tx) -> list[str]:
    """Every home that has a case, a meeting or an upload."""
    found = sa.union(*(sa.select(table.c.home) for table in (numbers, meetings, files)))
    return sorted(tx.execute(found).scalars())


def held_rows(tx: Tx, home: str, case_ids: Collection[str] | None = None) -> Iterator[tuple[str, Any]]:
    """(case, event) of every row of the home whose payload is there, by case and row; of these cases alone."""
    wanted = _HELD if case_ids is None else _HELD.where(history.c.case_id.in_(case_ids))
    for row in tx.execute(wanted, {"at_home": home}, execution_options={"yield_per": 500}):
        yield row.case_id, event_from_row(row, row.body)


def closed_before(tx: Tx, home: str, before: datetime, most: int) -> list[str]:
    """Cases of the home that were closed before the moment and hold personal text still; at most so many."""
    there = sa.exists().where(
        payloads.c.home == cases.c.home, payloads.c.case_id == cases.c.id, payloads.c.body.is_not(None)
    )
    query = sa.select(cases.c.id).where(cases.c.home == home, cases.c.closed_at < before, there)
    return list(tx.execute(query.order_by(cases.c.id).limit(most)).scalars())


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A text beside the history: in which table and column, by which key, who wrote it (None: not known), what it
    says; the case it is of, where it is of one."""

    table: sa.Table
    column: str
    key: tuple[str, ...]
    by: str | None
    value: Value
    case_id: str | None


#: (table, the column with the text, the one that says whose it is). Who called a meeting off, it does not say.
_BESIDE = (
    (meetings, "reason", None),
    (meetings, "delegation", "delegated_by"),
    (agenda, "added_reason", "added_by"),
    (decisions, "data", "actor"),
    (decisions, "note", "actor"),
    (reveals, "words", "person"),
)


def said_beside(tx: Tx, home: str) -> Iterator[Said]:
    """Every text of the home that people wrote beside the history of cases."""
    for table, column, by in _BESIDE:
        said = table.c[column]
        for row in tx.execute(sa.select(table).where(table.c.home == home, said.is_not(None))).mappings():
            if row[column] and row[column] != ERASED:
                key = tuple(row[each.name] for each in _keys(table))
                whose = row[by] if by else None
                yield Said(table=table, column=column, key=key, by=whose, value=row[column], case_id=row.get("case_id"))


def _keys(table: sa.Table) -> list[sa.Column[str]]:
    return [each for each in table.primary_key.columns if each.name != "home"]


# --- emptying --------------------------------------------------------------------------------------------------------

_EMPTY = sa.update(payloads).where(
    payloads.c.home == _HOME, payloads.c.case_id == sa.bindparam("case"), payloads.c.seq.in_(any_of("rows"))
)


def empty_payloads(tx: Tx, home: str, case_id: str, rows: Collection[int]) -> None:
    """Body and salt together: without the salt nobody can guess the text from its commitment."""
    tx.execute(_EMPTY.values(body=None, salt=None), {"at_home": home, "case": case_id, "rows": sorted(rows)})


def empty_said(tx: Tx, home: str, said: Said) -> None:
    """Take the words away and leave the row. A decision that has yet to take effect is undone: emptied it could not."""
    here = [
        said.table.c.home == home,
        *(column == part for column, part in zip(_keys(said.table), said.key, strict=True)),
    ]
    if said.table is decisions:
        tx.execute(sa.delete(decisions).where(*here, _is_pending(home)))
    left: Value = ERASED if said.table in (meetings, agenda) else {} if said.column == "data" else None
    tx.execute(sa.update(said.table).where(*here).values({said.column: left}))


def _is_pending(home: str) -> sa.ColumnElement[bool]:
    """A decision of a meeting that has not closed."""
    open_items = sa.select(agenda.c.meeting_id, agenda.c.case_id)
    these = sa.tuple_(decisions.c.meeting_id, decisions.c.case_id)
    return these.in_(open_items.where(agenda.c.home == home, agenda.c.outcome.is_(None)))


def free_uploads(tx: Tx, home: str, ids: Iterable[str]) -> None:
    """Nothing names them any more: the next sweep removes their bytes and then the row."""
    mine = files.c.id.in_(sorted(ids))
    gone = {"case_id": None, "stored": False, "uploaded_at": _LONG_AGO}
    tx.execute(sa.update(files).where(files.c.home == home, mine).values(gone))


def waiting_uploads(tx: Tx, home: str, person: str) -> list[str]:
    """Uploads of the person in this home that no act has named."""
    mine = (files.c.home == home, files.c.person == person, files.c.case_id.is_(None))
    return list(tx.execute(sa.select(files.c.id).where(*mine, files.c.uploaded_at > _LONG_AGO)).scalars())


def forget_inbox(tx: Tx, home: str, person: str) -> int:
    """What he was told in this home; how many messages."""
    return tx.execute(sa.delete(inbox).where(inbox.c.home == home, inbox.c.person == person)).rowcount
