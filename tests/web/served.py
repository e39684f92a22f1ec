"""A real server on a copy of the demo, and sessions on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx2 as httpx

from engine.people.sessions import SessionService
from engine.people.setup import SetupService
from engine.store.db import Store
from tests.demo_built import BuiltDemo, demo_at_hand
from tests.serving import serving
from tests.web.addresses import Addresses


@dataclass(frozen=True)
class Served:
    """`address` of the server, `store` of its database, `demo` with the passwords of the personas, `client` for
    requests of the API."""

    address: str
    store: Store
    demo: BuiltDemo
    client: httpx.Client

    @cached_property
    def addresses(self) -> Addresses:
        """Of its pages. Who asks for them finds a meeting opened, and more that the demo lacks."""
        tokens = {persona: account["token"] for persona, account in self.demo.accounts.items()}
        return Addresses(self.store, self.client, tokens)

    def session(self, login: str) -> str:
        """The secret of a fresh session: what the cookie holds after signing in."""
        moment, _ = SetupService(self.store).clock()
        return SessionService(self.store).begin(login, remember=False, day=moment.date()).secret

    def password(self, login: str) -> str:
        return str(self.demo.accounts[login]["password"])


@contextmanager
def served_demo(folder: Path) -> Iterator[Served]:
    """The demo of this run; `folder` takes the copy."""
    with serve_copy(demo_at_hand(), folder) as served:
        yield served


@contextmanager
def serve_copy(demo: BuiltDemo, folder: Path) -> Iterator[Served]:
    url = f"sqlite:///{demo.copy_to(folder)}"
    store = Store(url)
    with (
        serving(url, folder / "server.log") as server,
        httpx.Client(base_url=server.address, timeout=60, trust_env=False) as client,
    ):
        yield Served(server.address, store, demo, client)
    store.dispose()
