"""Stops PostgreSQL without a word (`pg_ctl stop -m immediate`) under load, again and again, and starts it; the service
runs on all the while. Clients hear 503 until the database is back, send again under the same key, and every act is
there exactly once.

    .venv/bin/python -m tests.drill.restarting [--rounds 30]

Exit 1 when anything is lost, doubled, answered otherwise than 200, 201 or 503, or takes longer than half a minute.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.store.db import Store
from tests.api.client import settle
from tests.databases import own_server
from tests.drill.insisting import Balance, Crowd, Told, balance
from tests.drill.places import database
from tests.serving import Server

CLIENTS = 8
PATIENCE = 30.0
EXPECTED = {200, 201, 503}


def stop_at_once(server: Any) -> None:
    """As `pg_ctl stop -m immediate` does: no checkpoint, no goodbye; the log is replayed at the next start."""
    command = [str(server.bin_path / "pg_ctl"), "-w", "-m", "immediate", "-D", str(server.pgdata), "stop"]
    subprocess.run(command, user=server.system_user, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def start_again(server: Any) -> None:
    for _ in range(6):  # a busy machine may need longer than the package waits
        try:
            server.ensure_postgres_running()
        except subprocess.SubprocessError:
            continue
        return
    raise RuntimeError("the database did not start again")


def drill(rounds: int) -> tuple[Told, Balance, int]:
    with tempfile.TemporaryDirectory(prefix="minqing-restart-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database("postgres", folder) as store:
            return _rounds(store, own_server(folder / "postgres"), folder, rounds)


def _rounds(store: Store, postgres: Any, folder: Path, rounds: int) -> tuple[Told, Balance, int]:
    tokens, server, chance = settle(store), Server(store.url, folder / "server.log"), random.Random(7)
    server.start()
    crowd = Crowd(server, tokens, CLIENTS)
    for number in range(1, rounds + 1):
        time.sleep(chance.uniform(0.5, 1.5))
        stop_at_once(postgres)
        time.sleep(chance.uniform(0.1, 0.6))
        start_again(postgres)
        took = _back(crowd)
        _say(f"restart {number:2}: back after {took:.2f} s; {len(crowd.told.done)} done, {dict(crowd.told.statuses)}")
    time.sleep(1)
    told = crowd.end()
    broken = (folder / "server.log").read_text().count("Traceback")
    server.stop()
    return told, balance(store, [told]), broken


def _back(crowd: Crowd) -> float:
    """Seconds from the database's start to the next act that was done."""
    started, before = time.monotonic(), len(crowd.told.done)
    while len(crowd.told.done) == before:
        if time.monotonic() - started > PATIENCE:
            raise RuntimeError("the service did not come back")
        time.sleep(0.01)
    return time.monotonic() - started


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    told, found, broken = drill(parser.parse_args(arguments).rounds)
    passed = found.even and not told.odd and told.statuses.keys() <= EXPECTED and told.slowest < PATIENCE and not broken
    _say(
        f"{found}; answers {dict(told.statuses)}, slowest {told.slowest:.1f} s, traces in the log {broken}: "
        f"{'passed' if passed else 'FAILED'}"
    )
    return 0 if passed else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
