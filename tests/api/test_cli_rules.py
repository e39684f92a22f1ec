"""The command line for rule authors: the schema, the picture, and two versions told apart."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.unit.definition.files import ROOT, SMALL, V1


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(tmp_path / "v1.yaml", SMALL)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    text = SMALL.replace("version: 1\n", "version: 2\nreplaces: {version: 1}\n").replace(
        "by: head", "by: [head, clerk]"
    )
    return written(tmp_path / "v2.yaml", text)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_schema_is_printed_as_it_is_committed():
    assert done("schema") == (ROOT / "workflows" / "schema.json").read_text(encoding="utf-8")


def test_a_picture_is_mermaid_in_chinese_unless_told_otherwise(old: Path):
    assert "[*] --> s_working : 上报" in done("diagram", old)
    assert "[*] --> s_working : Report" in done("diagram", old, "--lang", "en")


def test_a_picture_is_written_to_a_file(tmp_path: Path):
    out = tmp_path / "flow.svg"

    assert done("diagram", V1, "--format", "svg", "-o", out) == ""
    assert ElementTree.fromstring(out.read_text(encoding="utf-8")).tag.endswith("svg")


def test_a_picture_that_cannot_be_written_ends_with_3(old: Path, tmp_path: Path):
    assert run("diagram", old, "-o", tmp_path / "no" / "flow.svg").exit_code == 3


def test_a_file_with_errors_is_not_drawn(tmp_path: Path):
    result = run("diagram", written(tmp_path / "broken.yaml", SMALL.replace("to: done", "to: doen")))

    assert result.exit_code == 1
    assert "'doen'" in result.stderr
    assert result.stdout == ""


def test_two_versions_are_told_apart(old: Path, new: Path):
    assert done("check", new, "--against", old).splitlines() == [
        "0 个错误，0 个提醒",
        "! 未结事项：按规则，第 1 版的事项可经预览后逐件移到第 2 版",
        "~ 更改流转行「办结」（finish，自 办理中）",
        "    可办的人：增加 文书",
    ]
    assert done("check", new, "--against", old, "--lang", "en").splitlines()[2:] == [
        '~ changed row "Finish" (finish, from Working)',
        "    who may: added Clerk",
    ]


def test_a_file_is_no_other_than_itself(old: Path):
    assert done("check", old, "--against", old).splitlines() == ["0 个错误，0 个提醒", "没有差别"]


def test_differences_are_told_as_json(old: Path, new: Path):
    told = json.loads(done("check", new, "--against", old, "--json"))["differences"]

    assert [(each["section"], each["what"]) for each in told] == [("cases", "warning"), ("transitions", "changed")]
    assert told[1]["changes"] == [{"zh": "可办的人：增加 文书", "en": "who may: added Clerk"}]
    assert "differences" not in json.loads(done("check", new, "--json"))


def test_an_old_file_with_errors_is_no_measure(new: Path, tmp_path: Path):
    result = run("check", new, "--against", written(tmp_path / "broken.yaml", SMALL.replace("to: done", "to: doen")))

    assert result.exit_code == 1
    assert "'doen'" in result.stderr


def test_a_new_file_with_errors_is_checked_and_not_compared(old: Path, tmp_path: Path):
    result = run("check", written(tmp_path / "broken.yaml", SMALL.replace("to: done", "to: doen")), "--against", old)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "1 个错误，0 个提醒"


@pytest.mark.parametrize("command", ["schema", "diagram", "check"])
def test_every_command_has_help_in_both_languages(command: str):
    text = done(command, "--help")

    assert " / " in text
    assert any("\u4e00" <= sign <= "\u9fff" for sign in text)
