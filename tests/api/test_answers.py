"""Every answer has the shape that OpenAPI promises."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.answers import CaseOut, CasePage, DenialPage, EventPage, TriggersOut
from api.answers_meetings import MeetingOut, MeetingPage
from api.app import app_of
from engine.people.accounts import AccountService
from tests import township as t

REPORT = {"category": "dispute", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}


@pytest.fixture
def call(sqlite_store):
    t.settle(sqlite_store)
    office, _ = t.open_test_office(sqlite_store)
    client, accounts, tokens = TestClient(app_of(office)), AccountService(sqlite_store), {}

    def send(person, method, path, version=None, **body):
        if person not in tokens:
            accounts.add(person, person, operator=False)
            tokens[person] = accounts.issue_token(person, "test").secret
        headers = {"Authorization": f"Bearer {tokens[person]}"} | ({"If-Match": f'"{version}"'} if version else {})
        answer = client.request(method, path, headers=headers, json=body or None)
        assert answer.status_code < 300, answer.text
        return answer.json()

    return send


def test_the_answers_of_cases_meetings_and_history_have_their_promised_shapes(call):
    opened = call(
        "village_clerk", "POST", "/v1/cases", unit=t.NEIGHBOURHOOD,
        data=REPORT | {"reporter": {"name": "李小明", "phone": "13812341234"}}, on_behalf_of="linzhang",
    )  # fmt: skip
    CaseOut.model_validate(opened)
    case = f"/v1/cases/{opened['id']}"
    refer = {"reason_code": "no_authority", "reason": "屋场无权处理"}
    CaseOut.model_validate(
        call("zuzhang", "POST", f"{case}/transitions", 1, trigger="refer_to_village", data=refer, note="请村里看看")
    )
    TriggersOut.model_validate(call("village_secretary", "GET", f"{case}/triggers"))
    CasePage.model_validate(call("auditor_township", "GET", "/v1/cases"))
    meeting = call("village_secretary", "POST", "/v1/meetings", meeting="village_weekly", unit=t.VILLAGE,
                   at="2026-03-06T15:00:00+08:00")  # fmt: skip
    MeetingOut.model_validate(meeting)
    path = f"/v1/meetings/{meeting['id']}"
    MeetingOut.model_validate(call("village_secretary", "POST", f"{path}/open", 1))
    present = [person["id"] for person in meeting["expected"]]
    MeetingOut.model_validate(call("village_clerk", "POST", f"{path}/attendance", 2, present=present))
    back = {"return_code": "too_early", "reason": "再调一次", "guidance": "请理事会出面"}
    decisions = [{"case": opened["id"], "trigger": "return_to_wuchang", "data": back}]
    MeetingOut.model_validate(call("village_secretary", "POST", f"{path}/decisions", 3, decisions=decisions))
    MeetingOut.model_validate(call("auditor_township", "GET", f"{path}/closing"))
    MeetingOut.model_validate(call("village_secretary", "POST", f"{path}/close", 4))
    MeetingPage.model_validate(call("auditor_county", "GET", "/v1/meetings"))
    EventPage.model_validate(call("auditor_township", "GET", f"{case}/history"))
    EventPage.model_validate(call("auditor_county", "GET", "/v1/history"))
    DenialPage.model_validate(call("auditor_county", "GET", "/v1/refusals"))
