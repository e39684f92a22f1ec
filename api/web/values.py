"""Values of fields as pages say them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api import present
from engine.cases.views import CaseView, EventView

#: What a page shows at its head, so not once more among the facts.
_AT_THE_HEAD = ("gist", "category", "urgency")


def facts(view: CaseView, english: bool) -> Iterator[dict[str, Any]]:
    """The values of the case with the titles of their fields."""
    values = present.data(view.workflow, view.data, view.names, view.sight)
    for name, value in values.items():
        default = view.workflow.fields[name].default
        if name not in _AT_THE_HEAD and value not in (None, "", [], False, default):
            words = present.title(view.workflow.fields[name].title, english)
            yield {"title": words, **shown(view, name, value, english)}


def shown(view: CaseView | EventView, name: str, value: Any, english: bool) -> dict[str, Any]:
    """A value as a page says it: `kind` is text, date or files; a choice by its title."""
    field = view.workflow.fields[name]
    several = value if isinstance(value, list) else [value]
    if field.entry_type == "file":
        return {"kind": "files", "value": several}
    if field.entry_type == "date" and isinstance(value, str):
        return {"kind": "date", "value": value}
    separator = ", " if english else "、"
    return {"kind": "text", "value": separator.join(_said(field, each, english) for each in several)}


def _said(field: Any, value: Any, english: bool) -> str:
    if field.entry_type == "choice":
        return present.title(field.choices[value], english) if value in field.choices else str(value)
    if isinstance(value, bool):
        return (("否", "是"), ("no", "yes"))[english][value]
    if isinstance(value, dict):
        return " ".join(str(value[part]) for part in ("name", "phone") if value.get(part)) or str(
            value.get("id") or value.get("code")
        )
    return str(value)


def chosen(view: CaseView, name: str, english: bool) -> str | None:
    """The title of the choice in a field; None where none was made."""
    field = view.workflow.fields.get(name)
    value = view.data.get(name)
    return present.title(field.choices[str(value)], english) if field and value in field.choices else None


def risk_of(view: CaseView, english: bool) -> dict[str, str] | None:
    words = chosen(view, "urgency", english)
    return {"code": str(view.data["urgency"]), "title": words} if words else None


def gist_of(view: CaseView, english: bool) -> str:
    """What it is about; a report by voice alone has its category and place."""
    said = view.data.get("gist")
    if isinstance(said, str) and said.strip():
        return said.strip()
    words = chosen(view, "danger_type", english) or chosen(view, "category", english)
    place = view.names.get(view.state.unit, view.state.unit)
    return f"{words or ('Report' if english else '反映')} · {place}"


def in_charge(slot: dict[str, Any] | None, english: bool) -> str:
    """The people and units of a slot, by name."""
    named = (*slot["people"], *slot["units"]) if slot else ()
    names = [each["name"] or each.get("id") or each.get("code") for each in named]
    return (", " if english else "、").join(names)
