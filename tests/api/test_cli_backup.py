"""`minqing backup` and `restore`: what they say, where they write, and with which exit code they end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.people.setup import SetupService
from engine.store.db import Store
from engine.store.settings import read_setting
from tests.api.test_cli import database, done, folder, run
from tests.store.world import World

__all__ = ["database", "folder"]


@pytest.fixture
def lived_in(database: str) -> str:
    store = Store(database)
    World(store).open()
    store.dispose()
    return database


def test_a_backup_is_written_checked_and_restored(lived_in: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    file = folder / "one.backup"

    written = json.loads(done("backup", file, "--json"))
    checked = json.loads(done("backup", "--check", file, "--json"))
    assert (written["file"], written["absent"], written["manifest"]) == (str(file), [], checked["manifest"])
    assert (checked["ok"], checked["mark"], checked["rows"]["cases"]) == (True, "test", 1)

    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{folder / 'new' / 'minqing.db'}")
    restored = json.loads(done("restore", file, "--json"))
    assert restored["verified"] == {"cases": 1, "rows": 1, "flaws": []}
    assert SetupService(Store(f"sqlite:///{folder / 'new' / 'minqing.db'}")).setup() is not None


def test_what_they_say_in_words(lived_in: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    file = folder / "one.backup"

    assert "已备份" in done("backup", file)
    assert "备份完好" in done("backup", "--check", file)
    assert run("restore", file).exit_code == 1
    told = run("restore", file, "--replace")
    assert (told.exit_code, "WARNING" in told.output, "0 flaws" in told.output) == (0, True, True)


def test_a_backup_through_a_pipe(lived_in: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    made = run("backup", "-")
    assert made.exit_code == 0
    assert made.stdout_bytes[:2] == b"\x1f\x8b"
    assert "已备份" in made.stderr

    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{folder / 'piped.db'}")
    from typer.testing import CliRunner

    from api.cli import app

    assert CliRunner().invoke(app, ["restore", "-"], input=made.stdout_bytes).exit_code == 0
    assert CliRunner().invoke(app, ["backup", "--check", "-"], input=made.stdout_bytes).exit_code == 0


def test_what_cannot_be_done_ends_with_1_or_3(lived_in: str, folder: Path):
    there = folder / "there.backup"
    there.write_bytes(b"mine")

    assert run("backup", there).exit_code == 1
    assert there.read_bytes() == b"mine"
    assert run("backup", "--check", there).exit_code == 1
    assert run("restore", there, "--replace").exit_code == 1
    assert run("backup", "--check", folder / "none").exit_code == 3
    assert run("backup", folder / "no" / "such" / "folder").exit_code == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told(lived_in: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    with Path("/dev/full").open("wb", buffering=0) as full:
        out = type("Out", (), {"buffer": full, "isatty": lambda self: False})()
        monkeypatch.setattr("api.commands.backing.sys", type("Sys", (), {"stdout": out, "stdin": sys.stdin}))
        result = run("backup", "-")

    assert result.exit_code == 3
    assert "没有留下备份" in result.output


def test_the_signing_key_goes_along_on_demand_alone(lived_in: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    key = folder / ".minqing" / "minqing.signing.key"
    assert run("backup", folder / "none.backup", "--with-key").exit_code == 1
    key.write_bytes(b"secret")

    done("backup", folder / "with.backup", "--with-key")
    done("backup", folder / "without.backup")
    for name, there in (("with", True), ("without", False)):
        monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{folder / name / 'new.db'}")
        done("restore", folder / f"{name}.backup")
        placed = folder / name / "new.signing.key"
        assert placed.exists() == there
    assert (folder / "with" / "new.signing.key").read_bytes() == b"secret"
    assert (folder / "with" / "new.signing.key").stat().st_mode & 0o777 == 0o600

    (folder / "with" / "new.signing.key").write_bytes(b"mine")
    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{folder / 'with' / 'new.db'}")
    assert "left" in run("restore", folder / "with.backup", "--replace").output
    assert (folder / "with" / "new.signing.key").read_bytes() == b"mine"


def test_without_the_rules_of_the_backup_it_is_restored_and_not_verified(lived_in: str, folder: Path, monkeypatch):
    done("backup", folder / "one.backup")
    empty = folder / "rules"
    empty.mkdir()
    monkeypatch.setenv("MINQING_WORKFLOWS_DIR", str(empty))
    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{folder / 'new.db'}")

    told = run("restore", folder / "one.backup", "--json")

    assert (told.exit_code, "not verified" in told.stderr) == (1, True)
    assert json.loads(told.stdout)["verified"] is None


def test_a_restored_database_says_so(lived_in: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    written = json.loads(done("backup", folder / "one.backup", "--json"))
    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{folder / 'new.db'}")
    done("restore", folder / "one.backup")

    with Store(f"sqlite:///{folder / 'new.db'}").read() as tx:
        assert read_setting(tx, "restored")["manifest"] == written["manifest"]  # type: ignore[index]


def test_uploads_may_be_left_out(lived_in: str, folder: Path):
    file = folder / "rows.backup"

    done("backup", file, "--without-files")

    assert json.loads(done("backup", "--check", file, "--json"))["uploads"] == 0
