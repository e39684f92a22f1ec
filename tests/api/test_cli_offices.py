"""`init` makes the administrators, `user` appoints and dismisses them, and the command line leaves a trace."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api.cli import app
from engine.people.accounts import AccountService
from engine.people.administrators import AdministratorService
from engine.people.easy_passwords import is_easy
from engine.people.passwords import PasswordService
from engine.store.clock import real_now
from engine.store.db import Store
from engine.store.tables import tokens
from engine.store.trust_tables import administration
from engine.wiring import open_database


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path}/t.db"
    monkeypatch.setenv("MINQING_DATABASE_URL", url)
    return url


def run(*words: str):
    return CliRunner().invoke(app, list(words))


def done(*words: str) -> str:
    outcome = run(*words)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def begun(*words: str) -> dict[str, dict]:
    told = json.loads(done("init", "--mark", "test", "--json", *words))
    return {each["login"]: each for each in told["administrators"]}


def offices(store: Store) -> dict[str, str]:
    return {each.login: each.office for each in AdministratorService(store).list()}


def kept(store: Store) -> list[tuple[str, str | None]]:
    with store.read() as tx:
        rows = tx.execute(sa.select(administration).order_by(administration.c.id)).all()
    assert all(row.login is None and row.office == "command" and row.machine_user for row in rows)
    return [(row.act, row.object) for row in rows]


def test_init_makes_the_three_with_passwords_that_must_be_changed(database: str):
    first = begun()
    store = open_database(database)

    assert {login: each["offices"] for login, each in first.items()} == {
        "sysadmin": ["system"], "secadmin": ["security"], "auditadmin": ["audit"],
    }  # fmt: skip
    for login, each in first.items():
        assert is_easy(each["password"])
        assert PasswordService(store).check(login, each["password"], source="203.0.113.7").must_change


def test_init_again_makes_none_and_tells_no_password(database: str):
    begun()

    assert begun() == {}
    assert len(offices(open_database(database))) == 3


def test_init_prints_the_passwords_for_people_once(database: str):
    text = done("init", "--mark", "test")

    assert "secadmin" in text
    assert "只显示这一次" in text
    assert "secadmin" not in done("init", "--mark", "test")


def test_init_fills_an_office_that_nobody_holds_any_more(database: str):
    begun()
    done("user", "end", "secadmin")

    assert list(begun()) == ["secadmin2"]


def test_a_small_site_has_one_for_all_and_hears_of_it_each_time(database: str):
    outcome = run("init", "--mark", "test", "--combined", "--json")

    (only,) = json.loads(outcome.stdout)["administrators"]
    assert (only["login"], only["offices"]) == ("admin", ["system", "security", "audit"])
    assert "nobody checks on him" in outcome.stderr
    assert "nobody checks on him" in run("init", "--mark", "test", "--combined").stderr
    assert "nobody checks on him" in run("user", "offices").stderr


def test_who_began_apart_does_not_combine_by_the_way(database: str):
    begun()

    assert run("init", "--mark", "test", "--combined").exit_code == 1
    assert AdministratorService(open_database(database)).mode() == "apart"


def test_offices_are_given_taken_and_listed(database: str):
    begun()
    done("user", "add", "deputy")

    assert run("user", "appoint", "sysadmin", "audit").exit_code == 1
    assert "security" in run("user", "appoint", "secadmin", "audit").stderr
    done("user", "appoint", "deputy", "audit")
    told = json.loads(done("user", "offices", "--json"))
    assert told["mode"] == "apart"
    assert [(each["login"], each["office"]) for each in told["administrators"]] == [
        ("sysadmin", "system"), ("secadmin", "security"), ("auditadmin", "audit"), ("deputy", "audit"),
    ]  # fmt: skip
    done("user", "dismiss", "deputy", "audit")
    assert "deputy" not in offices(open_database(database))
    assert run("user", "dismiss", "deputy", "audit").exit_code == 1
    assert run("user", "appoint", "deputy", "boss").exit_code == 2


def test_the_mode_goes_back_only_when_nobody_has_two(database: str):
    begun()
    assert "nobody checks on him" in run("user", "mode", "combined").stderr
    done("user", "appoint", "sysadmin", "audit")

    assert "sysadmin" in run("user", "mode", "apart").stderr
    done("user", "dismiss", "sysadmin", "audit")
    done("user", "mode", "apart")


def test_what_is_done_at_the_command_line_is_kept(database: str, tmp_path: Path):
    begun()
    store = open_database(database)
    before = len(kept(store))
    people = tmp_path / "people.csv"
    people.write_text("id,name,phone\nli,李四,\n", encoding="utf-8")
    done("import", "people", str(people))  # a preview leaves no trace

    done("import", "people", str(people), "--apply")
    done("user", "add", "lisi", "--person", "li")
    done("user", "password", "lisi")
    token = json.loads(done("token", "add", "lisi", "--label", "phone", "--json"))["id"]
    done("token", "revoke", token)
    done("token", "revoke", token)  # nothing happens a second time
    done("user", "end", "lisi")
    done("user", "mode", "combined")

    assert kept(store)[before:] == [
        ("imported", "people"), ("account_added", "lisi"), ("password_given", "lisi"), ("token_issued", "lisi"),
        ("token_revoked", "lisi"), ("account_ended", "lisi"), ("offices_combined", None),
    ]  # fmt: skip
    assert [act for act, _ in kept(store)[:before]].count("set_up") == 1


def test_behind_sudo_both_names_are_kept(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUDO_USER", "lisi")
    begun()

    with open_database(database).read() as tx:
        names = set(tx.execute(sa.select(administration.c.machine_user)).scalars())
    assert [name.endswith(" (lisi)") for name in names] == [True]


def test_a_token_has_a_scope_and_an_end_and_the_list_says_what_should_be_seen(database: str):
    begun()
    done("user", "add", "feed")
    store = open_database(database)

    told = json.loads(done("token", "add", "feed", "--label", "a", "--scope", "feed", "--json"))
    old = json.loads(done("token", "add", "feed", "--label", "b", "--json"))["id"]
    near = json.loads(done("token", "add", "feed", "--label", "c", "--json"))["id"]
    with store.begin() as tx:
        tx.execute(sa.update(tokens).where(tokens.c.id == old).values(expires_at=None))
        soon = real_now() + timedelta(days=20)
        tx.execute(sa.update(tokens).where(tokens.c.id == near).values(expires_at=soon))

    lines = done("token", "list", "feed").splitlines()

    assert told["scope"] == "feed"
    assert AccountService(store).who(told["token"]).scope == "feed"
    assert [line.split("\t")[4:] for line in lines] == [[], ["没有期限 / never ends"], ["即将到期 / ends soon"]]
    assert [token.id for token in AccountService(store).working_tokens() if token.expires_at is None] == [old]
    assert run("token", "add", "feed", "--label", "d", "--expires", "2030-01-01T00:00:00+08:00").exit_code == 1
    assert run("token", "add", "feed", "--label", "d", "--scope", "all").exit_code == 2


def test_the_settings_say_how_long(database: str, monkeypatch: pytest.MonkeyPatch):
    begun()
    monkeypatch.setenv("MINQING_TOKEN_DAYS_MOST", "3650")
    done("user", "add", "feed")

    done("token", "add", "feed", "--label", "d", "--expires", "2030-01-01T00:00:00+08:00")
