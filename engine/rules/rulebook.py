"""All rules files of one installation, compiled: the highest version of a key opens cases, each case keeps its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.definition.calendar import Calendar
from engine.definition.model import Workflow
from engine.rules.machine import Compiled, compile_workflow


class RulesMissing(LookupError):
    """A case was opened under a version, or a file, that this installation does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """`(key, version)` -> compiled workflow; one is like no other but itself. `drafts_open`: drafts may open cases
    (demo and test databases only)."""

    versions: dict[tuple[str, int], Compiled]
    drafts_open: bool = False

    @staticmethod
    def of(workflows: Iterable[Workflow], calendars: Mapping[str, Calendar] | None = None, *,
           drafts_open: bool = False) -> Rulebook:  # fmt: skip
        """Each workflow with the calendar that it names, where there is one."""
        known = calendars or {}
        compiled = {(w.key, w.version): compile_workflow(w, known.get(w.calendar)) for w in workflows}
        return Rulebook(compiled, drafts_open)

    def find(self, name: str) -> Compiled | None:
        """`key` finds its highest published version, `key/version` that one; None when there is none to open with."""
        key, _, version = name.partition("/")
        if version:
            found = self.versions.get((key, int(version))) if version.isdecimal() and len(version) < 9 else None
            return found if found and self.opens(found) else None
        published = [c for (k, _), c in self.versions.items() if k == key and not c.workflow.draft and self.opens(c)]
        return max(published, key=lambda compiled: compiled.workflow.version, default=None)

    def opens(self, compiled: Compiled) -> bool:
        """Cases may be opened under it: published (or drafts are allowed here), and this release runs all its rules."""
        return (self.drafts_open or not compiled.workflow.draft) and compiled.runs_whole

    def version(self, key: str, version: int) -> Compiled:
        """One version. Raises RulesMissing when its file is gone."""
        found = self.versions.get((key, version))
        if found is None:
            raise RulesMissing(f"{key}/{version}")
        return found

    def pinned(self, key: str, version: int, file_hash: str) -> Compiled:
        """The rules of a case. Raises RulesMissing when its file is gone or is another than it was opened under. Where
        drafts open cases (demo and test databases) a draft may be edited, or published, and its cases go on under the
        file as it is; a published file that changed is refused at start."""
        found = self.version(key, version)
        if found.workflow.sha256 != file_hash and not self.drafts_open:
            raise RulesMissing(f"{key}/{version} {file_hash[:12]}")
        return found

    def all(self) -> list[Compiled]:
        """Every version, by key and number."""
        return [self.versions[each] for each in sorted(self.versions)]
