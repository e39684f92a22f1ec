"""Sessions: whom a secret stands for, and each way in which one ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from engine.people.accounts import AccountService
from engine.people.passwords import PasswordService
from engine.people.sessions import Session, SessionService, Span
from engine.people.setup import SetupService
from engine.store.clock import real_now
from engine.store.db import Store
from engine.store.tables import posts, sessions
from tests.store.signing_in import DAY, RIGHT, earlier, refused, rows, settle

NEVER = Span(idle=timedelta(days=9999), whole=timedelta(days=9999))


@pytest.fixture
def passwords(store: Store) -> PasswordService:
    return settle(store)


@pytest.fixture
def service(passwords: PasswordService) -> SessionService:
    return SessionService(passwords.store)


def ended(service: SessionService) -> list[bool]:
    return [row.ended_at is not None for row in rows(service.store, sessions)]


def test_a_session_stands_for_its_account(service: SessionService):
    begun = service.begin("lisi", remember=False, day=DAY)

    found = service.who(begun.secret, DAY)

    assert found == Session(
        id=begun.id,
        login="lisi",
        person="li",
        name="李四",
        proving=False,
        has_factor=False,
        must_change=False,
        remembered=False,
        created_at=found.created_at,
        expires_at=begun.expires_at,
    )
    assert abs(found.created_at - real_now()) < timedelta(minutes=1)
    assert begun.id.startswith("ss-")


def test_an_operator_need_not_be_a_person_nor_have_a_password(service: SessionService):
    found = service.who(service.begin("root", remember=True, day=DAY).secret, DAY)

    assert (found.person, found.name, found.operator, found.must_change, found.remembered) == (
        None, None, True, False, True,
    )  # fmt: skip


def test_it_tells_that_the_password_must_be_changed(service: SessionService, passwords: PasswordService):
    passwords.set("lisi", RIGHT, must_change=True)

    assert service.who(service.begin("lisi", remember=False, day=DAY).secret, DAY).must_change


def test_only_the_hash_of_a_secret_is_kept(service: SessionService):
    begun = service.begin("lisi", remember=False, day=DAY)

    (row,) = rows(service.store, sessions)

    assert begun.secret not in map(str, row)
    assert (len(row.hash), row.id) == (64, begun.id)


@pytest.mark.parametrize("secret", ["", "a" * 43, "x" * 100_000, "é" + "a" * 42, "\0" * 43, "\ud800"])
def test_an_unknown_secret_stands_for_nobody(service: SessionService, secret: str):
    service.begin("lisi", remember=False, day=DAY)

    assert service.who(secret, DAY) is None
    service.end(secret)
    assert ended(service) == [False]


def test_nobody_without_an_active_account_begins_one(service: SessionService):
    refused("unknown_login", service.begin, "nobody", remember=False, day=DAY)
    refused("account_ended", service.begin, "gone", remember=False, day=DAY)


# --- how it ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remember", "column", "within", "beyond"),
    [
        (False, sessions.c.seen_at, timedelta(hours=4, minutes=-1), timedelta(minutes=2)),
        (False, sessions.c.expires_at, timedelta(hours=12, minutes=-1), timedelta(minutes=2)),
        (True, sessions.c.seen_at, timedelta(days=30, minutes=-1), timedelta(minutes=2)),
        (True, sessions.c.expires_at, timedelta(days=90, minutes=-1), timedelta(minutes=2)),
    ],
)
def test_it_ends_idle_and_at_its_latest(service: SessionService, remember, column, within, beyond):
    begun = service.begin("lisi", remember=remember, day=DAY)
    earlier(service.store, column, within)
    assert service.who(begun.secret, DAY) is not None
    if column is sessions.c.seen_at:  # that call was seen
        beyond += within

    earlier(service.store, column, beyond)

    assert service.who(begun.secret, DAY) is None
    assert ended(service) == [True]


def test_its_end_at_the_latest_is_told(service: SessionService):
    ordinary, remembered = (service.begin("lisi", remember=each, day=DAY).expires_at for each in (False, True))

    assert abs(ordinary - real_now() - timedelta(hours=12)) < timedelta(minutes=1)
    assert abs(remembered - real_now() - timedelta(days=90)) < timedelta(minutes=1)


def test_limits_may_be_others(passwords: PasswordService):
    none = Span(idle=timedelta(0), whole=timedelta(days=1))
    service = SessionService(passwords.store, ordinary=none, remembered=NEVER)

    assert service.who(service.begin("lisi", remember=False, day=DAY).secret, DAY) is None
    assert service.who(service.begin("lisi", remember=True, day=DAY).secret, DAY) is not None


def test_who_signs_out_is_out_here_alone(service: SessionService):
    here, there = (service.begin("lisi", remember=False, day=DAY) for _ in range(2))

    service.end(here.secret)
    (first,) = [row.ended_at for row in rows(service.store, sessions) if row.ended_at]
    service.end(here.secret)

    assert service.who(here.secret, DAY) is None
    assert service.who(there.secret, DAY) is not None
    assert [row.ended_at for row in rows(service.store, sessions) if row.ended_at] == [first]


def test_signing_out_everywhere_may_spare_one(service: SessionService):
    here, there = (service.begin("lisi", remember=False, day=DAY) for _ in range(2))
    other = service.begin("root", remember=False, day=DAY)

    service.end_all("lisi", but=here.id)
    assert [service.who(each.secret, DAY) is None for each in (here, there, other)] == [False, True, False]
    service.end_all("lisi")

    assert [service.who(each.secret, DAY) is None for each in (here, there, other)] == [True, True, False]


def test_it_ends_with_its_account(service: SessionService):
    begun = service.begin("lisi", remember=True, day=DAY)

    AccountService(service.store).end("lisi")

    assert service.who(begun.secret, DAY) is None
    assert ended(service) == [True]


def test_it_ends_with_any_post_that_was_valid_when_it_began(service: SessionService):
    begun = service.begin("lisi", remember=True, day=DAY)
    assert service.who(begun.secret, date(2026, 6, 30)) is not None

    assert service.who(begun.secret, date(2026, 7, 1)) is None
    assert ended(service) == [True]
    assert service.who(begun.secret, DAY) is None


def test_a_post_that_is_taken_away_ends_it(service: SessionService):
    begun = service.begin("lisi", remember=True, day=DAY)
    with service.store.begin() as tx:
        tx.execute(sa.update(posts).where(posts.c.role == "village_cadre").values(valid_to=DAY - timedelta(days=1)))

    assert service.who(begun.secret, DAY) is None


def test_a_post_that_had_ended_before_or_comes_later_does_not(service: SessionService):
    after = service.begin("lisi", remember=True, day=date(2026, 7, 1))
    before = service.begin("lisi", remember=True, day=date(2025, 12, 31))

    assert service.who(after.secret, date(2026, 7, 2)) is not None
    assert service.who(before.secret, DAY) is not None


# --- in passing ------------------------------------------------------------------------------------------------------


def test_that_it_was_seen_is_written_once_a_minute(service: SessionService):
    begun = service.begin("lisi", remember=False, day=DAY)
    said: list[str] = []
    sa.event.listen(service.store.engine, "before_cursor_execute", lambda *given: said.append(given[2].split()[0]))

    service.who(begun.secret, DAY)
    often = [word for word in said if word != "BEGIN"]
    earlier(service.store, sessions.c.seen_at, timedelta(minutes=1))
    said.clear()
    service.who(begun.secret, DAY)

    assert often == ["SELECT"]
    assert [word for word in said if word != "BEGIN"] == ["SELECT", "UPDATE"]
    (row,) = rows(service.store, sessions)
    assert abs(row.seen_at - real_now()) < timedelta(seconds=30)


def test_what_ended_long_ago_is_deleted_when_another_begins(service: SessionService):
    long_ago, lately, lapsed, running = (service.begin("lisi", remember=True, day=DAY) for _ in range(4))
    _back(service, long_ago.id, ended_at=real_now() - timedelta(days=31))
    _back(service, lately.id, ended_at=real_now() - timedelta(days=29))
    _back(service, lapsed.id, expires_at=real_now() - timedelta(days=31))

    new = service.begin("lisi", remember=False, day=DAY)

    assert {row.id for row in rows(service.store, sessions)} == {lately.id, running.id, new.id}


def _back(service: SessionService, session: str, **values) -> None:
    with service.store.begin() as tx:
        tx.execute(sa.update(sessions).where(sessions.c.id == session).values(**values))


def test_a_simulated_clock_ends_nothing(service: SessionService):
    begun = service.begin("lisi", remember=False, day=DAY)

    SetupService(service.store).hold_clock(real_now() + timedelta(days=400))

    assert service.who(begun.secret, DAY) is not None
