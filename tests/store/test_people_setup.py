"""Setting up a database, and its simulated time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.people.errors import Wrong
from engine.people.setup import Setup, SetupService
from engine.store.clock import DatabaseClock, real_now
from engine.store.db import Store
from engine.store.schema import differences, is_current
from engine.store.settings import read_setting, write_setting

MARCH = datetime.fromisoformat("2026-03-06T08:00:00+08:00")


def refused(code: str, act, *given) -> Wrong:
    with pytest.raises(Wrong) as caught:
        act(*given)
    assert caught.value.code == code
    return caught.value


def marked(store: Store, mark: str) -> None:
    with store.begin() as tx:
        write_setting(tx, "mark", mark)


def test_the_fixture_is_a_migrated_database(store: Store):
    assert is_current(store)
    assert differences(store) == []
    assert SetupService(store).setup() == Setup(mark="test", home_level="township")


def test_the_same_init_again_changes_nothing(store: Store):
    with store.read() as tx:
        secret = read_setting(tx, "secret")

    SetupService(store).init("test", "township")

    with store.read() as tx:
        assert read_setting(tx, "secret") == secret
    assert len(bytes.fromhex(secret)) == 32


def test_an_init_with_other_values_is_refused(store: Store):
    service = SetupService(store)

    wrong = refused("set_up_otherwise", service.init, "production")
    refused("set_up_otherwise", service.init, "test", "county")

    assert wrong.facts == {"mark": "test", "home_level": "township"}
    assert service.setup() == Setup(mark="test", home_level="township")


def test_unknown_marks_and_levels_are_refused(store: Store):
    refused("unknown_mark", SetupService(store).init, "staging")
    refused("unknown_home_level", SetupService(store).init, "test", "planet")


def test_time_is_real_until_it_is_held(store: Store):
    now, simulated = SetupService(store).clock()

    assert not simulated
    assert abs(now - real_now()) < timedelta(seconds=5)


def test_held_time_stands_still_and_is_what_the_rules_read(store: Store):
    service = SetupService(store)

    service.hold_clock(MARCH)

    assert service.clock() == (MARCH.astimezone(UTC), True)
    with store.read() as tx:
        assert DatabaseClock().now(tx) == MARCH


def test_held_time_moves_only_forward(store: Store):
    service = SetupService(store)
    service.hold_clock(MARCH)

    service.advance(MARCH + timedelta(days=3))
    refused("clock_backwards", service.advance, MARCH)
    refused("clock_backwards", service.hold_clock, MARCH)

    assert service.clock() == (MARCH + timedelta(days=3), True)


def test_real_time_is_not_advanced(store: Store):
    refused("clock_not_held", SetupService(store).advance, MARCH)


def test_a_production_database_has_real_time(store: Store):
    marked(store, "production")

    refused("clock_is_real", SetupService(store).hold_clock, MARCH)
    refused("clock_is_real", SetupService(store).advance, MARCH)

    assert SetupService(store).clock()[1] is False


def test_a_moment_without_offset_is_refused(store: Store):
    refused("time_without_offset", SetupService(store).hold_clock, datetime(2026, 3, 6, 8, 0))
