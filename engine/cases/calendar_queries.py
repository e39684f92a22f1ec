"""Which calendars are in use, what they know, and what is still to be counted by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.cases.office import Office
from engine.cases.recounting import counts
from engine.definition.calendar import Calendar
from engine.rules.machine import Compiled
from engine.store.calendarbook import KeptCalendar, kept_calendars
from engine.store.countedbook import count_behind, count_provisional
from engine.store.db import Tx
from engine.store.names import unit_names


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarInUse:
    """A calendar as it lies here. `used_by` are the rules whose clocks count by it (`key/version`), `kept` its versions
    that deadlines were counted by; `waiting` open cases were counted by an older one, the deadlines of `provisional`
    ones lie in a year it lacks. `places` names the units that have days of their own; None for a code that no unit
    has."""

    calendar: Calendar
    used_by: tuple[str, ...]
    kept: tuple[KeptCalendar, ...]
    waiting: int
    provisional: int
    places: Mapping[str, str | None]


class CalendarQueries:
    """What an operator asks about calendars."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def in_use(self) -> list[CalendarInUse]:
        """Every calendar that rules here name, by code."""
        found: dict[str, list[Compiled]] = {}
        for compiled in self.office.rulebook.all():
            if compiled.calendar is not None:
                found.setdefault(compiled.calendar.code, []).append(compiled)
        with self.office.store.read() as tx:
            kept = kept_calendars(tx)
            return [
                _in_use(tx, found[code], [each for each in kept if each.calendar == code]) for code in sorted(found)
            ]


def _in_use(tx: Tx, rules: Sequence[Compiled], kept: Sequence[KeptCalendar]) -> CalendarInUse:
    calendar = rules[0].calendar
    assert calendar is not None
    counting = [each for each in rules if counts(each)]
    names = unit_names(tx, calendar.local)
    return CalendarInUse(
        calendar=calendar,
        used_by=tuple(each.workflow.name for each in counting),
        kept=tuple(kept),
        waiting=sum(count_behind(tx, each) for each in counting),
        provisional=sum(count_provisional(tx, each) for each in counting),
        places={code: names.get(code) for code in calendar.local},
    )
