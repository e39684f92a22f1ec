"""Who holds which post where, read from the generated register: the driver finds its actors here."""

from __future__ import annotations

import csv
import io
from collections import defaultdict


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


class Holders:
    """Finds the holder of a role on the line of a unit: there, above, or in a body that covers it."""

    def __init__(self, register: dict[str, bytes]) -> None:
        self.parents = {row["code"]: row["parent"] for row in rows(register["units"])}
        self.kinds = {row["code"]: row["kind"] for row in rows(register["units"])}
        self._at: dict[tuple[str, str], list[str]] = defaultdict(list)
        covers = {row["code"]: row["units"].replace(";", " ").split() for row in rows(register["bodies"])}
        for row in rows(register["posts"]):
            for place in [row["unit"]] if row["unit"] else covers[row["body"]]:
                self._at[row["role"], place].append(row["person"])

    def line(self, unit: str) -> list[str]:
        """The unit and all above it, the nearest first."""
        found = []
        while unit:
            found.append(unit)
            unit = self.parents[unit]
        return found

    def of(self, role: str, unit: str, turn: int = 0) -> str:
        """A holder of the role on the line; `turn` picks among several. Raises LookupError where the post is vacant."""
        for place in self.line(unit):
            people = self._at.get((role, place), [])
            if people:
                return people[turn % len(people)]
        raise LookupError(f"nobody is {role} on the line of {unit}")

    def all_at(self, role: str, place: str) -> list[str]:
        return self._at.get((role, place), [])

    def above(self, unit: str, kind: str) -> str:
        return next(code for code in self.line(unit) if self.kinds[code] == kind)

    def units(self, kind: str, under: str) -> list[str]:
        """Units of the kind below another, by code."""
        return sorted(code for code, found in self.kinds.items() if found == kind and under in self.line(code))

    def beside(self, unit: str) -> list[str]:
        """The units of its kind under the same parent, itself too."""
        parent = self.parents[unit]
        return [code for code in self.units(self.kinds[unit], parent) if self.parents[code] == parent]
