"""The second factor: codes of six digits that a telephone reckons by the time (RFC 6238), each good once.

There are no codes to fall back on: who lost the telephone is known to the security administrator, who takes the factor
away after seeing him, and the next sign-in offers a new one.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from engine.people.acting import by_command
from engine.people.devices import digest
from engine.people.errors import Wrong
from engine.people.journal import keep
from engine.people.throttle import attempt_of, begin_attempt, forget_failures
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.tables import accounts, sessions
from engine.store.trust_tables import second_factors

_STEP = 30  # seconds; what every app reckons with, as the digits and the hash
_DIGITS = 6
_SECRET_BYTES = 20
#: The factor of the account in a joined row counts.
CONFIRMED_FACTOR = sa.and_(
    second_factors.c.login == sessions.c.login,
    second_factors.c.confirmed_at.is_not(None),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """What the telephone is to keep: the secret in base32 to type, and the same as an address to scan."""

    secret: str
    address: str


class FactorService:
    """Commands raise `Wrong`; what takes a code raises `Throttled`, too: ten wrong ones in a quarter of an hour."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @retried
    def offer(self, login: str) -> Offered:
        """A secret for an active login that has no factor yet: the one offered before, until it is confirmed."""
        with self.store.begin() as tx:
            _must_be_active(tx, login)
            kept = _of(tx, login)
            if kept is not None and kept.confirmed_at is not None:
                raise Wrong("factor_exists", login=login)
            return _offered(login, kept.secret if kept else _keep_new(tx, login))

    def confirm(self, login: str, code: str) -> None:
        """The first code from the telephone: from now on every sign-in asks for one."""
        self._take(login, code, confirming=True)

    def prove(self, login: str, code: str) -> None:
        """A code at signing in."""
        self._take(login, code, confirming=False)

    @retried
    def remove(self, login: str) -> None:
        """Take the factor away, for who lost his telephone; he is signed out everywhere."""
        by = by_command()
        with self.store.begin() as tx:
            remove_factor(tx, login)
            keep(tx, by, by.through(), "factor_removed", login)

    def _take(self, login: str, code: str, *, confirming: bool) -> None:
        """An attempt is counted before the code is looked at, and forgotten when it was right."""
        attempt = attempt_of(login, "", digest(f"code {login}"))
        with self.store.begin() as tx:
            begin_attempt(tx, attempt)
        with self.store.begin() as tx:
            if not _takes(tx, login, code, confirming):
                raise Wrong("wrong_code")
            forget_failures(tx, attempt)


def remove_factor(tx: Tx, login: str) -> None:
    """It is gone, and its owner is signed out everywhere. Raises Wrong."""
    _must_be_active(tx, login)
    tx.execute(sa.delete(second_factors).where(second_factors.c.login == login))
    mine = sa.and_(sessions.c.login == login, sessions.c.ended_at.is_(None))
    tx.execute(sa.update(sessions).where(mine).values(ended_at=real_now()))


def has_factor(tx: Tx, login: str) -> bool:
    """The login has a confirmed second factor."""
    kept = _of(tx, login)
    return kept is not None and kept.confirmed_at is not None


def _of(tx: Tx, login: str) -> sa.Row[tuple[str, str, datetime, datetime | None, int]] | None:
    return tx.execute(sa.select(second_factors).where(second_factors.c.login == login)).first()


def _takes(tx: Tx, login: str, code: str, confirming: bool) -> bool:
    """Whether the code is one of now that was not taken before; of two that bring the same at a time one is refused."""
    kept = _of(tx, login)
    if kept is None or (kept.confirmed_at is None) is not confirming:
        return False
    now = real_now()
    step = _step_of(kept.secret, code, now)
    if step is None:
        return False
    still = sa.and_(second_factors.c.login == login, second_factors.c.last_step < step)
    values = {"last_step": step, **({"confirmed_at": now} if confirming else {})}
    return tx.execute(sa.update(second_factors).where(still).values(**values)).rowcount == 1


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute whose code it is: of now, or one before or after, for telephones that are a little off."""
    here = int(now.timestamp()) // _STEP
    totp = _totp(secret)
    steps = (step for step in (here, here - 1, here + 1) if _same(totp.generate(step * _STEP), code))
    return next(steps, None)


def _same(expected: bytes, code: str) -> bool:
    return secrets.compare_digest(expected, code.encode("utf-8", "surrogatepass"))


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), _DIGITS, SHA1(), _STEP)  # in an HMAC, as every app reckons


def _offered(login: str, secret: str) -> Offered:
    return Offered(secret=secret, address=_totp(secret).get_provisioning_uri(login, "minqing"))


def _keep_new(tx: Tx, login: str) -> str:
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    values = {"login": login, "secret": secret, "offered_at": real_now(), "confirmed_at": None, "last_step": 0}
    tx.execute(sa.insert(second_factors).values(**values))
    return secret


def _must_be_active(tx: Tx, login: str) -> None:
    active = tx.execute(sa.select(accounts.c.active).where(accounts.c.login == login)).scalar()
    if active is None:
        raise Wrong("unknown_login", login=login)
    if not active:
        raise Wrong("account_ended", login=login)
