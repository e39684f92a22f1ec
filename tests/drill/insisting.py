"""Clients that insist: each does acts of its own, and what gets no answer, or a 503 or 507, it sends again under the
same key until it is told that it is done. Afterwards every act must be there exactly once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx2 as httpx

from engine.audit.verify import verify
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from tests import township as t
from tests.drill.killing import WRITERS, Act, marks_in
from tests.serving import Client, Server

PAUSE = 0.1  # seconds before something is sent again
LATER = (503, 507)


@dataclass
class Told:
    """What the clients heard: how often which status (0: no answer at all), the slowest answer in seconds, and which
    acts were told to be done. `odd` are answers that nobody should get."""

    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    done: set[str] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, status: int, seconds: float, code: str = "") -> None:
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, seconds)
            if code:
                self.codes[code] += 1


class Insistent:
    """One client with cases of its own, whose versions nobody else moves."""

    def __init__(self, server: Server, tokens: dict[str, str], place: int, told: Told, stop: threading.Event) -> None:
        self.server, self.place, self.told, self.stop = server, place, told, stop
        self.client = Client(server.address, tokens[WRITERS[place % len(WRITERS)]])
        self.chance = random.Random(place)
        self.cases: dict[str, int] = {}

    def run(self, most: int = 10**6) -> None:
        for turn in range(most):
            if self.stop.is_set():
                return
            self.do(self.next(turn))

    def next(self, turn: int) -> Act:
        mark = f"mark-{self.place}-0-{turn}"
        if not self.cases or self.chance.random() < 0.2:
            return Act(mark, None)
        case = self.chance.choice(list(self.cases))
        return Act(mark, case, self.cases[case])

    def do(self, act: Act) -> httpx.Response:
        """Until it is done. What the clients were not told to expect is noted, and ends it."""
        while True:
            answer = self.send(act)
            if answer is not None and answer.status_code in (200, 201):
                self._done(act, answer)
                return answer
            if answer is not None and answer.status_code not in LATER:
                self.told.odd.append(f"{act.mark}: {answer.status_code} {answer.text[:300]}")
                raise AssertionError(self.told.odd[-1])
            time.sleep(PAUSE)

    def send(self, act: Act) -> httpx.Response | None:
        """Once; None where no answer came."""
        started = time.monotonic()
        try:
            answer = act.send(self.client)
        except httpx.TransportError:
            self.told.heard(0, time.monotonic() - started)
            return None
        later = answer.status_code in LATER
        self.told.heard(answer.status_code, time.monotonic() - started, answer.json()["code"] if later else "")
        if later and "retry-after" not in answer.headers:
            self.told.odd.append(f"{act.mark}: {answer.status_code} without Retry-After")
        return answer

    def _done(self, act: Act, answer: httpx.Response) -> None:
        body = answer.json()
        self.cases[body["id"]] = body["version"]
        with self.told.lock:
            self.told.done.add(act.mark)


class Crowd:
    """So many of them at once, until `end`."""

    def __init__(self, server: Server, tokens: dict[str, str], count: int) -> None:
        self.told, self._stop = Told(), threading.Event()
        self.clients = [Insistent(server, tokens, place, self.told, self._stop) for place in range(count)]
        self._pool = ThreadPoolExecutor(count)
        self._running = [self._pool.submit(each.run) for each in self.clients]

    def end(self) -> Told:
        """Each finishes what it began."""
        self._stop.set()
        for each in self._running:
            each.result()
        self._pool.shutdown()
        return self.told


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What was told to be done against what is there."""

    done: int
    lost: int
    doubled: int
    unknown: int
    flaws: int

    @property
    def even(self) -> bool:
        return self.done > 0 and not (self.lost or self.doubled or self.unknown or self.flaws)

    def __str__(self) -> str:
        return (
            f"{self.done} acts told to be done, lost {self.lost}, doubled {self.doubled}, there without being told "
            f"{self.unknown}, flaws {self.flaws}"
        )


def balance(store: Store, told: Sequence[Told]) -> Balance:
    found = marks_in(store)
    done = set[str]().union(*(each.done for each in told))
    verdict = verify(store, Rulebook.of(t.all_rules(), t.calendars()))
    return Balance(
        done=len(done),
        lost=len(done - found.keys()),
        doubled=sum(times > 1 for times in found.values()),
        unknown=len(found.keys() - done),
        flaws=len(verdict.flaws),
    )
