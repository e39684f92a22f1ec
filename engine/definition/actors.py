"""Who an actor can be, as far as a file alone tells: what a name in `by` implies, and which names nobody bears."""

from __future__ import annotations

from engine.definition.model import SYSTEM, Row, Slot, Workflow

#: Relations to a case that is there already: nobody is in them before the opening.
_OF_A_CASE = (
    "opener", "reporter_side", "recused", "responsible", "successor", "handler", "holder", "superior", "paged",
)  # fmt: skip


def implies(workflow: Workflow, name: str, other: str, level: str | None) -> bool:
    """Whoever acts as `name` is certainly `other` too, on a case of this level."""
    if name == other or (name, other) in (("responsible", "handler"), ("opener", "reporter_side")):
        return True
    role = workflow.roles.get(name)
    if role is None or role.read_only:
        return False
    if other == "reader":
        return True
    if level is None or level not in workflow.levels or role.level not in workflow.levels:
        return False
    above = workflow.levels[role.level].rank - workflow.levels[level].rank
    return (other == "holder" and above == 0) or (other == "superior" and above > 0)


def can_act(workflow: Workflow, name: str, level: str | None) -> bool:
    """Whether anybody at all can act as `name` on a case of this level (None: before the opening)."""
    role = workflow.roles.get(name)
    if role is not None:
        return not role.read_only
    return can_be(workflow, name, level)


def can_be(workflow: Workflow, relation: str, level: str | None) -> bool:
    """Whether anybody can be in the relation; roles and `system` always can."""
    if level is None and relation in _OF_A_CASE:
        return False
    if relation in ("responsible", "handler"):
        return _fills(workflow, Slot.RESPONSIBLE) or (relation == "handler" and any(r.handles for r in workflow.rows))
    if relation == "successor":
        return any(row.hands_over_by for row in workflow.rows) and _fills(workflow, Slot.RESPONSIBLE)
    if relation == "recused":
        return _fills(workflow, Slot.RECUSED)
    if relation == "paged":
        return any(row.pages for row in workflow.rows)
    return relation not in ("holder", "superior") or _someone_at(workflow, relation, level)


def _fills(workflow: Workflow, slot: Slot) -> bool:
    return any(field.fills is slot for field in workflow.fields.values())


def _someone_at(workflow: Workflow, relation: str, level: str | None) -> bool:
    roles = [role.code for role in workflow.roles.values()]
    return any(implies(workflow, role, relation, level) for role in roles)


def may_fire(row: Row) -> tuple[str, ...]:
    """The names of `by` that `never` does not take away by the same name."""
    return tuple(name for name in row.by if name not in row.never)


def can_fire_at_all(workflow: Workflow, row: Row) -> bool:
    """Whether somebody in `by` does more than read and is not certainly among `never`."""
    return any(_can_fire(workflow, row, name) for name in row.by)


def _can_fire(workflow: Workflow, row: Row, name: str) -> bool:
    role = workflow.roles.get(name)
    if role is not None and role.read_only:
        return False
    return not any(implies(workflow, name, kept_out, None) for kept_out in row.never)


def only_system(row: Row) -> bool:
    return may_fire(row) == (SYSTEM,)
