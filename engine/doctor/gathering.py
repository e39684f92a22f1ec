"""Gathering what the database tells. Reads only; each part in a transaction of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from engine.audit.keys import trouble
from engine.doctor.facts import Database, People, Trust, Work
from engine.doctor.triggers import missing_triggers
from engine.people.administrators import COMBINED, mode_of
from engine.people.offices import OFFICES
from engine.people.tokens import TokenKept, tokens_where
from engine.store.clock import real_now
from engine.store.db import Broken, Store, Tx, Unavailable
from engine.store.schema import is_current
from engine.store.settings import LAST_BACKUP, read_setting
from engine.store.tables import APPEND_ONLY, accounts, blocked, cases, history, outbox, passwords, timers, tokens
from engine.store.treebook import earliest_uncovered
from engine.store.trust_tables import access_log, administrators

__all__ = ["database", "people", "real_now", "trust", "work"]

_UNUSED = timedelta(days=90)
_SHOWN = 20
_NOW = {"sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')", "postgresql": "SELECT clock_timestamp()"}
_SUPER = sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
_MAY = sa.text("SELECT has_table_privilege(current_user, :name, 'UPDATE, DELETE, TRUNCATE')")
_MAY_UPDATE = sa.text("SELECT has_table_privilege(current_user, :name, 'UPDATE, TRUNCATE')")


def database(store: Store) -> Database:
    """How it is; what is behind a schema that is not current is not asked."""
    try:
        current = is_current(store)
        with store.read() as tx:
            return _current(tx, store) if current else Database(kind=tx.dialect.name, current=False, mark=None)
    except (Unavailable, Broken) as away:
        reason = " ".join(str(getattr(away.__cause__, "orig", away)).split())[:200]
        return Database(trouble=reason, kind="sqlite" if store.is_sqlite else "postgresql", mark=None)


def _current(tx: Tx, store: Store) -> Database:
    on_server = not store.is_sqlite
    return Database(
        kind=tx.dialect.name,
        version=int((tx.dialect.server_version_info or (0,))[0]) if on_server else 0,
        mark=read_setting(tx, "mark"),
        simulated=read_setting(tx, "clock") is not None,
        journal="wal" if on_server else str(tx.execute(sa.text("PRAGMA journal_mode")).scalar()),
        triggers=missing_triggers(tx),
        rights=_rights(tx) if on_server else (),
        superuser=bool(tx.execute(_SUPER).scalar()) if on_server else False,
        ahead=_database_time(tx) - real_now(),
        last_recorded=tx.execute(sa.select(sa.func.max(history.c.recorded_at))).scalar(),
    )


def _database_time(tx: Tx) -> datetime:
    told = tx.execute(sa.text(_NOW[tx.dialect.name])).scalar_one()
    return told if isinstance(told, datetime) else datetime.fromisoformat(told)


def _rights(tx: Tx) -> tuple[str, ...]:
    """Tables that are only added to, and that this role may change all the same. Old calls may be deleted."""
    found = []
    for table in APPEND_ONLY:
        asked = _MAY_UPDATE if table is access_log else _MAY
        if tx.execute(asked, {"name": table.name}).scalar():
            found.append(table.name)
    return tuple(found)


# --- who, and what for -----------------------------------------------------------------------------------------------


def people(store: Store) -> People:
    with store.read() as tx:
        working = [token for token in tokens_where(tx, tokens.c.revoked_at.is_(None)) if token.works]
        return People(
            missing=_vacant(tx),
            combined=mode_of(tx) == COMBINED,
            unchanged=_unchanged(tx),
            endless=tuple(token.id for token in working if token.expires_at is None)[:_SHOWN],
            unused=_unused(tx, working)[:_SHOWN],
        )


def _vacant(tx: Tx) -> tuple[str, ...]:
    held = administrators.join(accounts, accounts.c.login == administrators.c.login)
    query = sa.select(administrators.c.office).select_from(held).where(accounts.c.active).distinct()
    found = set(tx.execute(query).scalars())
    return tuple(office for office in OFFICES if office not in found)


def _unchanged(tx: Tx) -> tuple[str, ...]:
    held = administrators.join(passwords, passwords.c.login == administrators.c.login)
    query = sa.select(administrators.c.login).select_from(held).where(passwords.c.must_change).distinct()
    return tuple(tx.execute(query.order_by(administrators.c.login)).scalars())


def _unused(tx: Tx, working: list[TokenKept]) -> tuple[str, ...]:
    """Only where the log goes back so far: nothing is said of what nobody could have seen."""
    since = real_now() - _UNUSED
    oldest = tx.execute(sa.select(sa.func.min(access_log.c.at))).scalar()
    if oldest is None or oldest > since:
        return ()
    called = sa.select(access_log.c.login).where(access_log.c.at > since, access_log.c.way == "token").distinct()
    seen = set(tx.execute(called).scalars())
    return tuple(token.id for token in working if token.created_at < since and token.login not in seen)


# --- the proof, and what waits ---------------------------------------------------------------------------------------


def trust(store: Store, key: Path | None) -> Trust:
    with store.read() as tx:
        backup = read_setting(tx, LAST_BACKUP)
        homes = tx.execute(sa.select(cases.c.home).distinct()).scalars().all()
        uncovered = [found for home in homes if (found := earliest_uncovered(tx, home)) is not None]
        return Trust(
            key=trouble(tx, key),
            uncovered=min(uncovered, default=None),
            last_backup=datetime.fromisoformat(backup) if isinstance(backup, str) else None,
            cases=len(homes),
            oldest_access=tx.execute(sa.select(sa.func.min(access_log.c.at))).scalar(),
        )


def work(store: Store) -> Work:
    now = real_now()
    with store.read() as tx:
        due = sa.select(sa.func.min(timers.c.next_try_at)).where(timers.c.next_try_at <= now)
        return Work(
            due_since=tx.execute(due).scalar(),
            blocked=tx.execute(sa.select(sa.func.count()).select_from(blocked)).scalar_one(),
            dead=tx.execute(sa.select(sa.func.count(outbox.c.dead_at))).scalar_one(),
        )
