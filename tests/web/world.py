"""Where pages are tested: the small township under version 2 of the default rules, in this process; and copies of the
demo township, in this process or behind a real server."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI

from api.app import create_app
from api.settings import Settings
from engine.audit.keys import KeyService, key_beside
from engine.people.accounts import AccountService
from engine.people.passwords import PasswordService
from engine.store.db import Store
from engine.store.tables import passwords
from tests import township as t
from tests.api.client import ADMINISTRATORS, OPERATOR, PEOPLE, Api, office_of, opened, settle
from tests.api.in_process import client_of
from tests.databases import fresh_store
from tests.demo_built import demo_at_hand
from tests.fast_hashing import fast_hasher
from tests.web.addresses import Addresses
from tests.web.client import PASSWORD, Browser

EVERYBODY = [*PEOPLE, *(holder.person for holder in t.WHOLE_BOOK), *ADMINISTRATORS]


class Web(Api):
    """The township with a token and a password (`PASSWORD`) for everybody, and browsers. `send`, `open`, `done` and
    the rest of `Api` prepare what pages then show."""

    def browser(self, person: str | None = None) -> Browser:
        """A browser of its own; with a person one who is signed in."""
        browser = Browser.on(self.client, self.app)
        return browser if person is None else browser.enter(person)


@contextmanager
def small_township() -> Iterator[Web]:
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        tokens |= _more_accounts(store)
        _give_passwords(store)
        key = key_beside(store)
        KeyService(store, key).prepare()
        office = dataclasses.replace(office_of(store, *t.default_rules(), t.whole_book()), signing_key=key)
        with opened(office, tokens) as api:
            hash_fast(api.app)
            yield Web(api.office, tokens, api.client, api.app)


def _more_accounts(store: Store) -> dict[str, str]:
    """The posts that only version 2 names."""
    t.settle_whole_book(store)
    accounts = AccountService(store)
    more = [holder.person for holder in t.WHOLE_BOOK]
    for person in more:
        accounts.add(person, person, operator=False)
    return {person: accounts.issue_token(person, "test").secret for person in more}


def _give_passwords(store: Store) -> None:
    """One is set as an operator sets it; the others get the same row, which saves seconds."""
    PasswordService(store, fast_hasher()).set(OPERATOR, PASSWORD, must_change=False)
    with store.begin() as tx:
        row = dict(tx.execute(sa.select(passwords)).mappings().one())
        tx.execute(sa.insert(passwords), [row | {"login": login} for login in EVERYBODY if login != OPERATOR])


def hash_fast(app: FastAPI) -> None:
    """Passwords are checked and changed with as little work as can be."""
    services = app.state.services
    quick = PasswordService(services.office.store, fast_hasher())
    app.state.services = dataclasses.replace(services, passwords=quick)


class DemoWeb:
    """A copy of the demo township in this process. A login is a persona, as `linzhang` or `village_clerk_2`.
    `passwords` by persona; `addresses` of its pages."""

    def __init__(self, api: Api, passwords: Mapping[str, str]) -> None:
        self.api, self.passwords = api, passwords
        self.app, self.store = api.app, api.office.store
        self.addresses = Addresses(self.store, api.client, api.tokens)

    def browser(self, persona: str | None = None) -> Browser:
        browser = Browser.on(self.api.client, self.app)
        return browser if persona is None else browser.enter(persona)


@contextmanager
def demo_township(folder: Path) -> Iterator[DemoWeb]:
    """`folder` takes the copy."""
    demo = demo_at_hand()
    url = f"sqlite:///{demo.copy_to(folder)}"
    tokens = {persona: account["token"] for persona, account in demo.accounts.items()}
    app = create_app(Settings(database_url=url, workflows_dir=t.WORKFLOWS))
    with client_of(app) as client:
        secrets = {persona: account["password"] for persona, account in demo.accounts.items()}
        yield DemoWeb(Api(app.state.services.office, tokens, client, app), secrets)
    app.state.services.office.store.dispose()
