"""What is known of a case beforehand: which values its fields may have, which rows may and must have been fired.

All of it is certain: a field has no value but those named here, no row was fired but those that may have been. Where
two ways of a case meet, what is known is what both allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.definition.model import EVERY, START, Counter, Field, FieldType, Per, Row, Value

#: At most so many times, None where nothing bounds it.
Bounds = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Values:
    """What a field may hold: `missing` says whether it may have no value, `known` which values it may have (None: any
    that the field can hold)."""

    missing: bool
    known: frozenset[Value] | None

    def joined(self, other: Values) -> Values:
        known = None if self.known is None or other.known is None else self.known | other.known
        return Values(self.missing or other.missing, known)

    def given(self) -> Values:
        return Values(False, self.known)

    def met(self, other: Values) -> Values:
        """What both allow."""
        if self.known is None or other.known is None:
            return Values(self.missing and other.missing, other.known if self.known is None else self.known)
        return Values(self.missing and other.missing, self.known & other.known)

    @property
    def is_absent(self) -> bool:
        """Certainly without a value."""
        return self.known is not None and not self.known

    @property
    def is_impossible(self) -> bool:
        """Neither with a value nor without."""
        return self.is_absent and not self.missing


ABSENT = Values(True, frozenset())
ANY = Values(False, None)

#: field -> what it may hold; a field that is not there was never given.
Env = Mapping[str, Values]


def any_of(field: Field | None) -> Values:
    """Any value the field can hold, certainly given."""
    if field is not None and field.type is FieldType.CHOICE:
        return Values(False, frozenset(field.choices))
    if field is not None and field.type is FieldType.FLAG:
        return Values(False, frozenset({True, False}))
    return ANY


def only(value: Value) -> Values:
    """This one value; of a list nothing is kept but that it was given."""
    return ANY if isinstance(value, list) else Values(False, frozenset({value}))


def joined_env(one: Env, other: Env) -> Env:
    names = {*one, *other}
    return {name: one.get(name, ABSENT).joined(other.get(name, ABSENT)) for name in names}


class Past(Protocol):
    """What happened before; `level` is the case's at the moment of asking, None before the opening."""

    def bounds(self, counter: Counter, level: str | None) -> Bounds:
        """How often a counter may have counted, at least and at most."""

    def may_have_fired(self, trigger: str) -> bool:
        """Whether a row of this trigger can have been fired."""

    def may_have_been_in(self, states: frozenset[str]) -> bool:
        """Whether the case can have been in one of the states, the present one included."""


class Counting(Protocol):
    """What a workflow says about a counter, whatever happened; `rows` are its rows by their index."""

    rows: Mapping[int, Row]

    def counts(self, counter: Counter, row: Row) -> bool | None:
        """Whether firing the row is counted; None where it depends on what is given and on who acts."""

    def most(self, counter: Counter) -> int | None:
        """How often at most, because every row that counts asks first whether the counter is small enough."""


@dataclass(frozen=True, slots=True)
class Met:
    """The past at a place where several ways meet. `may` holds the rows (by index) that can have been fired, each with
    the level it was fired at; `must` the triggers that were, whichever way the case came; `stay` the rows that can have
    been fired since the present state was entered; `visited` the states."""

    rules: Counting
    may: frozenset[tuple[int, str]] = frozenset()
    must: frozenset[tuple[str, str]] = frozenset()
    stay: frozenset[int] = frozenset()
    visited: frozenset[str] = frozenset()

    def joined(self, other: Met) -> Met:
        return Met(
            self.rules,
            self.may | other.may,
            self.must & other.must,
            self.stay | other.stay,
            self.visited | other.visited,
        )

    def bounds(self, counter: Counter, level: str | None) -> Bounds:
        rows = [self.rules.rows[index] for index in self._rows(counter, level)]
        counted = [row for row in rows if self.rules.counts(counter, row) is not False]
        return self._least(counter, level), self._most(counter, counted)

    def _rows(self, counter: Counter, level: str | None) -> frozenset[int]:
        if counter.per is Per.STAY:
            return self.stay
        return frozenset(index for index, at in self.may if counter.per is Per.CASE or at == level)

    def _most(self, counter: Counter, rows: list[Row]) -> int | None:
        if not rows:
            return 0
        return 1 if all(START in row.sources for row in rows) else self.rules.most(counter)

    def _least(self, counter: Counter, level: str | None) -> int:
        """Triggers that certainly fired, where every firing counts."""
        if counter.where or counter.per is Per.STAY:
            return 0
        certain = {trigger for trigger, at in self.must if counter.per is Per.CASE or at == level}
        found = len(certain if counter.of == (EVERY,) else certain & set(counter.of))
        return min(found, 1) if counter.distinct else found

    def may_have_fired(self, trigger: str) -> bool:
        return any(self.rules.rows[index].trigger == trigger for index, _ in self.may)

    def may_have_been_in(self, states: frozenset[str]) -> bool:
        return bool(states & self.visited)


@dataclass(frozen=True, slots=True)
class Fired:
    """A row (by index) as it was fired at a level: `counted` by these counters, and perhaps by the `unsure` ones."""

    row: int
    level: str
    counted: frozenset[str]
    unsure: frozenset[str]


@dataclass(frozen=True, slots=True)
class Walked:
    """The past on one way: `fired` in order; the present stay began after `since` of them."""

    rules: Counting
    fired: tuple[Fired, ...] = ()
    visited: frozenset[str] = frozenset()
    since: int = 0

    def bounds(self, counter: Counter, level: str | None) -> Bounds:
        seen = self.fired[self.since :] if counter.per is Per.STAY else self.fired
        near = [each for each in seen if counter.per is not Per.LEVEL or each.level == level]
        least = sum(counter.code in each.counted for each in near)
        most = least + sum(counter.code in each.unsure for each in near)
        return (min(least, 1) if counter.distinct else least), most

    def may_have_fired(self, trigger: str) -> bool:
        return any(self.rules.rows[each.row].trigger == trigger for each in self.fired)

    def may_have_been_in(self, states: frozenset[str]) -> bool:
        return bool(states & self.visited)
