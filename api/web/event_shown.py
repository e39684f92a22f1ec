"""A row of the history as a timeline shows it: what was given in words, three times only where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from api import present
from api.web.values import shown
from engine.cases.views import EventView

_SAME = timedelta(minutes=1)


def N_(text: str) -> str:  # noqa: N802 - gettext's name for a text that is translated where it is shown
    return text


_OCCURRED, _CLIENT, _RECORDED = N_("发生"), N_("手机存下"), N_("送达")


def event_shown(view: EventView, english: bool) -> dict[str, Any]:
    """What the API says of the row, with its values as facts in words, and its times where they are worth telling."""
    return {**present.event(view, english), "shown": list(_facts(view, english)), "times": _times(view)}


def _facts(view: EventView, english: bool) -> Iterator[dict[str, Any]]:
    values = present.data(view.workflow, view.data, view.names, view.sight)
    for name, value in values.items():
        if value not in (None, "", [], False):
            yield {
                "title": present.title(view.workflow.fields[name].title, english),
                **shown(view, name, value, english),
            }


def _times(view: EventView) -> list[tuple[str, datetime]]:
    row = view.event
    found = [(_OCCURRED, row.occurred_at), (_CLIENT, row.client_at), (_RECORDED, row.recorded_at)]
    given = [(words, moment) for words, moment in found if moment is not None]
    apart = any(abs(moment - row.recorded_at) > _SAME for _, moment in given)
    return given if apart else []
