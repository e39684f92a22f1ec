"""One file per rule: what it breaks stands in its first line, `# expect: CODE line:column sentence`. Files whose
calendar lies in the folder `calendars` are held against it as well, as of one day."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from engine.cases.rules_folder import calendar_beside
from engine.definition.check import examine
from engine.definition.findings import Code, Finding
from engine.definition.loader import read_workflow
from engine.definition.model import Workflow
from engine.rules.check_calendar import check_calendar

#: The day on which the files that name a calendar of this folder are checked.
TODAY = date(2026, 3, 2)
FORMER = Path(__file__).parent / "invalid" / "former"
INVALID = sorted((Path(__file__).parent / "invalid").glob("*.yaml"))


def former_version(key: str, version: int) -> Workflow | None:
    """The version that a file of this folder says it replaces."""
    path = FORMER / f"v{version}.yaml"
    found = read_workflow(path.read_bytes(), path.name).workflow if path.exists() else None
    return found if found and found.key == key else None


def findings_of(path: Path) -> tuple[Finding, ...]:
    reading = examine(path.read_bytes(), path.name, former_version)
    calendar = calendar_beside(path.parent / "any" / path.name, reading.workflow.calendar) if reading.workflow else None
    more = check_calendar(reading.workflow, calendar, TODAY) if reading.workflow and calendar else ()
    return (*reading.findings, *more)


def expected_of(path: Path) -> tuple[str, str, str]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# expect: ([SK]\d\d) (\d+:\d+) (.+)", first)
    assert match, f"{path.name} lacks its first line"
    return match[1], match[2], match[3]


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_broken_rule_is_told_with_code_place_and_sentence(path):
    findings = findings_of(path)

    assert [(found.code, f"{found.mark.line}:{found.mark.column}", found.zh) for found in findings] == [
        expected_of(path)
    ]


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_the_english_sentence_needs_no_chinese(path):
    (finding,) = findings_of(path)

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


def test_codes_from_s30_on_are_warnings_and_those_about_the_calendar():
    assert [code for code in Code if code.is_error] == [code for code in Code if "S00" <= code.value < "S30"]


def test_what_a_calendar_lacks_hangs_on_the_day_that_one_asks_about():
    path = next(path for path in INVALID if path.stem == "k01_year_lacking")
    workflow = read_workflow(path.read_bytes(), path.name).workflow
    calendar = calendar_beside(path.parent / "any" / path.name, "short")

    assert check_calendar(workflow, calendar, date(2026, 2, 1)) == ()
    (finding,) = check_calendar(workflow, calendar, date(2027, 3, 1))
    assert "lacks 2027, 2028" in finding.en
