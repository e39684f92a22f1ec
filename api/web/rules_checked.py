"""What the check says of a version of the rules, and what it does otherwise than the one before. Neither changes while
the file does not, so each is found once and kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from api.comparison_texts import Told, tell
from engine.definition.check import examine
from engine.definition.compare import compare
from engine.definition.findings import Finding, way_text
from engine.definition.model import Workflow
from engine.rules.check_calendar import check_calendar
from engine.rules.machine import Compiled
from engine.rules.rulebook import Rulebook

_KEPT = 32
_SIGNS = {"removed": "−", "added": "+", "changed": "~", "warning": "!"}


class _Bound:
    """A workflow that is looked up by its file alone."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self._file = (workflow.key, workflow.version, workflow.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bound) and self._file == other._file

    def __hash__(self) -> int:
        return hash(self._file)


def before(rulebook: Rulebook, workflow: Workflow) -> Workflow | None:
    """The version right before this one, of those that are here."""
    found = [each.workflow for each in rulebook.all() if each.workflow.key == workflow.key]
    earlier = [each for each in found if each.version < workflow.version]
    return max(earlier, key=lambda each: each.version, default=None)


def findings(rulebook: Rulebook, compiled: Compiled, day: date, english: bool) -> list[dict[str, Any]]:
    """What `minqing check` says of the file, on this day, against the calendar that counts here."""
    workflow = compiled.workflow
    former = before(rulebook, workflow)
    found = list(_examined(_Bound(workflow), _Bound(former) if former else None))
    if compiled.calendar is not None:
        found += check_calendar(workflow, compiled.calendar, day)
    language = "en" if english else "zh"
    return [_shown(each, language) for each in found]


@lru_cache(_KEPT)
def _examined(bound: _Bound, former: _Bound | None) -> tuple[Finding, ...]:
    def find(key: str, version: int) -> Workflow | None:
        there = former.workflow if former else None
        return there if there and (there.key, there.version) == (key, version) else None

    return examine(bound.workflow.source, bound.workflow.file, find).findings


def _shown(finding: Finding, language: str) -> dict[str, Any]:
    return {
        "code": finding.code.value,
        "error": finding.code.is_error,
        "line": finding.mark.line,
        "place": finding.place,
        "message": finding.zh if language == "zh" else finding.en,
        "hint": finding.advice(language),
        "way": way_text(finding.witness, language) if finding.witness else None,
    }


def differences(old: Workflow, new: Workflow, english: bool) -> list[dict[str, Any]]:
    """What the new version does otherwise, the weightiest first: {sign, what, heading, sentences}."""
    return list(_in(english, _compared(_Bound(old), _Bound(new))))


@lru_cache(_KEPT)
def _compared(old: _Bound, new: _Bound) -> tuple[Told, ...]:
    return tell(compare(old.workflow, new.workflow))


def _in(english: bool, found: Iterable[Told]) -> Iterable[dict[str, Any]]:
    for each in found:
        yield {
            "sign": _SIGNS[each.what],
            "what": each.what,
            "heading": each.heading[english],
            "sentences": [text[english] for text in each.sentences],
        }
