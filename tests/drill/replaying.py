"""Sends ten thousand requests of which a fifth are sent before: at the same moment, right after, much later, and after
the server was killed. Each act is there exactly once, and each repetition hears the first answer.

    .venv/bin/python -m tests.drill.replaying [--requests 10000] [--on sqlite]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx

from engine.store.db import Store
from tests.api.client import settle
from tests.drill.insisting import Insistent, Told, balance
from tests.drill.killing import Act
from tests.drill.places import BACKENDS, database
from tests.serving import Server

CLIENTS = 8
KILLS = 3


class Repeater(Insistent):
    """Repeats every fourth of its acts: of five requests one was sent before. `apart` counts answers to a repetition
    that were others than the first."""

    def __init__(self, server: Server, tokens: dict[str, str], place: int, told: Told) -> None:
        super().__init__(server, tokens, place, told, threading.Event())
        self.kept: list[tuple[Act, bytes]] = []
        self.ways: Counter[str] = Counter()
        self.apart: list[str] = []
        self._twin = ThreadPoolExecutor(1)

    def go(self, acts: int, first: int) -> None:
        for turn in range(first, first + acts):
            act = self.next(turn)
            if turn % 4 != 3:
                self._keep(act, self.do(act))
            elif turn % 8 == 3:
                self._at_once(act)
            else:
                self._keep(act, self.do(act))
                self._earlier()

    def _keep(self, act: Act, answer: httpx.Response) -> None:
        self.kept.append((act, answer.content))

    def _at_once(self, act: Act) -> None:
        """The same request twice at the same moment."""
        self.ways["at once"] += 1
        twin = self._twin.submit(self._alone, act)
        mine = self.do(act).content
        self._same(act, mine, twin.result())
        self.kept.append((act, mine))

    def _alone(self, act: Act) -> bytes:
        """On a connection of its own."""
        other = Insistent.__new__(Insistent)
        other.__dict__.update(self.__dict__, client=type(self.client)(self.server.address, self._secret), cases={})
        return other.do(act).content

    @property
    def _secret(self) -> str:
        return str(self.client._http.headers["authorization"]).removeprefix("Bearer ")

    def _earlier(self) -> None:
        """One of those before, the last or any."""
        act, first = self.kept[-1] if self.chance.random() < 0.5 else self.chance.choice(self.kept)
        self.ways["later"] += 1
        self._again(act, first)

    def after_a_kill(self, count: int) -> None:
        for act, first in self.chance.sample(self.kept, min(count, len(self.kept))):
            self.ways["after a kill"] += 1
            self._again(act, first)

    def _again(self, act: Act, first: bytes) -> None:
        before = dict(self.cases)
        self._same(act, first, self.do(act).content)
        self.cases = before  # the kept answer tells an old version

    def _same(self, act: Act, one: bytes, other: bytes) -> None:
        if one != other:
            self.apart.append(act.mark)


def drill(backend: str, requests: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="minqing-replay-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database(backend, folder) as store:
            return _drill(backend, store, folder, requests)


def _drill(backend: str, store: Store, folder: Path, requests: int) -> bool:
    tokens, server, told = settle(store), Server(store.url, folder / "server.log"), Told()
    server.start()
    clients = [Repeater(server, tokens, place, told) for place in range(CLIENTS)]
    share, started = requests * 4 // 5 // CLIENTS // (KILLS + 1), time.monotonic()
    for part in range(KILLS + 1):
        _together(clients, share, part, server if part < KILLS else None)
    server.stop()
    found, ways = balance(store, [told]), sum((each.ways for each in clients), Counter[str]())
    apart = [mark for each in clients for mark in each.apart]
    passed = found.even and not apart and not told.odd and set(told.statuses) <= {0, 200, 201}
    answered = told.statuses.total() - told.statuses[0]
    _say(
        f"{backend}: {answered} requests answered in {time.monotonic() - started:.0f} s, sent before "
        f"{dict(ways)} = {ways.total()}, {KILLS} kills; {found}; "
        f"other answers to the same {len(apart)}: {'passed' if passed else 'FAILED'}"
    )
    return passed


def _together(clients: list[Repeater], share: int, part: int, killed: Server | None) -> None:
    """Everybody's share; then the server is killed, while they send, and some is sent again."""
    with ThreadPoolExecutor(len(clients)) as pool:
        running = [pool.submit(each.go, share, part * share) for each in clients]
        if killed is not None:
            _when_busy(clients, share, part)
            killed.kill()
            killed.start()
        for each in running:
            each.result()
        for each in [pool.submit(each.after_a_kill, share // 20) for each in clients if killed is not None]:
            each.result()


def _when_busy(clients: list[Repeater], share: int, part: int) -> None:
    """Half of the share is done."""
    while sum(len(each.kept) for each in clients) < (part + 0.5) * share * len(clients):
        time.sleep(0.05)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--on", choices=BACKENDS, help="one database alone")
    options = parser.parse_args(arguments)
    done = [drill(each, options.requests) for each in BACKENDS if options.on in (None, each)]
    return 0 if all(done) else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
