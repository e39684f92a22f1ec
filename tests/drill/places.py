"""Databases for the drills, as a township runs them: nothing is traded for speed."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from engine.people.setup import SetupService
from engine.store.db import Store, normal_url
from engine.store.schema import migrate
from tests.databases import own_server

BACKENDS = ("sqlite", "postgres")


@contextmanager
def database(backend: str, folder: Path) -> Iterator[Store]:
    """A migrated test database of this kind; PostgreSQL with fsync on, SQLite with synchronous=FULL."""
    with _sqlite(folder) if backend == "sqlite" else _postgres(folder) as url:
        store = Store(url)
        migrate(store)
        SetupService(store).init("test")
        yield store
        store.dispose()


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'drill.db'}"


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    given = os.environ.get("MINQING_TEST_POSTGRES_URL")
    server = None if given else own_server(folder / "postgres")
    address = given or str(server.get_uri())
    name = f"minqing_drill_{uuid.uuid4().hex}"
    _say(address, f"CREATE DATABASE {name}")
    yield sa.make_url(normal_url(address)).set(database=name).render_as_string(hide_password=False)
    _say(address, f"DROP DATABASE {name} WITH (FORCE)")
    if server is not None:
        server.stop()


@contextmanager
def tables_of(folder: Path, disk: Path, *, log_too: bool) -> Iterator[tuple[Store, Any]]:
    """As `database` on a server of our own whose tables lie on `disk`, and its log in `folder` unless it goes along;
    with the server."""
    server = own_server(disk / "data")
    if not log_too:
        _move_log(server, folder / "log")
    # segments are kept small and few: what fills the disk is what is written, not what is held in reserve
    for setting in ("max_wal_size = '64MB'", "min_wal_size = '32MB'"):
        _say(str(server.get_uri()), f"ALTER SYSTEM SET {setting}")
    _say(str(server.get_uri()), "SELECT pg_reload_conf()")
    _say(str(server.get_uri()), "CREATE DATABASE minqing_full")
    url = sa.make_url(normal_url(str(server.get_uri()))).set(database="minqing_full")
    store = Store(url.render_as_string(hide_password=False))
    try:
        migrate(store)
        SetupService(store).init("test")
        yield store, server
    finally:
        store.dispose()
        server.stop()


def _move_log(server: Any, place: Path) -> None:
    """The write-ahead log on another disk, as is advised."""
    server.stop()
    log = Path(server.pgdata) / "pg_wal"
    subprocess.run(["cp", "-a", str(log), str(place)], check=True)
    shutil.rmtree(log)
    log.symlink_to(place)
    server.ensure_postgres_running()


def _say(server: str, statement: str) -> None:
    url = sa.make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
