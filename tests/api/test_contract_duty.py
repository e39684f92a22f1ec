"""The duty roster and the calls of an alarm over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from api.answers_messages import CallsOut, MessagePage
from api.answers_organisation import DutyGapsOut, DutyTurnOut, DutyTurnsOut
from engine.messages.delivery import LetterService
from engine.people.setup import SetupService
from engine.store.clock import DatabaseClock
from tests import township as t
from tests.api.client import OPERATOR, Api, opened, said, settle
from tests.databases import fresh_store
from tests.store.alarms import ALARM, local
from tests.store.letters_world import TELLING
from tests.store.world import rules

LEADER = {"role": "township_leader", "unit": t.TOWNSHIP, "person": "township_leader"}


@pytest.fixture
def api() -> Iterator[Api]:
    """At two in the morning."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        SetupService(store).hold_clock(local("03-07 02:00"))
        office, _ = t.open_test_office(store, *t.default_rules(), rules(**{**TELLING, **ALARM}))
        with opened(dataclasses.replace(office, clock=DatabaseClock()), tokens) as client:
            yield client


def turn(since: str, until: str, **changed: str) -> dict[str, str]:
    return {**LEADER, "from": local(since).isoformat(), "until": local(until).isoformat(), **changed}


def enter(api: Api, body: dict[str, str], person: str = "township_secretary") -> Any:
    return api.send(person, "POST", "/v1/duty", body)


def test_a_turn_is_entered_listed_and_called_off(api: Api):
    entered = enter(api, turn("03-07 08:00", "03-08 08:00"))

    assert entered.status_code == 201
    found = DutyTurnOut.model_validate(entered.json())
    assert entered.json()["from"] == "2026-03-07T08:00:00+08:00"
    assert (found.person.name, found.unit.name, found.entered_by) == ("李镇长", "洋泉镇", "township_secretary")
    (listed,) = DutyTurnsOut.model_validate(api.get("village_clerk", "/v1/duty", unit=t.TOWNSHIP)).items
    assert listed.id == found.id

    off = api.send("township_party_office", "POST", f"/v1/duty/{found.id}/call-off")

    assert (off.status_code, DutyTurnOut.model_validate(off.json()).called_off_at) == (200, local("03-07 02:00"))
    assert api.get("village_clerk", "/v1/duty")["items"] == []
    again = api.send("township_party_office", "POST", f"/v1/duty/{found.id}/call-off")
    assert said(again) == "404 turn_not_found"
    assert said(api.send("township_party_office", "POST", "/v1/duty/x/call-off")) == "404 turn_not_found"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (turn("03-07 08:00", "03-07 08:00"), "422 fields until:ends_before_start"),
        (turn("03-07 08:00", "05-07 08:00"), "422 fields until:turn_too_long"),
        (turn("03-06 08:00", "03-07 01:00"), "422 fields until:turn_over"),
        (turn("03-07 08:00", "03-08 08:00", person="village_clerk"), "422 fields person:no_such_post"),
        (turn("03-07 08:00", "03-08 08:00", person="x"), "422 fields person:unknown_person"),
        (turn("03-07 08:00", "03-08 08:00", role="beekeeper"), "422 fields role:unknown_role"),
        (turn("03-07 08:00", "03-08 08:00", unit=t.OTHER_TOWNSHIP), "422 fields unit:unknown_unit"),
        (turn("03-07 08:00", "03-08 08:00") | {"from": "2026-03-07T08:00:00"}, "422 fields from:time_without_offset"),
        ({"role": "township_leader"}, "422 fields unit:missing person:missing from:missing until:missing"),
    ],
)
def test_what_cannot_be_entered_names_its_field(api: Api, body, expected):
    answer = enter(api, body)

    assert said(answer) == expected
    assert all(each["message"] for each in answer.json()["errors"])
    assert api.get("township_secretary", "/v1/duty")["items"] == []


def test_the_same_person_is_not_on_it_twice(api: Api):
    enter(api, turn("03-07 08:00", "03-08 08:00"))

    answer = enter(api, turn("03-07 20:00", "03-08 20:00"))

    assert said(answer) == "422 fields from:overlaps"
    assert answer.json()["errors"][0]["message"] == "这个人在这段时间里已经排了这个班"


def test_who_works_below_the_unit_does_not_keep_its_roster(api: Api):
    answer = enter(api, turn("03-07 08:00", "03-08 08:00"), "village_secretary")

    assert said(answer) == "403 not_over_unit"
    assert answer.json()["detail"] == "值班表须由本单位或上级单位的人员安排"


def test_the_hours_without_anybody_are_listed(api: Api):
    enter(api, turn("03-07 08:00", "03-20 08:00"))

    found = api.get("village_clerk", "/v1/duty/gaps")

    (gap,) = DutyGapsOut.model_validate(found).items
    assert (found["items"][0]["from"], found["items"][0]["until"]) == (
        "2026-03-07T02:00:00+08:00", "2026-03-07T08:00:00+08:00",
    )  # fmt: skip
    assert (gap.role, gap.unit.code) == ("township_leader", t.TOWNSHIP)
    assert api.get("village_clerk", "/v1/duty/gaps", unit=t.VILLAGE)["items"] == []
    assert said(api.send("village_clerk", "GET", "/v1/duty/gaps?week=2")) == "422 fields week:unknown_key"


def test_an_alarm_says_that_it_is_urgent_and_whom_it_called(api: Api):
    body = {"workflow": "small", "unit": t.GROUP, "trigger": "raise_alarm", "data": {}}
    case = api.send("zuzhang", "POST", "/v1/cases", body).json()["id"]
    LetterService(api.office).deliver()
    assert api.send(OPERATOR, "POST", "/v1/clock", {"advance": "15 minutes"}).status_code == 200

    (paged,) = MessagePage.model_validate(api.get("village_secretary", "/v1/inbox")).items
    (reminded,) = MessagePage.model_validate(api.get("village_cadre1", "/v1/inbox")).items
    assert (paged.kind, paged.urgent, reminded.kind, reminded.urgent) == ("page", True, "remind", True)
    assert reminded.text.startswith("【紧急】")
    assert "「应急确认」已用 100%" in reminded.text

    api.done("village_cadre1", case, "acknowledge")
    calls = api.get("zuzhang", f"/v1/cases/{case}/calls")

    CallsOut.model_validate(calls)
    assert calls["items"][0]["person"] == {"id": "village_secretary", "name": "周书记"}
    assert calls["items"][0]["title"] == "特急直报"
    assert [(each["person"]["id"], each["answered_at"]) for each in calls["items"] if each["answered_at"]] == [
        ("village_cadre1", "2026-03-07T02:15:00+08:00")
    ]
    assert {each["share"] for each in calls["items"]} == {None, 100}
