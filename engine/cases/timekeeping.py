"""Carrying out what falls due: each step of a clock once, in order, through the door as `system`.

A case with something due is taken in a transaction of its own, under its lock; so any number of workers may sweep at
once, and one that dies leaves the step as it was. What cannot be carried out stands in the blocked queue until it can,
or until the case has gone on without it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine.cases.attending import attend_by
from engine.cases.door import Act, fire_all
from engine.cases.letters import reminder_of
from engine.cases.lookups import Lookups, snapshot
from engine.cases.office import Office
from engine.definition.model import SYSTEM, Per, Row, Step, Value
from engine.rules.attempt import Command, Snapshot
from engine.rules.conditions import first_failing
from engine.rules.decide import Request, make_attempt
from engine.rules.machine import Compiled
from engine.rules.refusals import Refusal
from engine.rules.remembering import remembered
from engine.rules.rulebook import RulesMissing
from engine.rules.running import running_sum
from engine.rules.timers import Timer, step_of
from engine.store.blockedbook import TIMER, Blocked, block, unblock
from engine.store.casefile import Held, lock_cases
from engine.store.clock import ClockBehind
from engine.store.db import Tx, Unavailable, retried
from engine.store.outbox import post
from engine.store.timerbook import DueCase, cases_due, next_due, next_moment, put_off, settle, subject_of

log = logging.getLogger("minqing.timekeeping")

#: A step that could not be carried out is tried again after so long, then after twice as long, up to a day.
AGAIN, AT_MOST = timedelta(hours=1), timedelta(days=1)
_SWEEP = 500


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


def _at_the_top(_: int) -> int:
    return 0


class Timekeeper:
    """Carries out the steps of the clocks of one installation. `begin_at` says with which of so many cases that are due
    a sweep begins: the longest due, where no other worker sweeps beside this one."""

    def __init__(self, office: Office, begin_at: Callable[[int], int] = _at_the_top) -> None:
        self.office, self.begin_at = office, begin_at

    def run_due(self) -> Counter[End]:
        """Carry out all that is due now; returns what became of how many. Where another worker is met, who went over
        the next cases already, it is asked anew what is due."""
        ends: Counter[End] = Counter()
        while due := self._due():
            first = self.begin_at(len(due))
            for each in (*due[first:], *due[:first]):
                found = self._case(each)
                ends.update(found)
                if not found:
                    break
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
        rules are gone, its last row is later than now, a defect of ours) is set aside, so that it keeps no other
        waiting. Raises Unavailable."""
        ends: list[End] = []
        more = True
        try:
            while more:
                found, more = self._next(due)
                ends += found
        except ClockBehind:
            ends += self._set_aside(due, "clock_behind")
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
            while found := next_due(tx, due.home, due.case_id, now):
                timer = found[0]
                facts = {"clock": timer.clock, "due_at": timer.due_at.isoformat()}
                ends.append(_wait(tx, self.office, held, timer, code, facts, now))
            return ends

    @retried
    def _next(self, due: DueCase) -> tuple[list[End], bool]:
        """What became of the case's first step that is due, none where another worker had it; and whether there are
        more."""
        with self.office.store.begin() as tx:
            lookups = Lookups(tx, self.office)
            held = lookups.lock([due.case_id]).get(due.case_id)
            now = self.office.clock.now(tx)
            found = next_due(tx, due.home, due.case_id, now) if held else ()
            if held is None or not found:
                return [], False
            timer, identity = found[0], held.identity
            compiled = self.office.rulebook.pinned(*identity.file)
            taken = Taken(held=held, timer=timer, step=step_of(compiled.workflow, timer), compiled=compiled, now=now)
            end = self._carry_out(tx, lookups, taken)
            if end is not End.BLOCKED:
                seq = held.state.version
                settle(tx, due.home, due.case_id, timer, outcome=end.value, seq=seq, now=now)
                unblock(tx, due.home, TIMER, subject_of(due.case_id, timer))
            return [end], len(found) > 1

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
        return _wait(tx, self.office, taken.held, taken.timer, refusal.code, _facts(taken, refusal), taken.now)


def _wait(tx: Tx, office: Office, held: Held, timer: Timer, code: str, facts: Mapping[str, Value],
          now: datetime) -> End:  # fmt: skip
    """The step stands in the blocked queue and is tried again, after a while that grows."""
    identity = held.identity
    found = Blocked(
        home=identity.home,
        kind=TIMER,
        subject=subject_of(identity.id, timer),
        unit=held.unit.code,
        case_id=identity.id,
        code=code,
        facts=facts,
        since=now,
        attend_by=attend_by(office, *identity.rules, held.unit, now),
        tried_at=now,
    )
    tries = block(tx, found)
    wait = min(AT_MOST, AGAIN * 2 ** min(tries - 1, 8))
    put_off(tx, identity.home, identity.id, timer, now + wait)
    return End.BLOCKED


def _is_for(lookups: Lookups, taken: Taken) -> bool:
    """The step's own conditions hold for the case as it is."""
    if not taken.step.when:
        return True
    workflow, case = taken.compiled.workflow, _as_counted(taken)
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


def _as_counted(taken: Taken) -> Snapshot:
    """The case as the step looks at it: a step of one level's sum is for that level, also where the step before it has
    just moved the case to the next."""
    case, state, clock = snapshot(taken.held), taken.held.state, taken.timer.clock
    if taken.compiled.workflow.clocks[clock].per is not Per.LEVEL:
        return case
    (found,) = (each for each in state.clocks[clock] if each.seq == taken.timer.sum)
    stay = replace(state.stay, level=found.level)
    return replace(case, state=replace(state, stays=(*state.stays[:-1], stay)))


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
        **remembered(refusal),
    }
