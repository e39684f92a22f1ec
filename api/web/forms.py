"""Forms made of a row's fields, and what they bring as the data of a command.

A field `gist` is posted as `d.gist`; a person who is not registered as `d.reporter.name` and `d.reporter.phone`;
uploads that were kept from an earlier try as `k.files`. Values go to the engine as
they were typed: it alone judges them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from api import present
from api.deps import Services
from api.present import title
from api.web.reader import Posted, Reader
from api.web.values import shown
from engine.cases.narrowing import CaseFilter
from engine.cases.views import CaseView
from engine.definition.model import DateRange, Field, FieldType, Row, Slot, Workflow
from engine.rules.refusals import FieldProblem, FieldsRefused, Refusal

_LONG = 200  # characters from which a text gets several lines
_FEW = 6  # choices that are shown at once
_CASE_ID = re.compile(r"[A-Za-z0-9_-]{1,80}-[0-9A-Z]{26}", re.ASCII)
_NUMBER = re.compile(r"\d{4}-\d{4,5}", re.ASCII)
_AT_ONCE = threading.BoundedSemaphore(
    2
)  # forms whose uploads are looked at: each needs its bytes a few times in memory
_WHOLE = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One field as a form shows it. `kind` picks the control; `options` are (group, ((value, words), …)). `now` is what
    the case says at present, where the act may change it."""

    code: str
    title: str
    kind: str
    needed: bool
    options: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    most: int | None = None
    least: int | None = None
    earliest: str = ""
    latest: str = ""
    several: bool = False
    now: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What a form holds: texts by control name, kept uploads by field, and the problems of the last try."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kept: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Sequence[Mapping[str, str]] = ()

    def one(self, name: str) -> str:
        found = self.values.get(name, ())
        return found[0] if found else ""

    def all(self, name: str) -> Sequence[str]:
        return self.values.get(name, ())

    def with_errors(self, errors: Sequence[Mapping[str, str]]) -> Filled:
        return replace(self, errors=errors)


#: Where the options of people and units come from: they depend on the case and the reader.
Options = Callable[[Field], Sequence[tuple[str, Sequence[tuple[str, str]]]]]


def inputs(workflow: Workflow, row: Row, english: bool, today: str, options: Options,
           view: CaseView | None = None) -> list[Input]:  # fmt: skip
    """The controls of a row, what it needs first. `view` is the case it is about."""
    needed = [_input(workflow.fields[name], True, english, today, options) for name in row.needs]
    taken = [_input(workflow.fields[name], False, english, today, options) for name in row.takes]
    return needed + [replace(each, now=_now(view, each.code, english)) for each in taken]


def _now(view: CaseView | None, name: str, english: bool) -> str:
    if view is None or view.data.get(name) in (None, "", []):
        return ""
    values = present.data(view.workflow, {name: view.data[name]}, view.names, view.sight)
    found = shown(view, name, values[name], english)
    return "" if found["kind"] == "files" else str(found["value"])


def _input(found: Field, needed: bool, english: bool, today: str, options: Options) -> Input:
    text = found.entry_type is FieldType.TEXT
    past, future = found.range is DateRange.PAST, found.range is DateRange.FUTURE
    return Input(
        code=found.code,
        title=title(found.title, english),
        kind=kind_of(found, needed),
        needed=needed,
        options=_options(found, english, options),
        most=found.max_length if text and found.type is FieldType.TEXT else None,
        least=found.min_length if text and found.type is FieldType.TEXT and found.min_length > 1 else None,
        latest=today if past else "",
        earliest=today if future else "",
        several=found.type is FieldType.LIST,
    )


def kind_of(found: Field, needed: bool = True) -> str:
    """The control of a field."""
    kind = found.entry_type
    if kind is FieldType.TEXT:
        return "lines" if found.max_length > _LONG else "line"
    if kind is FieldType.CHOICE:
        return "tiles" if len(found.choices) <= _FEW else "select"
    if kind is FieldType.FLAG:
        return "tick" if needed else "yesno"
    if kind is FieldType.PERSON:
        return "stranger" if found.fills is Slot.PARTY else "select"
    plain = {FieldType.UNIT: "select", FieldType.DATE: "date", FieldType.FILE: "file", FieldType.CASE: "case"}
    return plain.get(kind, "number")


def _options(found: Field, english: bool, options: Options) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    if found.entry_type is FieldType.CHOICE:
        return (("", [(code, title(words, english)) for code, words in found.choices.items()]),)
    if found.entry_type in (FieldType.PERSON, FieldType.UNIT) and found.fills is not Slot.PARTY:
        return options(found)
    return ()


# --- what a form brings ----------------------------------------------------------------------------------------------


def read(served: Services, reader: Reader, workflow: Workflow, row: Row, sent: Posted) -> tuple[dict[str, Any], Filled]:
    """The data of a command, and the form as it was filled. Uploads are taken now, so that a form with another mistake
    need not send them again. Raises Refusal where an upload is refused."""
    data: dict[str, Any] = {}
    kept: dict[str, list[str]] = {}
    for name in (*row.needs, *row.takes):
        found = workflow.fields[name]
        value = _value(served, reader, found, name in row.needs, sent, kept)
        if value not in (None, "", []):
            data[name] = value
    return data, replace(typed(sent), kept=kept)


def typed(sent: Posted) -> Filled:
    """The form as it was sent, without its uploads."""
    values: dict[str, list[str]] = {}
    kept: dict[str, list[str]] = {}
    for name, value in sent.texts():
        values.setdefault(name, []).append(value)
        if name.startswith("k."):
            kept.setdefault(name.removeprefix("k."), []).append(value)
    return Filled(values=values, kept=kept)


def _value(served: Services, reader: Reader, found: Field, needed: bool, sent: Posted,
           kept: dict[str, list[str]]) -> Any:  # fmt: skip
    name = f"d.{found.code}"
    match kind_of(found, needed):
        case "stranger":
            return _stranger(sent, name)
        case "tick":
            return sent.get(name) == "1"
        case "yesno":
            return {"1": True, "0": False}.get(sent.get(name))
        case "file":
            kept[found.code] = _uploads(served, reader, found, sent)
            return kept[found.code] if found.type is FieldType.LIST else next(iter(kept[found.code]), None)
        case "case":
            return _case_id(served, reader, sent.get(name).strip())
        case "number":
            given = sent.get(name).strip()
            return int(given) if found.type is FieldType.INTEGER and _WHOLE.fullmatch(given) else given
    return [each for each in sent.all(name) if each.strip()] if found.type is FieldType.LIST else sent.get(name)


def _stranger(sent: Posted, name: str) -> dict[str, str] | None:
    """Somebody who is not registered; nothing where neither name nor telephone is given."""
    given = {part: sent.get(f"{name}.{part}").strip() for part in ("name", "phone")}
    found = {part: value for part, value in given.items() if value}
    return {"name": "", **found} if found else None


def _uploads(served: Services, reader: Reader, found: Field, sent: Posted) -> list[str]:
    """Ids of what was kept before and what came now. Raises Refusal with the field named."""
    ids = sent.all(f"k.{found.code}")
    files = sent.files(f"d.{found.code}")
    if not files:
        return ids
    home = served.files.admit(reader.person)
    try:
        for _ in files:
            served.limits.uploads.take(reader.session.login)
        with _AT_ONCE:
            return ids + [served.files.take(reader.person, home, file.file.read()).id for file in files]
    except Refusal as refusal:
        raise _of_field(refusal, found) from refusal


def _of_field(refusal: Refusal, found: Field) -> Refusal:
    """What is wrong with an upload is wrong with its field."""
    if isinstance(refusal, FieldsRefused):
        problems = tuple(FieldProblem(field=found.code, code=p.code, facts=p.facts) for p in refusal.problems)
        return FieldsRefused(problems, workflow=refusal.workflow)
    return refusal


def _case_id(served: Services, reader: Reader, given: str) -> str:
    """A number as people say it becomes an id; what names no case in reach stays as it is, and is refused."""
    if _CASE_ID.fullmatch(given) or not _NUMBER.fullmatch(given):
        return given
    page = served.case_queries.page(reader.person, CaseFilter(q=given, limit=2))
    ids = [view.identity.id for view in page.cases if view.identity.number == given]
    return ids[0] if len(ids) == 1 else given
