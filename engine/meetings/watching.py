"""Meetings that were missed: a turn that came without a meeting, a meeting never opened, one never closed.

Each stands in the blocked queue with the numbers of the cases that wait for it, until a meeting is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.cases.attending import attend_by
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import SYSTEM
from engine.meetings.access import work_at, worktime_of
from engine.meetings.agenda import waits_at
from engine.meetings.series import Series, all_series, homes_of, own_rhythms
from engine.rules.attempt import Unit
from engine.rules.reading import how_kept
from engine.rules.rhythm import Sitting, turns
from engine.store.agendabook import waiting_at
from engine.store.blockedbook import CARRY_OVER, MEETING, Blocked, block, blocked_of_kind, unblock
from engine.store.casefile import read_cases
from engine.store.db import Tx, retried
from engine.store.meetingbook import (
    CANCELLED,
    CLOSED,
    MOVED,
    OPEN,
    MeetingRow,
    first_turns,
    last_held,
    read_meeting,
    turn_fates,
    under_way,
)
from engine.store.rhythmbook import units_of_kind

#: A turn whose meeting is held, or was given another day, is not missed.
_STANDS = (OPEN, CLOSED, MOVED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """How many missed meetings stand in the queue after the sweep, and how many entries left it."""

    missed: int
    mended: int


class MeetingWatch:
    """Looks for missed meetings, for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @retried
    def sweep(self) -> Watched:
        """Bring the queue to what is so now, in one transaction: put in what is missed, take out what was mended.
        Running it again changes nothing but when and how often it was tried."""
        with self.office.store.begin() as tx:
            now = self.office.clock.now(tx)
            missed = {(each.home, each.subject): each for each in self._missed(tx, now)}
            gone = [each for each in blocked_of_kind(tx, MEETING) if (each.home, each.subject) not in missed]
            gone += [each for each in blocked_of_kind(tx, CARRY_OVER) if not self._is_stuck(tx, each)]
            for found in missed.values():
                block(tx, found)
            for each in gone:
                unblock(tx, each.home, each.kind, each.subject)
            return Watched(missed=len(missed), mended=len(gone))

    def _missed(self, tx: Tx, now: datetime) -> Iterator[Blocked]:
        for series in all_series(self.office):
            yield from self._turns_missed(tx, series, now)
        for meeting in under_way(tx, now):
            yield from self._past_its_day(tx, meeting, now)

    # --- turns -------------------------------------------------------------------------------------------------------

    def _turns_missed(self, tx: Tx, series: Series, now: datetime) -> Iterator[Blocked]:
        """Of each unit where the rhythm was ever set: the turns since a meeting was last held there."""
        past = {unit: missed for unit, missed in self._turns_past(tx, series, now) if missed}
        homes = sorted({self.office.home_of(unit) for unit in past})
        fates = turn_fates(tx, homes, *series.name, [unit.code for unit in past])
        for unit, turns_past in past.items():
            missed = [each for each in turns_past if fates.get((unit.code, each.period)) not in _STANDS]
            if missed:
                called_off = all(fates.get((unit.code, each.period)) == CANCELLED for each in missed)
                yield self._no_meeting(tx, series, unit, missed, "called_off" if called_off else "turn_missed", now)

    def _turns_past(self, tx: Tx, series: Series, now: datetime) -> Iterator[tuple[Unit, list[Sitting]]]:
        homes = homes_of(tx, self.office, series)
        held, first = last_held(tx, homes, *series.name), first_turns(tx, homes, *series.name)
        own = own_rhythms(tx, series)
        for unit in units_of_kind(tx, series.rules.level):
            if unit.code in first:
                work = work_at(series.compiled, unit)
                start = max(first[unit.code], held.get(unit.code, first[unit.code]))
                due = turns(series.rules, work, own.get(unit.code), start, now)
                seated = work.day_of(held[unit.code]) if unit.code in held else date.min
                yield unit, [each for each in due if seated < work.day_of(each.at) < work.day_of(now)]

    def _no_meeting(self, tx: Tx, series: Series, unit: Unit, missed: list[Sitting], code: str,
                    now: datetime) -> Blocked:  # fmt: skip
        workflow = series.compiled.workflow
        body = MeetingRow(
            home=self.office.home_of(unit),
            id="",
            workflow=workflow.key,
            workflow_version=workflow.version,
            meeting=series.rules.code,
            unit=unit,
            at=now,
        )
        facts = {"turn": missed[0].period, "turns": len(missed)}
        subject = f"{workflow.key}/{series.rules.code}/{unit.code}"
        return self._blocked(tx, body, code, subject, facts, missed[0].at, now)

    # --- meetings that were set --------------------------------------------------------------------------------------

    def _past_its_day(self, tx: Tx, meeting: MeetingRow, now: datetime) -> Iterator[Blocked]:
        """Still open after the day it was opened, or not opened on the day that somebody chose."""
        work = worktime_of(self.office, meeting)
        opened = meeting.opened_at if meeting.status == OPEN else None
        if work.day_of(opened or meeting.at) >= work.day_of(now):
            return
        code = "not_opened" if opened is None else "not_closed"
        facts = {"meeting_id": meeting.id}
        yield self._blocked(tx, meeting, code, meeting.id, facts, opened or meeting.at, now)

    # --- the entry ---------------------------------------------------------------------------------------------------

    def _blocked(self, tx: Tx, meeting: MeetingRow, code: str, subject: str, facts: Mapping[str, object],
                 since: datetime, now: datetime) -> Blocked:  # fmt: skip
        rules = {"workflow": meeting.workflow, "version": meeting.workflow_version, "meeting": meeting.meeting}
        return Blocked(
            home=meeting.home,
            kind=MEETING,
            subject=subject,
            unit=meeting.unit.code,
            code=code,
            facts={**facts, **rules, "cases": self._stranded(tx, meeting, now)},
            since=since,
            attend_by=attend_by(self.office, meeting.workflow, meeting.workflow_version, meeting.unit, now),
            tried_at=now,
        )

    def _stranded(self, tx: Tx, meeting: MeetingRow, now: datetime) -> list[str]:
        """Numbers of the cases that wait for it, the longest first. A case that is kept from anybody is not among them,
        so that the queue tells nothing of it."""
        waiting = waiting_at(tx, meeting, self.office.rulebook, self.office.home_level)
        lookups = Lookups(tx, self.office)
        return [held.identity.number for held in waiting if not how_kept(lookups.reading(held, SYSTEM, now))]

    def _is_stuck(self, tx: Tx, found: Blocked) -> bool:
        """The case still waits at the gate where it was carried over too often."""
        held = read_cases(tx, [found.subject]).get(found.subject)
        meeting = read_meeting(tx, str(found.facts["meeting_id"]))
        return held is not None and meeting is not None and waits_at(self.office, meeting, held)
