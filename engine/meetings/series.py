"""The series of meetings: what the rhythm names is set ahead, for every unit where such a meeting sits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.cases.office import Office
from engine.definition.model import Meeting, Title
from engine.meetings.access import work_at
from engine.meetings.desk import save
from engine.rules.attempt import Unit
from engine.rules.machine import Compiled
from engine.rules.rhythm import OwnRhythm, Sitting, named_in, turns
from engine.store.db import Tx, retried
from engine.store.meetingbook import CANCELLED, PLANNED, MeetingRow, insert_meetings, of_series
from engine.store.rhythmbook import read_rhythms, units_of_kind

#: No turn sits further than this from its week or month.
_MARGIN = timedelta(days=100)
#: Why a turn does not take place, where its day has no name of its own.
_HOLIDAY = Title(zh="节假日", en="holiday")


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One meeting with a rhythm, by the version of its workflow that sets it."""

    compiled: Compiled
    rules: Meeting

    @property
    def name(self) -> tuple[str, str]:
        return self.compiled.workflow.key, self.rules.code


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """How many meetings were set, given another time, or called off because a holiday skips them."""

    set: int = 0
    moved: int = 0
    skipped: int = 0


def all_series(office: Office) -> list[Series]:
    """Every meeting with a rhythm of the versions that are open for new cases. Of two versions that name the same one,
    the published one sets it, and of these the highest."""
    book = office.rulebook
    versions = sorted(filter(book.opens, book.all()), key=lambda each: (not each.workflow.draft, each.workflow.version))
    found = [
        Series(compiled=compiled, rules=rules)
        for compiled in versions
        for rules in compiled.workflow.meetings.values()
        if rules.every
    ]
    return list({each.name: each for each in found}.values())


class SeriesService:
    """Sets the meetings of the rhythm, for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def plan_ahead(self, until: datetime) -> Planned:
        """Set every turn from now until then that is not set yet. Running it again, or twice at once, changes nothing
        more. A meeting that nobody moved follows the rhythm: where the unit set another day, or the calendar learned of
        a holiday, it gets the new time, or is called off where it is skipped. Raises ValueError without a calendar."""
        done = [self._plan(series, until) for series in all_series(self.office)]
        return Planned(
            set=sum(each.set for each in done),
            moved=sum(each.moved for each in done),
            skipped=sum(each.skipped for each in done),
        )

    @retried
    def _plan(self, series: Series, until: datetime) -> Planned:
        with self.office.store.begin() as tx:
            now = self.office.clock.now(tx)
            there = {
                (row.unit.code, row.turn): row
                for row in of_series(tx, homes_of(tx, self.office, series), *series.name, now - _MARGIN)
            }
            named = list(_named(tx, series, now - _MARGIN, until + _MARGIN))
            coming = [(unit, sitting) for unit, sitting in named if now <= sitting.at]
            due = [(unit, sitting) for unit, sitting in coming if sitting.at < until]
            fresh = [self._row(series, *each) for each in due if (each[0].code, each[1].period) not in there]
            insert_meetings(tx, fresh)
            moved = _moved(coming, there)  # also one whose new day lies beyond `until`
            for meeting in moved:
                save(tx, meeting, PLANNED)
            skipped = _skipped(named, there.values(), now, until)
            for meeting in skipped:
                reason = _why_not(series, meeting, own_rhythms(tx, series).get(meeting.unit.code))
                save(tx, replace(meeting, reason=reason, closed_at=now), CANCELLED)
            return Planned(set=len(fresh), moved=len(moved), skipped=len(skipped))

    def _row(self, series: Series, unit: Unit, sitting: Sitting) -> MeetingRow:
        workflow, home = series.compiled.workflow, self.office.home_of(unit)
        return MeetingRow(
            home=home,
            id=self.office.new_id(home),
            workflow=workflow.key,
            workflow_version=workflow.version,
            meeting=series.rules.code,
            unit=unit,
            at=sitting.at,
            turn=sitting.period,
        )


_Turn = tuple[Unit, Sitting]
_There = dict[tuple[str, str | None], MeetingRow]


def _named(tx: Tx, series: Series, start: datetime, end: datetime) -> Iterator[_Turn]:
    own = own_rhythms(tx, series)
    for unit in units_of_kind(tx, series.rules.level):
        work = work_at(series.compiled, unit)
        yield from ((unit, each) for each in turns(series.rules, work, own.get(unit.code), start, end))


def homes_of(tx: Tx, office: Office, series: Series) -> list[str]:
    """The homes of the units where the meeting sits."""
    return sorted({office.home_of(unit) for unit in units_of_kind(tx, series.rules.level)})


def own_rhythms(tx: Tx, series: Series) -> dict[str, OwnRhythm]:
    """Unit -> what it set for this meeting itself."""
    return {each.unit: each.own for each in read_rhythms(tx, *series.name)}


def _follows(meeting: MeetingRow) -> bool:
    return meeting.status == PLANNED and not meeting.moved


def _moved(coming: Iterable[_Turn], there: _There) -> list[MeetingRow]:
    """Meetings whose turn sits at another time by now."""
    pairs = ((there.get((unit.code, sitting.period)), sitting) for unit, sitting in coming)
    return [replace(row, at=sitting.at) for row, sitting in pairs if row and _follows(row) and row.at != sitting.at]


def _why_not(series: Series, meeting: MeetingRow, own: OwnRhythm | None) -> str:
    """What the day is that the rhythm names: a holiday, or what the place has set (赶圩, 农忙)."""
    work = work_at(series.compiled, meeting.unit)
    day = named_in(series.rules, work, own, meeting.turn or "")
    title = day.title if day and day.title else _HOLIDAY
    return f"{title.zh}，本次不开 / {title.en}: no meeting"


def _skipped(named: Iterable[_Turn], there: Iterable[MeetingRow], now: datetime, until: datetime) -> list[MeetingRow]:
    """Meetings yet to come whose week or month has no turn any longer."""
    periods = {(unit.code, sitting.period) for unit, sitting in named}
    coming = (row for row in there if _follows(row) and now < row.at < until)
    return [row for row in coming if (row.unit.code, row.turn) not in periods]
