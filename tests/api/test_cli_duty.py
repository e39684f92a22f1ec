"""`minqing duty` and `minqing import duty`: turns entered, listed and called off, and the hours nobody has."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests import township as t

ROLE = "township_leader"
START = (datetime.now(UTC) + timedelta(hours=8)).replace(minute=0) + timedelta(days=1)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def hours(first: int, last: int) -> tuple[str, str]:
    return tuple(f"{START + timedelta(hours=each):%Y-%m-%d %H:%M}" for each in (first, last))  # type: ignore[return-value]


def added(first: int, last: int) -> Result:
    since, until = hours(first, last)
    return run("duty", "add", ROLE, t.TOWNSHIP, ROLE, "--from", since, "--until", until)


@pytest.fixture(autouse=True)
def township(sqlite_store, monkeypatch: pytest.MonkeyPatch) -> None:
    t.settle(sqlite_store)
    monkeypatch.delenv("MINQING_CONFIG", raising=False)
    monkeypatch.setenv("MINQING_DATABASE_URL", sqlite_store.url)


def test_a_turn_is_entered_listed_and_called_off():
    ident = added(0, 24).stdout.strip()

    (found,) = json.loads(done("duty", "list", "--json"))
    assert (found["id"], found["role"], found["person"], found["name"]) == (ident, ROLE, ROLE, "李镇长")
    assert (found["from"], found["until"]) == hours(0, 24)
    assert ident in done("duty", "list", "--unit", t.TOWNSHIP)
    assert done("duty", "list", "--unit", t.VILLAGE) == ""

    assert "已取消" in done("duty", "call-off", ident)
    assert json.loads(done("duty", "list", "--json")) == []
    again = run("duty", "call-off", ident)
    assert (again.exit_code, "没有这一班" in again.stderr) == (1, True)


def test_gaps_end_with_one():
    assert done("duty", "gaps") == ""
    added(0, 24)

    result = run("duty", "gaps")

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert hours(24, 24)[0] in result.stdout.splitlines()[1]


def test_what_cannot_be_entered_is_told_in_both_languages():
    added(0, 24)
    result = added(12, 36)

    assert result.exit_code == 1
    assert "已经排了这个班 / This person is on that duty" in result.stderr
    wrong = run("duty", "add", ROLE, t.TOWNSHIP, ROLE, "--from", "tomorrow", "--until", "today")
    assert wrong.exit_code == 2


def test_a_file_is_previewed_then_written(tmp_path: Path):
    file = tmp_path / "duty.csv"
    file.write_text(f"role,unit,person,from,until\n{ROLE},{t.TOWNSHIP},{ROLE},{','.join(hours(0, 12))}\n")

    assert "新增 1" in done("import", "duty", str(file))
    assert json.loads(done("duty", "list", "--json")) == []
    assert json.loads(done("import", "duty", str(file), "--apply", "--json"))["written"]
    assert "不变 1" in done("import", "duty", str(file), "--apply")
    assert len(json.loads(done("duty", "list", "--json"))) == 1


def test_a_file_with_a_fault_is_not_taken(tmp_path: Path):
    file = tmp_path / "duty.csv"
    file.write_text(f"role,unit,person,from,until\n{ROLE},{t.TOWNSHIP},zuzhang,{','.join(hours(0, 12))}\n")

    result = run("import", "duty", str(file), "--apply")

    assert result.exit_code == 1
    assert "没有一直在这个单位担任这个岗位" in result.stdout
