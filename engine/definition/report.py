"""Where the findings of one file are collected, so that all of them are told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from engine.definition.findings import Code, Finding
from engine.definition.model import Mark, Title, Workflow
from engine.definition.words import shown_key

#: A file with more mistakes than this is not helped by guesses, which cost time.
_GUESSES = 300

_ROW = re.compile(r"transitions\[([0-9]+)\]")


class Report:
    """The findings of one file; without `warnings` its errors alone (a map of an import has no style)."""

    def __init__(self, file: str, *, warnings: bool = True) -> None:
        self.file, self._warnings = file, warnings
        self._findings: list[Finding] = []
        #: Where a duration first counts by `business_hours`, and its path; None where none does.
        self.counts_business_hours: tuple[Mark, str] | None = None
        #: The groups that something names.
        self.groups_used: set[str] = set()

    def add(self, code: Code, mark: Mark, path: str, zh: str, en: str, hint: Title | None = None) -> None:
        if code.is_error or self._warnings:
            self._findings.append(Finding(code=code, file=self.file, mark=mark, path=path, zh=zh, en=en, hint=hint))

    @property
    def has_error(self) -> bool:
        return any(finding.code.is_error for finding in self._findings)

    @property
    def guesses(self) -> bool:
        """Whether a suggestion (did you mean) is still worth its time."""
        return len(self._findings) < _GUESSES

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of their places, each once; warnings only where nothing is worse."""
        has_error = self.has_error
        return in_order([finding for finding in self._findings if finding.code.is_error or not has_error])


def in_order(findings: list[Finding] | tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings by place, then code; what was found twice is told once."""
    return tuple(sorted(dict.fromkeys(findings), key=_place))


def with_triggers(findings: Iterable[Finding], workflow: Workflow) -> list[Finding]:
    """Those about a row with the trigger that people know it by."""
    known = {str(row.index): shown_key(row.trigger) for row in workflow.rows if row.trigger}
    numbers = ((finding, _ROW.match(finding.path)) for finding in findings)
    return [replace(each, trigger=known.get(row[1], "")) if row else each for each, row in numbers]


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.mark.line, finding.mark.column, finding.code, finding.path
