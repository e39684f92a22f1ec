"""`minqing blocked`: the operator sees all that could not be carried out, also of a case whose rules file is gone."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api.cli import app
from api.commands import blocking
from engine.rules.rulebook import Rulebook
from engine.store.tables import cases
from tests import township as t
from tests.store.test_timekeeping import Timed


def done(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["blocked", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def database(sqlite_store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "PORT", "HOST"):
        monkeypatch.delenv(f"MINQING_{name}", raising=False)
    monkeypatch.setenv("MINQING_DATABASE_URL", sqlite_store.url)
    monkeypatch.setenv("MINQING_WORKFLOWS_DIR", str(t.WORKFLOWS))


def test_where_nothing_is_blocked_nothing_is_told(sqlite_store):
    t.settle(sqlite_store)

    assert (done(), json.loads(done("--json"))) == ("", [])


@pytest.fixture
def stuck(sqlite_store) -> Timed:
    """A case whose clock found nobody who could take the step."""
    world = Timed(sqlite_store)
    world.begin()
    for moment in ("03-09T17:30", "03-23T17:30", "04-21T17:30"):
        world.run(moment)
    return world


def rules_here(monkeypatch: pytest.MonkeyPatch, rulebook: Rulebook) -> None:
    """A server may run while another, with a newer folder, has opened cases under a file that this one lacks."""
    monkeypatch.setattr(blocking, "open_rulebook", lambda store, folder: rulebook)


def test_it_is_told_with_its_reason_and_who_could_go_on(stuck: Timed, monkeypatch):
    rules_here(monkeypatch, stuck.office.rulebook)

    head, said = done().splitlines()

    assert head.split("\t")[0] == "timer"
    assert "自 2026-04-21 17:30" in head.split("\t")
    assert said.strip().startswith("「办理时限」已到 100%，应自动「名」而没有办成：请填写「名」。能处理的：")


def test_a_case_whose_rules_are_not_here_is_told_to_the_operator(stuck: Timed, monkeypatch):
    rules_here(monkeypatch, Rulebook.of(t.default_rules(), t.calendars()))

    with stuck.store.read() as tx:
        case = tx.execute(sa.select(cases.c.id)).scalar_one()
    (item,) = json.loads(done("--lang", "en", "--json"))

    assert (item["case"], item["kind"]) == (case, "timer")
    assert item["text"].endswith("Who could go on: the operator.")
