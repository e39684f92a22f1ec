"""Other cases that the values of a case name. One that leaves no trace for anybody but the holders of some posts leaves
none here either: what repeats a sealed case, or follows it, does not say which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import SYSTEM, FieldType, Value, Workflow
from engine.rules.conditions import veiling
from engine.rules.fold import as_list
from engine.rules.reading import keeps_to_posts
from engine.store.casefile import Held, read_cases
from engine.store.db import Tx

Values = Mapping[str, Value]


def untold(tx: Tx, office: Office, several: Iterable[tuple[Workflow, Values]]) -> frozenset[str]:
    """Ids of such cases among all that these values name; asks nothing where they name none."""
    held = read_cases(tx, {each for workflow, values in several for each in _named(workflow, values)})
    if not held:
        return frozenset()
    lookups, now = Lookups(tx, office), office.clock.now(tx)
    attempts = {case: lookups.reading(each, SYSTEM, now) for case, each in held.items()}
    return frozenset(case for case, each in attempts.items() if any(map(keeps_to_posts, veiling(each))))


def discreet(tx: Tx, office: Office, held: Sequence[Held]) -> list[Held]:
    """The same cases; those that name such a one without that."""
    rules = [office.rulebook.pinned(*each.identity.file).workflow for each in held]
    back = untold(tx, office, ((rule, each.state.values) for rule, each in zip(rules, held, strict=True)))
    if not back:
        return list(held)
    return [
        replace(each, state=replace(each.state, values=telling(rule, each.state.values, back)))
        for rule, each in zip(rules, held, strict=True)
    ]


def telling(workflow: Workflow, values: Values, kept_back: frozenset[str]) -> dict[str, Any]:
    """The values without those that name one of these cases."""
    if not kept_back:
        return dict(values)
    found = {name: _without(value, kept_back) if _is_case(workflow, name) else value for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not None}


def _without(value: Value, kept_back: frozenset[str]) -> Value:
    if isinstance(value, list):
        return [each for each in value if each not in kept_back]
    return None if value in kept_back else value


def _named(workflow: Workflow, values: Values) -> Iterator[str]:
    for name, value in values.items():
        if _is_case(workflow, name):
            yield from (each for each in as_list(value) if isinstance(each, str))


def _is_case(workflow: Workflow, name: str) -> bool:
    field = workflow.fields.get(name)
    return field is not None and field.entry_type is FieldType.CASE
