"""What a map says: how a row of an old list becomes the opening of a case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.definition.model import Field, Row, Value, Workflow
from engine.definition.reading import Place
from engine.definition.report import Report

#: Every imported case says so in its first line of history.
ENTERED_LATE = "补录"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the text of its header, or by its letter. `place` is where the map names it."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value in every case."""

    value: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class FromColumn:
    """`values` translates what the sheet writes; `default` stands for an empty cell, and for a choice or flag that is
    not known; `first` cuts a text to so many characters; `forms` are further ways dates are written."""

    column: Column
    values: Mapping[str, Value] = field(default_factory=dict)
    default: Value = None
    first: int | None = None
    forms: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FromPerson:
    """Somebody who is not registered: a name, and perhaps a telephone."""

    name: Column
    phone: Column | None = None


Origin = Constant | FromColumn | FromPerson


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceRule:
    """Where a row's matter is. `column` holds codes or names of units (of `kind`, where given) in or below `under`;
    without it `under` is meant itself. `spread`: one of the units of these kinds at or below that one, always the same
    one for the same row. `at` is where the map says each of these."""

    column: Column | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    kind: str | None = None
    under: str | None = None
    spread: tuple[str, ...] = ()
    at: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """The words behind 补录, and columns that are kept as they were written."""

    text: str = ""
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportMap:
    """`source` names the list for good: with a row's key it tells what is a case already. `key` are the columns that
    tell a row from the others; empty: the whole row does. `by` is the role whose holder at the row's unit opens."""

    source: str
    workflow: Workflow
    row: Row
    sheet: int | str
    header: int
    key: tuple[Column, ...]
    by: str
    place: PlaceRule
    note: Note
    fields: Mapping[str, Origin]
    occurred_at: FromColumn | None
    behalf: FromPerson | FromColumn | None
    report: Report

    def field(self, code: str) -> Field:
        return self.workflow.fields[code]

    @property
    def name(self) -> str:
        """`key/version`, as openings name their rules."""
        return f"{self.workflow.key}/{self.workflow.version}"
