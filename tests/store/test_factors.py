"""The second factor: codes of now, each good once; a session that waits for one opens nothing."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from engine.people.factors import FactorService
from engine.people.sessions import SessionService
from engine.people.throttle import Throttled
from engine.store.clock import real_now
from engine.store.db import Store
from engine.store.trust_tables import second_factors
from tests.store.signing_in import DAY, earlier, refused, rows, settle


def code(secret: str, *, steps: int = 0) -> str:
    """The code that a telephone shows now, or so many half minutes later."""
    at = int(real_now().timestamp()) + 30 * steps
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(at).decode()


@pytest.fixture
def factors(store: Store) -> FactorService:
    settle(store)
    return FactorService(store)


@pytest.fixture
def secret(factors: FactorService) -> str:
    """That of 李四, who has confirmed it with the code of half a minute ago."""
    offered = factors.offer("lisi")
    factors.confirm("lisi", code(offered.secret, steps=-1))
    return offered.secret


def test_known_answers_of_the_rfc():
    totp = TOTP(b"12345678901234567890", 8, SHA1(), 30)
    assert [totp.generate(at) for at in (59, 1111111109, 20000000000)] == [b"94287082", b"07081804", b"65353130"]


def test_what_is_offered_counts_for_nothing_until_it_is_confirmed(factors: FactorService):
    offered = factors.offer("lisi")

    assert factors.offer("lisi") == offered  # a page that is shown again shows the same
    assert offered.address.startswith("otpauth://totp/minqing:lisi?") and offered.secret in offered.address
    assert len(base64.b32decode(offered.secret)) == 20
    refused("wrong_code", factors.prove, "lisi", code(offered.secret))
    assert not SessionService(factors.store).begin("lisi", remember=False, day=DAY).proving


def test_a_code_is_taken_once(factors: FactorService, secret: str):
    now = code(secret)
    factors.prove("lisi", now)

    refused("wrong_code", factors.prove, "lisi", now)
    refused("wrong_code", factors.prove, "lisi", code(secret, steps=-1))
    factors.prove("lisi", code(secret, steps=1))


def test_a_code_of_another_time_or_another_login_is_wrong(factors: FactorService, secret: str):
    for wrong in (code(secret, steps=3), code(secret, steps=-3), "", "12345", "x" * 5000, "１２３４５６", "\udc00"):
        refused("wrong_code", factors.prove, "lisi", wrong)
    refused("wrong_code", factors.prove, "root", code(secret))
    refused("wrong_code", factors.confirm, "lisi", code(secret))


def test_wrong_codes_are_counted_and_a_right_one_does_not_help_then(factors: FactorService, secret: str):
    for _ in range(10):
        refused("wrong_code", factors.prove, "lisi", "000000")

    with pytest.raises(Throttled):
        factors.prove("lisi", code(secret))


def test_a_factor_is_not_offered_twice_and_to_nobody(factors: FactorService, secret: str):
    refused("factor_exists", factors.offer, "lisi")
    refused("unknown_login", factors.offer, "nobody")
    refused("account_ended", factors.offer, "gone")


def test_a_session_waits_for_the_code_and_ends_when_it_came(factors: FactorService, secret: str):
    sessions = SessionService(factors.store)
    waiting = sessions.begin("lisi", remember=True, day=DAY)
    found = sessions.who(waiting.secret, DAY)

    assert waiting.proving and found and found.proving and found.has_factor
    assert waiting.expires_at - real_now() <= timedelta(minutes=10)
    assert sessions.of_login("lisi") == ()
    whole = sessions.proved(waiting.secret, DAY)
    assert not whole.proving and whole.secret != waiting.secret
    assert sessions.who(waiting.secret, DAY) is None
    seen = sessions.who(whole.secret, DAY)
    assert seen and not seen.proving and seen.remembered
    refused("sign_in_failed", sessions.proved, waiting.secret, DAY)
    refused("sign_in_failed", sessions.proved, whole.secret, DAY)


def test_who_lost_the_telephone_is_signed_out_and_offered_another_secret(factors: FactorService, secret: str):
    sessions = SessionService(factors.store)
    waiting = sessions.begin("lisi", remember=False, day=DAY)

    factors.remove("lisi")

    assert sessions.who(waiting.secret, DAY) is None
    assert factors.offer("lisi").secret != secret


def test_places_of_a_login_are_told_and_ended_one_by_one(store: Store):
    settle(store)
    sessions = SessionService(store)
    first, second = (sessions.begin("lisi", remember=remember, day=DAY) for remember in (False, True))

    assert [(place.id, place.remembered) for place in sessions.of_login("lisi")] == [
        (second.id, True),
        (first.id, False),
    ]
    sessions.end_one("root", first.id)
    assert sessions.who(first.secret, DAY) is not None  # it is none of his
    sessions.end_one("lisi", first.id)
    assert [place.id for place in sessions.of_login("lisi")] == [second.id]


def test_the_secret_lies_nowhere_but_in_its_table(factors: FactorService, secret: str):
    assert [row.secret for row in rows(factors.store, second_factors)] == [secret]
    earlier(factors.store, second_factors.c.offered_at, timedelta(days=1))
    with factors.store.read() as tx:
        assert tx.execute(sa.select(second_factors.c.confirmed_at)).scalar() is not None
