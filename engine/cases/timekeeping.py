"""Carrying out what falls due: each step of a clock once, in order, through the door as `system`.

A case with something due is taken in a transaction of its own, under its lock; so any number of workers may sweep at
once, and one that dies leaves the step as it was. What cannot be carried out stands in the blocked queue until it can,
or until the case has gone on without it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine.cases.door import Act, fire_all
from engine.cases.letters import reminder_of
from engine.cases.lookups import Lookups, snapshot
from engine.cases.office import Office
from engine.definition.model import SYSTEM, Duration, Row, Step, TimeUnit, Value
from engine.rules.attempt import Command
from engine.rules.conditions import first_failing
from engine.rules.decide import Request, make_attempt
from engine.rules.machine import Compiled
from engine.rules.refusals import Refusal
from engine.rules.rulebook import RulesMissing
from engine.rules.running import running_sum
from engine.rules.timers import Timer, step_of
from engine.rules.worktime import Worktime
from engine.store.blockedbook import Blocked, block, unblock
from engine.store.casefile import Held, lock_cases
from engine.store.db import Tx, Unavailable, retried
from engine.store.outbox import post
from engine.store.timerbook import TIMER, DueCase, cases_due, next_due, next_moment, put_off, settle, subject_of

log = logging.getLogger("minqing.timekeeping")

#: A step that could not be carried out is tried again after so long, then after twice as long, up to a day.
AGAIN, AT_MOST = timedelta(hours=1), timedelta(days=1)
_SWEEP = 500
_DAY = Duration(number=1, unit=TimeUnit.WORKING_DAYS)


class End(StrEnum):
    """What became of a step."""

    FIRED = "fired"  #: or its reminder posted
    SKIPPED = "skipped"  #: it is not for this case now
    OVERTAKEN = "overtaken"  #: the case went on before it could be carried out
    BLOCKED = "blocked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A step as it was taken up: its case locked, its rules."""

    held: Held
    timer: Timer
    step: Step
    compiled: Compiled
    now: datetime

    @property
    def row(self) -> Row | None:
        return self.compiled.workflow.row(self.step.fire or "", self.held.state.state)


class Timekeeper:
    """Carries out the steps of the clocks of one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def run_due(self) -> dict[End, int]:
        """Carry out all that is due now, the longest due first; returns what became of how many."""
        ends: dict[End, int] = {}
        while due := self._due():
            for each in due:
                for end in self._case(each):
                    ends[end] = ends.get(end, 0) + 1
        return ends

    def run_until(self, until: datetime, move: Callable[[datetime], object], then: Callable[[], object]) -> None:
        """Carry out what falls due up to `until`, each moment in turn; `move` sets the simulated time, `then` is done
        after each."""
        self.run_due()
        while (moment := self.next_moment(until)) is not None:
            move(moment)
            self.run_due()
            then()
        move(until)
        self.run_due()
        then()

    def next_moment(self, until: datetime) -> datetime | None:
        """The first moment by `until` at which a step is to be tried; None where there is none."""
        with self.office.store.read() as tx:
            return next_moment(tx, until)

    def _due(self) -> tuple[DueCase, ...]:
        with self.office.store.read() as tx:
            return tuple(cases_due(tx, self.office.clock.now(tx), _SWEEP))

    def _case(self, due: DueCase) -> list[End]:
        """All that is due of one case, each step in its own transaction. A case that cannot be taken up at all (its
        rules are gone, a defect of ours) is set aside, so that it keeps no other waiting. Raises Unavailable."""
        ends: list[End] = []
        more = True
        try:
            while more:
                done, more = self._next(due)
                ends += done
        except Unavailable:
            raise
        except Exception as error:
            log.exception("%s could not be taken up", due.case_id)
            ends += self._set_aside(due, "rules_missing" if isinstance(error, RulesMissing) else "broken")
        return ends

    @retried
    def _set_aside(self, due: DueCase, code: str) -> list[End]:
        """Everything due of the case waits in the queue and is tried again later."""
        with self.office.store.begin() as tx:
            held = lock_cases(tx, [due.case_id])[due.case_id]
            now, ends = self.office.clock.now(tx), []
            while timer := next_due(tx, due.home, due.case_id, now):
                facts = {"clock": timer.clock, "due_at": timer.due_at.isoformat()}
                ends.append(_wait(tx, held, timer, code, facts, now, attend_by(None, now)))
            return ends

    @retried
    def _next(self, due: DueCase) -> tuple[list[End], bool]:
        """What became of the first step that is due, and whether another is; nothing where another worker was here."""
        with self.office.store.begin() as tx:
            lookups = Lookups(tx, self.office)
            held = lookups.lock([due.case_id]).get(due.case_id)
            now = self.office.clock.now(tx)
            timer = next_due(tx, due.home, due.case_id, now) if held else None
            if held is None or timer is None:
                return [], False
            identity = held.identity
            compiled = self.office.rulebook.pinned(identity.workflow, identity.workflow_version, identity.file_hash)
            taken = Taken(held=held, timer=timer, step=step_of(compiled.workflow, timer), compiled=compiled, now=now)
            end = self._carry_out(tx, lookups, taken)
            if end is not End.BLOCKED:
                settle(tx, due.home, due.case_id, timer, outcome=end.value, now=now)
                unblock(tx, due.home, TIMER, subject_of(due.case_id, timer))
            return [end], next_due(tx, due.home, due.case_id, now) is not None

    def _carry_out(self, tx: Tx, lookups: Lookups, taken: Taken) -> End:
        if not _is_for(lookups, taken):
            return End.SKIPPED
        if taken.row is None and not _still_runs(taken):
            return End.OVERTAKEN
        if taken.step.remind:
            post(tx, [reminder_of(self.office, taken.held, taken.timer.clock, taken.step, taken.now)])
            return End.FIRED
        command = Command(trigger=taken.step.fire or "", data=dict(taken.step.with_values))
        act = Act(person=SYSTEM, command=command, case_id=taken.held.identity.id)
        refusal = fire_all(tx, self.office, [act], lookups)[0].refusal
        return self._block(tx, taken, refusal) if refusal else End.FIRED

    def _block(self, tx: Tx, taken: Taken, refusal: Refusal) -> End:
        by = attend_by(taken.compiled.work(taken.held.unit), taken.now)
        return _wait(tx, taken.held, taken.timer, refusal.code, _facts(taken, refusal), taken.now, by)


def _wait(tx: Tx, held: Held, timer: Timer, code: str, facts: Mapping[str, Value], now: datetime,
          attend: datetime) -> End:  # fmt: skip
    """The step stands in the blocked queue and is tried again, after a while that grows."""
    found = Blocked(
        home=held.identity.home,
        kind=TIMER,
        subject=subject_of(held.identity.id, timer),
        unit=held.unit.code,
        case_id=held.identity.id,
        code=code,
        facts=facts,
        since=now,
        attend_by=attend,
        tried_at=now,
    )
    tries = block(tx, found)
    wait = min(AT_MOST, AGAIN * 2 ** min(tries - 1, 8))
    put_off(tx, held.identity.home, held.identity.id, timer, now + wait)
    return End.BLOCKED


def attend_by(work: Worktime | None, since: datetime) -> datetime:
    """By when somebody should have looked at what is blocked: the end of the next working day [A]."""
    if work is None:
        return since + timedelta(days=1)
    return work.later(_DAY.unit, since, work.length(_DAY) + work.rest_of_day(_DAY.unit, since))


def _is_for(lookups: Lookups, taken: Taken) -> bool:
    """The step's own conditions hold for the case as it is."""
    if not taken.step.when:
        return True
    workflow, case = taken.compiled.workflow, snapshot(taken.held)
    row = taken.row or workflow.rows[0]
    probe = replace(row, when=taken.step.when, targets=(), needs=(), takes=())
    request = Request(
        case=case,
        actor=lookups.actor(SYSTEM, taken.now.date()),
        command=Command(trigger=row.trigger),
        world=lookups.world(workflow, [probe], case, SYSTEM, None, taken.now),
        now=taken.now,
    )
    return first_failing(make_attempt(taken.compiled, request, probe), taken.step.when) is None


def _still_runs(taken: Taken) -> bool:
    """The clock whose step it is has not stopped since."""
    found = running_sum(taken.held.state.clocks.get(taken.timer.clock, ()))
    return found is not None and found.seq == taken.timer.sum


def _facts(taken: Taken, refusal: Refusal) -> Mapping[str, Value]:
    """What a reader of the queue is shown: ids and codes alone, no text of the case."""
    return {
        "clock": taken.timer.clock,
        "share": taken.step.at,
        "due_at": taken.timer.due_at.isoformat(),
        "trigger": taken.step.fire,
        "state": taken.held.state.state,
        "level": taken.held.state.level,
        "rule": refusal.refused_by.rule if refusal.refused_by else None,
    }
