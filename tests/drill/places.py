"""Databases for the drills, as a township runs them: nothing is traded for speed."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def _say(server: str, statement: str) -> None:
    url = sa.make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
