"""The example of `docs/clocks.md`, a case returned twice, is what `minqing clock` says of such a case.

Where the page no longer says so, the test fails; `MINQING_WRITE_CLOCKS=1 pytest tests/api/test_clocks_page.py` writes
it anew.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from engine.cases.office import open_office
from engine.cases.rules_folder import open_rulebook
from engine.cases.service import Caller, CaseService, OpenCase
from engine.people.setup import SetupService
from engine.rules.attempt import Command
from engine.store.clock import DatabaseClock
from engine.store.db import Store
from tests import township as t
from tests.township import settle
from tests.unit.definition.files import ROOT

PAGE = ROOT / "docs" / "clocks.md"
RULES = """\
workflow: returned
version: 1
title: {zh: 退回, en: Returned}
timezone: Asia/Shanghai
calendar: cn
business_hours: {open: "08:30", close: "17:30"}
levels:
  wuchang: {zh: 屋场, en: Cluster}
  village: {zh: 村, en: Village}
roles:
  zuzhang: {title: {zh: 组长, en: Group head}, level: wuchang}
  village_clerk: {title: {zh: 村级秘书, en: Village clerk}, level: village}
fields:
  text: {title: {zh: 说明, en: Text}, type: text}
counters:
  returns: {title: {zh: 退回次数, en: Returns}, of: return, per: case}
clocks:
  handle: {title: {zh: 屋场办理时限, en: Handling in the cluster}, per: level, limits: 5 working days}
states:
  low: {title: {zh: 屋场办理中, en: In the cluster}, level: wuchang, handling: true, runs: handle}
  queue: {title: {zh: 等待研究, en: Waiting}, level: village}
  done: {title: {zh: 已办结, en: Done}, final: true}
transitions:
  - {trigger: begin, title: {zh: 受理, en: Take up}, from: start, to: low, by: zuzhang}
  - {trigger: refer, title: {zh: 报到村, en: Refer}, from: low, to: queue, by: zuzhang}
  - {trigger: return, title: {zh: 退回, en: Return}, from: queue, to: low, by: village_clerk,
     when: {counter: returns, at_most: 3}}
  - {trigger: finish, title: {zh: 办结, en: Finish}, from: low, to: done, by: zuzhang}
"""
STORY = (
    ("03-02T09:00", "zuzhang", "begin", 1),
    ("03-09T17:00", "zuzhang", "refer", None),
    ("03-12T09:00", "village_clerk", "return", 2),
    ("03-13T13:30", "zuzhang", "refer", None),
    ("03-17T08:30", "village_clerk", "return", 3),
)
_WRITE = "MINQING_WRITE_CLOCKS"
_PLACE = re.compile(r"(<!-- example (\d) (zh|en) -->\n)(?:```\n.*?```\n)?", re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The rules of the example with the calendars."""
    (tmp_path / "returned").mkdir()
    (tmp_path / "returned" / "v1.yaml").write_text(RULES, encoding="utf-8")
    shutil.copytree(t.WORKFLOWS / "calendars", tmp_path / "calendars")
    return tmp_path


def told(store: Store, folder: Path) -> Mapping[tuple[str, str], str]:
    """What the command says at each of the three moments, in both languages."""
    settle(store)
    case, found = "", {}
    for version, (moment, person, trigger, number) in enumerate(STORY):
        SetupService(store).hold_clock(datetime.fromisoformat(f"2026-{moment}+08:00"))
        service = CaseService(open_office(store, open_rulebook(store, folder), clock=DatabaseClock()))
        command = Command(trigger=trigger)
        if version:
            service.fire(Caller(person=person), case, command, version)
        else:
            wanted = OpenCase(unit=t.GROUP, command=command, workflow="returned")
            case = service.open(Caller(person=person), wanted).identity.id
        if number:
            found |= {(str(number), lang): said(store, folder, case, lang) for lang in ("zh", "en")}
    return found


def said(store: Store, folder: Path, case: str, lang: str) -> str:
    settings = {"MINQING_DATABASE_URL": store.url, "MINQING_WORKFLOWS_DIR": str(folder), _WRITE: None}
    result = CliRunner().invoke(app, ["clock", case, "--person", "zuzhang", "--lang", lang], env=settings)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_page_says_what_the_command_says(sqlite_store: Store, folder: Path):
    examples = told(sqlite_store, folder)
    page = PAGE.read_text(encoding="utf-8")
    fresh = _PLACE.sub(lambda place: f"{place[1]}```\n{examples[place[2], place[3]]}```\n", page)
    if os.environ.get(_WRITE):
        PAGE.write_text(fresh, encoding="utf-8")

    assert len(_PLACE.findall(page)) == len(examples) == 6
    assert fresh == PAGE.read_text(encoding="utf-8")


def test_a_case_returned_twice_never_arrives_overdue_and_gains_what_was_lacking_alone(
    sqlite_store: Store, folder: Path
):
    examples = told(sqlite_store, folder)

    heads = [examples[str(number), "en"].splitlines()[0].split(": ")[1] for number in (1, 2, 3)]
    assert heads == ["2026-03-09 17:30", "2026-03-13 13:30", "2026-03-18 13:00"]
    assert [line.split(": ")[1] for line in examples["3", "en"].splitlines() if "least" in line] == [
        "1.44 working days (row 3)",
        "1.5 working days (row 5)",
    ]
    assert "1.5 working days left" in examples["3", "en"]
