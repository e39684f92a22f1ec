"""What the run did: which scenarios ran, which stand for later, and which rows of the rules they are examples of."""

from __future__ import annotations

from dataclasses import dataclass, field

Title = tuple[str, str]  #: of a scenario: its file, relative to `features/`, and its title


@dataclass(frozen=True, kw_only=True)
class Example:
    """A row, by its line in the file of a workflow, that happened, or refused by a field or condition of its own."""

    workflow: str
    line: int
    refused_by: str | None = None


@dataclass
class Tally:
    """Every scenario counts once for each database. Only one that passed is an example of anything."""

    ran: set[tuple[str, str, str]] = field(default_factory=set)
    passed: set[tuple[str, str, str]] = field(default_factory=set)
    skipped: set[Title] = field(default_factory=set)
    examples: dict[tuple[str, str, str], set[Example]] = field(default_factory=dict)

    def found(self, folder: str, backend: str) -> dict[Title, set[Example]]:
        """The examples of the scenarios of one folder (empty: of those outside any) that passed on this database."""
        return {
            (file, title): examples
            for (file, title, ran_on), examples in self.examples.items()
            if (file, title, ran_on) in self.passed and ran_on == backend and file.rpartition("/")[0] == folder
        }


TALLY = Tally()
