"""Setting, changing and checking passwords."""

from __future__ import annotations

from datetime import timedelta

import argon2
import pytest
import sqlalchemy as sa

from engine.people.accounts import AccountService
from engine.people.easy_passwords import is_easy
from engine.people.errors import Wrong
from engine.people.hashing import Busy
from engine.people.passwords import Checked, PasswordService
from engine.people.sessions import SessionService
from engine.people.setup import SetupService
from engine.people.throttle import Throttled
from engine.store.clock import real_now
from engine.store.db import Store
from engine.store.tables import devices, passwords, sign_in_failures
from tests.fast_hashing import fast_hasher
from tests.store.signing_in import DAY, HERE, RIGHT, WRONG, earlier, refused, rows, settle

NEW = "wanodeho7395"


@pytest.fixture
def service(store: Store) -> PasswordService:
    return settle(store)


def is_right(service: PasswordService, login: str, password: str) -> bool:
    try:
        service.check(login, password, source=HERE)
    except Wrong as wrong:
        assert wrong.code == "sign_in_failed"
        return False
    return True


def kept(service: PasswordService, login: str = "lisi") -> sa.Row:
    return next(row for row in rows(service.store, passwords) if row.login == login)


# --- signing in ------------------------------------------------------------------------------------------------------


def test_a_one_time_password_opens_the_door_for_seven_days(store: Store):
    service = settle(store)
    service.set("lisi", RIGHT, must_change=True)
    earlier(store, passwords.c.set_at, timedelta(days=6, hours=23))
    assert service.check("lisi", RIGHT, source=HERE).must_change

    earlier(store, passwords.c.set_at, timedelta(hours=2))
    refused("password_expired", service.check, "lisi", RIGHT, source=HERE)
    refused("sign_in_failed", service.check, "lisi", WRONG, source=HERE)


def test_nothing_of_a_password_is_cut_off(store: Store):
    service = settle(store)
    long = "tukamolu 4826 " * 9 + "xy"
    assert len(long) == 128
    service.set("lisi", long, must_change=False)

    assert service.check("lisi", long, source=HERE).login == "lisi"
    for longer in (f"{long}z", long + "z" * 2000):
        refused("sign_in_failed", service.check, "lisi", longer, source=HERE)


def test_the_right_password_signs_in(service: PasswordService):
    checked = service.check("lisi", RIGHT, source=HERE)

    assert checked == Checked(login="lisi", must_change=False, device=checked.device)
    assert len(checked.device) == 43
    assert rows(service.store, sign_in_failures) == []


def test_blanks_and_forms_of_what_was_typed_do_not_matter(service: PasswordService):
    service.set("lisi", "café am Teich", must_change=False)

    assert is_right(service, " lisi\n", " cafe\u0301 am Teich ")
    assert not is_right(service, "lisi", "cafe am Teich")


@pytest.mark.parametrize("login", ["lisi", "nobody", "root", "gone", "LISI", "", "li\0si x", "x" * 100_000, "\ud800"])
def test_whatever_is_wrong_is_refused_in_the_same_words(service: PasswordService, login: str):
    refused("sign_in_failed", service.check, login, WRONG, source=HERE)


@pytest.mark.parametrize("password", ["", "\0", "\ud800", RIGHT + "x" * 200, "x" * 100_000, RIGHT.upper()])
def test_no_odd_password_signs_in(service: PasswordService, password: str):
    refused("sign_in_failed", service.check, "lisi", password, source=HERE)


def test_the_right_password_of_an_ended_account_signs_nobody_in(service: PasswordService):
    refused("sign_in_failed", service.check, "gone", RIGHT, source=HERE)
    AccountService(service.store).end("lisi")
    refused("sign_in_failed", service.check, "lisi", RIGHT, source=HERE)


def test_unknown_ended_and_known_logins_take_the_same_work(service: PasswordService, monkeypatch: pytest.MonkeyPatch):
    verified, statements = [], []
    verify = argon2.PasswordHasher.verify

    def heard(self, hashed, password):
        verified.append(argon2.extract_parameters(hashed))
        return verify(self, hashed, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", heard)
    sa.event.listen(service.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    said = []
    for login in ("lisi", "nobody", "gone", "root"):
        refused("sign_in_failed", service.check, login, WRONG, source=HERE)
        said.append(list(statements))
        statements.clear()

    assert len(verified) == 4
    assert verified == [verified[0]] * 4
    assert said[0]
    assert said == [said[0]] * 4


def test_a_hash_of_old_parameters_is_renewed_at_a_sign_in_and_no_sooner(service: PasswordService):
    old, later = kept(service), PasswordService(service.store, fast_hasher(passes=2))

    refused("sign_in_failed", later.check, "lisi", WRONG, source=HERE)
    assert kept(service) == old
    later.check("lisi", RIGHT, source=HERE)
    fresh = kept(service)
    later.check("lisi", RIGHT, source=HERE)

    assert ",t=1," in old.hash
    assert ",t=2," in fresh.hash
    assert fresh.set_at == old.set_at
    assert kept(service) == fresh


def test_who_finds_no_slot_has_not_failed(store: Store):
    settle(store)
    busy = fast_hasher(at_a_time=1, patience=0.001)
    service = PasswordService(store, busy)
    with busy._slot(), pytest.raises(Busy):
        service.check("lisi", RIGHT, source=HERE)

    assert rows(store, sign_in_failures) == []
    assert service.check("lisi", RIGHT, source=HERE)


# --- setting ---------------------------------------------------------------------------------------------------------


def test_who_runs_the_system_sets_one_that_must_be_changed(service: PasswordService):
    service.set("lisi", NEW, must_change=True)

    assert service.check("lisi", NEW, source=HERE).must_change
    assert not is_right(service, "lisi", RIGHT)


def test_one_made_here_is_told_and_good(service: PasswordService):
    made = service.give("root", must_change=True)

    assert is_easy(made)
    assert service.check("root", made, source=HERE).must_change


def test_only_the_hash_is_kept(service: PasswordService):
    assert kept(service).hash.startswith("$argon2id$")
    assert RIGHT not in str(kept(service))


def test_setting_one_signs_out_everywhere_and_forgets_the_browsers(service: PasswordService):
    sessions = SessionService(service.store)
    begun = sessions.begin("lisi", remember=True, day=DAY)
    service.check("lisi", RIGHT, source=HERE)
    assert len(rows(service.store, devices)) == 1

    service.set("lisi", NEW, must_change=True)

    assert sessions.who(begun.secret, DAY) is None
    assert rows(service.store, devices) == []


def test_nobody_else_is_touched(service: PasswordService):
    sessions = SessionService(service.store)
    other = sessions.begin("root", remember=False, day=DAY)

    service.set("lisi", NEW, must_change=True)
    service.change("lisi", NEW, RIGHT)

    assert sessions.who(other.secret, DAY) is not None


def test_what_cannot_be_set_is_refused(service: PasswordService):
    refused("unknown_login", service.set, "nobody", NEW, must_change=False)
    refused("unknown_login", service.give, "nobody", must_change=False)
    refused("account_ended", service.set, "gone", NEW, must_change=False)
    refused("account_ended", service.give, "gone", must_change=False)
    refused("password_too_short", service.set, "lisi", "x7Kq2mP", must_change=False)
    refused("password_too_long", service.set, "lisi", "x7Kq2mPz" * 17, must_change=False)
    refused("password_common", service.set, "lisi", "1qaz2wsx", must_change=False)


@pytest.mark.parametrize(
    "password",
    [
        "lisi-2026",
        "李四李四李四好",
        "李四李四李四李四",
        "13900002468",
        "a00002468a",
        "洋泉镇2026年",
        "陈桥村12345",
        "第一屋场8888",
        "大塘理事会888",
    ],
)
def test_what_everybody_knows_about_the_owner_is_refused(service: PasswordService, password: str):
    code = "password_too_short" if len(password) < 8 else "password_context"

    refused(code, service.set, "lisi", password, must_change=False)


def test_of_others_everybody_may_take_it(service: PasswordService):
    service.set("root", "大塘理事会888", must_change=False)

    assert is_right(service, "root", "大塘理事会888")


def test_since_when_passwords_stand(service: PasswordService):
    before = service.set_times()

    service.set("lisi", NEW, must_change=False)

    assert set(before) == {"lisi", "gone"}
    assert service.set_times()["lisi"] > before["lisi"]
    assert service.set_times()["gone"] == before["gone"]


# --- changing one's own ----------------------------------------------------------------------------------------------


def test_who_changes_it_stays_signed_in_here_and_nowhere_else(service: PasswordService):
    service.set("lisi", RIGHT, must_change=True)
    sessions = SessionService(service.store)
    here, there = (sessions.begin("lisi", remember=False, day=DAY) for _ in range(2))

    service.change("lisi", RIGHT, NEW, but=here.id)

    assert sessions.who(there.secret, DAY) is None
    assert not sessions.who(here.secret, DAY).must_change
    assert service.check("lisi", NEW, source=HERE).must_change is False
    assert not is_right(service, "lisi", RIGHT)


def test_without_a_session_to_keep_all_end(service: PasswordService):
    sessions = SessionService(service.store)
    begun = sessions.begin("lisi", remember=False, day=DAY)

    service.change("lisi", RIGHT, NEW)

    assert sessions.who(begun.secret, DAY) is None


def test_a_change_that_is_refused_changes_nothing(service: PasswordService):
    service.set("lisi", RIGHT, must_change=True)
    before = kept(service)

    refused("wrong_password", service.change, "lisi", WRONG, NEW)
    refused("password_same_as_before", service.change, "lisi", RIGHT, f" {RIGHT}")
    refused("password_common", service.change, "lisi", RIGHT, "1qaz2wsx")
    refused("password_context", service.change, "lisi", RIGHT, "lisi-2026")
    refused("wrong_password", service.change, "gone", RIGHT, NEW)
    refused("wrong_password", service.change, "nobody", RIGHT, NEW)
    refused("wrong_password", service.change, "root", RIGHT, NEW)

    assert kept(service) == before


def test_of_two_changes_at_a_time_one_is_refused(service: PasswordService, monkeypatch: pytest.MonkeyPatch):
    hashed = service._hasher.hash

    def meanwhile(password: str) -> str:
        monkeypatch.setattr(service._hasher, "hash", hashed)
        service.change("lisi", RIGHT, "hogeduwa5736")
        return hashed(password)

    monkeypatch.setattr(service._hasher, "hash", meanwhile)
    refused("wrong_password", service.change, "lisi", RIGHT, NEW)

    assert is_right(service, "lisi", "hogeduwa5736")


def test_the_old_one_cannot_be_guessed_in_a_session_that_was_left_open(service: PasswordService):
    service.set("root", RIGHT, must_change=False)
    for _ in range(10):
        refused("wrong_password", service.change, "lisi", WRONG, NEW)
    with pytest.raises(Throttled):
        service.change("lisi", RIGHT, NEW)

    service.change("root", RIGHT, NEW)
    assert service.check("lisi", RIGHT, source=HERE)  # signing in is not concerned
    earlier(service.store, sign_in_failures.c.at, timedelta(minutes=15))
    service.change("lisi", RIGHT, NEW)


def test_all_of_it_goes_by_real_time(service: PasswordService):
    SetupService(service.store).hold_clock(real_now() + timedelta(days=400))

    service.set("lisi", NEW, must_change=False)

    assert abs(kept(service).set_at - real_now()) < timedelta(minutes=1)
