"""The measurements of `make bench`: the real engine against bare yardsticks, in the same run, warm, in turn.

Writes docs/benchmarks.md. Absolute figures wander from machine to machine; the ratios are what counts.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench.acting import BATCH, SEARCHED, batch, listing, over_http, prepared, transition
from tests.bench.rounds import CLIENTS, ROUNDS, SECONDS, measure
from tests.bench.yardsticks import bare_postgres, bare_sqlite, pgbench
from tests.databases import own_server
from tests.serving import serving

PAGE = Path("docs/benchmarks.md")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="minqing-bench-") as name:
        folder = Path(name)
        server = own_server(folder / "pg")
        try:
            text = _page([*on_sqlite(folder), *on_postgres(folder, server)], _asked(server, "SHOW server_version"))
        finally:
            server.cleanup()
            server.stop()
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def on_sqlite(folder: Path) -> Iterator[str]:
    def url(name: str) -> str:
        return f"sqlite:///{folder / name}.db"

    bare = bare_sqlite(folder)
    single = transition(prepared(url("single")))
    yield measure("SQLite: transition in-process, to bare sqlite3", single, bare)
    yield measure(f"SQLite: transition in a batch of {BATCH}, to a single one", batch(prepared(url("batch"))), single)
    store = prepared(url("http"))
    with serving(store.url, folder / "sqlite.log") as http:
        yield measure("SQLite: transition over HTTP, to bare sqlite3", over_http(store, http.address), bare)
    yield measure("SQLite: page of a search for two words, to a page of all", *listing(prepared(url("search"))))


def on_postgres(folder: Path, server: Any) -> Iterator[str]:
    def url(name: str) -> str:
        with sa.create_engine(
            server.get_uri().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        ).connect() as admin:
            admin.execute(sa.text(f"CREATE DATABASE {name}"))
        return str(server.get_uri(name))

    plain = url("bare")
    bare, three = bare_postgres(plain), pgbench(plain, _beside(server), folder)
    single = transition(prepared(url("single")))
    yield measure("PostgreSQL: transition in-process, to bare psycopg", single, bare)
    yield measure(
        f"PostgreSQL: transition in a batch of {BATCH}, to a single one", batch(prepared(url("batch"))), single
    )
    store = prepared(url("http"))
    with serving(store.url, folder / "postgres.log") as http:
        yield measure("PostgreSQL: transition over HTTP, to pgbench", over_http(store, http.address), three)
    yield measure("PostgreSQL: page of a search for two words, to a page of all", *listing(prepared(url("search"))))


def _beside(server: Any) -> Path:
    """The pgbench that came with the server."""
    return Path(_asked(server, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")) / "pgbench"


def _asked(server: Any, question: str) -> str:
    url = server.get_uri().replace("postgresql:", "postgresql+psycopg:")
    with sa.create_engine(url).connect() as connection:
        return str(connection.execute(sa.text(question)).scalar())


def _page(rows: list[str], postgres: str) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    libraries = ", ".join(f"{name} {version(name)}" for name in ("SQLAlchemy", "psycopg", "fastapi", "uvicorn"))
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine},",
            f"SQLite {sqlite3.sqlite_version}, PostgreSQL {postgres}, {libraries}; both databases durable.",
            f"{ROUNDS} rounds of {SECONDS:.0f} s in turn, medians; the ratio is taken round by round.",
            f"One caller; over HTTP and for pgbench {CLIENTS}, the clients on the same machine. A transition is a",
            f"note: it is authorised, decided, chained, indexed and committed. Searches read {SEARCHED} cases.",
            "",
            "| what | ours a second | yardstick a second | ratio (range) |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
