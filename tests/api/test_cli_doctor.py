"""`minqing doctor`: what it says, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.test_cli import database, done, folder, run

__all__ = ["database", "folder"]


def test_a_test_database_has_no_errors(database: str, folder: Path):
    result = run("doctor", "--json")

    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (0, True), result.output
    assert {each["severity"] for each in told["findings"]} <= {"warning", "note"}
    assert all(each["zh"] and each["advice"]["en"] for each in told["findings"])


def test_what_is_wrong_ends_with_1_and_says_what_to_do(database: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / ".minqing" / "minqing.db").chmod(0o644)
    empty = folder / "empty"
    empty.mkdir()
    monkeypatch.setenv("MINQING_WORKFLOWS_DIR", str(empty))

    zh, en = run("doctor"), run("doctor", "--lang", "en")

    assert (zh.exit_code, en.exit_code) == (1, 1)
    assert "规则文件不能使用" in zh.stdout
    assert "put the former files back" in en.stdout
    assert "1 errors" in en.stdout


def test_a_database_that_is_not_migrated_or_away_is_a_finding_too(folder: Path, monkeypatch: pytest.MonkeyPatch):
    assert "run minqing migrate" in run("doctor", "--lang", "en").stdout

    monkeypatch.setenv("MINQING_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    away = run("doctor", "--lang", "en")
    assert (away.exit_code, "does not answer" in away.stdout) == (1, True)


def test_it_changes_nothing(database: str, folder: Path):
    file = folder / ".minqing" / "minqing.db"
    done("doctor")
    before = file.read_bytes()

    done("doctor")

    assert file.read_bytes() == before
