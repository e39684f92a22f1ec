"""Reading one case for one person: the attempt that tells whether, and how much, he may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import SYSTEM
from engine.rules.attempt import Actor, Attempt
from engine.rules.clocks import NO_DEADLINES, deadlines, running
from engine.rules.conditions import veiling
from engine.rules.explain import Offer, explain
from engine.rules.fold import fold, local_day
from engine.rules.mask import Sight
from engine.rules.reading import may_read, read_until, reads_masked
from engine.rules.refusals import NotFound
from engine.rules.state import Event
from engine.store import register
from engine.store.casefile import Held, read_case, read_events
from engine.store.db import Tx


def attempt_to_read(tx: Tx, office: Office, held: Held, person: str, *, now: datetime | None = None,
                    lookups: Lookups | None = None) -> Attempt:  # fmt: skip
    """An attempt without an act: enough to ask `may_read` and `reads_masked`. Raises RulesMissing."""
    return (lookups or Lookups(tx, office)).reading(held, person, now or office.clock.now(tx))


def reader(tx: Tx, office: Office, person: str) -> Actor:
    """Who asks for a list, with the posts valid today in the timezone of the rules."""
    return register.actor(tx, person, today(tx, office))


def today(tx: Tx, office: Office) -> date:
    """The day of the rules: in the timezone of the first of them."""
    workflows = office.rulebook.all()
    now = office.clock.now(tx)
    return local_day(workflows[0].workflow, now) if workflows else now.date()


def as_read(tx: Tx, held: Held, attempt: Attempt) -> Held:
    """The case as the actor of the attempt may read it: in full, or as it was before the row that recused him. Raises
    NotFound."""
    if not may_read(attempt):
        raise NotFound("case")
    until = read_until(attempt)
    if until is None:
        return held
    return _as_it_was(held, attempt, read_events(tx, held.identity.id, until=until))


def _as_it_was(held: Held, attempt: Attempt, events: Sequence[Event]) -> Held:
    """After these rows, with the deadlines of then."""
    workflow, state = attempt.workflow, fold(attempt.workflow, events)
    dates = deadlines(running(workflow, state, attempt.work)) if attempt.work else NO_DEADLINES
    return replace(held, state=state, deadlines=dates)


def sight_of(attempt: Attempt) -> Sight:
    return Sight.MASKED if reads_masked(attempt) else Sight.OPEN


def asked_for(tx: Tx, office: Office, case_id: str, person: str) -> tuple[Held, Attempt]:
    """The case that somebody names, and his attempt to read it. Who asks is looked up first, so that what is absent
    takes the same statements as what is out of reach or sealed. Raises NotFound where there is no such case."""
    lookups, now = Lookups(tx, office), office.clock.now(tx)
    workflows = office.rulebook.all()
    lookups.actor(person, local_day(workflows[0].workflow, now) if workflows else now.date())
    held = found(read_case(tx, case_id))
    return held, lookups.reading(held, person, now)


def offers_of(tx: Tx, office: Office, held: Held, person: str) -> tuple[Offer, ...]:
    """What the person may do with the case now, and what is blocked."""
    lookups = Lookups(tx, office)
    attempt = attempt_to_read(tx, office, held, person, lookups=lookups)
    return () if read_until(attempt) is not None else offers_by(lookups, attempt, held)


def offers_by(lookups: Lookups, attempt: Attempt, held: Held) -> tuple[Offer, ...]:
    """The same from an attempt to read the case as it is now."""
    workflow = attempt.workflow
    rows = workflow.rows_from(held.state.state)
    world = lookups.world(workflow, rows, attempt.case, attempt.actor.person, None, attempt.now)
    return explain(replace(attempt, world=world))


def kept_to_few(tx: Tx, office: Office, held: Iterable[Held]) -> set[str]:
    """Of the cases those that a rule of visibility shows to some alone (`only_to`)."""
    ruled = [each for each in held if office.rulebook.pinned(*each.identity.file).workflow.visibility]
    if not ruled:
        return set()
    lookups, now = Lookups(tx, office), office.clock.now(tx)
    attempts = {each.identity.id: lookups.reading(each, SYSTEM, now) for each in ruled}
    return {case for case, attempt in attempts.items() if any(rule.only_to for rule in veiling(attempt))}


def found(held: Held | None) -> Held:
    """The case. Raises NotFound where there is none."""
    if held is None:
        raise NotFound("case")
    return held
