"""Deadlines over HTTP: shown with the case, explained day by day; what falls due when the clock is moved; what could
not be carried out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from api.answers_clocks import BlockedList
from engine.store.clock import hold
from tests import township as t
from tests.api.client import OPERATOR, Api, office_of, opened, said, settle
from tests.databases import fresh_store
from tests.features.ways import REPORT
from tests.store.tiers import TIERS
from tests.store.world import rules


@pytest.fixture
def api() -> Iterator[Api]:
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        with opened(office_of(store, *t.default_rules(), rules(key="tiers", **TIERS)), tokens) as client:
            yield client


def begun(api: Api, **data: object) -> str:
    body = {"workflow": "tiers", "unit": t.GROUP, "data": data}
    answer = api.send("zuzhang", "POST", "/v1/cases", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def moved(api: Api, moment: str) -> None:
    assert said(api.send(OPERATOR, "POST", "/v1/clock", {"to": f"2026-{moment}+08:00"})) == "200"


def test_a_case_shows_its_deadline_and_where_it_is_explained(api: Api):
    case = api.get("zuzhang", f"/v1/cases/{begun(api)}")

    assert (case["due_at"], case["total_due_at"]) == ("2026-03-13T17:30:00+08:00", None)
    assert case["links"]["clocks"] == f"/v1/cases/{case['id']}/clocks"


def test_a_case_past_its_deadline_is_marked_and_found_by_the_filter(api: Api):
    case, other = begun(api), begun(api, urgency="urgent")
    assert api.get("zuzhang", "/v1/cases", overdue="true")["items"] == []
    with api.office.store.begin() as tx:
        hold(tx, datetime.fromisoformat("2026-03-08T09:00:00+08:00"))  # nobody carries out what falls due

    (found,) = api.get("zuzhang", "/v1/cases", overdue="true")["items"]

    assert (found["id"], found["flags"]) == (other, ["nobody_responsible", "overdue"])
    assert api.get("zuzhang", f"/v1/cases/{other}")["flags"] == found["flags"]
    assert [each["id"] for each in api.get("zuzhang", "/v1/cases", overdue="false")["items"]] == [case]
    assert api.get("zuzhang", f"/v1/cases/{case}")["flags"] == ["nobody_responsible"]


def test_the_earliest_deadline_comes_first_page_by_page_and_what_is_due_by_then_is_found(api: Api):
    late, urgent = begun(api), begun(api, urgency="urgent")
    none = api.send("zuzhang", "POST", "/v1/cases", {"workflow": "issue-escalation", "unit": t.GROUP,
                                                     "data": REPORT}).json()["id"]  # fmt: skip
    first = api.get("zuzhang", "/v1/cases", order="due", limit="2")
    second = api.get("zuzhang", "/v1/cases", order="due", limit="2", cursor=first["next"])

    assert [each["id"] for each in (*first["items"], *second["items"])] == [urgent, late, none]
    assert second["next"] is None
    until = first["items"][0]["due_at"]
    assert [each["id"] for each in api.get("zuzhang", "/v1/cases", due_until=until)["items"]] == [urgent]


def test_each_day_is_told_with_its_reason(api: Api):
    (clock,) = api.get("zuzhang", f"/v1/cases/{begun(api)}/clocks")["clocks"]

    assert {name: clock[name] for name in ("clock", "limit", "unit", "used", "left", "deadline", "running")} == {
        "clock": "handle", "limit": "5 working days", "unit": "working days", "used": "0", "left": "5",
        "deadline": "2026-03-13T17:30:00+08:00", "running": True,
    }  # fmt: skip
    assert [(day["day"][-2:], day["note"], day["counted"]) for day in clock["days"]] == [
        ("06", "start", "0"), ("07", "off", "0"), ("08", "off", "0"), ("09", "counted", "1"), ("10", "counted", "1"),
        ("11", "counted", "1"), ("12", "counted", "1"), ("13", "counted", "1"),
    ]  # fmt: skip
    assert [grant["why"] for grant in clock["granted"]] == ["limit", "start_day"]
    assert clock["steps"][0] == {"at": "100%", "fires": "rise", "falls_due": "2026-03-13T17:30:00+08:00"}


def test_days_read_in_chinese_first(api: Api):
    case = begun(api)
    (chinese,) = api.get("zuzhang", f"/v1/cases/{case}/clocks")["clocks"]
    (english,) = api.get("zuzhang", f"/v1/cases/{case}/clocks", language="en")["clocks"]

    assert (chinese["days"][1]["kind_text"], chinese["days"][1]["note_text"]) == ("周末", "非工作日，不计")
    assert (english["days"][1]["kind_text"], english["days"][1]["note_text"]) == (
        "weekend",
        "no working day, not counted",
    )


def test_clocks_of_a_case_out_of_reach_are_absent(api: Api):
    assert said(api.send("linzhang_2", "GET", f"/v1/cases/{begun(api)}/clocks")) == "404 case_not_found"


def test_moving_the_clock_carries_out_what_falls_due_on_the_way_each_at_its_moment(api: Api):
    case = begun(api)
    moved(api, "04-01T09:00:00")

    history = api.get("zuzhang", f"/v1/cases/{case}/history")["items"]
    assert [(row["trigger"], row["recorded_at"]) for row in history] == [
        ("begin", "2026-03-06T09:00:00+08:00"),
        ("rise", "2026-03-13T17:30:00+08:00"),
        ("rise", "2026-03-27T17:30:00+08:00"),
    ]
    assert [row["actor"]["id"] for row in history][1:] == ["system", "system"]


def test_what_could_not_be_carried_out_is_shown_with_its_reason_to_who_may_read_the_case(api: Api):
    case = begun(api)
    assert api.get("zuzhang", "/v1/blocked") == {"items": []}
    moved(api, "04-27T18:00:00")

    (found,) = api.get("township_secretary", "/v1/blocked")["items"]
    assert (found["kind"], found["case"], found["code"]) == ("timer", case, "field:text")
    assert found["facts"]["due_at"].startswith("2026-04-27")
    assert found["attend_by"].startswith("2026-04-28")
    BlockedList.model_validate({"items": [found]})
    assert found["text"].startswith("「办理时限」已到 100%，应自动「名」而没有办成：请填写「名」。能处理的：")
    assert found["could"] == [
        {"name": "township_secretary", "title": "名", "units": [{"code": t.TOWNSHIP, "name": "洋泉镇"}]}
    ]
    assert found["refused_by"]["line"] == found["facts"]["line"]
    (english,) = api.get("township_secretary", "/v1/blocked", language="en")["items"]
    assert english["text"].endswith("Fill in Name. Who could go on: Name (洋泉镇).")
    assert api.get("village_secretary_2", "/v1/blocked") == {"items": []}


def test_a_limit_that_changed_is_shown_before_and_after(api: Api):
    case = begun(api)
    assert (api.fire("zuzhang", case, "change", urgency="urgent")).status_code == 200

    (clock,) = api.get("zuzhang", f"/v1/cases/{case}/clocks")["clocks"]

    assert (clock["limit"], clock["limit_changes"]) == (
        "24 hours", [{"seq": 2, "before": "5 working days", "after": "24 hours"}],
    )  # fmt: skip
