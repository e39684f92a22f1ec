"""How long a case stood at each level, one stay after the other, as a bar whose length is natural time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.present import title
from api.web.ladder import spans, work_of, working_days
from engine.cases.office import Office
from engine.cases.views import CaseView, EventView

WIDTH = 640
_SIGN = 13  # width of one letter of a label


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """`working` and `natural` days; `x` and `width` are its part of the bar. `label` is empty where it has no room."""

    title: str
    rank: int
    start: datetime
    end: datetime
    working: float
    natural: float
    x: float
    width: float
    label: str


def stays(office: Office, view: CaseView, events: Sequence[EventView], now: datetime, english: bool) -> list[Stay]:
    """From the opening to the end, or to now; in order."""
    found = list(spans(events, view.state.closed_at or now))
    whole = sum((end - start).total_seconds() for _, start, end in found) or 1.0
    work = work_of(office, view.identity.file)
    shown: list[Stay] = []
    x = 0.0
    for level, start, end in found:
        width = (end - start).total_seconds() / whole * WIDTH
        words = title(view.workflow.levels[level].title, english)
        shown.append(
            Stay(
                title=words,
                rank=view.workflow.levels[level].rank,
                start=start,
                end=end,
                working=working_days(work, [(start, end)]),
                natural=round((end - start).total_seconds() / 86_400, 1),
                x=round(x, 1),
                width=round(width, 1),
                label=words if width > len(words) * (_SIGN if not english else _SIGN / 1.6) + 8 else "",
            )
        )
        x += width
    return shown
