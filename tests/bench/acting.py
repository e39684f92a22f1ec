"""Transitions and searches of the real engine, all its checks on: in this process, and over HTTP."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from engine.cases.door import Act
from engine.cases.narrowing import CaseFilter
from engine.cases.queries import CaseQueries
from engine.cases.service import Caller, CaseService, OpenCase
from engine.people.accounts import AccountService
from engine.people.setup import SetupService
from engine.rules.attempt import Command
from engine.store.db import Store
from engine.store.schema import migrate
from tests import township as t
from tests.bench.rounds import CLIENTS, Rate, looping, together
from tests.serving import Client

WHO, CASES, BATCH, SEARCHED = "village_clerk", 50, 500, 1000
REPORT = {"category": "dispute", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}
NOTE = Command(trigger="note", data={"text": "已电话联系双方"})


def prepared(url: str) -> Store:
    """A township of the tests, its time held."""
    store = Store(url)
    migrate(store)
    SetupService(store).init("test")
    t.settle(store)
    SetupService(store).hold_clock(t.NOW)
    return store


@dataclass(slots=True)
class Cases:
    """Open cases that take notes in turn, and the version each is at."""

    ids: list[str]
    versions: dict[str, int]
    turn: int = 0

    @staticmethod
    def opened(store: Store, count: int, gist: Callable[[], str] = lambda: str(REPORT["gist"])) -> Cases:
        service = CaseService(t.open_test_office(store)[0])
        wanted = [
            OpenCase(unit=t.WUCHANG, command=Command(trigger="report", data=REPORT | {"gist": gist()}))
            for _ in range(count)
        ]
        ids = [service.open(Caller(person=WHO), each).identity.id for each in wanted]
        return Cases(ids=ids, versions=dict.fromkeys(ids, 1))

    def next(self) -> tuple[str, int]:
        """(case, the version it is at), counted on."""
        case = self.ids[self.turn % len(self.ids)]
        self.turn += 1
        self.versions[case] += 1
        return case, self.versions[case] - 1


def transition(store: Store) -> Rate:
    """One note through the service: authorise, decide, chain, index, commit."""
    service, cases = CaseService(t.open_test_office(store)[0]), Cases.opened(store, CASES)

    def fire() -> None:
        case, version = cases.next()
        service.fire(Caller(person=WHO), case, NOTE, version)

    return looping(fire)


def batch(store: Store) -> Rate:
    """The same, many in one transaction; counted singly."""
    service, cases = CaseService(t.open_test_office(store)[0]), Cases.opened(store, CASES)

    def fire() -> None:
        acts = [
            Act(person=WHO, case_id=case, expected=version, command=NOTE)
            for case, version in (cases.next() for _ in range(BATCH))
        ]
        assert all(each.refusal is None for each in service.fire_many(acts))

    return looping(fire, each=BATCH)


def over_http(store: Store, address: str) -> Rate:
    """The same by single requests of several clients; each has cases of its own."""
    accounts = AccountService(store)
    accounts.add(WHO, WHO, operator=False)
    token = accounts.issue_token(WHO, "bench").secret
    return together([_client(Client(address, token), Cases.opened(store, CASES)) for _ in range(CLIENTS)])


def _client(client: Client, cases: Cases) -> Callable[[], None]:
    def fire() -> None:
        case, version = cases.next()
        answer = client.fire(case, NOTE.trigger, NOTE.data, version=version)
        assert answer.status_code == 200, answer.text

    return fire


def listing(store: Store) -> tuple[Rate, Rate]:
    """(a page of 50 of the cases that say two words, a page of 50 of all)."""
    chance = random.Random(7)
    words = ["".join(chr(0x4E00 + chance.randrange(400)) for _ in range(2)) for _ in range(200)]
    Cases.opened(store, SEARCHED, lambda: "".join(["水沟" * chance.randrange(2), *chance.sample(words, 12), "纠纷"]))
    if not store.is_sqlite:
        with store.begin() as tx:
            tx.execute(sa.text("ANALYZE"))  # as PostgreSQL does of itself within a minute
    queries = CaseQueries(t.open_test_office(store)[0])

    def page(q: str | None) -> Callable[[], None]:
        def read() -> None:
            assert len(queries.page(WHO, CaseFilter(q=q)).cases) == 50

        return read

    return looping(page("水沟 纠纷")), looping(page(None))
