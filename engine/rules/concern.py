"""Concern cannot be passed on (ADR 0036). Rows say in `never` whom they keep out; this holds besides, for all of them.

- Who acts in another's place may not do what is kept from that one: who types for him (代报), and his written delegate.
- Who is concerned himself lets the matter go up, or leaves it to others: he puts nobody in charge who does not stand
  above him, and moves it to no lower level. Concerned are a party, a relative of a party, and who is recused, by this
  very act too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.definition.model import BACK, Row, Slot, Workflow
from engine.rules.attempt import Actor, Attempt, Post
from engine.rules.fold import as_list
from engine.rules.people import RELATED, acting_posts, filled, names_one
from engine.rules.reading import is_kept_from
from engine.rules.refusals import Concerned
from engine.rules.state import Event

_CONCERNED = ("party", "relative_of_party", "recused")


def chosen_charges(workflow: Workflow, row: Row) -> tuple[str, ...]:
    """Fields in which who acts names people to be in charge."""
    return tuple(
        name
        for name in (*row.needs, *row.takes)
        if workflow.fields[name].fills is Slot.RESPONSIBLE and workflow.fields[name].entry_type == "person"
    )


def may_lead_down(workflow: Workflow, row: Row) -> bool:
    """From some state of the row to one of a lower level."""
    highest = max((_rank_of(workflow, state) for state in row.sources), default=0)
    return any(target.to == BACK or _rank_of(workflow, target.to) < highest for target in row.targets)


def _rank_of(workflow: Workflow, state: str) -> int:
    """Of a state that keeps the level, as of every other word, the highest."""
    found = workflow.states.get(state)
    return workflow.levels[found.level].rank if found and found.level else len(workflow.levels)


def judge_behind(attempt: Attempt) -> Concerned | None:
    """In whose place he acts, and what is kept from that one."""
    for relation, actor in _behind(attempt):
        as_he = replace(attempt, actor=actor)
        if names_one(attempt.row.never, as_he) or _is_out(as_he):
            return Concerned(attempt.workflow, attempt.row, relation)
    return None


def _behind(attempt: Attempt) -> Iterator[tuple[str, Actor]]:
    if attempt.behalf is not None:
        yield "behalf", Actor(person=attempt.behalf)
    meeting = attempt.meeting
    if meeting and meeting.principal and not names_one(attempt.row.by, attempt):
        yield "delegate", meeting.principal


def _is_out(attempt: Attempt) -> bool:
    """He is recused, or with posts of his the case is hidden from him."""
    if attempt.case.state is None:
        return False
    return RELATED["recused"](attempt) or (bool(attempt.actor.posts) and is_kept_from(attempt))


def judge_charge(attempt: Attempt) -> Concerned | None:
    """Whom a concerned person puts in charge stands above him."""
    named = {
        person
        for name in chosen_charges(attempt.workflow, attempt.row)
        for person in as_list(attempt.given.get(name))
        if isinstance(person, str)
    }
    if not named or not is_concerned(attempt) or all(_is_above(attempt, person) for person in named):
        return None
    return Concerned(attempt.workflow, attempt.row, "charge")


def judge_down(attempt: Attempt, event: Event) -> Concerned | None:
    """A concerned person moves the case to no lower level."""
    levels = attempt.workflow.levels
    if event.level_from is None or levels[event.level_to].rank >= levels[event.level_from].rank:
        return None
    return Concerned(attempt.workflow, attempt.row, "down") if is_concerned(attempt) else None


def is_concerned(attempt: Attempt) -> bool:
    """Who acts is a party, a relative of one, or recused, by what this act gives, too."""
    if attempt.actor.is_system:
        return False
    recusing = attempt.actor.person in filled(attempt, Slot.RECUSED)
    return recusing or any(RELATED[name](attempt) for name in _CONCERNED)


def _is_above(attempt: Attempt, person: str) -> bool:
    """One of his posts, where it counts for this case, is of a higher level than all through which the actor acts."""
    named = attempt.world.charged.get(person)
    own = max((_rank(attempt, post) for post in acting_posts(attempt)), default=_rank_of_case(attempt))
    if named is None:
        return False
    return any(_rank(attempt, post) > own for post in acting_posts(replace(attempt, actor=named)))


def _rank(attempt: Attempt, post: Post) -> int:
    role = attempt.role(post)
    assert role is not None
    return attempt.workflow.levels[role.level].rank


def _rank_of_case(attempt: Attempt) -> int:
    state = attempt.case.state
    return attempt.workflow.levels[state.level].rank if state else 0
