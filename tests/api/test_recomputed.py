"""How a new calendar stands in a history for its reader, and on the command line for the operator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.answers_history import EventPage
from api.cli import app
from api.present import event
from engine.store.clock import hold
from tests.store.counted import LOCAL, NEXT_YEAR, Counted, calendar
from tests.store.tiers import TIERS
from tests.store.world import written

OF_2026 = calendar(1).data.decode()
LOCAL_NOWHERE = "  nowhere:\n    - {title: {zh: 赶圩, en: Market day}, off: 2026-12-30}\n"


@pytest.fixture
def world(sqlite_store):
    return Counted(sqlite_store)


def test_the_row_tells_the_calendar_and_the_dates_before_and_after_in_local_time(world):
    case = world.begin()
    world.arrives(calendar(2, NEXT_YEAR))
    world.recounting.sweep()

    opened, row = (event(view, english=False) for view in world.queries.history("zuzhang", case))
    assert (opened["recomputed"], row["data"]) == (None, {})
    assert (row["title"], row["actor"]["id"], row["from"], row["to"]) == (
        "日历更新，重算期限", "system", "low", "low",
    )  # fmt: skip
    told = row["recomputed"]
    assert told["due"] == {"before": "2027-01-04T17:30:00+08:00", "after": "2027-01-05T17:30:00+08:00"}
    assert told["total"] == {"before": None, "after": None}
    assert (told["calendar"]["former"], told["calendar"]["version"]) == (1, 2)
    EventPage.model_validate({"items": [opened, row], "next": None})


# --- the command line ------------------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["calendar", *arguments])


def shown(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path, world, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the world, for an operator to whom it is the time of the world."""
    with world.store.begin() as tx:
        hold(tx, world.clock.at)
    folder = tmp_path / "workflows"
    for place, text in (("small/v1.yaml", written(**TIERS)), ("calendars/cn.yaml", OF_2026)):
        (folder / place).parent.mkdir(parents=True)
        (folder / place).write_text(text, encoding="utf-8")
    for name in ("CONFIG", "PORT", "HOST"):
        monkeypatch.delenv(f"MINQING_{name}", raising=False)
    monkeypatch.setenv("MINQING_DATABASE_URL", world.store.url)
    monkeypatch.setenv("MINQING_WORKFLOWS_DIR", str(folder))
    return folder


def write(folder: Path, version: int, more: str) -> None:
    (folder / "calendars" / "cn.yaml").write_bytes(calendar(version, more).data)


def test_the_operator_sees_what_is_to_be_counted_anew_and_may_have_it_done_now(world, folder):
    world.begin()
    assert "待重算 / to be counted anew: 0；期限暂定 / provisional deadlines: 1" in shown()

    write(folder, 2, NEXT_YEAR + LOCAL.format(unit="430482109223") + LOCAL_NOWHERE)
    waiting = shown()
    assert "to be counted anew: 1" in waiting
    assert "2026 一号; 2027 二号" in waiting
    assert "430482109223 陈桥村: 1 天" in waiting
    assert "nowhere 没有这个单位 / no such unit" in waiting
    assert [each["version"] for each in json.loads(shown("--json"))["calendars"][0]["kept"]] == [1]

    assert "1 changed, 0 the same, 0 failed" in shown("--apply")
    told = json.loads(shown("--json"))["calendars"][0]
    assert (told["waiting"], told["provisional"], told["counts_for"]) == (0, 0, ["small/1"])
    assert [each["version"] for each in told["kept"]] == [1, 2]


def test_a_calendar_in_use_that_was_changed_or_is_older_is_refused(world, folder):
    world.begin()
    write(folder, 1, NEXT_YEAR)
    assert "changed, and its version is still 1; make it 2" in run().output

    write(folder, 2, NEXT_YEAR)
    shown("--apply")
    write(folder, 1, "")
    assert "version 1, and deadlines were counted by version 2" in run().output


def test_the_check_holds_a_file_against_the_calendar_beside_it_as_of_a_day(world, folder):
    rules = str(folder / "small" / "v1.yaml")
    early = CliRunner().invoke(app, ["check", rules, "--today", "2026-03-02"])
    late = CliRunner().invoke(app, ["check", rules, "--today", "2026-12-21", "--lang", "en"])

    assert "K01" not in early.stdout
    assert (
        "K01  clocks.handle: from 2026-12-21 on it reaches 2027-01-18, and the calendar 'cn' lacks 2027" in late.stdout
    )
    assert CliRunner().invoke(app, ["check", rules, "--today", "soon"]).exit_code == 2
    (folder / "calendars" / "cn.yaml").unlink()
    assert "K01" not in CliRunner().invoke(app, ["check", rules, "--today", "2026-12-21"]).stdout
