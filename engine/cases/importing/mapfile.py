"""Reading a map: strict, every fault with file, line and column, all at once, as with the rules themselves."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cases.importing.mapparts import column, columns, moment_column, read_person, translations
from engine.cases.importing.mapping import FromColumn, FromPerson, ImportMap, Note, PlaceRule
from engine.cases.importing.origins import read_fields
from engine.cases.importing.outcome import MapRefused
from engine.definition.findings import Code
from engine.definition.model import NOWHERE, START, Row
from engine.definition.nodes import Kind, Scalar
from engine.definition.properties import Properties, each, properties
from engine.definition.reading import Place, integer, unknown, word
from engine.definition.report import Report
from engine.definition.source import parse
from engine.definition.words import ROLE, TRIGGER
from engine.rules.machine import Compiled
from engine.rules.rulebook import Rulebook

KEYS = ("source", "workflow", "trigger", "sheet", "header", "key", "by", "unit", "note", "occurred_at", "on_behalf_of",
        "fields")  # fmt: skip
REQUIRED = ("source", "workflow", "by", "unit", "fields")
_SOURCE_LENGTH = 80
_HEADER_LIMIT = 1_000


def read_map(data: bytes, file: str, rulebook: Rulebook) -> ImportMap:
    """The map, held against the rules it names. Raises MapRefused."""
    report = Report(file, warnings=False)
    root = parse(data, report)
    found = _read(Place(root, "", NOWHERE, report), rulebook) if root is not None else None
    if found is None or report.findings:
        raise MapRefused(report.findings)
    return found


def _read(place: Place, rulebook: Rulebook) -> ImportMap | None:
    keys = properties(place, KEYS, REQUIRED)
    compiled = keys.read("workflow", lambda entry: _workflow(entry, rulebook), None)
    row = _row(keys, compiled) if compiled else None
    if compiled is None or row is None:
        return None
    return ImportMap(
        source=keys.read("source", _source, ""),
        workflow=compiled.workflow,
        row=row,
        sheet=keys.read("sheet", _sheet, 1),
        header=keys.read("header", lambda entry: integer(entry, least=1, most=_HEADER_LIMIT), 1),
        key=keys.read("key", columns, ()),
        by=keys.read("by", lambda entry: _role(entry, compiled), ""),
        place=keys.read("unit", _place, PlaceRule()),
        note=keys.read("note", _note, Note()),
        fields=keys.read("fields", lambda entry: read_fields(entry, compiled.workflow, row), {}),
        occurred_at=keys.read("occurred_at", moment_column, None),
        behalf=keys.read("on_behalf_of", _behalf, None),
        report=place.report,
    )


def _workflow(place: Place, rulebook: Rulebook) -> Compiled | None:
    name = word(place)
    found = rulebook.find(name) if name else None
    if name and found is None:
        known = [compiled.workflow.name for compiled in rulebook.all() if rulebook.opens(compiled)]
        unknown(place, "规则", "workflow", name, known)
    return found


def _row(keys: Properties, compiled: Compiled) -> Row | None:
    """The row of the trigger, else the first opening of the rules. What pages people is no row for what is past."""
    openings = compiled.workflow.rows_from(START)
    place = keys["trigger" if "trigger" in keys else "workflow"]
    found = _named(place, openings) if "trigger" in keys else openings[0]
    if found is not None and found.pages:
        zh = f"旧事项不能以「{found.title.zh}」开立，它会立即通知人；仍有危险的，请当场直报"
        en = f"no old case is opened by '{found.title.en}', which pages people; raise what is dangerous now by itself"
        place.fail(Code.S11, zh, en)
    return found


def _named(place: Place, openings: Sequence[Row]) -> Row | None:
    name = word(place)
    found = next((row for row in openings if row.trigger == name), None)
    if name and found is None:
        unknown(place, TRIGGER.zh, TRIGGER.en, name, [row.trigger for row in openings])
    return found


def _source(place: Place) -> str:
    name = word(place).strip()
    if len(name) > _SOURCE_LENGTH:
        zh, en = f"最多 {_SOURCE_LENGTH} 个字", f"at most {_SOURCE_LENGTH} characters"
        place.fail(Code.S11, zh, en)
    return name


def _sheet(place: Place) -> int | str:
    return integer(place, least=1) if place.scalar(Kind.INTEGER) else word(place)


def _role(place: Place, compiled: Compiled) -> str:
    name, roles = word(place), compiled.workflow.roles
    if name and name not in roles:
        unknown(place, ROLE.zh, ROLE.en, name, roles)
    return name


# --- places and notes ------------------------------------------------------------------------------------------------


def _place(place: Place) -> PlaceRule:
    if isinstance(place.node, Scalar):
        return PlaceRule(column=column(place))
    names = ("column", "values", "default", "kind", "under", "spread")
    keys = properties(place, names)
    keys.lacking(
        ("column", "under"), "单位从哪一列来，或在哪个单位之下", "which column names units, or below which unit"
    )
    if "column" not in keys:
        for key in ("values", "default", "kind"):
            keys.misplaced(key, "只与 column 同用", "goes with `column` only")
    return PlaceRule(
        column=keys.read("column", column, None),
        values=keys.read("values", lambda entry: translations(entry, word), {}),
        default=keys.read("default", word, None),
        kind=keys.read("kind", word, None),
        under=keys.read("under", word, None),
        spread=keys.read("spread", lambda entry: tuple(word(one) for one in each(entry)), ()),
        at={name: keys[name] for name in names if name in keys},
    )


def _note(place: Place) -> Note:
    if isinstance(place.node, Scalar):
        return Note(text=word(place))
    keys = properties(place, ("text", "columns"))
    return Note(text=keys.read("text", word, ""), columns=keys.read("columns", columns, ()))


def _behalf(place: Place) -> FromPerson | FromColumn:
    """A column with ids of registered people, or names and telephones."""
    return FromColumn(column=column(place)) if isinstance(place.node, Scalar) else read_person(place)
