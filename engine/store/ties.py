"""The one writer of `case_ties`: who and which units stand in the slots of a case, whom it hides from, and which case
it follows, for lists to find it by."""

from __future__ import annotations

import sqlalchemy as sa

from engine.rules.state import CaseState
from engine.store.db import Tx
from engine.store.tables import case_ties

Tie = tuple[str, str, str]


def ties_of(state: CaseState) -> frozenset[Tie]:
    """(slot, kind, target) of everyone, every unit and the case that stands in a slot of the case."""
    ties = {("opener", "person", state.opener)}
    if state.behalf:
        ties.add(("behalf", "person", state.behalf))
    for slot, charge in (("responsible", state.responsible), ("successor", state.successor)):
        ties |= {(slot, "person", person) for person in charge.people}
        ties |= {(slot, "unit", unit) for unit in charge.units}
    ties |= {("concerned", "unit", unit) for unit in state.concerned}
    ties |= {("recused", "person", person) for person in state.recused}
    if state.primary:
        ties.add(("primary", "case", state.primary))
    return frozenset(ties)


_FOLLOWERS = sa.select(case_ties.c.case_id).where(
    case_ties.c.home == sa.bindparam("home"),
    case_ties.c.target == sa.bindparam("case"),
    case_ties.c.kind == "case",
    case_ties.c.slot == "primary",
)


def followers_of(tx: Tx, home: str, case_id: str) -> frozenset[str]:
    """The cases of the home that follow this one now."""
    return frozenset(tx.execute(_FOLLOWERS, {"home": home, "case": case_id}).scalars())


_COLUMNS = ("home", "case_id", "slot", "kind", "target")
_DROP = sa.delete(case_ties).where(*(case_ties.c[name] == sa.bindparam(name) for name in _COLUMNS))


def move_ties(tx: Tx, home: str, case_id: str, before: CaseState | None, after: CaseState) -> None:
    """Write the difference between two states of a case; nothing where they are the same."""
    old, new = ties_of(before) if before else frozenset(), ties_of(after)
    if old - new:
        tx.execute(_DROP, [_row(home, case_id, tie) for tie in sorted(old - new)])
    if new - old:
        tx.execute(sa.insert(case_ties), [_row(home, case_id, tie) for tie in sorted(new - old)])


def _row(home: str, case_id: str, tie: Tie) -> dict[str, str]:
    return dict(zip(_COLUMNS, (home, case_id, *tie), strict=True))
