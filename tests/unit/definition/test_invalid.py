"""One file per rule: what it breaks stands in its first line, `# expect: CODE line:column sentence`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.definition.check import examine
from engine.definition.findings import Code
from engine.definition.loader import read_workflow
from engine.definition.model import Workflow

FORMER = Path(__file__).parent / "invalid" / "former"
INVALID = sorted((Path(__file__).parent / "invalid").glob("*.yaml"))


def former_version(key: str, version: int) -> Workflow | None:
    """The version that a file of this folder says it replaces."""
    path = FORMER / f"v{version}.yaml"
    found = read_workflow(path.read_bytes(), path.name).workflow if path.exists() else None
    return found if found and found.key == key else None


def expected_of(path: Path) -> tuple[str, str, str]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# expect: (S\d\d) (\d+:\d+) (.+)", first)
    assert match, f"{path.name} lacks its first line"
    return match[1], match[2], match[3]


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_broken_rule_is_told_with_code_place_and_sentence(path):
    findings = examine(path.read_bytes(), path.name, former_version).findings

    assert [(found.code, f"{found.mark.line}:{found.mark.column}", found.zh) for found in findings] == [
        expected_of(path)
    ]


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_the_english_sentence_needs_no_chinese(path):
    (finding,) = examine(path.read_bytes(), path.name, former_version).findings

    for sentence in (finding.en, *finding.details("en")):
        own_words = re.sub(r"'[^']*'|\"[^\"]*\"", "", sentence)
        assert own_words.strip()
        assert not re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", own_words)


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_file(code):
    assert [path for path in INVALID if expected_of(path)[0] == code]


def test_a_finding_in_one_line_names_file_place_code_path_and_sentence():
    path = next(path for path in INVALID if path.stem == "s01_state")
    (finding,) = examine(path.read_bytes(), "workflows/small/v1.yaml").findings

    assert (
        finding.text("zh")
        == "workflows/small/v1.yaml:19:73  S01  transitions[1] (finish).to: 未知状态 'doen'，是否指 'done'？"
    )
    assert (finding.path, finding.trigger) == ("transitions[1].to", "finish")
    assert finding.text("en").endswith("transitions[1] (finish).to: unknown state 'doen', did you mean 'done'?")


def test_codes_from_s30_on_are_warnings():
    assert [code for code in Code if not code.is_error] == [code for code in Code if code.value >= "S30"]
