"""The loader: the bytes of a file become a `Workflow`, or findings that say all that is wrong with it at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from engine.definition import header
from engine.definition.clocks import read_clocks
from engine.definition.counters import read_counters
from engine.definition.declared import declared, report_unused_groups
from engine.definition.decoding import MAX_BYTES
from engine.definition.fields import read_fields
from engine.definition.findings import Code, Finding
from engine.definition.meetings import read_meetings, read_visibility
from engine.definition.model import NOWHERE, Field, FieldType, Workflow
from engine.definition.names import Names
from engine.definition.nodes import MapNode
from engine.definition.properties import Properties, properties
from engine.definition.reading import Place
from engine.definition.report import Report, with_triggers
from engine.definition.rows import read_rows
from engine.definition.source import parse
from engine.definition.states import read_levels, read_roles, read_states

REQUIRED = ("levels", "roles", "fields", "states", "transitions")
SECTIONS = (*REQUIRED, "groups", "counters", "clocks", "meetings", "visibility")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """`workflow` is None exactly when the loader found an error; findings are in the order of their places."""

    workflow: Workflow | None
    findings: tuple[Finding, ...]


def read_workflow(data: bytes, file: str) -> Reading:
    """Reads one file; `file` is the name findings show. Nothing in the bytes can make this raise."""
    reading = read_draft(data, file)
    return reading if not has_error(reading) else replace(reading, workflow=None)


def load_file(path: Path, shown_as: str | None = None) -> Reading:
    """Reads a file of the disk; one that cannot be opened is a finding (S00) too."""
    name = shown_as or str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        zh, en = f"打不开文件（{reason}）", f"the file cannot be opened ({reason})"
        return Reading(
            workflow=None, findings=(Finding(code=Code.S00, file=name, mark=NOWHERE, path="", zh=zh, en=en),)
        )
    return read_workflow(data, name)


def read_draft(data: bytes, file: str) -> Reading:
    """As `read_workflow`, but where the file could be parsed the workflow is there in spite of errors, with stand-ins
    for what could not be read: for the check of what is sound in the rest, never to be run."""
    report = Report(file)
    root = parse(data, report)
    workflow = None
    if root is not None:
        place = Place(root, "", NOWHERE, report)
        if isinstance(root, MapNode):
            workflow = replace(_workflow(place), file=file, sha256=sha256(data).hexdigest(), source=data)
        else:
            place.wrong("写有 workflow、version 等键的映射", "a map with the keys workflow, version and so on")
    findings = tuple(with_triggers(report.findings, workflow)) if workflow else report.findings
    return Reading(workflow=workflow, findings=findings)


def has_error(reading: Reading) -> bool:
    return any(finding.code.is_error for finding in reading.findings)


def _workflow(place: Place) -> Workflow:
    keys = properties(place, (*header.KEYS, *SECTIONS), required=(*header.REQUIRED, *REQUIRED))
    names = declared(keys)
    fields = keys.read("fields", read_fields, {})
    names = replace(names, fields=fields)
    workflow = _assembled(keys, names, {code: field for code, field in fields.items() if field})
    _check_head(keys, workflow, place.report)
    if not place.report.has_error:
        report_unused_groups(keys, names)
    return workflow


def _assembled(keys: Properties, names: Names, fields: dict[str, Field]) -> Workflow:
    head = header.read_header(keys, names)
    states = keys.read("states", lambda place: read_states(place, names), {})
    return Workflow(
        key=head.key,
        version=head.version,
        draft=head.draft,
        title=head.title,
        timezone=head.timezone,
        calendar=head.calendar,
        business_hours=head.business_hours,
        currency=head.currency,
        replaces=head.replaces,
        levels=keys.read("levels", read_levels, {}),
        roles=keys.read("roles", lambda place: read_roles(place, names), {}),
        groups=names.groups,
        fields=fields,
        counters=keys.read("counters", lambda place: read_counters(place, names), {}),
        clocks=keys.read("clocks", lambda place: read_clocks(place, names, states), {}),
        states=states,
        meetings=keys.read("meetings", lambda place: read_meetings(place, names), {}),
        rows=keys.read("transitions", lambda place: read_rows(place, names), ()),
        visibility=keys.read("visibility", lambda place: read_visibility(place, names), ()),
    )


def _check_head(keys: Properties, workflow: Workflow, report: Report) -> None:
    """What the head must say because of the sections."""
    if workflow.clocks:
        keys.lacking(("business_hours",), "有时限（clocks）时必填", "required where there are clocks")
    elif report.counts_business_hours:
        line = report.counts_business_hours[0].line
        zh, en = f"第 {line} 行的时长按工作时间计", f"the duration in line {line} counts by it"
        keys.lacking(("business_hours",), zh, en)
    if any(field.entry_type is FieldType.MONEY for field in workflow.fields.values()):
        keys.lacking(("currency",), "有金额字段时必填", "required where a field is money")
