"""Accounts and tokens: whom a secret stands for, and when it stops."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.people.accounts import AccountService, Principal
from engine.people.errors import Wrong
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.store.clock import real_now
from engine.store.db import Store
from engine.store.tables import tokens


@pytest.fixture
def accounts(store: Store) -> AccountService:
    ImportService(store).apply("people", "id,name,phone\nli,李四,\n".encode())
    service = AccountService(store)
    service.add("lisi", "li", operator=False)
    return service


def refused(code: str, act, *given) -> None:
    with pytest.raises(Wrong) as caught:
        act(*given)
    assert caught.value.code == code


def test_a_token_stands_for_its_account(accounts: AccountService):
    issued = accounts.issue_token("lisi", "phone")

    assert issued.secret.startswith("mq_")
    assert len(issued.secret) == 46
    assert accounts.who(issued.secret) == Principal(token_id=issued.id, login="lisi", person="li")


def test_only_the_hash_of_a_secret_is_kept(accounts: AccountService, store: Store):
    issued = accounts.issue_token("lisi", "phone")

    with store.read() as tx:
        row = tx.execute(sa.select(tokens)).one()

    assert row.hash == hashlib.sha256(issued.secret.encode()).hexdigest()
    assert issued.secret not in map(str, row)


@pytest.mark.parametrize("secret", ["", "mq_", "mq_" + "a" * 43, "x" * 10_000, "mq_é" + "a" * 42, "mq_\0"])
def test_an_unknown_secret_stands_for_nobody(accounts: AccountService, secret: str):
    assert accounts.who(secret) is None


def test_a_revoked_token_stands_for_nobody_and_the_other_one_still_works(accounts: AccountService):
    lost, kept = accounts.issue_token("lisi", "lost"), accounts.issue_token("lisi", "kept")

    accounts.revoke(lost.id)
    first = accounts.list_tokens("lisi")[0].revoked_at
    accounts.revoke(lost.id)

    assert accounts.who(lost.secret) is None
    assert accounts.who(kept.secret) is not None
    assert accounts.list_tokens("lisi")[0].revoked_at == first


def test_an_expired_token_stands_for_nobody(accounts: AccountService, store: Store):
    issued = accounts.issue_token("lisi", "short", real_now() + timedelta(hours=1))
    assert accounts.who(issued.secret) is not None

    with store.begin() as tx:
        tx.execute(sa.update(tokens).values(expires_at=real_now() - timedelta(seconds=1)))

    assert accounts.who(issued.secret) is None


def test_a_simulated_clock_expires_nothing(accounts: AccountService, store: Store):
    issued = accounts.issue_token("lisi", "short", real_now() + timedelta(hours=1))

    SetupService(store).hold_clock(real_now() + timedelta(days=400))

    assert accounts.who(issued.secret) is not None


def test_tokens_stop_with_their_account(accounts: AccountService):
    issued = accounts.issue_token("lisi", "phone")

    accounts.end("lisi")

    assert accounts.who(issued.secret) is None
    refused("account_ended", accounts.issue_token, "lisi", "again")
    refused("login_taken", accounts.add, "lisi", "li", False)


def test_an_operator_need_not_be_a_person(accounts: AccountService):
    accounts.add("root", None, operator=True)

    who = accounts.who(accounts.issue_token("root", "desk").secret)

    assert (who.person, who.operator) == (None, True)


def test_accounts_and_tokens_are_listed_without_secrets(accounts: AccountService):
    issued = accounts.issue_token("lisi", "phone")
    accounts.add("a-first", None, operator=True)

    assert [(found.login, found.name, found.active) for found in accounts.list_accounts()] == [
        ("a-first", None, True),
        ("lisi", "李四", True),
    ]
    (kept,) = accounts.list_tokens("lisi")
    assert (kept.id, kept.label, kept.revoked_at) == (issued.id, "phone", None)
    assert not hasattr(kept, "hash")


def test_what_is_unknown_or_malformed_is_refused(accounts: AccountService):
    refused("bad_login", accounts.add, "li si", None, False)
    refused("unknown_person", accounts.add, "wang", "nobody", False)
    refused("unknown_login", accounts.issue_token, "nobody", "phone")
    refused("unknown_login", accounts.end, "nobody")
    refused("unknown_login", accounts.list_tokens, "nobody")
    refused("unknown_token", accounts.revoke, "tk-0")
    refused("bad_label", accounts.issue_token, "lisi", "")
    refused("bad_label", accounts.issue_token, "lisi", "a\nb")
    refused("expires_in_the_past", accounts.issue_token, "lisi", "late", real_now() - timedelta(days=1))
    refused("time_without_offset", accounts.issue_token, "lisi", "late", datetime(2099, 1, 1))
