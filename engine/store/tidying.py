"""Taking erased bytes out of the files of the database itself.

A statement that empties a row leaves old bytes behind: SQLite in its log and, where pages were split, between rows;
PostgreSQL in every old version of a row and in the samples that its planner keeps. Here the tables are written anew.
What the server writes beside them (PostgreSQL's log, archives, replicas) and backups are the operator's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from engine.store.db import Store, Tx

_TRIES, _PAUSE = 20, 0.25
_WAIT = "60s"


def tidy(store: Store, tables: Sequence[str]) -> tuple[str, ...]:
    """Write these tables anew; returns those whose files may hold old bytes still, for somebody was in the way, or the
    role may not. On SQLite it is all of the file or nothing. Needs room for a second copy."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.is_sqlite:
            return () if _sqlite(store, connection) else tuple(tables)
        return _postgres(connection, tables)


def _sqlite(store: Store, connection: Tx) -> bool:
    """`VACUUM` copies what is left into the log, and the checkpoint that empties the log overwrites the file."""
    with store.alone():
        try:
            connection.exec_driver_sql("VACUUM")
        except DBAPIError:
            return False
        for _ in range(_TRIES):
            if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0:
                return True
            time.sleep(_PAUSE)  # somebody still reads what was there before
    return False


def _postgres(connection: Tx, tables: Sequence[str]) -> tuple[str, ...]:
    for setting in (f"lock_timeout = '{_WAIT}'", "statement_timeout = 0"):
        connection.exec_driver_sql(f"SET {setting}")
    try:
        _forget_samples(connection, tables)
        left = tuple(table for table in tables if not _written_anew(connection, table))
        _written_anew(connection, "pg_statistic")
        _tried(connection, "CHECKPOINT")
        return left
    finally:
        for name in ("lock_timeout", "statement_timeout"):
            connection.exec_driver_sql(f"RESET {name}")


def _forget_samples(connection: Tx, tables: Sequence[str]) -> None:
    """What the planner keeps of the columns. Only a superuser may take it away; else analysing the tables anew replaces
    it, but where a table is empty now, and autovacuum removes the old samples in time."""
    names = ", ".join(f"'{table}'::regclass" for table in tables)
    _tried(connection, f"DELETE FROM pg_statistic WHERE starelid IN ({names})")


def _written_anew(connection: Tx, table: str) -> bool:
    """Whether the table lies in another file now: for who may not, PostgreSQL only warns and does nothing."""
    place = sa.text("SELECT pg_relation_filenode(CAST(:name AS regclass))")
    before = connection.execute(place, {"name": table}).scalar()
    analyse = "" if table.startswith("pg_") else ", ANALYZE"
    done = _tried(connection, f"VACUUM (FULL{analyse}) {table}")
    return done and connection.execute(place, {"name": table}).scalar() != before


def _tried(connection: Tx, statement: str) -> bool:
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError:
        return False
    return True
