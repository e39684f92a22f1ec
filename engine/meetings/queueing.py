"""What a closing could not carry out waits in the blocked queue (law 5), and leaves it when it was mended."""

from __future__ import annotations

from engine.cases.attending import attend_by
from engine.cases.door import Outcome
from engine.cases.office import Office
from engine.meetings.closing import CONSEQUENCE, EFFECTIVE, Closed
from engine.rules.remembering import remembered
from engine.store.blockedbook import CARRY_OVER, Blocked, block, unblock
from engine.store.casefile import home_of
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow


def queue_stuck(tx: Tx, office: Office, meeting: MeetingRow, closed: Closed) -> None:
    """Cases that were carried over too often and that the rules' consequence could not move; a case that was moved is
    taken out."""
    for item in closed.items:
        if item.outcome in (EFFECTIVE, CONSEQUENCE):
            unblock(tx, home_of(item.case_id), CARRY_OVER, item.case_id)
    for outcome in closed.stuck:
        block(tx, _stuck(tx, office, meeting, outcome))


def _stuck(tx: Tx, office: Office, meeting: MeetingRow, outcome: Outcome) -> Blocked:
    assert outcome.held is not None
    assert outcome.refusal is not None
    now = office.clock.now(tx)
    identity = outcome.held.identity
    asked = {"trigger": outcome.act.command.trigger, "state": outcome.held.state.state}
    at = {"meeting": meeting.meeting, "meeting_id": meeting.id}
    return Blocked(
        home=identity.home,
        kind=CARRY_OVER,
        subject=identity.id,
        case_id=identity.id,
        unit=meeting.unit.code,
        code=outcome.refusal.code,
        facts={**asked, **at, **remembered(outcome.refusal)},
        since=now,
        attend_by=attend_by(office, meeting.workflow, meeting.workflow_version, meeting.unit, now),
        tried_at=now,
    )
