"""Accounts and their tokens. Everything here uses real time: a simulated clock opens no expired door.

The commands of `AccountService` are those of who runs the machine; administrators act through
`engine/people/administration.py`, which judges what their office lets them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.people.acting import by_command
from engine.people.administrators import appoint
from engine.people.devices import digest
from engine.people.errors import Wrong
from engine.people.journal import keep
from engine.people.offices import office_columns, offices_of
from engine.people.tokens import (
    Issued,
    NewToken,
    TokenDays,
    TokenKept,
    login_of_token,
    put_token,
    revoke_token,
    tokens_where,
)
from engine.rules.identity import has_identity_number
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.tables import accounts, people, tokens

_LOGIN = re.compile(r"[A-Za-z0-9_.@-]{1,64}", re.ASCII)
_SECRET = re.compile(r"mq_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who a token stands for. `person` is None for an account that is no villager or cadre (a technical one); `scope`
    is what the token opens of what the account may."""

    token_id: str
    login: str
    person: str | None
    offices: frozenset[str] = frozenset()
    scope: str = "act"

    @property
    def operator(self) -> bool:
        """He runs the machine: the system administrator."""
        return "system" in self.offices


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    login: str
    person: str | None
    name: str | None
    offices: frozenset[str]
    active: bool
    created_at: datetime

    @property
    def operator(self) -> bool:
        return "system" in self.offices


class AccountService:
    """Commands and look-ups of accounts. Commands raise `Wrong`."""

    def __init__(self, store: Store, token_days: TokenDays = TokenDays()) -> None:
        self.store, self.token_days = store, token_days

    @retried
    def add(self, login: str, person: str | None, operator: bool) -> None:
        """An account for a registered person, or for none. A login is never given out twice, not even an ended one.
        `operator`: it is to be the system administrator's."""
        by = by_command()
        with self.store.begin() as tx:
            put_account(tx, login, person)
            keep(tx, by, by.through(), "account_added", login, person=person)
            if operator:
                appoint(tx, by, login, "system")

    def end(self, login: str) -> None:
        """Close an account for good; its tokens stop working with the commit."""
        by = by_command()
        with self.store.begin() as tx:
            close_account(tx, login)
            keep(tx, by, by.through(), "account_ended", login)

    def issue_token(self, login: str, label: str, expires_at: datetime | None = None, scope: str = "act") -> Issued:
        """A new token of an active account. `expires_at` is aware; without it the token works for the usual time."""
        by = by_command()
        with self.store.begin() as tx:
            must_be_active(tx, login)
            asked = NewToken(login=login, label=label, scope=scope, expires_at=expires_at)
            issued = put_token(tx, asked, self.token_days)
            facts = {"token": issued.id, "scope": scope, "expires_at": issued.expires_at.isoformat()}
            keep(tx, by, by.through(), "token_issued", login, **facts)
            return issued

    def revoke(self, token_id: str) -> None:
        """End a token at once; one that was revoked before keeps its first date."""
        by = by_command()
        with self.store.begin() as tx:
            login = login_of_token(tx, token_id)
            if login is None:
                raise Wrong("unknown_token", token=token_id)
            if revoke_token(tx, token_id):
                keep(tx, by, by.through(), "token_revoked", login, token=token_id)

    def list_accounts(self) -> tuple[Account, ...]:
        """All accounts by login, ended ones too."""
        with self.store.read() as tx:
            return accounts_of(tx)

    def list_tokens(self, login: str) -> tuple[TokenKept, ...]:
        """The tokens of an account, oldest first."""
        with self.store.read() as tx:
            is_active(tx, login)
            return tokens_where(tx, tokens.c.login == login)

    def working_tokens(self) -> tuple[TokenKept, ...]:
        """Every token that opens something now, oldest first; those of old have no end."""
        with self.store.read() as tx:
            active = sa.select(accounts.c.login).where(accounts.c.active)
            return tuple(each for each in tokens_where(tx, tokens.c.login.in_(active)) if each.works)

    def who(self, secret: str) -> Principal | None:
        """Whom the secret stands for; None where it is unknown, expired, revoked or its account ended."""
        if not _SECRET.fullmatch(secret):
            return None
        with self.store.read() as tx:
            row = tx.execute(_WHO, {"secret": digest(secret), "now": real_now()}).first()
            return _principal(row) if row else None


def put_account(tx: Tx, login: str, person: str | None) -> None:
    """Raises Wrong."""
    _check_new(tx, login, person)
    tx.execute(sa.insert(accounts).values(login=login, person=person, active=True, created_at=real_now()))


def close_account(tx: Tx, login: str) -> None:
    """Raises Wrong."""
    is_active(tx, login)
    tx.execute(sa.update(accounts).where(accounts.c.login == login).values(active=False))


def accounts_of(tx: Tx, *wanted: sa.ColumnElement[bool], limit: int | None = None) -> tuple[Account, ...]:
    """By login, ended ones too."""
    joined = accounts.outerjoin(people, people.c.id == accounts.c.person)
    query = sa.select(accounts, people.c.name, *office_columns()).select_from(joined).where(*wanted)
    return tuple(_account(row) for row in tx.execute(query.order_by(accounts.c.login).limit(limit)))


def _account(row: sa.Row[Any]) -> Account:
    return Account(
        login=row.login,
        person=row.person,
        name=row.name,
        offices=offices_of(row),
        active=row.active,
        created_at=row.created_at,
    )


def _principal(row: sa.Row[Any]) -> Principal:
    return Principal(
        token_id=row.token_id, login=row.login, person=row.person, offices=offices_of(row), scope=row.scope
    )


def _who() -> sa.Select[Any]:
    """Whose working token has the hash `secret`, `now`."""
    columns = (tokens.c.id.label("token_id"), tokens.c.scope, accounts.c.login, accounts.c.person, *office_columns())
    expires = tokens.c.expires_at
    unexpired = sa.or_(expires.is_(None), expires > sa.bindparam("now", type_=expires.type))
    return (
        sa.select(*columns)
        .join(accounts, accounts.c.login == tokens.c.login)
        .where(tokens.c.hash == sa.bindparam("secret"), accounts.c.active, tokens.c.revoked_at.is_(None), unexpired)
    )


_WHO = _who()


def is_active(tx: Tx, login: str) -> bool:
    active: bool | None = tx.execute(sa.select(accounts.c.active).where(accounts.c.login == login)).scalar()
    if active is None:
        raise Wrong("unknown_login", login=login)
    return active


def must_be_active(tx: Tx, login: str) -> None:
    if not is_active(tx, login):
        raise Wrong("account_ended", login=login)


def _check_new(tx: Tx, login: str, person: str | None) -> None:
    if not _LOGIN.fullmatch(login):
        raise Wrong("bad_login", login=login)
    if has_identity_number(login):
        raise Wrong("login_is_id_number")
    if tx.execute(sa.select(accounts.c.login).where(accounts.c.login == login)).first():
        raise Wrong("login_taken", login=login)
    if person is not None and not tx.execute(sa.select(people.c.id).where(people.c.id == person)).first():
        raise Wrong("unknown_person", person=person)
