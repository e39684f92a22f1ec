"""`minqing erase`: a preview, an erasure, what it refuses, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from engine.store.db import Store
from engine.store.tables import payloads, people
from tests import township as t
from tests.store.world import World

NAME, PHONE = "尉迟德馨", "13987650417"
WHY = ("--reason", "consent_withdrawn")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["erase", *arguments])


@pytest.fixture
def world(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    monkeypatch.setenv("MINQING_DATABASE_URL", sqlite_store.url)
    monkeypatch.setenv("MINQING_FILES", str(tmp_path / "files"))
    world = World(sqlite_store)
    world.imports("people", "id,name,phone", f"p77,{NAME},{PHONE}")
    world.go(world.open(reporter="p77", content=f"{NAME}说的"), ("linzhang", "void", {"reason": "重复录入"}))
    return world


def test_a_preview_tells_the_cases_and_rows_and_changes_nothing(world: World):
    told = json.loads(run("--person", "p77", "--dry-run", "--json").stdout)

    assert [(each["open"], each["rows"]) for each in told["cases"]] == [(False, {"1": "named_by_id"})]
    assert (told["done"], told["register"]) == (False, True)
    assert "没有删除任何内容" in run("--person", "p77", "--dry-run").stdout
    assert all(row.body is not None for row in world.rows(payloads))


def test_erasing_ends_with_0_and_leaves_nothing(world: World):
    done = run("--person", "p77", *WHY)

    assert done.exit_code == 0, done.output
    assert "1 件，记录 1 条" in done.stdout
    assert NAME not in [row.name for row in world.rows(people)]
    assert next(row.body for row in world.rows(payloads)) is None
    assert NAME not in done.output


def test_open_cases_are_named_and_refused(world: World):
    case = world.open(reporter="p77")

    refused = run("--person", "p77", *WHY)

    assert refused.exit_code == 1
    assert world.held(case).identity.number in refused.stderr
    assert run("--person", "p77", *WHY, "--also-open").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--person", "p77"), 2),
        (("--name", NAME, *WHY), 2),
        (("--person", "p77", "--name", NAME, "--phone", PHONE, *WHY), 2),
        (("--person", "p77", "--reason", "curious"), 2),
        (("--person", "nobody", *WHY), 1),
        (("--name", NAME, "--phone", PHONE, *WHY), 1),
    ],
)
def test_what_is_asked_for_wrongly_is_refused(world: World, arguments: tuple[str, ...], code: int):
    assert run(*arguments).exit_code == code
    assert NAME in [row.name for row in world.rows(people)]


def test_old_bytes_alone_can_be_taken_out(world: World):
    assert run("--tidy").exit_code == 0
    assert run("--name", "令狐守拙", "--phone", "13700001234", *WHY, "--home", t.TOWNSHIP).exit_code == 0
