"""What firing a row does to what is known of a case: which destinations are open, and what fields hold afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.definition.assuming import assume_all, assume_not_all
from engine.definition.facts import ABSENT, ANY, Env, Past, Values, only
from engine.definition.model import (
    EVERY,
    START,
    SYSTEM,
    ActorIs,
    AllOf,
    AnyOf,
    ClockPast,
    Condition,
    Counter,
    CounterBound,
    FieldGiven,
    FieldIs,
    Not,
    Per,
    Row,
    Setting,
    Since,
    Target,
    Value,
    Workflow,
)
from engine.definition.scene import Scene, scene_of
from engine.definition.used import fields_asked, row_conditions

Answer = bool | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A destination that is open: by which entry of `to`, what fields hold then, and the act in which it is taken."""

    row: Row
    target: Target
    env: Env
    scene: Scene


class Rules:
    """A workflow with what one asks of it again and again. `blind` rules are those of a file that could not be read in
    full: nothing is known but levels."""

    def __init__(self, workflow: Workflow, *, blind: bool = False) -> None:
        self.workflow = workflow
        self.blind = blind
        self.rows: Mapping[int, Row] = {row.index: row for row in workflow.rows}
        self._known: dict[tuple[str, int], Answer] = {}
        self._counting: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        self._limits: dict[str, int | None] = {}
        self._bounds: dict[str, int] = {}
        self.rows_from: dict[str, list[Row]] = defaultdict(list)
        for row in workflow.rows:
            for source in row.sources:
                self.rows_from[source].append(row)

    @cached_property
    def handling(self) -> Mapping[str, tuple[str, ...]]:
        """The states marked `handling`, by level."""
        found: dict[str, tuple[str, ...]] = {}
        for state in self.workflow.states.values():
            if state.handling and state.level:
                found[state.level] = (*found.get(state.level, ()), state.code)
        return found

    @cached_property
    def asked(self) -> frozenset[str]:
        """The fields that a condition looks at: of the others nothing needs to be known."""
        return frozenset() if self.blind else fields_asked(self.workflow)

    @cached_property
    def asks_since(self) -> bool:
        """A condition asks how long ago a row was fired, or what a clock has used."""
        return any(isinstance(asked, Since | ClockPast) for asked in row_conditions(self.workflow))

    @cached_property
    def asked_counters(self) -> tuple[Counter, ...]:
        """The counters that a row asks for: of the others nothing needs to be known."""
        asked = {each.counter for each in row_conditions(self.workflow) if isinstance(each, CounterBound)}
        return tuple(counter for counter in self.workflow.counters.values() if counter.code in asked)

    def bound(self, counter: str) -> int:
        """The highest bound that a condition puts to the counter."""
        if counter not in self._bounds:
            asked = (each for each in row_conditions(self.workflow) if isinstance(each, CounterBound))
            bounds = [(each.at_least, each.at_most) for each in asked if each.counter == counter]
            self._bounds[counter] = max((bound for pair in bounds for bound in pair if bound is not None), default=0)
        return self._bounds[counter]

    # --- what a row does ---

    def scene(self, row: Row, state: str, level: str | None, env: Env, past: Past) -> Scene:
        return scene_of(self.workflow, row, (state, level), env, past, blind=self.blind)

    def outcomes(self, state: str, level: str | None, env: Env, past: Past) -> Iterator[Outcome]:
        """All that may happen next to a case."""
        for row in self.rows_from[state]:
            judged = assume_all(row.when, self.scene(row, state, level, env, past))
            if judged is not None:
                yield from self._targets(row, judged)

    def _targets(self, row: Row, scene: Scene) -> Iterator[Outcome]:
        rest: Scene | None = scene
        for target in row.targets:
            if rest is None:
                return
            taken = assume_all(target.when, rest)
            if taken is not None:
                yield Outcome(row, target, self._after(row, target, taken), taken)
            rest = assume_not_all(target.when, rest) if target.when else None

    def after(self, outcome: Outcome, scene: Scene) -> Outcome:
        """The same, where more is known of the act."""
        return Outcome(outcome.row, outcome.target, self._after(outcome.row, outcome.target, scene), scene)

    def _after(self, row: Row, target: Target, scene: Scene) -> Env:
        env = {name: values for name, values in scene.env.items() if name in self.asked}
        if row.sources == (START,):
            for name in self.asked:
                field = self.workflow.fields.get(name)
                given = env.get(name, ABSENT)
                if field is not None and field.default is not None and given.missing:
                    env[name] = only(field.default).joined(given).given()
        for setting in target.sets or row.sets:
            if setting.field in self.asked:
                env[setting.field] = self._set(row, setting, env)
        return env

    def _set(self, row: Row, setting: Setting, env: Env) -> Values:
        if setting.role is not None or (setting.actor and SYSTEM in row.by):
            return env.get(setting.field, ABSENT).joined(ANY)
        return ANY if setting.actor or setting.value is None else only(setting.value)

    # --- what counters count ---

    def counting(self, row: Row) -> tuple[frozenset[str], frozenset[str]]:
        """The counters that count each firing of the row, and those of which it depends."""
        if row.index not in self._counting:
            answers = {code: self.counts(counter, row) for code, counter in self.workflow.counters.items()}
            sure, unsure = (frozenset(code for code in answers if answers[code] is told) for told in (True, None))
            self._counting[row.index] = sure, unsure
        return self._counting[row.index]

    def counts(self, counter: Counter, row: Row) -> bool | None:
        """Whether firing the row is counted; None where it depends on what is given and on who acts."""
        key = (counter.code, row.index)
        if key not in self._known:
            self._known[key] = self._count(counter, row)
        return self._known[key]

    def _count(self, counter: Counter, row: Row) -> Answer:
        if counter.of != (EVERY,) and row.trigger not in counter.of:
            return False
        answers = [self._counted(condition, row) for condition in counter.where]
        return False if False in answers else None if None in answers else True

    def _counted(self, asked: Condition, row: Row) -> Answer:
        match asked:
            case Not():
                inner = self._counted(asked.condition, row)
                return None if inner is None else not inner
            case AllOf() | AnyOf():
                decisive = isinstance(asked, AnyOf)
                answers = [self._counted(part, row) for part in asked.conditions]
                return decisive if decisive in answers else None if None in answers else not decisive
            case FieldIs() | FieldGiven():
                fixed = {_holds_for(asked, value) for value in _fixed(row, asked.field)}
                return fixed.pop() if len(fixed) == 1 else None if self._brings(row, asked.field) else False
            case ActorIs():
                return False if row.by == (SYSTEM,) and SYSTEM not in asked.people else None
        return None

    def _brings(self, row: Row, name: str) -> bool:
        """Whether the field can be part of this row's own record: given, set, or a default at the opening."""
        targets = (setting.field for target in row.targets for setting in target.sets)
        if name in (*row.needs, *row.takes, *(setting.field for setting in row.sets), *targets):
            return True
        field = self.workflow.fields.get(name)
        return field is None or (START in row.sources and field.default is not None)

    def most(self, counter: Counter) -> int | None:
        """How often at most, because every row that counts asks first whether the counter is small enough."""
        if counter.per is Per.STAY:
            return None  # `back` leads into a stay that counted on meanwhile
        if counter.code not in self._limits:
            self._limits[counter.code] = self._limited(counter)
        return self._limits[counter.code]

    def _limited(self, counter: Counter) -> int | None:
        counting = [row for row in self.workflow.rows if self.counts(counter, row) is not False]
        limits = [_limit(row, counter.code) for row in counting if START not in row.sources]
        found = [limit for limit in limits if limit is not None]
        return max(found) + 1 if found and len(found) == len(limits) else None


def _fixed(row: Row, name: str) -> list[Value]:
    """The values that the row itself gives the field, whatever its destination; empty where one of them leaves it."""
    sets = [target.sets or row.sets for target in row.targets]
    found = [[each for each in settings if each.field == name] for settings in sets]
    literal = all(each and each[0].value is not None for each in found)
    return [each[0].value for each in found] if literal else []


def _holds_for(asked: FieldIs | FieldGiven, value: Value) -> bool:
    return isinstance(asked, FieldGiven) or value in asked.values


def _limit(row: Row, counter: str) -> int | None:
    """The least `at_most` that the row's `when` puts to this counter."""
    limits = [
        asked.at_most
        for asked in row.when
        if isinstance(asked, CounterBound) and asked.counter == counter and asked.at_most is not None
    ]
    return min(limits, default=None)
