"""The parts of which maps are made: columns, forms of dates, people, translations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from engine.cases.importing.mapping import Column, FromColumn, FromPerson
from engine.cases.importing.moments import form, normal
from engine.definition.findings import Code
from engine.definition.nodes import MapNode, Scalar
from engine.definition.properties import each, properties
from engine.definition.reading import Place, word
from engine.definition.words import shown

T = TypeVar("T")


def column(place: Place) -> Column:
    """A header's text or a column's letter."""
    return Column(word(place).strip(), place)


def columns(place: Place) -> tuple[Column, ...]:
    return tuple(column(entry) for entry in each(place))


def moment_column(place: Place) -> FromColumn:
    """A column of dates, by itself or with the forms they are written in."""
    if isinstance(place.node, Scalar):
        return FromColumn(column=column(place))
    keys = properties(place, ("column", "formats"), required=("column",))
    return FromColumn(column=keys.read("column", column, Column("", place)), forms=keys.read("formats", read_forms, ()))


def read_forms(place: Place) -> tuple[re.Pattern[str], ...]:
    found = []
    for entry in each(place):
        text = word(entry)
        try:
            found += [form(text)] if text else []
        except ValueError:
            zh = f"{shown(text)} 中须有 YYYY、MM、DD 各一次，如 DD.MM.YYYY HH:mm"
            entry.fail(Code.S11, zh, f"{shown(text)} needs YYYY, MM and DD once each, as DD.MM.YYYY HH:mm")
    return tuple(found)


def read_person(place: Place) -> FromPerson:
    keys = properties(place, ("name", "phone"), required=("name",))
    return FromPerson(name=keys.read("name", column, Column("", place)), phone=keys.read("phone", column, None))


def translations(place: Place, reader: Callable[[Place], T]) -> Mapping[str, T]:
    """What the sheet writes -> what is meant; compared without regard to width and spaces."""
    if not isinstance(place.node, MapNode):
        place.wrong("从表中写法到值的映射", "a map from what the sheet writes to values")
        return {}
    entries = [(entry.key, place.below(entry.key, entry.node, entry.mark)) for entry in place.node.entries]
    return {normal(text): reader(entry) for text, entry in entries}
