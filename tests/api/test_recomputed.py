"""How a new calendar stands in a history for its reader, and on the command line for the operator."""

from __future__ import annotations

import pytest

from api.answers_history import EventPage
from api.present import event
from tests.store.counted import NEXT_YEAR, Counted, calendar


@pytest.fixture
def world(sqlite_store):
    return Counted(sqlite_store)


def test_the_row_tells_the_calendar_and_the_dates_before_and_after_in_local_time(world):
    case = world.begin()
    world.arrives(calendar(2, NEXT_YEAR))
    world.recounting.sweep()

    opened, row = (event(view, english=False) for view in world.queries.history("zuzhang", case))
    assert (opened["recomputed"], row["data"]) == (None, {})
    assert (row["title"], row["actor"]["id"], row["from"], row["to"]) == (
        "日历更新，重算期限", "system", "low", "low",
    )  # fmt: skip
    told = row["recomputed"]
    assert told["due"] == {"before": "2027-01-04T17:30:00+08:00", "after": "2027-01-05T17:30:00+08:00"}
    assert told["total"] == {"before": None, "after": None}
    assert (told["calendar"]["former"], told["calendar"]["version"]) == (1, 2)
    EventPage.model_validate({"items": [opened, row], "next": None})
