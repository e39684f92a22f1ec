"""What a form says before it is filled: what the rules will ask of its fields, and what was said a moment ago."""

from __future__ import annotations

from collections.abc import Iterable

from api.present import title
from api.web.forms import Filled
from engine.cases.views import CaseView, EventView
from engine.definition.model import Condition, FieldGiven, FieldType, Row, Value, walk


def hints(row: Row, english: bool) -> list[str]:
    """Sentences of the file about fields that the form calls optional, but a condition may ask for."""
    asked = [each for each in row.when if each.refuse and _asks_for(each, row)]
    return [title(each.refuse, english) for each in asked if each.refuse]


def _asks_for(condition: Condition, row: Row) -> bool:
    return any(isinstance(each, FieldGiven) and each.now and each.field in row.takes for each in walk(condition))


def begun(view: CaseView, row: Row, since: Iterable[EventView], reader: str) -> Filled:
    """The form as it is first shown. Choices that another act gave since the case came here are not asked for twice;
    the same act again says something new. Who signs is most likely the one who reads."""
    fields = view.workflow.fields
    said = {name: value for event in since for name, value in _told(event, row)}
    found = {}
    for name in row.needs:
        if fields[name].type is FieldType.CHOICE and isinstance(said.get(name), str):
            found[f"d.{name}"] = [said[name]]
        elif fields[name].type is FieldType.PERSON and fields[name].fills is None:
            found[f"d.{name}"] = [reader]
    return Filled(values=found)


def _told(event: EventView, row: Row) -> Iterable[tuple[str, Value]]:
    return () if event.event.trigger == row.trigger else event.event.facts.items()
