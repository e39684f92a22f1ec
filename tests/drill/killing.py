"""Kills the server under load, again and again, and holds what clients were told against what the database kept.

Eight clients open cases and write notes, each act with a mark of its own, and keep a list of what was acknowledged. The
server is killed (SIGKILL) while they send, and started again. Then: every acknowledged act is in the history; what is
there without an acknowledgement was on its way when the server died; every client sends again what it got no answer
for, under the same key, and each act is there exactly once; chains verify, and every case row is the fold of its rows.

    .venv/bin/python -m tests.drill.killing [--rounds 10] [--on sqlite]

Chains are verified after every tenth round and the last. Exit 1 when anything is lost or doubled, or in fewer than
nine of ten rounds a request was on its way.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from engine.store.tables import payloads
from tests import township as t
from tests.api.client import settle
from tests.drill.places import BACKENDS, database
from tests.serving import Client, Server

CLIENTS = 8
_VERIFIED = 10
SEED = 20260306
MARK = re.compile(r"mark-\d+-\d+-\d+")
REPORT = {"category": "dispute", "source": "visit", "heard_on": "2026-03-05"}
WRITERS = ("village_clerk", "village_secretary", "zuzhang", "pianzhang")


@dataclass
class Ledger:
    """What the clients know: acts told to be done, acts still on their way, acts that got no answer."""

    told: set[str] = field(default_factory=set)
    flying: set[str] = field(default_factory=set)
    unanswered: dict[str, Act] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Act:
    """One request that can be sent again: its mark is its key, too."""

    mark: str
    case: str | None
    version: int = 0

    def send(self, client: Client) -> httpx.Response:
        if self.case is None:
            body = {"unit": t.NEIGHBOURHOOD, "data": REPORT | {"gist": f"{self.mark} 水沟"}}
            return client.post("/v1/cases", body, key=self.mark)
        return client.fire(self.case, "note", {"text": f"{self.mark} 已联系"}, version=self.version, key=self.mark)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one kill did. `extra` was found without an acknowledgement, `lost` acknowledged and not found, `doubled`
    found more than once after everything was sent again."""

    number: int
    flying: int
    acknowledged: int
    found: int
    extra: int
    lost: int
    doubled: int
    missing: int
    flaws: int
    cases: int

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.missing or self.flaws) and self.extra <= self.flying


class Load:
    """The clients of one round."""

    def __init__(self, server: Server, tokens: dict[str, str], number: int, ledger: Ledger) -> None:
        self.server, self.tokens, self.number, self.ledger = server, tokens, number, ledger
        self._over = threading.Event()

    def run(self, seconds: float) -> int:
        """Send for so long, then kill the server; returns how many requests were on their way."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(self._client, place) for place in range(CLIENTS)]
            time.sleep(seconds)
            with self.ledger.lock:
                flying = len(self.ledger.flying)
                self.server.kill()
            self._over.set()
            for client in clients:
                client.result()
        return flying

    def _client(self, place: int) -> None:
        chance = random.Random(f"{SEED}/{self.number}/{place}")
        client = Client(self.server.address, self.tokens[WRITERS[place % len(WRITERS)]])
        for turn in range(10**6):
            act = self._next(chance, client, f"mark-{self.number}-{place}-{turn}")
            if act is None or self._over.is_set() or not self._sent(client, act):
                return

    def _next(self, chance: random.Random, client: Client, mark: str) -> Act | None:
        """Mostly a note on a case that others write to as well, at the version seen; now and then a new case."""
        with self.ledger.lock:
            known = list(self.ledger.cases)
        if not known or chance.random() < 0.2:
            return Act(mark, None)
        case = chance.choice(known)
        try:
            version = client.get(f"/v1/cases/{case}").json()["version"]
        except httpx.TransportError:
            return None
        return Act(mark, case, version)

    def _sent(self, client: Client, act: Act) -> bool:
        with self.ledger.lock:
            if self._over.is_set():
                return False
            self.ledger.flying.add(act.mark)
        try:
            answer = act.send(client)
        except httpx.TransportError:
            with self.ledger.lock:
                self.ledger.unanswered[act.mark] = act
            return False
        with self.ledger.lock:
            self._heard(act, answer)
        return True

    def _heard(self, act: Act, answer: httpx.Response) -> None:
        self.ledger.flying.discard(act.mark)
        if answer.status_code in (200, 201):
            self.ledger.told.add(act.mark)
            if act.case is None:
                self.ledger.cases.append(answer.json()["id"])
        elif answer.status_code != 412:
            raise AssertionError(f"{act.mark}: {answer.status_code} {answer.text}")


def kill_once(store: Store, server: Server, tokens: dict[str, str], number: int, ledger: Ledger, *,
              verified: bool = True) -> Round:  # fmt: skip
    chance = random.Random(f"{SEED}/{number}")
    ledger.flying.clear()
    ledger.unanswered.clear()
    flying = Load(server, tokens, number, ledger).run(chance.uniform(0.7, 1.6))
    found = marks_in(store)
    acknowledged = len(ledger.told)
    extra = len(found.keys() - ledger.told)
    lost = len(ledger.told - found.keys())
    server.start()
    _send_again(server, tokens, ledger)
    after = marks_in(store)
    verdict = verify(store, Rulebook.of(t.all_rules(), t.calendars())) if verified else None
    return Round(
        number=number,
        flying=flying,
        acknowledged=acknowledged,
        found=len(found),
        extra=extra,
        lost=lost,
        doubled=sum(times > 1 for times in after.values()),
        missing=len(ledger.told - after.keys()),
        flaws=len(verdict.flaws) if verdict else 0,
        cases=verdict.cases if verdict else 0,
    )


def _send_again(server: Server, tokens: dict[str, str], ledger: Ledger) -> None:
    """As a client does that got no answer: the same request under the same key. One that was overtaken meanwhile hears
    412 and was never done."""
    for mark, act in ledger.unanswered.items():
        writer = WRITERS[int(mark.split("-")[2]) % len(WRITERS)]
        answer = act.send(Client(server.address, tokens[writer]))
        if answer.status_code in (200, 201):
            ledger.told.add(mark)
        elif answer.status_code != 412:
            raise AssertionError(f"{mark} again: {answer.status_code} {answer.text}")


def marks_in(store: Store) -> Counter[str]:
    """How often each act stands in the history."""
    with store.read() as tx:
        bodies = tx.execute(sa.select(payloads.c.body)).scalars().all()
    return Counter(mark for body in bodies for mark in MARK.findall(str(body)))


def drill(backend: str, rounds: int) -> list[Round]:
    with tempfile.TemporaryDirectory(prefix="minqing-kill-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server runs as another user where we are root
        with database(backend, folder) as store:
            tokens = settle(store)
            server, ledger = Server(store.url, folder / "server.log"), Ledger()
            server.start()
            done = []
            for n in range(1, rounds + 1):
                verified = n % _VERIFIED == 0 or n == rounds
                done.append(_told(backend, kill_once(store, server, tokens, n, ledger, verified=verified)))
            server.stop()
            return done


def _told(backend: str, done: Round) -> Round:
    _say(
        f"{backend} {done.number:2}: in flight {done.flying}, acknowledged {done.acknowledged}, found {done.found}, "
        f"found but unacknowledged {done.extra}, lost {done.lost}, doubled {done.doubled}; "
        f"{done.cases} cases verified, {done.flaws} flaws"
    )
    return done


def passed(rounds: Sequence[Round]) -> bool:
    return all(each.sound for each in rounds) and sum(each.flying > 0 for each in rounds) * 10 >= len(rounds) * 9


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--on", choices=BACKENDS, help="one database alone")
    options = parser.parse_args(arguments)
    wanted = [backend for backend in BACKENDS if options.on in (None, backend)]
    results: dict[str, Any] = {backend: drill(backend, options.rounds) for backend in wanted}
    for backend, done in results.items():
        flew = sum(each.flying > 0 for each in done)
        last = done[-1]
        _say(
            f"{backend}: {'passed' if passed(done) else 'FAILED'}, {len(done)} kills, requests in flight in {flew}; "
            f"{last.acknowledged} acts acknowledged, lost {sum(each.lost for each in done)}, doubled {last.doubled}; "
            f"{last.cases} cases verified, {sum(each.flaws for each in done)} flaws"
        )
    return 0 if all(passed(done) for done in results.values()) else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
