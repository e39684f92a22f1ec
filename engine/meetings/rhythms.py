"""What units set for themselves of a meeting's rhythm: seen beforehand, kept, listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.cases.office import Office
from engine.meetings.access import work_at
from engine.meetings.series import Series, all_series, own_rhythms
from engine.people.errors import Wrong
from engine.rules.attempt import Unit
from engine.rules.rhythm import OwnRhythm, Sitting, turns
from engine.store import register
from engine.store.db import Tx, retried
from engine.store.rhythmbook import UnitRhythm, clear_rhythm, read_rhythms, set_rhythm

__all__ = ["Change", "OwnRhythm", "RhythmService", "Sitting", "UnitRhythm"]

_LOOK_AHEAD = timedelta(days=70)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The turns of the next ten weeks at the unit, as they are and as they would be."""

    before: tuple[Sitting, ...]
    after: tuple[Sitting, ...]


class RhythmService:
    """The days and hours that units set, for one installation. All raise `Wrong`."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def preview(self, meeting: str, unit: str, own: OwnRhythm, *, workflow: str | None = None) -> Change:
        """What it would change; nothing is kept."""
        with self.office.store.read() as tx:
            return self._change(tx, *self._found(tx, workflow, meeting, unit, own), own)

    @retried
    def keep(self, meeting: str, unit: str, own: OwnRhythm, *, workflow: str | None = None) -> Change:
        """Keep it in place of what the unit had set; an empty one goes by the file again. Meetings that are set already
        follow with the next planning ahead."""
        with self.office.store.begin() as tx:
            series, place = self._found(tx, workflow, meeting, unit, own)
            change = self._change(tx, series, place, own)
            if own == OwnRhythm():
                clear_rhythm(tx, *series.name, unit)
            else:
                set_rhythm(tx, UnitRhythm(workflow=series.name[0], meeting=meeting, unit=unit, own=own))
            return change

    def kept(self) -> list[UnitRhythm]:
        with self.office.store.read() as tx:
            return read_rhythms(tx)

    def _found(self, tx: Tx, workflow: str | None, meeting: str, unit: str, own: OwnRhythm) -> tuple[Series, Unit]:
        key = workflow or self.office.default_workflow
        series = {each.name: each for each in all_series(self.office)}.get((key, meeting))
        if series is None:
            known = sorted(each.name[1] for each in all_series(self.office) if each.name[0] == key)
            raise Wrong("no_rhythm", meeting=meeting, known=tuple(known))
        place = register.find_unit(tx, unit)
        if place is None or place.kind != series.rules.level:
            raise Wrong("not_its_unit", unit=unit, level=series.rules.level)
        _must_fit(series, own)
        return series, place

    def _change(self, tx: Tx, series: Series, unit: Unit, own: OwnRhythm) -> Change:
        now = self.office.clock.now(tx)
        former = own_rhythms(tx, series).get(unit.code)
        before, after = (_coming(series, unit, each, now) for each in (former, own))
        return Change(before=tuple(before), after=tuple(after))


def _must_fit(series: Series, own: OwnRhythm) -> None:
    """A weekly meeting takes a weekday, a monthly one a day of the month."""
    assert series.rules.every is not None
    weekly = series.rules.every.weekday is not None
    if (own.monthday if weekly else own.weekday) is not None:
        raise Wrong("wrong_rhythm", meeting=series.rules.code, kind="week" if weekly else "month")


def _coming(series: Series, unit: Unit, own: OwnRhythm | None, now: datetime) -> Iterable[Sitting]:
    return turns(series.rules, work_at(series.compiled, unit), own, now, now + _LOOK_AHEAD)
