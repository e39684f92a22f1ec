"""The demo's organisation (27 real villages, all people invented) on a server, and everybody's connection to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2 as httpx

from api.demo.organisation import organisation
from api.demo.people import Holders
from engine.people.accounts import AccountService
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.store.db import Store
from tests.serving import Client

TOWNSHIP = "430482109"
NOW = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)


def settle(store: Store) -> Holders:
    """Import the organisation into an initialised test database and hold its clock."""
    register = organisation()
    for kind, data in register.items():
        outcome = ImportService(store).apply(kind, data)
        assert not outcome.problems, (kind, outcome.problems[:3])
    SetupService(store).hold_clock(NOW)
    return Holders(register)


class Refused(AssertionError):
    """The server did not do what somebody entitled to it asked for."""


@dataclass
class People:
    """Connections by person; an account and a token are made when somebody first needs them."""

    store: Store
    address: str
    holders: Holders
    _clients: dict[str, Client] = field(default_factory=dict)

    def client(self, person: str) -> Client:
        if person not in self._clients:
            accounts = AccountService(self.store)
            accounts.add(person, person, operator=False)
            self._clients[person] = Client(self.address, accounts.issue_token(person, "real input").secret)
        return self._clients[person]

    def who(self, role: str, unit: str) -> Client:
        return self.client(self.holders.of(role, unit))

    def villages(self) -> list[str]:
        return self.holders.units("village", TOWNSHIP)

    def place(self, village: str, turn: int) -> str:
        """One of the hamlet clusters of the village."""
        clusters = self.holders.units("wuchang", village)
        return clusters[turn % len(clusters)]


def done(answer: httpx.Response) -> dict[str, object]:
    """The body of an answer that says so. Raises Refused."""
    if answer.status_code not in (200, 201):
        raise Refused(f"{answer.request.url}: {answer.status_code} {answer.text}")
    body: dict[str, object] = answer.json()
    return body
