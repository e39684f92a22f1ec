"""`minqing import cases`: what it prints and how it ends, and that every problem has words in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.import_texts_cases import CASE_PROBLEM_TEXTS, case_problem_text
from engine.cases.importing.outcome import PROBLEM_CODES, RowProblem
from engine.wiring import open_database
from tests import township as t
from tests.databases import copy_initialised

MAP = f"""\
source: 旧台账
workflow: issue-escalation
by: village_clerk
unit: {{under: "{t.VILLAGE}", spread: wuchang}}
fields:
  gist: 事由
  category: 类别
  heard_on: 听到日期
  source: {{constant: visit}}
"""
LIST = (
    "事由,类别,听到日期\n桥头路灯坏了三盏,基础设施,2020-01-06\n渠道淤塞没人管,天气,2020-01-07\n太短,其他,2020-01-08\n"
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An initialised database with the township in it, a list and its map."""
    for name in ("DATABASE_URL", "CONFIG", "WORKFLOWS_DIR", "PORT", "HOST"):
        monkeypatch.delenv(f"MINQING_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    copy_initialised(tmp_path / ".minqing" / "minqing.db")
    t.settle(open_database(f"sqlite:///{tmp_path}/.minqing/minqing.db"))
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    return tmp_path


def test_it_previews_then_opens_then_finds_nothing_new(folder: Path):
    preview = run("import", "cases", "list.csv", "--map", "map.yaml")
    first = run("import", "cases", "list.csv", "--map", "map.yaml", "--apply", "--json")
    second = run("import", "cases", "list.csv", "--map", "map.yaml", "--apply")

    assert (preview.exit_code, first.exit_code, second.exit_code) == (1, 1, 1)
    lines = preview.stdout.splitlines()
    assert re.fullmatch(rf"\+ 2  –  {t.VILLAGE}w0\d  village_clerk", lines[0])
    assert lines[1].startswith("! B3  不认识“天气”，可选：")
    assert lines[2] == "! A4  「事由」至少 6 个字，现有 2 个 / Gist: at least 6, found 2"
    assert lines[3] == (
        "预览：共 3 行：开立 1，已导入过 0，未成 2。加 --apply 写入 / "
        "preview: 3 rows: 1 opened, 0 imported before, 2 failed; add --apply to write"
    )
    told = json.loads(first.stdout)
    assert (told["written"], told["rows"], told["opened"], told["already"], told["failed"]) == (True, 3, 1, 0, 2)
    assert re.fullmatch(r"\d{4}-\d{4}", told["cases"][0]["number"])
    assert [(each["cell"], each["code"], each["field"]) for each in told["problems"]] == [
        ("B3", "unknown_value", None),
        ("A4", "too_short", "gist"),
    ]
    assert "开立 0，已导入过 1，未成 2" in second.stdout


def test_a_list_without_faults_ends_with_0(folder: Path):
    (folder / "list.csv").write_text("\n".join(LIST.splitlines()[:2]), encoding="utf-8")

    assert run("import", "cases", "list.csv", "--map", "map.yaml").exit_code == 0


def test_a_map_with_faults_says_file_line_and_column(folder: Path):
    (folder / "map.yaml").write_text(MAP.replace("类别", "类型"), encoding="utf-8")

    result = run("import", "cases", "list.csv", "--map", "map.yaml", "--apply")
    told = run("import", "cases", "list.csv", "--map", "map.yaml", "--json")

    assert (result.exit_code, told.exit_code) == (1, 1)
    assert result.stdout.startswith("map.yaml:7:13  S01  fields.category: 表头中没有 '类型' 这一列")
    assert "nothing written: 1 problems in the map" in result.stdout
    assert [(each["line"], each["path"]) for each in json.loads(told.stdout)["findings"]] == [(7, "fields.category")]


def test_a_file_that_cannot_be_read_is_said_so(folder: Path):
    (folder / "list.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)

    result = run("import", "cases", "list.xls", "--map", "map.yaml", "--apply")

    assert result.exit_code == 1
    assert "另存为 .xlsx" in result.stdout
    assert "未写入：文件无法读取" in result.stdout


def test_cases_need_a_map_and_nothing_else_takes_one(folder: Path):
    assert run("import", "cases", "list.csv").exit_code == 2
    assert run("import", "units", "list.csv", "--map", "map.yaml").exit_code == 2


def test_a_database_that_was_never_set_up_ends_with_3(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{folder}/new.db")
    assert run("migrate").exit_code == 0

    assert run("import", "cases", "list.csv", "--map", "map.yaml").exit_code == 3


# --- words -----------------------------------------------------------------------------------------------------------


def test_every_problem_has_words_in_both_languages():
    assert set(CASE_PROBLEM_TEXTS) == PROBLEM_CODES
    for zh, en in CASE_PROBLEM_TEXTS.values():
        assert re.search("[\u4e00-\u9fff]", zh)
        assert not re.search("[\u4e00-\u9fff]", en)
        assert set(re.findall(r"\{(\w+)\}", zh)) == set(re.findall(r"\{(\w+)\}", en))


def test_words_are_filled_from_the_facts():
    problem = RowProblem(row=3, cell="B3", code="unknown_value", facts={"value": "天气", "known": ("甲", "乙")})

    assert case_problem_text(problem, "zh") == "不认识“天气”，可选：甲、乙"
    assert case_problem_text(problem, "en") == "“天气” is not known; choose from 甲, 乙"
