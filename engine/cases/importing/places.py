"""Where a row's matter is: units by code or name, and spreading rows over units where a list knows no smaller place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from engine.cases.importing.mapping import PlaceRule
from engine.cases.importing.moments import normal
from engine.cases.importing.outcome import CellFault
from engine.cases.importing.sheet import Cell, as_text
from engine.definition.findings import Code
from engine.definition.reading import unknown
from engine.rules.attempt import Unit
from engine.store.importbook import NamedUnit


class Places:
    """The units that one map may name."""

    def __init__(self, units: Iterable[NamedUnit], rule: PlaceRule) -> None:
        self._rule = rule
        self._all = {each.unit.code: each for each in units}
        below = [each for each in self._all.values() if rule.under is None or each.unit.lies_in(rule.under)]
        self._below = [each.unit for each in below]
        self._codes = {each.unit.code: each.unit for each in below}
        self._names: dict[str, list[Unit]] = {}
        for each in below:
            if rule.kind is None or each.unit.kind == rule.kind:
                self._names.setdefault(normal(each.name), []).append(each.unit)
        self._spread: dict[str, list[Unit]] = {}

    def check(self) -> None:
        """Reports what the map names and the organisation does not have."""
        rule, at = self._rule, self._rule.at
        kinds = sorted({each.unit.kind for each in self._all.values()})
        if rule.under is not None and rule.under not in self._all:
            at["under"].fail(Code.S01, f"没有编号为 '{rule.under}' 的单位", f"there is no unit '{rule.under}'")
        for key, named in (("kind", (rule.kind,)), ("spread", rule.spread)):
            for kind in named:
                if kind is not None and kind not in kinds:
                    unknown(at[key], "单位类型", "kind of unit", kind, kinds)
        for key, meant in (("values", tuple(rule.values.values())), ("default", (rule.default,))):
            for name in meant:
                if name is not None and not self._meant(name):
                    at[key].fail(Code.S01, f"没有单位 '{name}'", f"there is no unit '{name}'")

    def unit(self, cell: Cell, identity: str) -> Unit:
        """Raises CellFault."""
        return self._one_of(self._base(cell), identity)

    def _base(self, cell: Cell) -> Unit:
        rule = self._rule
        if rule.column is None:
            return self._all[rule.under or ""].unit
        written = normal(as_text(cell))
        found = self._meant(rule.values.get(written, written))
        if not found and rule.default is not None:
            found = self._meant(rule.default)
        if len(found) == 1:
            return found[0]
        if not written:
            raise CellFault("missing")
        if found:
            raise CellFault("ambiguous_place", value=written[:40], known=tuple(unit.code for unit in found[:5]))
        raise CellFault("unknown_place", value=written[:40])

    def _meant(self, name: str) -> list[Unit]:
        code = self._codes.get(name)
        return [code] if code else self._names.get(normal(name), [])

    def _one_of(self, base: Unit, identity: str) -> Unit:
        """By the row's identity, so that a second run and another order of rows come to the same unit."""
        if not self._rule.spread:
            return base
        if base.code not in self._spread:
            self._spread[base.code] = [
                unit for unit in self._below if unit.kind in self._rule.spread and unit.lies_in(base.code)
            ]
        units = self._spread[base.code]
        if not units:
            raise CellFault("no_place_below", unit=base.code, known=self._rule.spread)
        return units[int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big") % len(units)]
