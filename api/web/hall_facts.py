"""One case as the hall sees it: in big letters, without names or telephones of those who reported it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from api import present
from api.deps import Services
from api.web.dates import Calendar
from api.web.deadlines import working_days
from api.web.values import shown
from api.web.words import N_
from engine.cases.views import CaseView, EventView, see_event
from engine.definition.model import FieldType, Per, Slot, Workflow
from engine.meetings.queries import ItemView
from engine.rules.mask import Sight

Fact = dict[str, Any]
_AT_THE_HEAD = ("gist",)
_MEASURES = 3  # of those recorded, the latest


_DONE, _UP = N_("做过"), N_("上会")


def masked_history(events: Sequence[EventView]) -> list[EventView]:
    """The rows as a hall may see them, whatever the reader himself may."""
    return [see_event(each, Sight.MASKED) for each in events]


def hall_facts(view: CaseView, events: Sequence[EventView], when: Calendar, english: bool) -> list[Fact]:
    """What was reported, what was tried, how it came here and what was said with that; `words` is a text of the
    catalogue where the fact is no field."""
    events = masked_history(events)
    first, came = events[0], _came(view, events)
    found = list(_texts(first, english))
    if tried := _tried(view, events, english):
        found.append({"words": _DONE, "kind": "text", "value": tried})
    return found + (_brought(came, when, english) if came is not None else [])


def _brought(came: EventView, when: Calendar, english: bool) -> list[Fact]:
    """What was said when it was brought here; by whom and when stands behind the first of it."""
    given, said = list(_given(came, english)), _said(came, when, english)
    if not given or given[0]["kind"] != "text":
        return [{"words": _UP, "kind": "text", "value": said}, *given]
    opening, closing = (" (", ")") if english else ("（", "）")
    return [{**given[0], "value": f"{given[0]['value']}{opening}{said}{closing}"}, *given[1:]]


def _texts(first: EventView, english: bool) -> Iterator[Fact]:
    """What the report said beside its gist."""
    for name, value in first.data.items():
        field = first.workflow.fields[name]
        if field.type is FieldType.TEXT and name not in _AT_THE_HEAD and value:
            yield {"title": present.title(field.title, english), **shown(first, name, value, english)}


def _tried(view: CaseView, events: Sequence[EventView], english: bool) -> str:
    """Measures on record, the latest ones: rows that a counter counts by level and that leave the case where it is."""
    counted = _measures(view.workflow)
    texts = [text for each in events if each.event.trigger in counted for text in _words(each)]
    return ("; " if english else "；").join(dict.fromkeys(texts[-_MEASURES:]))


def _measures(workflow: Workflow) -> set[str]:
    of = {trigger for counter in workflow.counters.values() if counter.per is Per.LEVEL for trigger in counter.of}
    return {row.trigger for row in workflow.rows if row.trigger in of and row.stays and not row.extends}


def _words(event: EventView) -> Iterator[str]:
    for name, value in event.data.items():
        if event.workflow.fields[name].type is FieldType.TEXT and isinstance(value, str):
            yield value


def _came(view: CaseView, events: Sequence[EventView]) -> EventView | None:
    """The row that brought the case to where it waits."""
    moves = [each for each in events if each.event.target == view.state.state != each.event.source]
    return moves[-1] if moves else None


def _said(came: EventView, when: Calendar, english: bool) -> str:
    """`片长王建国，12月18日`, of the system the act and the day: cadres are named, those who report are not."""
    told = present.event(came, english)
    actor, post = told["actor"], told["actor"]["post"]
    who = f"{post['title']}{' ' if english else ''}{actor['name'] or ''}" if post else str(told["title"])
    return f"{who}{', ' if english else '，'}{plain_day(when, came.event.recorded_at)}"


def plain_day(when: Calendar, moment: datetime) -> str:
    """`12月18日`: of what is past nobody asks for the weekday, and a projector has little room."""
    return when.day(when.local(moment).date()).split("（")[0]


def _given(event: EventView, english: bool) -> Iterator[Fact]:
    values = present.data(event.workflow, event.data, event.names, event.sight)
    for name, value in values.items():
        field = event.workflow.fields[name]
        if value in (None, "", [], False) or field.fills is Slot.PARTY or field.entry_type in ("file", "flag"):
            continue
        yield {"title": present.title(field.title, english), **shown(event, name, value, english)}


def waited(served: Services, item: ItemView, when: Calendar) -> int:
    """Working days since it came to the gate."""
    days = served.office.rulebook.pinned(*item.case.identity.file).calendar
    return working_days(days, when.local(item.item.arrived_at).date(), when.today)
