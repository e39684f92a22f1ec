"""Accounts and their tokens. Everything here uses real time: a simulated clock opens no expired door."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from engine.people.errors import Wrong
from engine.people.kinds import NAME_LENGTH, has_control
from engine.people.offices import office_columns, offices_of
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.tables import accounts, people, tokens
from engine.store.trust_tables import administrators

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
class Issued:
    """A fresh token. `secret` is shown this once: only its SHA-256 is kept."""

    id: str
    secret: str


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


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenKept:
    """A token as it is stored, without its secret."""

    id: str
    login: str
    label: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class AccountService:
    """Commands and look-ups of accounts. Commands raise `Wrong`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @retried
    def add(self, login: str, person: str | None, operator: bool) -> None:
        """An account for a registered person, or for none. A login is never given out twice, not even an ended one."""
        with self.store.begin() as tx:
            _check_new(tx, login, person)
            now = real_now()
            tx.execute(sa.insert(accounts).values(login=login, person=person, active=True, created_at=now))
            if operator:
                tx.execute(sa.insert(administrators).values(login=login, office="system", since=now))

    def end(self, login: str) -> None:
        """Close an account for good; its tokens stop working with the commit."""
        with self.store.begin() as tx:
            _is_active(tx, login)
            tx.execute(sa.update(accounts).where(accounts.c.login == login).values(active=False))

    def issue_token(self, login: str, label: str, expires_at: datetime | None = None) -> Issued:
        """A new token of an active account. `expires_at` is aware; without it the token works until revoked."""
        with self.store.begin() as tx:
            _check_token(tx, login, label, expires_at)
            issued = Issued(id=f"tk-{ULID()}", secret="mq_" + secrets.token_urlsafe(32))
            values = {"id": issued.id, "login": login, "label": label, "scope": "act", "expires_at": expires_at}
            tx.execute(sa.insert(tokens).values(**values, hash=_hash(issued.secret), created_at=real_now()))
            return issued

    def revoke(self, token_id: str) -> None:
        """End a token at once; one that was revoked before keeps its first date."""
        with self.store.begin() as tx:
            if tx.execute(sa.select(tokens.c.id).where(tokens.c.id == token_id)).scalar() is None:
                raise Wrong("unknown_token", token=token_id)
            still = sa.and_(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
            tx.execute(sa.update(tokens).where(still).values(revoked_at=real_now()))

    def list_accounts(self) -> tuple[Account, ...]:
        """All accounts by login, ended ones too."""
        with self.store.read() as tx:
            joined = accounts.outerjoin(people, people.c.id == accounts.c.person)
            query = sa.select(accounts, people.c.name, *office_columns()).select_from(joined)
            return tuple(_account(row) for row in tx.execute(query.order_by(accounts.c.login)))

    def list_tokens(self, login: str) -> tuple[TokenKept, ...]:
        """The tokens of an account, oldest first."""
        with self.store.read() as tx:
            _is_active(tx, login)
            columns = [column for column in tokens.c if column.name != "hash"]
            query = sa.select(*columns).where(tokens.c.login == login).order_by(tokens.c.id)
            return tuple(TokenKept(**row) for row in tx.execute(query).mappings())

    def who(self, secret: str) -> Principal | None:
        """Whom the secret stands for; None where it is unknown, expired, revoked or its account ended."""
        if not _SECRET.fullmatch(secret):
            return None
        with self.store.read() as tx:
            row = tx.execute(_WHO, {"secret": _hash(secret), "now": real_now()}).first()
            return _principal(row) if row else None


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


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_active(tx: Tx, login: str) -> bool:
    active: bool | None = tx.execute(sa.select(accounts.c.active).where(accounts.c.login == login)).scalar()
    if active is None:
        raise Wrong("unknown_login", login=login)
    return active


def _check_new(tx: Tx, login: str, person: str | None) -> None:
    if not _LOGIN.fullmatch(login):
        raise Wrong("bad_login", login=login)
    if tx.execute(sa.select(accounts.c.login).where(accounts.c.login == login)).first():
        raise Wrong("login_taken", login=login)
    if person is not None and not tx.execute(sa.select(people.c.id).where(people.c.id == person)).first():
        raise Wrong("unknown_person", person=person)


def _check_token(tx: Tx, login: str, label: str, expires_at: datetime | None) -> None:
    if not _is_active(tx, login):
        raise Wrong("account_ended", login=login)
    if not label or len(label) > NAME_LENGTH or has_control(label):
        raise Wrong("bad_label", limit=NAME_LENGTH)
    if expires_at is not None and expires_at.utcoffset() is None:
        raise Wrong("time_without_offset", moment=expires_at.isoformat())
    if expires_at is not None and expires_at <= real_now():
        raise Wrong("expires_in_the_past", moment=expires_at.isoformat())
