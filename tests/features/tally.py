"""What the run did: which scenarios ran, which stand for later, and which rows of the rules happened in them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Tally:
    """A scenario is (feature file, its title); `rows` is database -> rules file -> lines of its rows."""

    ran: set[tuple[str, str, str]] = field(default_factory=set)
    skipped: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[str, dict[str, set[int]]] = field(default_factory=dict)

    def happened(self, backend: str, lines: dict[str, set[int]]) -> None:
        known = self.rows.setdefault(backend, {})
        for workflow, found in lines.items():
            known.setdefault(workflow, set()).update(found)


TALLY = Tally()
