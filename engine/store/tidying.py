"""Taking erased bytes out of the files of the database itself.

A statement that empties a row leaves old bytes behind: SQLite in its log and, where pages were split, between rows;
PostgreSQL in every old version of a row and in the samples that its planner keeps. Here the tables are written anew.
What the server writes beside them (PostgreSQL's log, archives, replicas) and backups are the operator's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from engine.store.db import Store, Tx

_TRIES, _PAUSE = 20, 0.25
_WAIT = "60s"
#: Between two tries to write a table of PostgreSQL anew, in seconds: each costs as much as the table is large.
_PAUSES = (0.25, 1, 4, 15, 40)


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
        left = tuple(table for table in tables if not _written_anew(connection, table))
        _forget_samples(connection, tables)
        _written_anew(connection, "pg_statistic")
        _tried(connection, "CHECKPOINT")
        return left
    finally:
        for name in ("lock_timeout", "statement_timeout"):
            connection.exec_driver_sql(f"RESET {name}")


def _forget_samples(connection: Tx, tables: Sequence[str]) -> None:
    """What the planner keeps of the columns is of old rows, also where it was taken a moment ago. Only a superuser may
    take it away; else analysing the tables anew replaces it, but where a table is empty now, and autovacuum removes the
    old samples in time."""
    names = ", ".join(f"'{table}'::regclass" for table in tables)
    _tried(connection, f"DELETE FROM pg_statistic WHERE starelid IN ({names})")
    for table in tables:
        _tried(connection, f"ANALYZE {table}")


def _written_anew(connection: Tx, table: str) -> bool:
    """Whether the table lies in another file now that holds no dead row. For who may not, PostgreSQL only warns and
    does nothing; and it takes dead rows along while anybody's snapshot is older than they are, be it its own."""
    for pause in (*_PAUSES, None):
        before, dead = _place(connection, table), _rewrite(connection, table)
        if dead is None or _place(connection, table) == before:
            return False
        if dead == 0 or pause is None:
            return dead == 0
        time.sleep(pause)
    return False


def _place(connection: Tx, table: str) -> object:
    place = sa.text("SELECT pg_relation_filenode(CAST(:name AS regclass))")
    return connection.execute(place, {"name": table}).scalar()


def _rewrite(connection: Tx, table: str) -> int | None:
    """How many dead rows were taken along, as the first number of what the server tells of it (in whatever language);
    None where it was not done."""
    told: list[str] = []

    def hear(notice: Any) -> None:
        told.append(notice.message_detail or "")

    raw: Any = connection.connection.driver_connection
    raw.add_notice_handler(hear)
    try:
        done = _tried(connection, f"VACUUM (FULL, VERBOSE) {table}")
    finally:
        raw.remove_notice_handler(hear)
    numbers = [int(number[0]) for detail in told if (number := re.search(r"\d+", detail))]
    return max(numbers, default=0) if done else None


def _tried(connection: Tx, statement: str) -> bool:
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError:
        return False
    return True
