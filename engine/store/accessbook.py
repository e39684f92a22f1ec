"""The rows of the log of access: written in batches, read newest first, dropped when they are old."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.tables import cases, files, meetings
from engine.store.trust_tables import access_log

_ID = re.compile(r"([A-Za-z0-9_-]{1,64})-[0-9A-HJKMNP-TV-Z]{26}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """One call. `way`: token, session, none or command; `what`: the route, or the command; `asked`: names of
    parameters, never what they held; `status`: of HTTP, or the exit code of a command; `source`: a network. `home` and
    `post` are found when it is written to the table, unless they are known before."""

    id: str
    at: datetime
    login: str | None
    person: str | None
    office: str | None
    way: str
    method: str
    what: str
    object: str | None
    asked: tuple[str, ...]
    status: int
    code: str | None
    source: str | None
    home: str = ""
    post: str | None = None

    def as_row(self) -> dict[str, Any]:
        """By the names of the columns. Each call is noted: `asdict`, which copies deeply, takes ten times as long."""
        return {name: getattr(self, name) for name in _FIELDS} | {"asked": list(self.asked)}


_FIELDS = tuple(field.name for field in fields(Access))


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessFilter:
    """`until` is exclusive; `status` is the least; `after` is (at, id) of the last row of the page before; `objects`
    and `offices`: any of these."""

    since: datetime | None = None
    until: datetime | None = None
    login: str | None = None
    objects: tuple[str, ...] | None = None
    home: str | None = None
    status: int | None = None
    way: str | None = None
    office: str | None = None
    after: tuple[datetime, str] | None = None
    limit: int = 50


def home_in(ident: str | None) -> str:
    """The home that an id begins with; empty for what is no id of the case family."""
    match = _ID.fullmatch(ident or "")
    return match.group(1) if match else ""


def write_accesses(tx: Tx, entries: Sequence[Access]) -> None:
    """Add them. Raises IntegrityError where one is there already."""
    if entries:
        tx.execute(sa.insert(access_log), [each.as_row() for each in entries])


def written(tx: Tx, entries: Collection[Access]) -> set[str]:
    """Ids of those that are in the table already: looked for by their moments, for which there is an index."""
    if not entries:
        return set()
    first, last = min(each.at for each in entries), max(each.at for each in entries)
    query = sa.select(access_log.c.id).where(access_log.c.at.between(first, last))
    return set(tx.execute(query).scalars()) & {each.id for each in entries}


def units_of(tx: Tx, objects: Iterable[str]) -> dict[str, str]:
    """Case or meeting -> the unit where it lies; what is no id of one is left out."""
    wanted = {each for each in objects if home_in(each)}
    homes = {home_in(each) for each in wanted}
    parts = [
        sa.select(table.c.id, table.c.unit).where(table.c.home.in_(homes), table.c.id.in_(wanted))
        for table in (cases, meetings)
    ]
    return {row.id: row.unit for row in tx.execute(sa.union_all(*parts))} if wanted else {}


def files_of(tx: Tx, case_id: str) -> list[str]:
    """Ids of the uploads that belong to the case."""
    mine = (files.c.home == home_in(case_id), files.c.case_id == case_id)
    return list(tx.execute(sa.select(files.c.id).where(*mine).order_by(files.c.id)).scalars())


def read_accesses(tx: Tx, wanted: AccessFilter) -> list[Access]:
    """One row more than the limit where there are more; the newest first."""
    query = sa.select(access_log).where(*_narrowed(wanted))
    rows = tx.execute(query.order_by(access_log.c.at.desc(), access_log.c.id.desc()).limit(wanted.limit + 1))
    return [_access(row) for row in rows.mappings()]


def _access(row: sa.RowMapping) -> Access:
    return Access(**{**dict(row), "asked": tuple(row["asked"])})


def _narrowed(wanted: AccessFilter) -> list[sa.ColumnElement[bool]]:
    columns = access_log.c
    same = {name: getattr(wanted, name) for name in ("login", "home", "way", "office")}
    clauses = [columns[name] == value for name, value in same.items() if value is not None]
    clauses += [columns.at >= wanted.since] if wanted.since else []
    clauses += [columns.at < wanted.until] if wanted.until else []
    clauses += [columns.status >= wanted.status] if wanted.status is not None else []
    if wanted.objects is not None:
        clauses.append(columns.object.in_(wanted.objects))
    if wanted.after is not None:
        at, ident = wanted.after
        clauses.append(sa.or_(columns.at < at, sa.and_(columns.at == at, columns.id < ident)))
    return clauses


def old_accesses(tx: Tx, before: datetime, limit: int) -> dict[str, list[str]]:
    """Home -> ids of the oldest rows from before this moment, so many at most."""
    query = sa.select(access_log.c.home, access_log.c.id).where(access_log.c.at < before)
    found: dict[str, list[str]] = {}
    for row in tx.execute(query.order_by(access_log.c.at, access_log.c.id).limit(limit)):
        found.setdefault(row.home, []).append(row.id)
    return found


def drop_accesses(tx: Tx, home: str, ids: Sequence[str]) -> int:
    """Delete rows; the database refuses those that are not old enough. Returns how many there were."""
    mine = (access_log.c.home == home, access_log.c.id.in_(ids))
    return tx.execute(sa.delete(access_log).where(*mine)).rowcount
