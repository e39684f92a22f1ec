"""Keeping a record of refused acts (law 11), in a transaction of its own after the refused one was rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.cases.office import Office
from engine.cases.reading import attempt_to_read
from engine.rules.people import acting_posts
from engine.rules.refusals import Refusal, Stale
from engine.store import register
from engine.store.casebook import Held, read_case
from engine.store.db import Tx
from engine.store.denials import Denial, record_denials


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Who tried what where: a case, the unit of an opening, or the unit of a meeting."""

    person: str
    trigger: str
    case_id: str | None = None
    unit: str | None = None
    meeting_id: str | None = None


def record(office: Office, refused: Sequence[tuple[Refused, Refusal]]) -> None:
    """A stale version was never judged, so it is no denial; an act on no known case or unit has no home to be in."""
    judged = [(act, refusal) for act, refusal in refused if not isinstance(refusal, Stale)]
    if not judged:
        return
    with office.store.begin() as tx:
        now = office.clock.now(tx)
        denials = [_denial(tx, office, act, refusal, now) for act, refusal in judged]
        record_denials(tx, [denial for denial in denials if denial])


def _denial(tx: Tx, office: Office, act: Refused, refusal: Refusal, now: datetime) -> Denial | None:
    held = read_case(tx, act.case_id) if act.case_id else None
    unit = held.unit if held else register.find_unit(tx, act.unit) if act.unit else None
    if unit is None:
        return None
    home = held.identity.home if held else office.home_of(unit)
    line, workflow = refusal.refused_by, refusal.workflow
    return Denial(
        home=home,
        id=office.new_id(home),
        at=now,
        person=act.person,
        post=_post(tx, office, held, act.person, now),
        unit=unit.code,
        case_id=act.case_id if held else None,
        meeting_id=act.meeting_id,
        trigger=act.trigger[:80],
        code=refusal.code[:120],
        ref=line.ref if line else None,
        line=line.line if line else None,
        workflow=held.identity.workflow if held else workflow.key if workflow else "",
        workflow_version=held.identity.workflow_version if held else workflow.version if workflow else 0,
    )


def _post(tx: Tx, office: Office, held: Held | None, person: str, now: datetime) -> str | None:
    """The post through which he would have acted: one that reaches the case, else any he has, else none."""
    if held is None:
        return None
    attempt = attempt_to_read(tx, office, held, person, now=now)
    posts = acting_posts(attempt) or attempt.actor.posts
    return posts[0].id if posts else None
