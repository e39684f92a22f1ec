"""The smallest file that is sound, a full one that uses every key, and where the real ones lie."""

from __future__ import annotations

from pathlib import Path

from engine.definition.check import examine
from engine.definition.loader import Reading, read_workflow
from engine.definition.model import Workflow

ROOT = Path(__file__).parents[3]
V1 = ROOT / "workflows" / "issue-escalation" / "v1.yaml"
DESIGN = ROOT.parent / "shared" / "design"

SMALL = """\
workflow: small
version: 1
title: {zh: 小流程, en: Small}
timezone: Asia/Shanghai
calendar: cn
levels:
  village: {zh: 村, en: Village}
roles:
  clerk: {title: {zh: 文书, en: Clerk}, level: village}
  head:  {title: {zh: 书记, en: Head}, level: village}
fields:
  gist: {title: {zh: 事由, en: Gist}, type: text, max_length: 20}
states:
  working: {title: {zh: 办理中, en: Working}, level: village}
  done:    {title: {zh: 已办结, en: Done}, final: true}
transitions:
  - {trigger: report, title: {zh: 上报, en: Report}, from: start, to: working, by: clerk, needs: gist}
  - {trigger: finish, title: {zh: 办结, en: Finish}, from: working, to: done, by: head}
"""

FULL = (Path(__file__).parent / "full.yaml").read_text(encoding="utf-8")


def reading_of(text: str) -> Reading:
    return examine(text.encode(), "file.yaml")


def workflow_of(text: str) -> Workflow:
    """The workflow of a text that has nothing wrong with it."""
    reading = reading_of(text)
    assert reading.workflow is not None, told(reading)
    assert not reading.findings, told(reading)
    return reading.workflow


def loaded(text: str) -> Workflow:
    """The workflow of a text that can be read; whether it is sound is not asked."""
    reading = read_workflow(text.encode(), "file.yaml")
    assert reading.workflow is not None, told(reading)
    return reading.workflow


def codes_of(text: str) -> list[str]:
    """The codes of the errors."""
    return [finding.code.value for finding in reading_of(text).findings if finding.code.is_error]


def warnings_of(text: str) -> list[str]:
    return [finding.code.value for finding in reading_of(text).findings if not finding.code.is_error]


def told(reading: Reading) -> str:
    return "\n".join(finding.text("zh") for finding in reading.findings)


def small(old: str, new: str) -> str:
    """The small file with one text replaced."""
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def full(old: str, new: str) -> str:
    """The full file with one text replaced."""
    assert old in FULL
    return FULL.replace(old, new, 1)
