"""What a row's rules ask of the world beside the case, so that the shell looks up no more than that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.definition.model import ActorIs, Condition, PersonIs, Row, Workflow, walk
from engine.rules.concern import chosen_charges, may_lead_down
from engine.rules.reading import asked_for_reading


@dataclass(frozen=True, slots=True)
class Asks:
    """`holders`: roles whose holders on the line are asked for. `kin`: relatives are asked for; of the people in
    `kin_fields` too, beside the actor. `followed`: whether some case follows this one. `paged`: who was reminded in the
    last paging. `charges`: fields that name who is to be in charge; `passes_on`: the case may come to others or lower,
    so that relatives count where a party is registered."""

    holders: frozenset[str]
    kin: bool
    kin_fields: frozenset[str]
    followed: bool = False
    paged: bool = False
    charges: frozenset[str] = frozenset()
    passes_on: bool = False


def asks(workflow: Workflow, rows: Iterable[Row]) -> Asks:
    """What these rows ask for, and the rules of visibility: who may not read may not act."""
    chosen = list(rows)
    conditions = [each for row in chosen for each in _conditions(row)] + list(asked_for_reading(workflow))
    people = [each for each in conditions if isinstance(each, PersonIs)]
    named = {name for each in people for name in each.people}
    settings = (each for row in chosen for each in (*row.sets, *(s for t in row.targets for s in t.sets)))
    roles = {setting.role for setting in settings if setting.role} | (named & set(workflow.roles))
    actors = {name for each in conditions if isinstance(each, ActorIs) for name in each.people}
    everyone = named | actors | {name for row in chosen for name in (*row.by, *row.never)}
    return Asks(
        holders=frozenset(roles),
        kin="relative_of_party" in everyone,
        kin_fields=frozenset(each.field for each in people if "relative_of_party" in each.people),
        followed=any(_comes_to_follow(workflow, row) for row in chosen),
        paged="paged" in everyone,
        charges=frozenset(name for row in chosen for name in chosen_charges(workflow, row)),
        passes_on=any(chosen_charges(workflow, row) or may_lead_down(workflow, row) for row in chosen),
    )


def _comes_to_follow(workflow: Workflow, row: Row) -> bool:
    states = (workflow.states.get(target.to) for target in row.targets)
    return any(state.follows for state in states if state)


def _conditions(row: Row) -> Iterator[Condition]:
    for top in (*row.when, *row.at_once_if, *(each for target in row.targets for each in target.when)):
        yield from walk(top)
