"""Reading rights as SQL: the same rule as `engine.rules.reading.may_read`, for lists. A test holds the two together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import sqlalchemy as sa

from engine.definition.model import VisibilityRule, Workflow
from engine.rules.attempt import Actor, Post
from engine.rules.rulebook import Rulebook
from engine.rules.waiting import states_waiting_for
from engine.store import veils
from engine.store.db import Tx
from engine.store.register import below, line_of
from engine.store.tables import case_ties, cases, units

Clause = sa.ColumnElement[bool]
#: The clauses of so many readers are kept: with several workflows, building them takes longer than reading a page.
_READERS = 64
_PERSON_SLOTS = ("opener", "behalf", "responsible", "successor")
UNIT_SLOTS = ("responsible", "successor", "concerned")
#: Relations as slots: of people, and of units whose posts count.
RELATIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "opener": (("opener",), ()),
    "reporter_side": (("opener", "behalf"), ()),
    "responsible": (("responsible",), ("responsible",)),
    "successor": (("successor",), ("successor",)),
    "recused": (("recused",), ()),
}


def homes_of(tx: Tx, actor: Actor, home_level: str) -> list[str] | None:
    """Homes in which the actor can have cases to read: of his posts, of the units above them (a unit above the home
    level is its own home), and of cases that name him. None: any home."""
    found: set[str] = set()
    for unit in (unit for post in actor.posts for unit in post.units):
        home = unit.at(home_level)
        if home is None:
            return None
        codes = [code for _, code in unit.line]
        found |= set(codes[: codes.index(home) + 1])
    return sorted(found | set(homes_of_person(tx, actor.person)))


def homes_of_person(tx: Tx, person: str) -> list[str]:
    """Homes of cases that name this person."""
    tied = sa.select(case_ties.c.home).where(case_ties.c.target == person, case_ties.c.kind == "person")
    return sorted(tx.execute(tied.distinct()).scalars())


@lru_cache(_READERS)
def readable(actor: Actor, rulebook: Rulebook, day: date) -> Clause:
    """Cases that the actor may read in full; the statement joins `units` to `cases`. A case whose rules are not here
    cannot be shown, so it is left out instead of breaking the list; so is one that he was recused from."""
    himself = tied("person", [actor.person], _PERSON_SLOTS)
    recused = tied("person", [actor.person], ("recused",))
    ways = [_readable(actor, compiled.workflow, himself, day) for compiled in rulebook.all()]
    return sa.and_(sa.or_(sa.false(), *ways), sa.not_(recused))


@lru_cache(_READERS)
def kept_from(actor: Actor, rulebook: Rulebook, day: date) -> Clause:
    """Cases that visibility hides from the actor, or that he was recused from, whatever his reach."""
    hiding = [
        sa.and_(under(each.workflow), sa.not_(_shown(rule, _named(actor, each.workflow), actor, each.workflow, day)))
        for each in rulebook.all()
        for rule in each.workflow.visibility
    ]
    return sa.or_(tied("person", [actor.person], ("recused",)), *hiding)


@lru_cache(_READERS)
def veiled(rulebook: Rulebook, day: date) -> Clause:
    """Cases that a rule of visibility hides from anybody at all; the statement joins `units` to `cases`."""
    hiding = (sa.and_(under(each.workflow), veils.holds(rule, day)) for each in rulebook.all()
              for rule in each.workflow.visibility)  # fmt: skip
    return sa.or_(sa.false(), *hiding)


def is_about_veiled(table: sa.Table, rulebook: Rulebook, day: date) -> Clause:
    """The row of the table, which has a home and the id of a case, is about such a case."""
    here = (cases.c.home == table.c.home, cases.c.id == table.c.case_id)
    found = sa.select(cases.c.id).select_from(JOINED).where(*here, veiled(rulebook, day))
    return sa.exists(found.correlate(table))


def _named(actor: Actor, workflow: Workflow) -> list[Post]:
    return [post for post in actor.posts if post.role in workflow.roles]


def _readable(actor: Actor, workflow: Workflow, himself: Clause, day: date) -> Clause:
    named = _named(actor, workflow)
    through = [_through(post, workflow) for post in named]
    shown = [_shown(rule, named, actor, workflow, day) for rule in workflow.visibility]
    return sa.and_(under(workflow), sa.or_(himself, *through), *shown)


def _through(post: Post, workflow: Workflow) -> Clause:
    in_charge = tied("unit", [unit.code for unit in post.units], UNIT_SLOTS)
    return in_charge if workflow.roles[post.role].by_unit else sa.or_(in_charge, on_the_line(post))


def _shown(rule: VisibilityRule, named: list[Post], actor: Actor, workflow: Workflow, day: date) -> Clause:
    """The rule does not hold, or does not hide the case from the actor."""
    names = (*rule.only_to, *rule.never_to)
    posts = [_through(post, workflow) for post in named if post.role in names]
    relations = [related(name, named, actor, workflow) for name in names if name in RELATIONS]
    one = sa.or_(sa.false(), *posts, *relations)
    return sa.or_(sa.not_(veils.holds(rule, day)), one if rule.only_to else sa.not_(one))


def related(name: str, named: list[Post], actor: Actor, workflow: Workflow) -> Clause:
    """The actor, or one of the posts, stands in this relation to the case; the names are those that `RELATIONS` has."""
    people, places = RELATIONS[name]
    roles = workflow.roles
    working = [unit.code for post in named if not roles[post.role].read_only for unit in post.units]
    return sa.or_(tied("person", [actor.person], people), tied("unit", working, places) if places else sa.false())


def under(workflow: Workflow) -> Clause:
    """Cases opened under this version of the rules."""
    return sa.and_(cases.c.workflow == workflow.key, cases.c.workflow_version == workflow.version)


def on_the_line(post: Post) -> Clause:
    """The post's unit contains the case's unit, or the other way round."""
    above = sorted({code for unit in post.units for _, code in unit.line})
    return sa.or_(cases.c.unit.in_(above), *(below(line_of(unit)) for unit in post.units))


def tied(kind: str, targets: Iterable[str], slots: tuple[str, ...]) -> Clause:
    """The case has one of the targets in one of the slots."""
    here = (case_ties.c.home == cases.c.home, case_ties.c.case_id == cases.c.id, case_ties.c.kind == kind)
    return sa.exists().where(*here, case_ties.c.target.in_(list(targets)), case_ties.c.slot.in_(slots))


def waiting_for(actor: Actor, rulebook: Rulebook) -> Clause:
    """What waits for the actor: he is responsible or successor, or one of his posts may fire a row that leaves."""
    in_charge = ("responsible", "successor")
    clauses = [tied("person", [actor.person], in_charge)]
    for compiled in rulebook.all():
        clauses += [sa.and_(under(compiled.workflow), clause) for clause in _waiting(actor, compiled.workflow)]
    return sa.and_(cases.c.closed_at.is_(None), sa.or_(*clauses))


def _waiting(actor: Actor, workflow: Workflow) -> list[Clause]:
    waiting = states_waiting_for(workflow)
    acting = [p for p in actor.posts if p.role in workflow.roles and not workflow.roles[p.role].read_only]
    units_held = sorted({unit.code for post in acting for unit in post.units})
    clauses = [tied("unit", units_held, ("responsible", "successor"))] if acting else []
    return clauses + [_may_leave(post, workflow, waiting) for post in acting if waiting[post.role]]


def _may_leave(post: Post, workflow: Workflow, waiting: Mapping[str, frozenset[str]]) -> Clause:
    here = on_the_line(post)
    if workflow.roles[post.role].by_unit:
        here = tied("unit", [unit.code for unit in post.units], UNIT_SLOTS)
    return sa.and_(cases.c.state.in_(sorted(waiting[post.role])), here)


JOINED = cases.join(units, units.c.code == cases.c.unit)
