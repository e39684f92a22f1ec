"""The three offices: nobody holds two, an administrator is nobody's person, and the database itself holds it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine.people.accounts import AccountService
from engine.people.administrators import AdministratorService
from engine.people.errors import Wrong
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.store.clock import real_now
from engine.store.db import Broken, Store
from engine.store.tables import accounts, settings
from engine.store.trust_tables import administration, administrators

#: What each database says when a trigger of ours refuses.
BY_TRIGGER = "SQLITE_CONSTRAINT_TRIGGER|23001"


@pytest.fixture
def service(store: Store) -> AdministratorService:
    """Accounts `one` and `two` of nobody, and `lisi` of 李四."""
    ImportService(store).apply("people", "id,name,phone\nli,李四,\nwang,王五,\n".encode())
    register = AccountService(store)
    for login, person in (("one", None), ("two", None), ("lisi", "li")):
        register.add(login, person, operator=False)
    return AdministratorService(store)


def held(service: AdministratorService) -> list[tuple[str, str]]:
    return [(each.login, each.office) for each in service.list()]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Wrong) as caught:
        act()
    return caught.value.code


def row(login: str, office: str, holder: str | None = None) -> dict[str, object]:
    return {"login": login, "office": office, "holder": holder, "since": real_now()}


def by_hand(service: AdministratorService, *statements: sa.Executable) -> None:
    """What somebody with the database's password tries; a trigger refuses it and nothing has changed."""
    tables = (administrators, accounts, settings)
    with service.store.read() as tx:
        before = [tx.execute(sa.select(table)).all() for table in tables]
    with pytest.raises(Broken, match=BY_TRIGGER), service.store.begin() as tx:
        for statement in statements:
            tx.execute(statement)
    with service.store.read() as tx:
        assert [tx.execute(sa.select(table)).all() for table in tables] == before


# --- appointing ------------------------------------------------------------------------------------------------------


def test_an_office_is_given_and_taken_and_both_are_kept(service: AdministratorService):
    service.appoint("one", "security", "li")
    (found,) = service.list()
    assert (found.login, found.office, found.holder, found.holder_name, found.active) == (
        "one", "security", "li", "李四", True,
    )  # fmt: skip

    service.dismiss("one", "security")

    assert service.list() == ()
    with service.store.read() as tx:
        kept = tx.execute(sa.select(administration).order_by(administration.c.id)).all()
    assert [(each.act, each.object, each.office) for each in kept][-2:] == [
        ("office_given", "one", "command"), ("office_taken", "one", "command"),
    ]  # fmt: skip
    assert kept[-2].facts == {"office": "security", "holder": "li"}
    assert kept[-1].login is None
    assert kept[-1].machine_user


def test_what_he_has_already_may_be_given_again(service: AdministratorService):
    service.appoint("one", "system")
    service.appoint("one", "system")

    assert held(service) == [("one", "system")]


def test_one_office_may_have_two_people(service: AdministratorService):
    service.appoint("one", "audit", "li")
    service.appoint("two", "audit", "wang")

    assert held(service) == [("one", "audit"), ("two", "audit")]


@pytest.mark.parametrize(
    ("login", "office", "holder", "code"),
    [
        ("one", "security", None, "second_office"),  # the same login
        ("two", "security", "li", "second_office"),  # the same human
        ("lisi", "audit", None, "administrator_is_person"),
        ("two", "boss", None, "unknown_office"),
        ("nobody", "audit", None, "unknown_login"),
        ("two", "audit", "nobody", "unknown_person"),
    ],
)
def test_what_cannot_be_appointed(service: AdministratorService, login, office, holder, code):
    service.appoint("one", "system", "li")

    assert refused(lambda: service.appoint(login, office, holder)) == code
    assert held(service) == [("one", "system")]


def test_an_ended_account_is_not_appointed(service: AdministratorService):
    AccountService(service.store).end("one")

    assert refused(lambda: service.appoint("one", "system")) == "account_ended"


def test_only_who_is_in_office_is_dismissed(service: AdministratorService):
    assert refused(lambda: service.dismiss("one", "system")) == "not_in_office"


# --- combined --------------------------------------------------------------------------------------------------------


def test_a_small_site_may_combine_them_and_not_go_back_while_somebody_has_two(service: AdministratorService):
    assert service.mode() == "apart"
    service.set_mode("combined")
    for office in ("system", "security", "audit"):
        service.appoint("one", office)
    service.appoint("two", "audit")

    assert refused(lambda: service.set_mode("apart")) == "offices_combined"
    assert service.mode() == "combined"
    for office in ("security", "audit"):
        service.dismiss("one", office)
    service.set_mode("apart")
    assert refused(lambda: service.appoint("one", "security")) == "second_office"


def test_two_offices_of_one_human_under_two_logins_are_two(service: AdministratorService):
    service.set_mode("combined")
    service.appoint("one", "system", "li")
    service.appoint("two", "security", "li")

    assert refused(lambda: service.set_mode("apart")) == "offices_combined"


def test_no_other_mode(service: AdministratorService):
    assert refused(lambda: service.set_mode("loose")) == "unknown_mode"


# --- the database holds it, whoever asks -----------------------------------------------------------------------------


def test_by_hand_nobody_gets_a_second_office(service: AdministratorService):
    service.appoint("one", "system", "li")

    by_hand(service, sa.insert(administrators).values(row("one", "security")))
    by_hand(service, sa.insert(administrators).values(row("two", "security", "li")))
    by_hand(service, sa.insert(administrators).values([row("two", "security"), row("two", "audit")]))


def test_by_hand_no_office_turns_into_another(service: AdministratorService):
    service.appoint("one", "system")

    by_hand(service, sa.update(administrators).values(office="security"))
    by_hand(service, sa.update(administrators).values(holder="li"))


def test_by_hand_no_administrator_becomes_a_person(service: AdministratorService):
    service.appoint("one", "system")

    by_hand(service, sa.insert(administrators).values(row("lisi", "audit")))
    by_hand(service, sa.update(accounts).where(accounts.c.login == "one").values(person="li"))


def test_by_hand_no_account_is_replaced_by_one_of_a_person(service: AdministratorService, request):
    service.appoint("one", "system")
    values = {"login": "one", "person": "li", "active": True, "created_at": real_now()}

    if service.store.is_sqlite:
        by_hand(service, sa.insert(accounts).prefix_with("OR REPLACE").values(values))
    else:
        again = sa.dialects.postgresql.insert(accounts).values(values)
        by_hand(service, again.on_conflict_do_update(index_elements=["login"], set_={"person": "li"}))


def test_by_hand_the_site_is_not_called_apart_while_somebody_has_two(service: AdministratorService):
    service.set_mode("combined")
    service.appoint("one", "system")
    service.appoint("one", "audit")
    mode = settings.c.name == "administrators"

    by_hand(service, sa.update(settings).where(mode).values(value="apart"))
    by_hand(service, sa.update(settings).where(mode).values(name="other"))
    by_hand(service, sa.delete(settings).where(mode))


def test_other_settings_change_as_ever(service: AdministratorService):
    service.set_mode("combined")
    service.appoint("one", "system")
    service.appoint("one", "audit")

    SetupService(service.store).hold_clock(real_now())

    assert SetupService(service.store).clock()[1]


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_of_two_at_a_time_only_one_is_appointed(postgres_store: Store, isolation: str):
    """By hand, past the services: both begin before either ends."""
    for login in ("one", "two"):
        AccountService(postgres_store).add(login, None, operator=False)
    both, outcomes = threading.Barrier(2), []

    def insert(office: str) -> None:
        connection = postgres_store.engine.connect().execution_options(isolation_level=isolation)
        with connection as tx:
            tx.execute(sa.select(administrators)).all()
            both.wait()
            try:
                tx.execute(sa.insert(administrators).values(row("one", office)))
                tx.commit()
                outcomes.append("done")
            except sa.exc.DBAPIError as error:
                outcomes.append(error.orig.sqlstate)

    threads = [threading.Thread(target=insert, args=[office]) for office in ("system", "audit")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) in (["23001", "done"], ["40001", "done"])
    assert len(AdministratorService(postgres_store).list()) == 1
