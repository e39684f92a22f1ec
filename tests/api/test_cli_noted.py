"""Commands that began to change something stand in the log of access, also those that were refused; others do not."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.commands import noting
from api.commands.noting import name_of, system_user
from engine.store.accessbook import Access, AccessFilter, read_accesses
from engine.store.db import Store
from engine.wiring import open_database
from tests.api.test_cli import app


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    monkeypatch.delenv("MINQING_CONFIG", raising=False)
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{tmp_path / 'm.db'}")
    assert run("init", "--mark", "test") == 0
    return open_database(f"sqlite:///{tmp_path / 'm.db'}")


def run(*arguments: str) -> int:
    return CliRunner().invoke(app, list(arguments)).exit_code


def noted(store: Store) -> list[Access]:
    """The oldest first."""
    with store.read() as tx:
        return read_accesses(tx, AccessFilter(limit=100))[::-1]


def test_commands_that_change_something_are_noted_with_their_end(store: Store):
    assert run("user", "add", "ops") == 0
    assert run("user", "add", "ops") == 1
    assert run("user", "list") == 0
    assert run("token", "add", "ops", "--label", "张三的手机") == 0

    init, added, refused, token = noted(store)
    assert (init.what, init.way, init.method, init.asked, init.status) == ("init", "command", "run", ("mark",), 0)
    assert (added.what, added.object, added.status) == ("user add", "ops", 0)
    assert (refused.what, refused.object, refused.status) == ("user add", "ops", 1)
    assert (token.what, token.asked) == ("token add", ("label", "login"))
    assert {each.login for each in (init, added, refused, token)} == {f"os:{pwd.getpwuid(os.getuid()).pw_name}"}
    assert "张三" not in repr(noted(store))


def test_who_became_another_is_named_beside_him(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(noting, "_user", lambda: "root")
    monkeypatch.setenv("SUDO_USER", "li;rm -rf")

    assert system_user() == "os:root:li_rm_-rf"


def test_a_command_that_cannot_be_noted_ends_as_it_would(store: Store, monkeypatch: pytest.MonkeyPatch, caplog):
    from engine.audit import access
    from engine.store.db import Unavailable

    def away(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(access, "write_accesses", away)
    assert run("user", "add", "ops") == 0

    assert "user add" in caplog.text
    assert [each.what for each in noted(store)] == ["init"]


def test_every_command_has_the_name_that_is_typed():
    names = {name_of(callback) for _, callback in noting._commands(app, "") if callback is not None}

    assert {"init", "migrate", "serve", "user add", "token revoke", "duty list"} <= names
