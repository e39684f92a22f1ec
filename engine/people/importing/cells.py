"""What one cell means: codes, names, dates. A cell that says nothing sensible is reported and read as empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from engine.people.importing.outcome import Problems
from engine.people.importing.sheet import Row
from engine.people.kinds import CODE, NAME_LENGTH, WORD, has_control
from engine.rules.identity import has_identity_number

_DATE = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})", re.ASCII)
_PHONE = re.compile(r"[0-9+() -]{1,30}", re.ASCII)
_SEPARATORS = re.compile(r"[\s;；]+")
_YEARS = range(1900, 2200)


class Cells:
    """Reads the cells of one row; every fault goes to `problems` under its column."""

    def __init__(self, row: Row, problems: Problems) -> None:
        self.row = row
        self._problems = problems
        for column, text in row.cells.items():
            if has_identity_number(text):
                self.fault(column, "id_number")

    def code(self, column: str, *, optional: bool = False) -> str:
        """A code or id; "" where it is absent or malformed."""
        return self._matching(column, CODE.fullmatch, "bad_code", optional=optional)

    def word(self, column: str) -> str:
        """A role or kind of kinship: small letters and underscores."""
        return self._matching(column, WORD.fullmatch, "bad_word")

    def phone(self, column: str) -> str | None:
        return self._matching(column, _PHONE.fullmatch, "bad_phone", optional=True) or None

    def one_of(self, column: str, known: Iterable[str]) -> str:
        choices = tuple(known)
        return self._matching(column, choices.__contains__, "unknown_kind", known=choices)

    def name(self, column: str) -> str:
        text = self._given(column)
        if len(text) > NAME_LENGTH:
            self.fault(column, "too_long", length=len(text), limit=NAME_LENGTH)
        if has_control(text):
            self.fault(column, "control_character")
        return text

    def codes(self, column: str, *, optional: bool = False) -> tuple[str, ...]:
        """Codes separated by spaces or semicolons, sorted, each once."""
        found = {part for part in _SEPARATORS.split(self.row.cells[column]) if part}
        if not found and not optional:
            self.fault(column, "missing")
        for part in sorted(found):
            if not CODE.fullmatch(part):
                self.fault(column, "bad_code", value=part)
        return tuple(sorted(part for part in found if CODE.fullmatch(part)))

    def span(self, first: str = "valid_from", last: str = "valid_to") -> tuple[date | None, date | None]:
        """Two dates of which the second may be absent: the last day, not before the first."""
        begins, ends = self.day(first), self.day(last, optional=True)
        if begins and ends and ends < begins:
            self.fault(last, "ends_before_start", first=begins.isoformat(), last=ends.isoformat())
        return begins, ends

    def day(self, column: str, *, optional: bool = False) -> date | None:
        """`2026-03-01`, `2026.3.1` or `2026/3/1`."""
        text = self.row.cells[column] if optional else self._given(column)
        found = _as_date(text)
        if text and found is None:
            self.fault(column, "bad_date", value=text)
        return found

    def fault(self, column: str, code: str, **facts: object) -> None:
        self._problems.add(self.row.number, column, code, **facts)

    def _given(self, column: str) -> str:
        text = self.row.cells[column]
        if not text:
            self.fault(column, "missing")
        return text

    def _matching(
        self, column: str, fits: Callable[[str], object], code: str, *, optional: bool = False, **facts: object
    ) -> str:
        text = self.row.cells[column] if optional else self._given(column)
        if text and not fits(text):
            self.fault(column, code, value=text, **facts)
            return ""
        return text


def _as_date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    if not match or int(match[1]) not in _YEARS:
        return None
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None
