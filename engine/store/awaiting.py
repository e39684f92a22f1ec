"""What waits for somebody as the ordinary next step, as SQL: `engine.rules.waiting.waits_of` over the cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import sqlalchemy as sa

from engine.definition.model import Workflow
from engine.rules.attempt import Actor, Post
from engine.rules.rulebook import Rulebook
from engine.rules.waiting import Reminder, Waits, waits_of
from engine.store.reach import RELATIONS, Clause, on_the_line, related, tied, under
from engine.store.tables import cases, timers
from engine.store.timerbook import FIRED

_READERS = 64
_OPENERS: Mapping[str, tuple[str, ...]] = {"opener": ("opener",), "reporter_side": ("opener", "behalf")}


@lru_cache(_READERS)
def waiting(actor: Actor, rulebook: Rulebook) -> Clause:
    """Open cases in which the actor is to take the next step: as responsible or successor, by a post, as who opened it,
    or because an alarm called him; never those that the row's `never` keeps him out of, as far as a list can tell."""
    workflows = [compiled.workflow for compiled in rulebook.all()]
    states = sorted({state for workflow in workflows for state in waits_of(workflow).states})
    ways = sa.or_(sa.false(), *(_under_one(actor, workflow) for workflow in workflows))
    return sa.and_(cases.c.closed_at.is_(None), cases.c.state.in_(states), ways)


def _under_one(actor: Actor, workflow: Workflow) -> Clause:
    named = [post for post in actor.posts if post.role in workflow.roles]
    acting = [post for post in named if not workflow.roles[post.role].read_only]
    if named and not acting:
        return sa.false()
    waits = waits_of(workflow)
    ways = [_charged(actor, acting, waits), *_named(actor, acting, workflow, waits)]
    return sa.and_(under(workflow), sa.or_(*ways))


def _charged(actor: Actor, acting: Sequence[Post], waits: Waits) -> Clause:
    slots = ("responsible", "successor")
    units = sorted({unit.code for post in acting for unit in post.units})
    by_unit = [tied("unit", units, slots)] if units else []
    charged = sa.or_(tied("person", [actor.person], slots), *by_unit)
    return sa.and_(cases.c.state.in_(sorted(waits.charged)), charged)


def _named(actor: Actor, acting: Sequence[Post], workflow: Workflow, waits: Waits) -> Iterator[Clause]:
    """One clause a post, or relation, and set of those whom its rows keep out."""
    here = [(post.role, _counts(post, workflow)) for post in acting]
    here += [(name, tied("person", [actor.person], slots)) for name, slots in _OPENERS.items()]
    for name, counts in here:
        for never, states in waits.named.get(name, {}).items():
            out = _kept_out(never, actor, acting, workflow)
            yield sa.and_(cases.c.state.in_(sorted(states)), counts, *out)
        if name in waits.reminded:
            yield sa.and_(_was_reminded(waits.reminded[name]), counts)


def _counts(post: Post, workflow: Workflow) -> Clause:
    if workflow.roles[post.role].by_unit:
        return tied("unit", [unit.code for unit in post.units], ("responsible", "concerned"))
    return on_the_line(post)


def _kept_out(never: Iterable[str], actor: Actor, acting: Sequence[Post], workflow: Workflow) -> list[Clause]:
    return [sa.not_(sa.or_(sa.false(), *_are(name, actor, acting, workflow))) for name in never]


def _are(name: str, actor: Actor, acting: Sequence[Post], workflow: Workflow) -> list[Clause]:
    """The ways in which the actor is this one to the case."""
    if name == "handler":
        units = sorted({unit.code for post in acting for unit in post.units})
        return [_lists("people", actor.person), *(_lists("units", unit) for unit in units)]
    if name in RELATIONS:
        return [related(name, list(acting), actor, workflow)]
    return [_counts(post, workflow) for post in acting if post.role == name]


def _lists(part: str, code: str) -> Clause:
    """The case's handlers, a list of codes in JSON, have this one."""
    listed: sa.ColumnElement[str] = cases.c.folded["handlers", part].as_string()
    return listed.contains(f'"{code}"', autoescape=True)


def _was_reminded(reminders: Sequence[Reminder]) -> Clause:
    """One of the steps was carried out since somebody was last paged."""
    own = (timers.c.home == cases.c.home, timers.c.case_id == cases.c.id, timers.c.outcome == FIRED)
    since = timers.c.seq >= cases.c.folded["paging", 1].as_integer()
    steps = sa.or_(
        *(
            sa.and_(cases.c.state == each.state, timers.c.clock == each.clock, timers.c.step == each.step)
            for each in reminders
        )
    )
    return sa.exists().where(*own, since, steps)
