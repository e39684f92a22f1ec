"""Whether checker and engine agree about one workflow: what the one says beforehand, the other is tried for.

Where the engine was gone through whole, both must say the very same about what is reached, what is stuck, and which
destinations lead nowhere. Of conditions the checker tells only what is certain: the engine must never answer otherwise.
And every way that is shown can be gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.check import examine
from engine.definition.findings import Code, Finding
from engine.definition.model import BACK, CLOSER, ActorIs, AllOf, AnyOf, Condition, LevelIs, Not, Row, Workflow
from engine.rules.conditions import holds
from engine.rules.machine import Compiled, compile_workflow
from engine.rules.refusals import ConditionRefused, NoDestination
from engine.rules.serving import walk
from tests.soundness.going import Act, Case, Explored, attempt, explore, walked

#: Cases that one workflow is gone through for; most need less than fifty.
_MOST = 150


#: Data of a workflow -> what the engine made of it, for the last so many.
_WALKS: dict[bytes, tuple[Compiled, Explored]] = {}
_KEPT = 150


def _gone_through(data: bytes, workflow: Workflow) -> tuple[Compiled, Explored]:
    """By the engine, to which it is all one what the checker said: a fault in the checker needs no new walk."""
    if data not in _WALKS:
        if len(_WALKS) == _KEPT:
            del _WALKS[next(iter(_WALKS))]
        compiled = compile_workflow(workflow)
        _WALKS[data] = compiled, explore(compiled, most=_MOST)
    return _WALKS[data]


class Both:
    """One workflow, checked and gone through."""

    def __init__(self, data: bytes) -> None:
        reading = examine(data, "random.yaml")
        assert reading.workflow is not None, [finding.text("en") for finding in reading.findings]
        self.findings = reading.findings
        self.compiled, self.explored = _gone_through(data, reading.workflow)
        self.workflow = self.compiled.workflow
        self.missed: list[str] = []  #: stuck or unreached for a reason that hangs on one case's own past
        self.ends = {state.code for state in self.workflow.states.values() if state.final}

    def of(self, *codes: Code) -> list[Finding]:
        return [finding for finding in self.findings if finding.code in codes]

    def disagreements(self) -> Iterator[str]:
        yield from self._reached()
        yield from self._stuck()
        yield from self._lost()
        yield from self._conditions()
        yield from self._ways()

    # --- what is reached, what is stuck ---

    def _reached(self) -> Iterator[str]:
        said = {finding.path.removeprefix("states.") for finding in self.of(Code.S02)}
        reached = {state for state, _ in self.explored.spots}
        yield from (f"S02 {state}: reached" for state in said & reached)
        if self.explored.whole:
            missed = [f"S02 {state}: not told" for state in {*self.workflow.states} - reached - said]
            yield from self._unless_it_hangs_on_the_past(missed)

    def _stuck(self) -> Iterator[str]:
        said = {spot for finding in self.of(Code.S03) for spot in self._spots(finding)}
        ending = self.explored.leading_to(self.ends)
        can_end = {case.spot for number, case in enumerate(self.explored.cases) if number in ending}
        yield from (f"S03 {spot}: comes to an end" for spot in said & can_end)
        if self.explored.whole:
            missed = [f"S03 {spot}: not told" for spot in self.explored.spots - can_end - said]
            yield from self._unless_it_hangs_on_the_past(missed)

    def _unless_it_hangs_on_the_past(self, missed: list[str]) -> list[str]:
        """Of a place the checker knows what may be there, not what each single case brings along: with conditions on
        values, counts and times it may miss that none that comes there can go on."""
        tops = (top for row in self.workflow.rows for top in tops_of(row))
        leaves = {type(each) for top in tops for each in walk(top)}
        if leaves <= {LevelIs, ActorIs, Not, AllOf, AnyOf}:
            return missed
        self.missed += missed
        return []

    def _spots(self, finding: Finding) -> set[tuple[str, str]]:
        state = finding.path.removeprefix("states.")
        levels = [finding.witness[-1].level] if "at level" in finding.en else self.workflow.levels
        return {(state, level) for level in levels if level}

    # --- `back` and `closer` ---

    def _lost(self) -> Iterator[str]:
        said = {(self._row(finding).index, self._level(finding)) for finding in self.of(Code.S08, Code.S09)}
        found = {
            (act.row.index, case.spot[1])
            for case, act, end in self.explored.tried
            if isinstance(end, NoDestination) and case.state and act.row.targets[-1].to in (BACK, CLOSER)
        }
        yield from (f"S08/S09 row {each}: not told" for each in found - said)
        if self.explored.whole:
            yield from (f"S08/S09 row {each}: never lost" for each in said - found)

    def _level(self, finding: Finding) -> str | None:
        return finding.witness[-2].level if len(finding.witness) > 1 else None

    def _row(self, finding: Finding) -> Row:
        return self.workflow.rows[int(finding.path.split("[")[1].split("]")[0])]

    # --- conditions ---

    def _conditions(self) -> Iterator[str]:
        for finding in self.of(Code.S34):
            row = self._row(finding)
            tried = [(case, act) for case, act, end in self.explored.tried if act.row is row and _asks(end)]
            if "together" in finding.en:
                if any(isinstance(end, Case) for _, act, end in self.explored.tried if act.row is row):
                    yield f"S34 {finding.path}: fired all the same"
            elif wrong := self._answers(tried, self._condition(finding)) - {"always" in finding.en}:
                yield f"S34 {finding.path} {finding.mark}: the engine says {wrong}"

    def _answers(self, tried: list[tuple[Case, Act]], asked: Condition) -> set[bool | None]:
        """A condition of a destination is asked where those of the row hold."""
        attempts = [attempt(self.compiled, case, act) for case, act in tried]
        of_row = any(each is asked for top in tried[0][1].row.when for each in walk(top)) if tried else True
        asked_for = [each for each in attempts if of_row or all(holds(each, top) for top in each.row.when)]
        return {holds(each, asked) for each in asked_for}

    def _condition(self, finding: Finding) -> Condition:
        tops = tops_of(self._row(finding))
        (found,) = (each for top in tops for each in walk(top) if each.mark == finding.mark)
        return found

    # --- ways ---

    def _ways(self) -> Iterator[str]:
        for finding in self.findings:
            if finding.witness and not walked(self.compiled, finding.witness):
                yield f"{finding.code} {finding.path}: nobody can go {[step.trigger for step in finding.witness]}"


def tops_of(row: Row) -> tuple[Condition, ...]:
    """The conditions of a row and of its destinations."""
    return (*row.when, *row.at_once_if, *(each for target in row.targets for each in target.when))


def _asks(end: object) -> bool:
    """Whether the act came as far as its conditions."""
    return isinstance(end, Case | ConditionRefused | NoDestination)
