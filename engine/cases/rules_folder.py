"""The rules of an installation, read from its folder and held against what the database has pinned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.definition.calendar import Calendar
from engine.definition.calendar_file import read_calendar
from engine.definition.check import examine
from engine.definition.check_replaces import Former
from engine.definition.findings import Finding
from engine.definition.loader import load_file
from engine.definition.model import Workflow
from engine.rules.rulebook import Rulebook
from engine.store.calendarbook import KeptCalendar, kept_calendars, newest
from engine.store.db import Store
from engine.store.pins import pinned_hashes
from engine.store.settings import read_setting

#: The folder of calendars beside the workflows, so that no workflow can have this key.
CALENDARS = "calendars"


class RulesRefused(Exception):
    """The folder cannot be served: `findings` are errors of its files, `reasons` say what is wrong with the whole (a
    published version changed or gone after its first use, a file in the wrong place, no rules at all)."""

    def __init__(self, findings: tuple[Finding, ...] = (), reasons: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join([*(finding.text("en") for finding in findings), *reasons]))
        self.findings, self.reasons = findings, reasons


def read_folder(folder: Path) -> list[Workflow]:
    """Every `<key>/v<N>.yaml` of the folder. Raises RulesRefused when any has an error or lies in the wrong place."""
    workflows, errors, misplaced = [], [], []
    for path in sorted(path for path in folder.glob("*/v*.yaml") if path.parent.name != CALENDARS):
        name = path.relative_to(folder.parent).as_posix()
        reading = examine(path.read_bytes(), name, beside(path), warnings=False)
        errors += [finding for finding in reading.findings if finding.code.is_error]
        if reading.workflow is not None:
            workflows.append(reading.workflow)
            misplaced += _misplaced(path, reading.workflow)
    if errors or misplaced:
        raise RulesRefused(tuple(errors), tuple(misplaced))
    return workflows


def open_calendars(folder: Path) -> Mapping[str, Calendar]:
    """Every `calendars/<code>.yaml` of the folder by its code; empty where there are none. Raises RulesRefused when any
    has an error or lies in the wrong place."""
    calendars: dict[str, Calendar] = {}
    errors: list[Finding] = []
    misplaced: list[str] = []
    for path in sorted((folder / CALENDARS).glob("*.yaml")):
        name = path.relative_to(folder.parent).as_posix()
        calendar, findings = read_calendar(path.read_bytes(), name)
        errors += [finding for finding in findings if finding.code.is_error]
        if calendar is not None:
            calendars[path.stem] = calendar
            misplaced += _misnamed(name, path.stem, calendar.code)
    if errors or misplaced:
        raise RulesRefused(tuple(errors), tuple(misplaced))
    return calendars


def _misnamed(name: str, stem: str, code: str) -> list[str]:
    return [f"{name}: says it is {code}, so it belongs at {CALENDARS}/{code}.yaml"] * (stem != code)


def beside(file: Path) -> Former:
    """Looks for the version that a file replaces where versions lie: `v<N>.yaml` in the same folder."""

    def find(key: str, version: int) -> Workflow | None:
        former = file.parent / f"v{version}.yaml"
        found = load_file(former).workflow if former.is_file() else None
        return found if found and (found.key, found.version) == (key, version) else None

    return find


def calendar_beside(file: Path, code: str) -> Calendar | None:
    """The calendar that a workflow names, where calendars lie: `../calendars/<code>.yaml`. None where it is not there,
    or cannot be read."""
    found = file.parent.parent / CALENDARS / f"{code}.yaml"
    return read_calendar(found.read_bytes(), found.name).calendar if found.is_file() else None


def _misplaced(path: Path, workflow: Workflow) -> list[str]:
    """The place says which version it is, so that no two files can be the same one."""
    place = f"{workflow.key}/v{workflow.version}.yaml"
    return [f"{workflow.file}: says it is {workflow.name}, so it belongs at {place}"] * (not path.match(place))


def open_rulebook(store: Store, folder: Path) -> Rulebook:
    """The folder's rules for this database. Raises RulesRefused, also where a published version in use was changed or
    is gone, a calendar in use was changed under its version or is older, or there are no rules at all."""
    workflows = read_folder(folder)
    if not workflows:
        raise RulesRefused(reasons=(f"{folder}: no rules here (<key>/v<N>.yaml)",))
    calendars = open_calendars(folder)
    with store.read() as tx:
        mark, pins, kept = read_setting(tx, "mark"), pinned_hashes(tx), kept_calendars(tx)
    reasons = [*_changed(workflows, pins), *_without_calendar(workflows, calendars), *_not_newer(calendars, kept)]
    if reasons:
        raise RulesRefused(reasons=tuple(reasons))
    return Rulebook.of(workflows, calendars, drafts_open=mark in ("demo", "test"))


def _without_calendar(workflows: list[Workflow], calendars: Mapping[str, Calendar]) -> list[str]:
    """Working time and the days of meetings go by a calendar: without one nothing could ever fall due."""
    counting = (each for each in workflows if each.business_hours or any(m.every for m in each.meetings.values()))
    lacking = (each for each in counting if each.calendar not in calendars)
    return [f"{each.file}: its calendar is not here ({CALENDARS}/{each.calendar}.yaml)" for each in lacking]


def _changed(workflows: list[Workflow], pins: Mapping[tuple[str, int], str]) -> list[str]:
    here = {(workflow.key, workflow.version): workflow for workflow in workflows}
    gone = [f"{key}/{version}: cases were opened under it, and its file is gone" for key, version in pins.keys() - here]
    changed = [
        f"{workflow.file}: changed after its first use"
        for name, workflow in here.items()
        if pins.get(name, workflow.sha256) != workflow.sha256
    ]
    return sorted(gone) + changed


def _not_newer(calendars: Mapping[str, Calendar], kept: Sequence[KeptCalendar]) -> list[str]:
    """What a calendar says changes with its version alone, and never goes back: deadlines were counted by it."""
    reasons = []
    for calendar in calendars.values():
        last, place = newest(kept, calendar.code), f"{CALENDARS}/{calendar.code}.yaml"
        if last and calendar.version < last.version:
            reasons.append(f"{place}: version {calendar.version}, and deadlines were counted by version {last.version}")
        elif last and calendar.version == last.version and calendar.sha256 != last.sha256:
            reasons.append(f"{place}: changed, and its version is still {last.version}; make it {last.version + 1}")
    return reasons
