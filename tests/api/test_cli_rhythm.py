"""`minqing rhythm`: what a unit sets for its own meeting is seen beforehand, written, listed and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests import township as t

RULES = Path(__file__).parent.parent.parent / "workflows"
OWN = ("village_weekly", t.VILLAGE, "--week", "wednesday", "--at", "19:30")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rhythm", *arguments])


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def township(tmp_path: Path, sqlite_store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with the township, and the rules of the project: version 2's weekly meeting has a rhythm."""
    t.settle(sqlite_store)
    for name in ("CONFIG", "PORT", "HOST"):
        monkeypatch.delenv(f"MINQING_{name}", raising=False)
    monkeypatch.setenv("MINQING_DATABASE_URL", sqlite_store.url)
    monkeypatch.setenv("MINQING_WORKFLOWS_DIR", str(RULES))


def test_a_preview_shows_both_and_writes_nothing():
    shown = done("set", *OWN)

    assert "* " in shown
    assert "friday" in shown
    assert "→" in shown
    assert "19:30 wednesday" in shown
    assert "仅预览" in shown
    assert done("list") == ""


def test_what_is_written_is_listed_and_taken_back():
    told = json.loads(done("set", *OWN, "--apply", "--json"))
    assert told["written"]
    assert all(moment.endswith("T19:30") for moment in told["after"])

    assert json.loads(done("list", "--json")) == [
        {
            "workflow": "issue-escalation",
            "meeting": "village_weekly",
            "unit": t.VILLAGE,
            "week": "wednesday",
            "month": None,
            "at": "19:30",
        }
    ]
    assert "village_weekly" in done("list")
    back = json.loads(done("clear", "village_weekly", t.VILLAGE, "--apply", "--json"))
    assert back["before"] == told["after"]
    assert done("list") == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("village_weekly", t.VILLAGE), 2, "--week"),
        (("village_weekly", t.VILLAGE, "--at", "25:00"), 2, "25:00"),
        (("village_weekly", t.VILLAGE, "--week", "holiday"), 2, "holiday"),
        (("village_weekly", t.VILLAGE, "--month", "10"), 1, "week"),
        (("village_weekly", t.TOWNSHIP, "--week", "monday"), 1, "village"),
        (("village_special", t.VILLAGE, "--week", "monday"), 1, "village_weekly"),
    ],
)
def test_what_cannot_be_set_is_said(arguments: tuple[str, ...], code: int, said: str):
    result = run("set", *arguments)

    assert (result.exit_code, said in result.stderr) == (code, True), result.output
