"""Whose names are hidden in the free texts of a case: of everybody on its record, now or earlier, and of who lives in
its part of the home (the village). In few statements for a whole page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.definition.model import FieldType, Value, Workflow
from engine.rules.attempt import Unit
from engine.rules.erasing import ERASED
from engine.rules.fold import as_list
from engine.rules.mask import NO_NAMES, Names, index_of
from engine.store.casefile import home_of
from engine.store.db import Tx
from engine.store.namebook import NameBook, part_of, rows_on_record
from engine.store.names import people_names
from engine.store.register import find_units


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseAt:
    """A case as far as it matters here: where it is and by which rules."""

    case_id: str
    unit: Unit
    workflow: Workflow


def names_of(tx: Tx, book: NameBook, places: Sequence[CaseAt]) -> dict[str, Names]:
    """Case -> the names that are hidden in its texts."""
    if not places:
        return {}
    recorded = _recorded(tx, places)
    parts = {each.case_id: part_of(each.unit, home_of(each.case_id)) for each in places}
    known = book.parts(tx, {part.code: part for part in parts.values() if part})
    found = {}
    for each in places:
        part = known[found_in.code] if (found_in := parts[each.case_id]) else None
        own = index_of(recorded[each.case_id])
        units = tuple(part.units[code] for _, code in each.unit.line if code in part.units) if part else ()
        found[each.case_id] = Names((own, part.people) if part else (own,), units)
    return found


def names_at(tx: Tx, book: NameBook, unit: Unit, home: str) -> Names:
    """The names of who lives in the part of the home where the unit is, for texts that are of no case."""
    part = part_of(unit, home)
    if part is None:
        return NO_NAMES
    found = book.parts(tx, {part.code: part})[part.code]
    return Names((found.people,), tuple(found.units[code] for _, code in unit.line if code in found.units))


def joined(several: Iterable[Names]) -> Names:
    """The names of all of them together; not even a part of any, where that holds for one of them."""
    found = list(several)
    return Names(
        tuple({id(index): index for names in found for index in names.indexes}.values()),
        tuple(dict.fromkeys(word for names in found for word in names.kept)),
        nameless=any(names.nameless for names in found),
    )


def places_of_rows(tx: Tx, rows: Iterable[tuple[str, str, Workflow]]) -> list[CaseAt]:
    """The cases of rows of history, each once: (case, unit, rules)."""
    once = {case: (unit, workflow) for case, unit, workflow in rows}
    found = find_units(tx, {unit for unit, _ in once.values()})
    return [
        CaseAt(case_id=case, unit=found[unit], workflow=workflow)
        for case, (unit, workflow) in once.items()
        if unit in found
    ]


def _recorded(tx: Tx, places: Sequence[CaseAt]) -> dict[str, set[str]]:
    workflows = {each.case_id: each.workflow for each in places}
    rules = {workflow.sha256: workflow for workflow in workflows.values()}
    triggers = {trigger for workflow in rules.values() for trigger in naming_triggers(workflow)}
    names: dict[str, set[str]] = {case: set() for case in workflows}
    ids: dict[str, set[str]] = {case: set() for case in workflows}
    for row in rows_on_record(tx, list(workflows), triggers):
        workflow = workflows[row.case_id]
        names[row.case_id].update(strangers_in(workflow, row.body or {}))
        ids[row.case_id].update(people_in(workflow, row.facts), [row.behalf] if row.behalf else [])
    known = people_names(tx, {each for mine in ids.values() for each in mine})
    for case, mine in ids.items():
        names[case].update(known[each] for each in mine if known.get(each, ERASED) != ERASED)
    return names


def naming_triggers(workflow: Workflow) -> frozenset[str]:
    """Triggers of rows that can name a person."""
    kinds = {name for name, field in workflow.fields.items() if field.entry_type is FieldType.PERSON}
    return frozenset(row.trigger for row in workflow.rows if kinds & {*row.needs, *row.takes})


def strangers_in(workflow: Workflow, payload: Mapping[str, Value]) -> Iterator[str]:
    """Names of people who are not registered, in person fields and as whom an act was done for."""
    behalf = payload.get("behalf")
    for name, value in payload.get("data", {}).items():
        field = workflow.fields.get(name)
        if field is not None and field.entry_type is FieldType.PERSON:
            yield from (entry["name"] for entry in as_list(value) if isinstance(entry, Mapping))
    if isinstance(behalf, Mapping):
        yield behalf["name"]


def people_in(workflow: Workflow, facts: Mapping[str, Value]) -> Iterator[str]:
    """Ids of registered people in person fields."""
    for name, value in facts.items():
        field = workflow.fields.get(name)
        if field is not None and field.entry_type is FieldType.PERSON:
            yield from (entry for entry in as_list(value) if isinstance(entry, str))
