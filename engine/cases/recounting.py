"""A new version of a calendar arrives: every open case counted by an older one is counted by it, through the door.

Cases are found without locks and taken some at a time, each time in a transaction of their own: so any number of
workers may do it at once, a run that was killed goes on where it stopped, and each case is counted once a version.
What was already done by the old dates (a step that fired, a lateness on record) stays done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.cases.attending import attend_by
from engine.cases.door import Act, fire_all
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import RECOMPUTE, SYSTEM
from engine.rules.attempt import Command
from engine.rules.machine import Compiled
from engine.rules.rulebook import RulesMissing
from engine.store.blockedbook import CALENDAR, Blocked, block, unblock
from engine.store.casefile import home_of, read_case
from engine.store.clock import ClockBehind
from engine.store.countedbook import After, behind
from engine.store.db import Unavailable, retried

log = logging.getLogger("minqing.recounting")

_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Recounted:
    """How many cases got other deadlines, how many kept theirs, and how many could not be taken up."""

    changed: int = 0
    same: int = 0
    failed: int = 0

    def __add__(self, more: Recounted) -> Recounted:
        return Recounted(
            changed=self.changed + more.changed, same=self.same + more.same, failed=self.failed + more.failed
        )


class Recounting:
    """Counts the cases of one installation by the calendars that are here."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def sweep(self) -> Recounted:
        """Count all that is behind; a case that cannot be taken up waits in the blocked queue and keeps no other
        waiting. Raises Unavailable."""
        done = Recounted()
        for compiled in filter(counts, self.office.rulebook.all()):
            for ids in self._behind(compiled):
                done += self._some(ids)
        return done

    def _behind(self, compiled: Compiled) -> Iterator[Sequence[str]]:
        last: After | None = None
        while True:
            with self.office.store.read() as tx:
                found = behind(tx, compiled, last, _AT_ONCE)
            if not found:
                return
            yield [case_id for _, case_id in found]
            last = found[-1]

    def _some(self, ids: Sequence[str]) -> Recounted:
        """These together; where that fails each alone."""
        try:
            return self._count(ids)
        except Exception as error:
            if isinstance(error, Unavailable) and not isinstance(error, ClockBehind):
                raise
            if len(ids) > 1:
                return sum((self._some([each]) for each in ids), Recounted())
            return self._fail(ids[0], error)

    def _fail(self, case_id: str, error: Exception) -> Recounted:
        if isinstance(error, ClockBehind):
            return self._set_aside(case_id, "clock_behind")
        log.error("%s could not be counted by its new calendar", case_id, exc_info=error)
        return self._set_aside(case_id, "rules_missing" if isinstance(error, RulesMissing) else "broken")

    @retried
    def _count(self, ids: Sequence[str]) -> Recounted:
        acts = [Act(person=SYSTEM, command=Command(trigger=RECOMPUTE), case_id=each) for each in ids]
        with self.office.store.begin() as tx:
            outcomes = fire_all(tx, self.office, acts, Lookups(tx, self.office))
            for each in ids:
                unblock(tx, home_of(each), CALENDAR, each)
        changed = sum(outcome.event is not None for outcome in outcomes)
        return Recounted(changed=changed, same=len(ids) - changed)

    @retried
    def _set_aside(self, case_id: str, code: str) -> Recounted:
        with self.office.store.begin() as tx:
            held, now = read_case(tx, case_id), self.office.clock.now(tx)
            if held is None:
                return Recounted()
            found = Blocked(
                home=held.identity.home,
                kind=CALENDAR,
                subject=case_id,
                unit=held.unit.code,
                case_id=case_id,
                code=code,
                since=now,
                attend_by=attend_by(self.office, *held.identity.rules, held.unit, now),
                tried_at=now,
            )
            block(tx, found)
        return Recounted(failed=1)


def counts(compiled: Compiled) -> bool:
    """These rules have clocks and their calendar is here."""
    return bool(compiled.workflow.clocks) and compiled.calendar is not None
