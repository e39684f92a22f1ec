"""How often signing in may fail. What a stranger does from elsewhere never keeps out who knows his password: failures
count by (login, source) and by source, those from a browser known to the login by that browser alone, and no login is
ever locked.

An attempt is counted before its password is looked at and taken back when it was right, so that many at a time are
counted, too. What is turned away is not counted: a limit ends by itself.
"""

from __future__ import annotations

import ipaddress
import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from ulid import ULID

from engine.store.clock import real_now
from engine.store.db import Tx
from engine.store.tables import sign_in_failures

WINDOW = timedelta(minutes=15)
MOST_OF_LOGIN_AND_SOURCE = 10
MOST_OF_SOURCE = 100
MOST_OF_DEVICE = 10
KEPT = timedelta(days=1)
_LENGTH = 64


class Throttled(Exception):
    """Too many failures. Nothing was looked at; the next attempt may be made in `retry_after` whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many failures")
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """Under which names a failure counts. `device` is the hash of a browser known to the login, or None."""

    id: str
    login: str
    source: str
    device: str | None


def attempt_of(login: str, source: str, device: str | None) -> Attempt:
    return Attempt(id=f"at-{ULID()}", login=typed(login).casefold()[:_LENGTH], source=source_of(source), device=device)


def typed(login: str) -> str:
    """What was typed as a login, without blanks around it and signs that do not show; never longer than a login."""
    shown = "".join(sign for sign in login[: 4 * _LENGTH] if sign.isprintable())
    return unicodedata.normalize("NFC", shown).strip()[:_LENGTH]


def source_of(address: str) -> str:
    """The client's address as its failures are counted: of IPv6 the /64, which one subscriber has to himself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0].strip())
    except ValueError:
        return typed(address)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def begin_attempt(tx: Tx, attempt: Attempt) -> None:
    """Count it. Raises Throttled where one more is too many."""
    now = real_now()
    failures = sign_in_failures.c
    tx.execute(sa.delete(sign_in_failures).where(failures.at < now - KEPT))
    for limit, of_these in _limits(attempt):
        _check(tx, limit, of_these, now)
    values = {"id": attempt.id, "login": attempt.login, "source": attempt.source, "device": attempt.device}
    tx.execute(sa.insert(sign_in_failures).values(**values, at=now))


def take_back(tx: Tx, attempt: Attempt) -> None:
    """It came to nothing: no password was looked at."""
    tx.execute(sa.delete(sign_in_failures).where(sign_in_failures.c.id == attempt.id))


def forget_failures(tx: Tx, attempt: Attempt) -> None:
    """It was right: what failed before under the same names is forgotten."""
    (_, of_these), *_ = _limits(attempt)
    tx.execute(sa.delete(sign_in_failures).where(of_these))


def _limits(attempt: Attempt) -> list[tuple[int, sa.ColumnElement[bool]]]:
    failures = sign_in_failures.c
    if attempt.device is not None:
        return [(MOST_OF_DEVICE, failures.device == attempt.device)]
    of_source = sa.and_(failures.source == attempt.source, failures.device.is_(None))
    of_both = sa.and_(of_source, failures.login == attempt.login)
    return [(MOST_OF_LOGIN_AND_SOURCE, of_both), (MOST_OF_SOURCE, of_source)]


def _check(tx: Tx, limit: int, of_these: sa.ColumnElement[bool], now: datetime) -> None:
    """The limit is reached where so many lie within the window; it ends when the earliest of them leaves it."""
    at = sign_in_failures.c.at
    within = sa.select(at).where(of_these, at > now - WINDOW).order_by(at.desc()).offset(limit - 1).limit(1)
    earliest = tx.execute(within).scalar()
    if earliest is not None:
        raise Throttled(max(1, math.ceil((earliest + WINDOW - now).total_seconds())))
