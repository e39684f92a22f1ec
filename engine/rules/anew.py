"""A new version of the calendar: which cases were counted by an older one, and the row that says so. Pure.

The deadlines of a case were counted by some version of its calendar. Where a newer one gives other dates, or is sure
of what was provisional, an own row of the engine (`own.py`) says from which version to which, and the dates before and
after; the case goes on under the new one. Where nothing changes there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.definition.calendar import Calendar
from engine.definition.model import RECOMPUTE, SYSTEM, Value
from engine.rules.attempt import Snapshot
from engine.rules.chain import moment
from engine.rules.clocks import Deadlines, deadlines, running
from engine.rules.decide import Decision
from engine.rules.fold import apply
from engine.rules.machine import Compiled
from engine.rules.own import NO_LINE
from engine.rules.state import CaseState, Event, Move


def is_behind(compiled: Compiled, state: CaseState, counted_by: int | None) -> bool:
    """An open case whose deadlines were counted by an older version of its calendar (`counted_by`; None: not known)
    than the one that is here. A newer one is left alone: another installation of these rules has it already."""
    calendar = compiled.calendar
    if calendar is None or not compiled.workflow.clocks or state.closed_at is not None:
        return False
    return (counted_by or 0) < calendar.version


def recompute(compiled: Compiled, case: Snapshot, before: Deadlines, counted_by: int | None,
              now: datetime) -> Decision | None:  # fmt: skip
    """The own row of a case that `is_behind`; None where its deadlines are the same by the new version."""
    work, calendar, state = compiled.work(case.unit), compiled.calendar, case.state
    assert work is not None and calendar is not None and state is not None
    after = deadlines(running(compiled.workflow, state, work))
    if after == before:
        return None
    event = _event(compiled, case, state, _facts(calendar, counted_by, before, after), now)
    return Decision(event=event, state=apply(compiled.workflow, state, event))


def _facts(calendar: Calendar, counted_by: int | None, before: Deadlines, after: Deadlines) -> Mapping[str, Value]:
    return {
        "calendar": {
            "code": calendar.code,
            "version": calendar.version,
            "former": counted_by,
            "sha256": calendar.sha256,
        },
        "due": {"before": moment(before.due), "after": moment(after.due)},
        "total": {"before": moment(before.total), "after": moment(after.total)},
        "provisional": {"before": before.provisional, "after": after.provisional},
    }


def _event(compiled: Compiled, case: Snapshot, state: CaseState, facts: Mapping[str, Value], now: datetime) -> Event:
    workflow = compiled.workflow
    return Event(
        seq=case.version + 1,
        trigger=RECOMPUTE,
        ref=None,
        line=NO_LINE,
        move=Move.SAME,
        source=state.state,
        target=state.state,
        level_from=state.level,
        level_to=state.level,
        unit=case.unit.code,
        actor=SYSTEM,
        post=None,
        behalf=None,
        proxy=False,
        responsible=state.responsible,
        successor=state.successor,
        facts=facts,
        texts=(),
        payload={},
        occurred_at=now,
        recorded_at=now,
        client_at=None,
        meeting=None,
        agenda_no=None,
        workflow=workflow.key,
        workflow_version=workflow.version,
        file_hash=workflow.sha256,
    )
