"""How often signing in may fail, and that no stranger's failures keep out who knows his password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import argon2
import pytest

from engine.people.errors import Wrong
from engine.people.passwords import PasswordService
from engine.people.throttle import MOST_OF_DEVICE, MOST_OF_LOGIN_AND_SOURCE, MOST_OF_SOURCE, Throttled
from engine.store.db import Store
from engine.store.tables import devices, sign_in_failures
from tests.store.signing_in import ELSEWHERE, HERE, RIGHT, WRONG, earlier, refused, rows, settle


@pytest.fixture
def service(store: Store) -> PasswordService:
    return settle(store)


def fail(service: PasswordService, times: int, login: str = "lisi", source: str = HERE, device: str | None = None):
    for _ in range(times):
        refused("sign_in_failed", service.check, login, WRONG, source=source, device=device)


def throttled(service: PasswordService, login: str = "lisi", source: str = HERE, device: str | None = None) -> int:
    """Even the right password is turned away; for how many seconds."""
    with pytest.raises(Throttled) as caught:
        service.check(login, RIGHT, source=source, device=device)
    return caught.value.retry_after


def test_the_limits():
    assert (MOST_OF_LOGIN_AND_SOURCE, MOST_OF_SOURCE, MOST_OF_DEVICE) == (10, 100, 10)


def test_ten_failures_of_a_login_from_a_source_are_the_most(service: PasswordService):
    fail(service, 9)
    service.check("lisi", RIGHT, source=HERE)
    fail(service, 10)

    assert 890 < throttled(service) <= 900


def test_what_is_turned_away_is_not_hashed_and_does_not_count(
    service: PasswordService, monkeypatch: pytest.MonkeyPatch
):
    fail(service, 10)
    monkeypatch.setattr(argon2.PasswordHasher, "verify", lambda *given: pytest.fail("hashed"))

    for _ in range(3):
        throttled(service)

    assert len(rows(service.store, sign_in_failures)) == 10


def test_a_limit_ends_by_itself(service: PasswordService):
    fail(service, 10)
    earlier(service.store, sign_in_failures.c.at, timedelta(minutes=14))
    assert throttled(service) <= 60

    earlier(service.store, sign_in_failures.c.at, timedelta(minutes=1))

    assert service.check("lisi", RIGHT, source=HERE)


def test_the_next_attempt_may_be_made_when_the_earliest_of_ten_is_old(service: PasswordService):
    fail(service, 1)
    earlier(service.store, sign_in_failures.c.at, timedelta(minutes=10))
    fail(service, 9)

    assert 290 < throttled(service) <= 300


def test_elsewhere_and_others_are_not_concerned(service: PasswordService):
    service.set("root", RIGHT, must_change=False)
    fail(service, 10)

    assert service.check("lisi", RIGHT, source=ELSEWHERE)
    assert service.check("root", RIGHT, source=HERE)
    throttled(service)


def test_an_unknown_login_is_throttled_alike(service: PasswordService):
    fail(service, 10, login="nobody")

    throttled(service, login="nobody")
    throttled(service, login=" NoBody ")


def test_a_source_has_a_hundred_over_all_logins(service: PasswordService):
    for number in range(10):
        fail(service, 9, login=f"nobody{number}")
    fail(service, 9)
    service.check("lisi", RIGHT, source=HERE)
    fail(service, 10, login="nobody")

    assert throttled(service) > 890
    assert service.check("lisi", RIGHT, source=ELSEWHERE)


def test_one_subscriber_is_one_source(service: PasswordService):
    for number in range(10):
        fail(service, 1, source=f"2001:db8:1:2::{number}")

    throttled(service, source="2001:db8:1:2:ffff::1")
    assert service.check("lisi", RIGHT, source="2001:db8:1:3::1")


def test_a_sign_in_clears_its_own_failures_alone(service: PasswordService):
    fail(service, 5)
    fail(service, 5, source=ELSEWHERE)
    fail(service, 5, login="nobody")

    service.check("lisi", RIGHT, source=HERE)

    left = sorted((row.login, row.source) for row in rows(service.store, sign_in_failures))
    assert left == [("lisi", ELSEWHERE)] * 5 + [("nobody", HERE)] * 5


# --- browsers --------------------------------------------------------------------------------------------------------


def test_who_signed_in_here_before_signs_in_during_an_attack(service: PasswordService):
    """From his own address, too: behind it there may be a whole village hall."""
    mine = service.check("lisi", RIGHT, source=HERE).device
    for number in range(9):
        fail(service, 10, login=f"nobody{number}")
    fail(service, 10)
    throttled(service)

    checked = service.check("lisi", RIGHT, source=HERE, device=mine)

    assert (checked.login, checked.device) == ("lisi", None)
    throttled(service)


def test_failures_of_a_browser_count_for_it_alone(service: PasswordService):
    mine = service.check("lisi", RIGHT, source=HERE).device
    fail(service, 10, device=mine)

    throttled(service, device=mine)
    throttled(service, source=ELSEWHERE, device=mine)
    assert service.check("lisi", RIGHT, source=HERE)


def test_a_sign_in_clears_the_failures_of_its_browser(service: PasswordService):
    mine = service.check("lisi", RIGHT, source=HERE).device
    fail(service, 3)
    fail(service, 9, device=mine)

    service.check("lisi", RIGHT, source=HERE, device=mine)
    fail(service, 9, device=mine)

    assert len(rows(service.store, sign_in_failures)) == 12


@pytest.mark.parametrize("device", ["", "unknown", "é" * 43, "\ud800", "x" * 100_000])
def test_an_unknown_browser_is_none(service: PasswordService, device: str):
    fail(service, 10, device=device)

    throttled(service, device=device)
    throttled(service)


def test_a_browser_of_somebody_else_is_none(service: PasswordService):
    service.set("root", RIGHT, must_change=False)
    his = service.check("root", RIGHT, source=HERE).device
    fail(service, 10)

    throttled(service, device=his)
    assert service.check("root", RIGHT, source=HERE, device=his).device is None


def test_only_the_hash_of_a_browser_s_secret_is_kept(service: PasswordService):
    mine = service.check("lisi", RIGHT, source=HERE).device

    (row,) = rows(service.store, devices)

    assert mine not in map(str, row)
    assert row.login == "lisi"


def test_a_browser_is_seen_again(service: PasswordService):
    mine = service.check("lisi", RIGHT, source=HERE).device
    earlier(service.store, devices.c.last_seen, timedelta(days=3))
    (before,) = rows(service.store, devices)

    service.check("lisi", RIGHT, source=HERE, device=mine)

    (after,) = rows(service.store, devices)
    assert after.last_seen - before.last_seen > timedelta(days=2)
    assert after.created_at == before.created_at


def test_a_login_has_ten_browsers_and_the_one_unseen_for_longest_goes(service: PasswordService):
    known = [service.check("lisi", RIGHT, source=HERE).device for _ in range(10)]
    service.check("lisi", RIGHT, source=HERE, device=known[0])

    service.check("lisi", RIGHT, source=HERE)

    assert len(rows(service.store, devices)) == 10
    assert service.check("lisi", RIGHT, source=HERE, device=known[0]).device is None
    assert service.check("lisi", RIGHT, source=HERE, device=known[1]).device is not None


# --- in passing ------------------------------------------------------------------------------------------------------


def test_what_is_older_than_a_day_is_forgotten(service: PasswordService):
    fail(service, 2, login="nobody")
    earlier(service.store, sign_in_failures.c.at, timedelta(days=1))
    fail(service, 1)

    assert [row.login for row in rows(service.store, sign_in_failures)] == ["lisi"]


def test_many_at_a_time_are_counted_too(service: PasswordService):
    def attempt(_: int) -> str:
        try:
            service.check("lisi", WRONG, source=HERE)
        except Wrong:
            return "failed"
        except Throttled:
            return "throttled"
        return "signed in"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(attempt, range(30)))

    assert "signed in" not in found
    assert 10 <= found.count("failed") <= 10 + 3  # on PostgreSQL those who count at the same moment pass together
    assert throttled(service)
