"""The fields of a decision on the hall's screen: people present as chips, dates that the rules propose, the rest as
ever; and what such a form brings.

A chip list has one choice more, `other`: what is chosen beside it comes as `d.<field>.other`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from api.clock_texts import limit_text
from api.deps import Services
from api.web.dates import Calendar
from api.web.forms import Input, Options, inputs
from api.web.options import options_for
from api.web.reader import Posted, Reader
from engine.definition.calendar import DayKind
from engine.definition.model import FieldType, Row, Slot, Workflow
from engine.meetings.hall import Proposal, Tabled
from engine.rules.days import DayLine, Note

OTHER = "other"
_WORKED = (DayKind.MADE_UP, DayKind.LOCAL_WORK)
_FREE = (DayKind.HOLIDAY, DayKind.LOCAL_OFF)
_MOST_PEOPLE, _MOST_DAYS = 6, 2
_AT_HOME = ("file", "stranger")  # what may be given is given on the case's own page, not in a hall


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """`said` stands behind the chip: a date in words, and what was special in counting it."""

    value: str
    words: str
    said: str = ""
    special: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One field of a decision. `chips` are its likely values; `start` is chosen beforehand."""

    found: Input
    chips: Sequence[Chip] = ()
    start: str = ""


def lines(workflow: Workflow, row: Row, tabled: Tabled, here: Mapping[str, str], similar: Sequence[Chip],
          units: Sequence[str], when: Calendar, options: Options) -> list[Line]:  # fmt: skip
    """The lines of one row. `here` are the people present, id -> name; `units` were proposed for the case before."""
    english = when.english
    maker = _Maker(workflow, row, tabled, here, similar, units, when)
    found = inputs(workflow, row, english, when.today.isoformat(), options)
    return [maker.line(each) for each in found if each.needed or each.kind not in _AT_HOME]


@dataclass(frozen=True, slots=True)
class _Maker:
    workflow: Workflow
    row: Row
    tabled: Tabled
    here: Mapping[str, str]
    similar: Sequence[Chip]
    units: Sequence[str]
    when: Calendar

    def line(self, found: Input) -> Line:
        field = self.workflow.fields[found.code]
        if field.fills is Slot.DUE:
            chips = self._dates()
            return Line(found=found, chips=chips, start=chips[0].value if chips else "")
        if found.kind == "date":
            return Line(found=found, chips=self._latest(found.code))
        if field.entry_type is FieldType.PERSON and found.kind == "select" and not found.several:
            return Line(found=found, chips=self._people(found))
        if found.kind == "case":
            return Line(found=found, chips=self.similar)
        return Line(found=found, start=self._unit(found))

    def _dates(self) -> list[Chip]:
        return [_date_chip(each, self.when) for each in self.tabled.proposals.get(self.row.trigger, ())]

    def _latest(self, code: str) -> list[Chip]:
        """The last day that the conditions allow, as the one choice to be had at once."""
        day = self.tabled.latest.get(self.row.trigger, {}).get(code)
        return [Chip(value=day.isoformat(), words=self.when.day(day))] if day else []

    def _people(self, found: Input) -> list[Chip]:
        """Those present whom the form offers anyhow."""
        offered = {value for _, options in found.options for value, _ in options}
        likely = [person for person in self.here if person in offered]
        return [Chip(value=person, words=self.here[person]) for person in likely[:_MOST_PEOPLE]]

    def _unit(self, found: Input) -> str:
        if self.workflow.fields[found.code].entry_type is not FieldType.UNIT or not self.units:
            return ""
        offered = {value for _, options in found.options for value, _ in options}
        return next((code for code in reversed(self.units) if code in offered), "")


def _date_chip(found: Proposal, when: Calendar) -> Chip:
    special = [words for each in found.days if (words := _special(each, when))]
    if any(each.day.provisional for each in found.days):
        special.append("holidays not known yet" if when.english else "来年放假安排还没有公布，暂定")
    return Chip(
        value=found.day.isoformat(),
        words=limit_text(found.span)[when.english],
        said=when.exact(found.deadline),
        special=special[-_MOST_DAYS:],
    )


def _special(line: DayLine, when: Calendar) -> str:
    """A day that people would count otherwise: worked in exchange, or a holiday in the week."""
    day = when.day(line.day.date)
    if line.note is Note.COUNTED and line.day.kind in _WORKED:
        return f"{day} is worked, 1 day" if when.english else f"{day}上班，算 1 天"
    if line.note is Note.OFF and line.day.kind in _FREE and line.day.date.weekday() < 5:
        return f"{day} is a holiday" if when.english else f"{day}放假，不算"
    return ""


def offered(served: Services, who: Reader, case_id: str, english: bool) -> Options:
    """Options of people and units, looked up once for all rows of a case."""
    known: dict[str, Any] = {}
    ask = options_for(served, who, case_id, english)

    def options(field: Any) -> Any:
        kind = str(field.entry_type)
        if kind not in known:
            known[kind] = ask(field)
        return known[kind]

    return options


def settled(sent: Posted) -> Posted:
    """The form with each `other` replaced by what was chosen beside it."""
    return Posted(form=FormData(list(_settled(sent))))


def _settled(sent: Posted) -> Iterator[tuple[str, Any]]:
    items = sent.form.multi_items()
    beside = {name.removesuffix(f".{OTHER}"): value for name, value in items if name.endswith(f".{OTHER}") and value}
    chosen = {name for name, value in items if value and value != OTHER}
    for name, value in items:
        if not name.endswith(f".{OTHER}") and not (name in beside and value == OTHER):
            yield name, value
    yield from ((name, value) for name, value in beside.items() if name not in chosen)
