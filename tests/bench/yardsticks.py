"""What a transition is held against: its three statements, bare."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.bench.rounds import CLIENTS, Rate, looping

_TABLES = (
    "CREATE TABLE c (id integer primary key, version integer, body text)",
    "CREATE TABLE h (id integer, seq integer, body text, primary key (id, seq))",
    "CREATE TABLE p (id integer, seq integer, body text, primary key (id, seq))",
)
_CASES = 1000
_SCRIPT = f"""\
\\set id random(1, {_CASES})
BEGIN;
UPDATE c SET version = version + 1, body = repeat('x', 1500) WHERE id = :id RETURNING version \\gset
INSERT INTO h VALUES (:id, :version, repeat('x', 1500));
INSERT INTO p VALUES (:id, :version, repeat('x', 1500));
COMMIT;
"""


def bare_sqlite(folder: Path) -> Rate:
    """On sqlite3, WAL and synchronous=FULL."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *_TABLES):
        connection.execute(statement)
    connection.execute("INSERT INTO c VALUES (1, 0, '')")
    return looping(_three_statements(lambda sql, *values: connection.execute(sql.replace("%s", "?"), values)))


def bare_postgres(url: str) -> Rate:
    """On psycopg 3, one connection."""
    connection = psycopg.connect(url, autocommit=True)
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute("INSERT INTO c VALUES (0, 0, '')")
    connection.execute("INSERT INTO c SELECT each, 0, '' FROM generate_series(2, %s) AS each", [_CASES])
    connection.execute("UPDATE c SET id = 1 WHERE id = 0")
    return looping(_three_statements(lambda sql, *values: connection.execute(sql, values)))


def pgbench(url: str, program: Path, folder: Path) -> Rate:
    """By pgbench, as many clients as speak HTTP, on the tables of `bare_postgres`."""
    script = folder / "three.sql"
    script.write_text(_SCRIPT)

    def rate(seconds: float) -> float:
        run = [program, "--no-vacuum", "--protocol=prepared", "--client", CLIENTS, "--time", max(1, round(seconds))]
        told = subprocess.run([*map(str, run), "--file", script, url], capture_output=True, text=True, check=True)
        found = re.search(r"tps = ([\d.]+)", told.stdout)
        assert found, told.stdout
        return float(found.group(1))

    return rate


def _three_statements(execute: Callable[..., object]) -> Callable[[], object]:
    turn = iter(range(1, 10**9))
    body = "x" * 1500

    def fire() -> None:
        seq = next(turn)
        execute("BEGIN")
        execute("UPDATE c SET version = %s, body = %s WHERE id = 1", seq, body)
        execute("INSERT INTO h VALUES (0, %s, %s)", seq, body)
        execute("INSERT INTO p VALUES (0, %s, %s)", seq, body)
        execute("COMMIT")

    return fire
