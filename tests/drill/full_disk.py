"""Fills the disk under a serving township, on a small tmpfs: acts and uploads hear 507, reading goes on, nothing told
to be done is lost; once there is room everything goes on without a restart. Mounting needs root.

    .venv/bin/python -m tests.drill.full_disk [--on sqlite|postgres|log]

`sqlite`: database, uploads and log of access on one disk. `postgres`: the tables of PostgreSQL on it. `log`: its
write-ahead log, too: then PostgreSQL itself stops when the disk is full, and is started again once there is room.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg

from engine.store.db import Store
from tests.api.client import settle
from tests.drill.insisting import Balance, Crowd, Told, balance
from tests.drill.places import database, tables_of
from tests.drill.restarting import start_again
from tests.serving import Server
from tests.unit.files import made

CLIENTS = 4
SIZES = {"sqlite": "48m", "postgres": "96m", "log": "256m"}
PATIENCE = 120.0


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A disk of this size, which goes whatever happens."""
    place = Path(tempfile.mkdtemp(prefix="minqing-full-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "minqing-full", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


class Ballast:
    """A file that takes the room, all but a little."""

    def __init__(self, disk: Path) -> None:
        self.file, self.disk = disk / "ballast", disk

    def load(self, leave: int) -> None:
        with self.file.open("wb") as out:
            os.posix_fallocate(out.fileno(), 0, max(1, shutil.disk_usage(self.disk).free - leave))

    def drop(self) -> None:
        self.file.unlink(missing_ok=True)


def drill(kind: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="minqing-drill-") as name, small_disk(SIZES[kind]) as disk:
        folder = Path(name)
        folder.chmod(0o755)
        ballast = Ballast(disk)
        if kind == "sqlite":
            with database("sqlite", disk) as store:
                return _told(kind, *_drill(kind, store, folder, ballast))
        with tables_of(folder, disk, log_too=kind == "log") as (store, postgres):
            return _told(kind, *_drill(kind, store, folder, ballast, postgres))


def _use_up_the_log(postgres: Any) -> None:
    """Until the server needs a new segment of its log and finds no room: it stops by itself."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        for _ in range(200):
            connection.execute("SELECT pg_logical_emit_message(false, 'drill', 'x'), pg_switch_wal()")
        raise RuntimeError("the log never filled the disk")


def _ensure(postgres: Any) -> None:
    """As an operator does who made room. A server that stood through it is left alone."""
    info = postgres.get_postmaster_info() if (Path(postgres.pgdata) / "postmaster.pid").exists() else None
    if info is None or not info.is_running():
        start_again(postgres)


def _drill(kind: str, store: Store, folder: Path, ballast: Ballast,
           postgres: Any = None) -> tuple[Told, Balance, list[str]]:  # fmt: skip
    tokens, server = settle(store), Server(store.url, folder / "server.log")
    files = {"MINQING_FILES": str(ballast.disk / "files"), "MINQING_SPOOL": str(folder / "spool")}
    os.environ.update(files)
    try:
        server.start()
    finally:
        for name in files:
            del os.environ[name]
    crowd = Crowd(server, tokens, CLIENTS)
    _until(lambda: len(crowd.told.done) > 50)
    ballast.load(leave=200_000)
    _until(lambda: crowd.told.statuses[507] + crowd.told.statuses[503] > 40)
    if kind == "log":
        _use_up_the_log(postgres)
        _until(lambda: crowd.told.statuses[503] > 40)
    wrong = _while_full(kind, server, tokens)
    ballast.drop()
    if postgres is not None:
        _ensure(postgres)
    before = len(crowd.told.done)
    _until(lambda: len(crowd.told.done) > before + 50)
    wrong += _afterwards(server, tokens)
    told = crowd.end()
    server.stop()
    return told, balance(store, [told]), wrong


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not so():
        if time.monotonic() > end:
            raise RuntimeError("it did not come to that")
        time.sleep(0.05)


def _asked(server: Server, token: str, method: str, path: str, data: bytes | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, f"{server.address}{path}", headers=headers, content=data, timeout=60, trust_env=False)


def _while_full(kind: str, server: Server, tokens: dict[str, str]) -> list[str]:
    """Reading goes on (where the database itself does), uploads hear it, the process lives."""
    token = tokens["zuzhang"]
    asked = {
        "healthz": (_asked(server, token, "GET", "/healthz"), {200}),
        "read": (_asked(server, token, "GET", "/v1/cases"), {200} if kind != "log" else {200, 503}),
        "upload": (_asked(server, token, "POST", "/v1/files", made.jpeg() + bytes(400_000)), {507, 503}),
    }
    return [f"{name} while full: {answer.status_code}" for name, (answer, to_be) in asked.items()
            if answer.status_code not in to_be]  # fmt: skip


def _afterwards(server: Server, tokens: dict[str, str]) -> list[str]:
    answer = _asked(server, tokens["zuzhang"], "POST", "/v1/files", made.jpeg())
    if answer.status_code != 201:
        return [f"upload afterwards: {answer.status_code}"]
    again = _asked(server, tokens["zuzhang"], "GET", answer.headers["location"])
    return [] if again.status_code == 200 else [f"download afterwards: {again.status_code}"]


def _told(kind: str, told: Told, found: Balance, wrong: list[str]) -> bool:
    full = told.codes["storage_full"] > 0 if kind != "log" else told.statuses[503] > 0
    passed = found.even and full and not wrong and not told.odd and set(told.statuses) <= {0, 200, 201, 503, 507}
    _say(
        f"{kind}: answers {dict(told.statuses)} ({dict(told.codes)}), slowest {told.slowest:.1f} s; {found}; "
        f"{'; '.join(wrong) or 'reading went on, uploads were told'}: {'passed' if passed else 'FAILED'}"
    )
    return passed


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--on", choices=list(SIZES), help="one of them alone")
    wanted = parser.parse_args(arguments).on
    if os.geteuid() != 0:
        _say("not run: mounting a tmpfs needs root")
        return 0
    done = [drill(kind) for kind in SIZES if wanted in (None, kind)]
    return 0 if all(done) else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
