"""Why something stands in the blocked queue, and which posts could go on with it: for a surface to put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.cases.lookups import snapshot
from engine.cases.office import Office
from engine.definition.model import Workflow
from engine.rules.explain import Could, could_act
from engine.rules.refusals import Refusal
from engine.rules.remembering import again
from engine.rules.rulebook import RulesMissing
from engine.store.blockedbook import TIMER, Blocked
from engine.store.casefile import Held, read_cases
from engine.store.db import Tx
from engine.store.names import unit_names


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockedView:
    """What could not be carried out, with the `number` of its case and the rules it is about, None where these are not
    there. `refusal`: what those said to the system; None where something else was in the way. `absent`: whom a letter
    should have reached, and nobody is. `could`: the posts that could go on with it; empty where only the operator can.
    `names` maps their units to names."""

    found: Blocked
    number: str | None
    workflow: Workflow | None = None
    refusal: Refusal | None = None
    absent: tuple[Could, ...] = ()
    could: tuple[Could, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def explained(tx: Tx, office: Office, views: Sequence[BlockedView]) -> list[BlockedView]:
    """The same with their reasons."""
    held = read_cases(tx, [view.found.case_id for view in views if view.found.case_id])
    told = [_explained(office, view, held.get(view.found.case_id or "")) for view in views]
    places = {view.found.unit for view in told}
    places |= {unit for view in told for could in (*view.absent, *view.could) for unit in could.units}
    names = unit_names(tx, places)
    return [replace(view, names=names) for view in told]


def _explained(office: Office, view: BlockedView, held: Held | None) -> BlockedView:
    try:
        workflow = _rules_of(office, view.found, held)
    except RulesMissing:
        return view
    view = replace(view, workflow=workflow)
    facts = view.found.facts
    if "meeting" in facts:
        chair = workflow.meetings[facts["meeting"]].chair
        view = replace(view, could=tuple(Could(name=role, units=(view.found.unit,)) for role in chair))
    return _of_case(view, workflow, held) if held else view


def _rules_of(office: Office, found: Blocked, held: Held | None) -> Workflow:
    """Raises RulesMissing."""
    if held is None:
        return office.rulebook.version(found.facts["workflow"], found.facts["version"]).workflow
    identity = held.identity
    return office.rulebook.pinned(*identity.file).workflow


def _of_case(view: BlockedView, workflow: Workflow, held: Held) -> BlockedView:
    facts = view.found.facts
    absent = could_act(workflow, snapshot(held), facts.get("names", ()))
    if "rule" not in facts:
        return replace(view, absent=absent)
    refusal = again(workflow, facts["trigger"], facts["state"], view.found.code, facts)
    could = _who_moves_it_on(workflow, held, facts["trigger"]) if view.found.kind == TIMER else view.could
    return replace(view, refusal=refusal, could=could)


def _who_moves_it_on(workflow: Workflow, held: Held, trigger: str) -> tuple[Could, ...]:
    """Who may take the step himself; where nobody may, who may do anything with the case as it is."""
    row = workflow.row(trigger, held.state.state)
    himself = could_act(workflow, snapshot(held), row.by) if row else ()
    names = (name for each in workflow.rows_from(held.state.state) for name in each.by)
    return himself or could_act(workflow, snapshot(held), names)
