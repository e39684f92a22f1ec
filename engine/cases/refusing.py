"""Keeping a record of refused acts (law 11), in a transaction of its own after the refused one was rolled back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.cases.office import Office
from engine.cases.reading import attempt_to_read, reader
from engine.rules.attempt import Unit
from engine.rules.people import acting_posts
from engine.rules.reading import opens_unseen
from engine.rules.refusals import Refusal, Stale
from engine.store import register
from engine.store.casefile import Held, read_case
from engine.store.db import Tx
from engine.store.denials import Denial, record_denials

_LOG = logging.getLogger("minqing.refusals")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Who tried what where: a case, the unit of an opening, or the unit of a meeting."""

    person: str
    trigger: str
    case_id: str | None = None
    unit: str | None = None
    meeting_id: str | None = None


def record(office: Office, refused: Sequence[tuple[Refused, Refusal]]) -> None:
    """A stale version was never judged, so it is no denial; an act on no known case or unit has no home to be stored
    in and goes to the log, but for openings of which nobody is to be told."""
    judged = [(act, refusal) for act, refusal in refused if not isinstance(refusal, Stale)]
    if not judged:
        return
    with office.store.begin() as tx:
        now = office.clock.now(tx)
        denials = [_denial(tx, office, act, refusal, now) for act, refusal in judged]
        record_denials(tx, [denial for denial in denials if denial])
    for (act, refusal), denial in zip(judged, denials, strict=True):
        if denial is None and act.trigger not in _unseen(office):
            _LOG.warning("%s by %s on nothing known: %s", act.trigger, act.person, refusal.code)


def _unseen(office: Office) -> frozenset[str]:
    return frozenset().union(*(opens_unseen(each.workflow) for each in office.rulebook.all()))


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
        post=_post(tx, office, held, unit, act.person, now),
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


def _post(tx: Tx, office: Office, held: Held | None, unit: Unit, person: str, now: datetime) -> str | None:
    """The post through which he would have acted: one that reaches the place, else any he has, else none."""
    if held is None:
        posts = reader(tx, office, person).posts
        chosen = [post for post in posts if post.reaches(unit)] or posts
    else:
        attempt = attempt_to_read(tx, office, held, person, now=now)
        chosen = acting_posts(attempt) or attempt.actor.posts
    return chosen[0].id if chosen else None
