"""The register of sealed cases over HTTP: stubs for those to whom a rule keeps them, for everybody else the same empty
list whether there are any or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import township as t
from tests.twins.township import Twin, Twins, twins

READER = "township_discipline"
FREE = {"items": [], "count": 0, "next": None}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    with twins("sqlite", Path(tmp_path_factory.mktemp("sealed")), lambda twin: twin.open(), signed=False) as found:
        for number, day in enumerate((7, 9, 12)):
            found.both(lambda twin, day=day: twin.moved_clock(f"2026-03-{day:02}T09:00:00+08:00"))
            found.hidden(lambda twin, number=number: sealed(twin, f"村干部的事之{number}，很长"))
        yield found


def sealed(twin: Twin, gist: str) -> None:
    body = {"unit": t.NEIGHBOURHOOD, "trigger": "seal", "data": {"seal_code": "discipline", "gist": gist}}
    assert twin.send("linzhang", "POST", "/v1/cases", body).status_code == 204


def test_the_register_has_number_date_and_state_and_nothing_else(both: Twins):
    told = both.telling.get(READER, "/v1/sealed")

    assert (told["count"], told["next"]) == (3, None)
    assert [each["since"] for each in told["items"]] == ["2026-03-12", "2026-03-09", "2026-03-07"]
    assert {each["title"] for each in told["items"]} == {"已转纪检"}
    assert {*told["items"][0]} == {"id", "number", "state", "title", "since"}
    for each in told["items"]:
        assert both.telling.get(READER, f"/v1/cases/{each['id']}")["number"] == each["number"]


def test_it_counts_a_period_page_by_page(both: Twins):
    period = {"since": "2026-03-08T00:00:00+08:00", "until": "2026-03-12T09:00:00+08:00"}
    assert [each["since"] for each in both.telling.get(READER, "/v1/sealed", **period)["items"]] == ["2026-03-09"]

    first = both.telling.get(READER, "/v1/sealed", limit=2)
    rest = both.telling.get(READER, "/v1/sealed", limit=2, cursor=first["next"])
    assert [len(first["items"]), len(rest["items"]), first["count"], rest["next"]] == [2, 1, 3, None]


def test_for_everybody_else_it_is_empty_whatever_there_is(both: Twins):
    for person in ("linzhang", "township_secretary", "auditor_county", "zhangsan", "audit_admin"):
        assert both.plain.get(person, "/v1/sealed") == both.telling.get(person, "/v1/sealed") == FREE
