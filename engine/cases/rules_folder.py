"""The rules of an installation, read from its folder and held against what the database has pinned."""

from __future__ import annotations

from pathlib import Path

from engine.definition.check import examine
from engine.definition.findings import Finding
from engine.definition.model import Workflow
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from engine.store.pins import pinned_hash
from engine.store.settings import read_setting


class RulesRefused(Exception):
    """A file of the folder has errors, or a published version was changed after its first use."""

    def __init__(self, findings: tuple[Finding, ...] = (), changed: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join([*(finding.text("en") for finding in findings), *changed]))
        self.findings, self.changed = findings, changed


def read_folder(folder: Path) -> list[Workflow]:
    """Every `<key>/v<N>.yaml` of the folder. Raises RulesRefused when any has an error."""
    workflows, errors = [], []
    for path in sorted(folder.glob("*/v*.yaml")):
        reading = examine(path.read_bytes(), path.relative_to(folder.parent).as_posix())
        errors += [finding for finding in reading.findings if finding.code.is_error]
        if reading.workflow is not None:
            workflows.append(reading.workflow)
    if errors:
        raise RulesRefused(tuple(errors))
    return workflows


def open_rulebook(store: Store, folder: Path) -> Rulebook:
    """The folder's rules for this database. Raises RulesRefused, also where a published file is not the one in use."""
    workflows = read_folder(folder)
    with store.read() as tx:
        mark = read_setting(tx, "mark")
        pins = {workflow.name: pinned_hash(tx, workflow.key, workflow.version) for workflow in workflows}
    changed = [w.file for w in workflows if not w.draft and pins[w.name] not in (None, w.sha256)]
    if changed:
        raise RulesRefused(changed=tuple(f"{file}: changed after its first use" for file in changed))
    return Rulebook.of(workflows, drafts_open=mark in ("demo", "test"))
