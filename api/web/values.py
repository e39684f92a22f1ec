"""Values of fields as pages say them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from api import present
from api.personal_texts import ERASED_WORDS
from engine.cases.views import CaseView, EventView
from engine.definition.model import START, FieldType, Role, Slot

#: What a page shows at its head, so not once more among the facts.
_AT_THE_HEAD = ("gist", "category", "urgency")


def facts(view: CaseView, english: bool) -> Iterator[dict[str, Any]]:
    """What the matter is: the values of fields that are given when a case is opened. What came later stands in the
    timeline."""
    workflow = view.workflow
    opening = {name for row in workflow.rows if row.sources == (START,) for name in (*row.needs, *row.takes)}
    yield from _told(view, [name for name in workflow.fields if name in opening and name not in _AT_THE_HEAD], english)


def given_facts(view: EventView, english: bool) -> Iterator[dict[str, Any]]:
    """What one act gave, but for what the file sets by itself and what the head of the page says."""
    fields = view.workflow.fields
    opened = view.event.source == START
    names = [
        name for name in fields if not (opened and (name in _AT_THE_HEAD or fields[name].fills is Slot.RESPONSIBLE))
    ]
    yield from _told(view, names, english)


def _told(view: CaseView | EventView, names: Sequence[str], english: bool) -> Iterator[dict[str, Any]]:
    values, erased = present.data(view.workflow, view.data, view.names, view.sight), _erased(view)
    for name in names:
        field = view.workflow.fields[name]
        said = {"title": present.title(field.title, english), "field": name, "masked": name in view.masked}
        if name in erased:
            yield {**said, "kind": "text", "value": ERASED_WORDS[english]}
        elif values.get(name) not in (None, "", [], False, field.default):
            yield {**said, **shown(view, name, values[name], english)}


def _erased(view: CaseView | EventView) -> tuple[str, ...]:
    """Fields whose text was erased by law."""
    if isinstance(view, CaseView):
        return view.erased
    return view.event.texts if view.erased else ()


def place_and_role(place: str, role: Role | None, words: str, english: bool) -> str:
    """`陈桥村党组织书记`, not 陈桥村村党组织书记; of a station its name alone."""
    if english:
        return f"{words}, {place}" if place else words
    if role is not None and role.by_unit and place:
        return place
    said_twice = next((n for n in range(len(words), 0, -1) if place.endswith(words[:n])), 0)
    return place + words[said_twice:]


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
    """What it is about, in the first text that opened it; a report by voice alone has its category and place."""
    said = next((view.data[name] for name in _saying(view) if str(view.data.get(name) or "").strip()), None)
    if isinstance(said, str):
        return said.strip()
    words = chosen(view, "danger_type", english) or chosen(view, "category", english)
    place = view.names.get(view.state.unit, view.state.unit)
    return f"{words or ('Report' if english else '反映')} · {place}"


def wall_gist(view: CaseView, english: bool) -> str:
    """The same where it hangs on a wall: nothing of a matter that is kept to a few people."""
    if view.hidden.nameless:
        return "A protected matter, not for the projector" if english else "受保护的事项，不上投影"
    return gist_of(view, english)


def _saying(view: CaseView) -> Iterator[str]:
    """`gist`, or where the rules have none the texts that an opening needs."""
    fields = view.workflow.fields
    if "gist" in fields:
        yield "gist"
        return
    for row in view.workflow.rows:
        if row.sources == (START,):
            yield from (name for name in row.needs if fields[name].type is FieldType.TEXT)


def in_charge(slot: dict[str, Any] | None, english: bool) -> str:
    """The people and units of a slot, by name."""
    named = (*slot["people"], *slot["units"]) if slot else ()
    names = [each["name"] or each.get("id") or each.get("code") for each in named]
    return (", " if english else "、").join(names)


_CARDS = {"yellow": "y", "red": "r", "normal": "n"}


def card_of(view: CaseView, english: bool) -> dict[str, str] | None:
    """The supervision card that lies on the case."""
    letter = _CARDS.get(str(view.data.get("card")))
    return {"letter": letter, "title": chosen(view, "card", english) or ""} if letter else None
