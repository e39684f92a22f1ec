"""Makes findings about one file, with the way of a case that shows each."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definition.findings import Code, Finding, Step, Witness
from engine.definition.model import START, Mark, Row, State, Title, Workflow
from engine.definition.paths import find_way, way_to
from engine.definition.travel import Travel


@dataclass(frozen=True, slots=True)
class At:
    """`travel` is None where the ways of cases cannot be told, because rows or states could not be read."""

    workflow: Workflow
    travel: Travel | None

    def row(self, code: Code, row: Row, zh: str, en: str, witness: Witness = (), hint: Title | None = None) -> Finding:
        return self.place(code, row.mark, f"transitions[{row.index}]", zh, en, witness, hint)

    def state(
        self, code: Code, state: State, zh: str, en: str, witness: Witness = (), hint: Title | None = None
    ) -> Finding:
        return self.place(code, state.mark, f"states.{state.code}", zh, en, witness, hint)

    def place(
        self, code: Code, mark: Mark, path: str, zh: str, en: str, witness: Witness = (), hint: Title | None = None
    ) -> Finding:
        file = self.workflow.file
        return Finding(code=code, file=file, mark=mark, path=path, zh=zh, en=en, witness=witness, hint=hint)

    # --- ways ---

    def into(self, *states: str) -> Witness:
        """The shortest way into one of the states."""
        return way_to(self.travel, *states) if self.travel else ()

    def refused(self, trigger: str, *sources: str) -> Witness:
        """The shortest way to one of the sources (states, or `start`), and then the trigger, which nobody can fire."""
        if START in sources:
            return (Step(trigger=trigger, source=START),)
        way = self.into(*sources)
        return (*way, Step(trigger=trigger, source=way[-1].target or "")) if way else ()

    def by(self, row: Row, *, to: frozenset[str] | None = None) -> Witness:
        """The shortest way that ends with firing the row, into one of the states `to` if these are given."""
        if self.travel is None:
            return ()
        return (
            find_way(
                self.travel, lambda way: way.row is row and way.aim is not None and (to is None or way.aim.state in to)
            )
            or ()
        )
