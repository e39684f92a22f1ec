"""A row about to be fired, with all that is known beforehand: what conditions are answered by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.definition.facts import ABSENT, Env, Past, Values, any_of
from engine.definition.model import NOWHERE, Condition, FieldGiven, Row, Workflow


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A row about to be fired: `before` is what fields hold, `env` with what this act may give. `level` is None before
    the opening. `blind` scenes know levels alone. `settled` holds what was assumed of conditions that ask of this very
    act and its actor: asked again, they answer the same."""

    workflow: Workflow
    row: Row
    state: str
    level: str | None
    before: Env
    env: Env
    past: Past
    blind: bool = False
    settled: Mapping[Condition, bool] = field(default_factory=dict)

    def values(self, name: str) -> Values:
        return self.env.get(name, ABSENT)

    @property
    def gives(self) -> frozenset[str]:
        return frozenset((*self.row.needs, *self.row.takes))

    def gives_now(self, name: str) -> bool | None:
        """Whether this act certainly gives the field (True), certainly does not (False), or may (None)."""
        if name in self.row.needs:
            return True
        if name not in self.row.takes:
            return False
        untold = self.values(name).met(self.before.get(name, ABSENT))
        return True if untold.is_impossible else self.settled.get(FieldGiven(field=name, now=True))


def bare(asked: Condition) -> Condition:
    """The condition without its place and its refusal: the same question is equal wherever it stands."""
    return replace(asked, mark=NOWHERE, refuse=None)


def scene_of(workflow: Workflow, row: Row, at: tuple[str, str | None], env: Env, past: Past, *, blind: bool) -> Scene:
    """The row at (state, level), with all that its act may give."""
    during = dict(env)
    for name in (*row.needs, *row.takes):
        given = any_of(workflow.fields.get(name))
        during[name] = given if name in row.needs else during.get(name, ABSENT).joined(given)
    state, level = at
    return Scene(workflow=workflow, row=row, state=state, level=level, before=env, env=during, past=past, blind=blind)
