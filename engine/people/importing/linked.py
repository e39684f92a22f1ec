"""Rows that list others in one cell (a body its units, a household its members): the list is a table of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.people.importing.plan import Difference, Entry, Values, Writing, delete, fetch, fetch_links, insert, update
from engine.store.db import Tx


@dataclass(frozen=True, slots=True)
class Linked:
    """`table` with its key `code`; `links` joins it (column `owner`) to others (column `member`), listed in the file
    as `column`."""

    table: sa.Table
    links: sa.Table
    owner: str
    member: str
    column: str

    def found(self, tx: Tx, codes: Iterable[str]) -> dict[str, Values]:
        """The register's values, the list among them as a sorted tuple."""
        rows = fetch(tx, self.table.c.code, set(codes))
        lists = fetch_links(tx, self.links.c[self.owner], self.links.c[self.member], rows)
        return {code: {**row, self.column: tuple(sorted(lists.get(code, ())))} for code, row in rows.items()}

    def writings(self, difference: Difference) -> tuple[Writing, ...]:
        own = [column.name for column in self.table.c]
        named = [name for name in own if name != "code"]
        changed = [entry.values for entry, _ in difference.changed]
        return (
            insert(self.table, ({name: entry.values[name] for name in own} for entry in difference.added)),
            update(self.table, ["code"], named, changed),
            delete(self.links, [self.owner, self.member], self._gone(difference)),
            insert(self.links, self._come(difference)),
        )

    def _gone(self, difference: Difference) -> list[Values]:
        return [row for entry, old in difference.changed for row in self._missing(entry.key, old, entry.values)]

    def _come(self, difference: Difference) -> list[Values]:
        nothing: Mapping[str, tuple[str, ...]] = {self.column: ()}
        before: list[tuple[Entry, Values]] = [(entry, nothing) for entry in difference.added] + difference.changed
        return [row for entry, old in before for row in self._missing(entry.key, entry.values, old)]

    def _missing(self, code: str, of: Values, in_: Values) -> list[Values]:
        left = sorted(set(of[self.column]) - set(in_[self.column]))
        return [{self.owner: code, self.member: member} for member in left]
