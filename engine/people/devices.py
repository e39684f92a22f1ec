"""Browsers in which somebody signed in once. Each keeps a secret that opens nothing: it only tells the attempts of its
owner from those of strangers, so that their failures do not count against him."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa

from engine.store.clock import real_now
from engine.store.db import Tx
from engine.store.tables import devices

#: Of one login; the one not seen for longest goes. Each has failures of its own to spend.
MOST_DEVICES = 10
_SECRET_MOST = 100


def digest(secret: str) -> str:
    """How a random secret is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def known_device(tx: Tx, login: str, secret: str | None) -> str | None:
    """The hash of the secret where it is one of this login's, else None."""
    if secret is None or len(secret) > _SECRET_MOST:
        return None
    mine = sa.and_(devices.c.hash == digest(secret), devices.c.login == login)
    found: str | None = tx.execute(sa.select(devices.c.hash).where(mine)).scalar()
    return found


def remember_device(tx: Tx, login: str, known: str | None) -> str | None:
    """A browser in which somebody signed in just now. The secret to keep there; None where it has one that is known."""
    now = real_now()
    if known is not None:
        seen = tx.execute(sa.update(devices).where(devices.c.hash == known).values(last_seen=now))
        if seen.rowcount:
            return None
    secret = secrets.token_urlsafe(32)
    tx.execute(sa.insert(devices).values(hash=digest(secret), login=login, created_at=now, last_seen=now))
    _keep_latest(tx, login)
    return secret


def forget_devices(tx: Tx, login: str) -> None:
    tx.execute(sa.delete(devices).where(devices.c.login == login))


def _keep_latest(tx: Tx, login: str) -> None:
    mine = sa.select(devices.c.hash).where(devices.c.login == login)
    latest = mine.order_by(devices.c.last_seen.desc(), devices.c.hash).offset(MOST_DEVICES)
    older = tx.execute(latest.limit(1000)).scalars().all()
    tx.execute(sa.delete(devices).where(devices.c.hash.in_(older)))
