"""Reading one case for one person: the attempt that tells whether, and how much, he may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.cases.door import snapshot
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.rules.attempt import Actor, Attempt, World
from engine.rules.explain import Offer, explain
from engine.rules.fold import local_day
from engine.rules.mask import Sight
from engine.rules.people import reads_masked
from engine.rules.refusals import NotFound
from engine.store import register
from engine.store.casefile import Held
from engine.store.db import Tx


def attempt_to_read(tx: Tx, office: Office, held: Held, person: str, *, now: datetime | None = None,
                    lookups: Lookups | None = None) -> Attempt:  # fmt: skip
    """An attempt without an act: enough to ask `may_read` and `reads_masked`. Raises RulesMissing."""
    identity = held.identity
    compiled = office.rulebook.pinned(identity.workflow, identity.workflow_version, identity.file_hash)
    moment = now or office.clock.now(tx)
    day = local_day(compiled.workflow, moment)
    return Attempt(
        workflow=compiled.workflow,
        case=snapshot(held),
        actor=(lookups or Lookups(tx, office.home_level)).actor(person, day),
        row=compiled.workflow.rows[0],
        given={},
        world=World(),
        now=moment,
        today=day,
    )


def reader(tx: Tx, office: Office, person: str) -> Actor:
    """Who asks for a list, with the posts valid today in the timezone of the rules."""
    workflows = office.rulebook.all()
    now = office.clock.now(tx)
    return register.actor(tx, person, local_day(workflows[0].workflow, now) if workflows else now.date())


def sight_of(attempt: Attempt) -> Sight:
    return Sight.MASKED if reads_masked(attempt) else Sight.OPEN


def offers_of(tx: Tx, office: Office, held: Held, person: str) -> tuple[Offer, ...]:
    """What the person may do with the case now, and what is blocked."""
    lookups = Lookups(tx, office.home_level)
    attempt = attempt_to_read(tx, office, held, person, lookups=lookups)
    workflow = attempt.workflow
    rows = workflow.rows_from(held.state.state)
    world = lookups.world(workflow, rows, held.unit, held.state, person, None, attempt.now)
    return explain(replace(attempt, world=world))


def found(held: Held | None) -> Held:
    """The case. Raises NotFound where there is none."""
    if held is None:
        raise NotFound("case")
    return held
