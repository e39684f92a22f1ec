"""Tokens: issuing, revoking and listing them. Everything here uses real time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from ulid import ULID

from engine.people.devices import digest
from engine.people.errors import Wrong
from engine.people.kinds import NAME_LENGTH, has_control
from engine.people.scopes import SCOPES
from engine.store.clock import real_now
from engine.store.db import Tx
from engine.store.tables import tokens

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TokenDays:
    """How long a token works, in days: where nobody says until when, and at most."""

    usual: int = 365
    most: int = 730


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """A fresh token. `secret` is shown this once: only its SHA-256 is kept."""

    id: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewToken:
    """What is asked for. `expires_at` is aware; None: the usual time."""

    login: str
    label: str
    scope: str = "act"
    expires_at: datetime | None = None


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

    @property
    def works(self) -> bool:
        """As far as it says itself: its account may have ended."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > real_now())

    @property
    def ends_soon(self) -> bool:
        """It works, and will not in thirty days."""
        return self.works and self.expires_at is not None and self.expires_at <= real_now() + _SOON


def put_token(tx: Tx, asked: NewToken, days: TokenDays) -> Issued:
    """Raises Wrong."""
    now = real_now()
    until = asked.expires_at or now + timedelta(days=days.usual)
    _check_token(asked, until, now + timedelta(days=days.most))
    issued = Issued(id=f"tk-{ULID()}", secret="mq_" + secrets.token_urlsafe(32), expires_at=until)
    values = {"id": issued.id, "login": asked.login, "label": asked.label, "scope": asked.scope, "expires_at": until}
    tx.execute(sa.insert(tokens).values(**values, hash=digest(issued.secret), created_at=now))
    return issued


def login_of_token(tx: Tx, token_id: str) -> str | None:
    return tx.execute(sa.select(tokens.c.login).where(tokens.c.id == token_id)).scalar()


def revoke_token(tx: Tx, token_id: str) -> bool:
    """Whether it was not revoked before."""
    still = sa.and_(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
    return tx.execute(sa.update(tokens).where(still).values(revoked_at=real_now())).rowcount > 0


def tokens_where(tx: Tx, *wanted: sa.ColumnElement[bool], limit: int | None = None) -> tuple[TokenKept, ...]:
    """The oldest first."""
    columns = [column for column in tokens.c if column.name != "hash"]
    query = sa.select(*columns).where(*wanted).order_by(tokens.c.id).limit(limit)
    return tuple(TokenKept(**row) for row in tx.execute(query).mappings())


def _check_token(asked: NewToken, until: datetime, latest: datetime) -> None:
    if not asked.label or len(asked.label) > NAME_LENGTH or has_control(asked.label):
        raise Wrong("bad_label", limit=NAME_LENGTH)
    if asked.scope not in SCOPES:
        raise Wrong("unknown_scope", scope=asked.scope, known=SCOPES)
    if until.utcoffset() is None:
        raise Wrong("time_without_offset", moment=until.isoformat())
    if until <= real_now():
        raise Wrong("expires_in_the_past", moment=until.isoformat())
    if until > latest:
        raise Wrong("expires_too_late", moment=until.isoformat(), latest=latest.date().isoformat())
