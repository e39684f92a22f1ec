"""Having masked personal data shown over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from api.answers_personal import RevealedOut, RevealList
from tests import township as t
from tests.api.client import REPORT, Api, said

STRANGER = {"name": "张小明", "phone": "13812341234"}
WHY = {"fields": ["reporter"], "reason": "contact_reporter"}


@pytest.fixture
def case(api: Api) -> str:
    body = {"unit": t.NEIGHBOURHOOD, "data": REPORT | {"reporter": STRANGER, "gist": "张小明家水沟堵了"}}
    return str(api.send("linzhang", "POST", "/v1/cases", body).json()["id"])


def test_a_case_says_what_it_masks_and_an_act_shows_it_once(api: Api, case: str):
    view = api.get("zuzhang", f"/v1/cases/{case}")
    assert (view["masked"], view["data"]["reporter"]["phone"]) == (["reporter"], "138****1234")
    assert api.get("auditor_county", f"/v1/cases/{case}")["masked"] == ["gist", "reporter"]

    answer = api.send("zuzhang", "POST", f"/v1/cases/{case}/reveal", WHY)

    assert answer.status_code == 200
    RevealedOut.model_validate(answer.json())
    assert answer.json()["values"] == {"reporter": STRANGER}
    kept = api.get("village_clerk", f"/v1/cases/{case}/reveals")
    RevealList.model_validate(kept)
    assert [(each["person"]["name"], each["reason_title"], each["fields"]) for each in kept["items"]] == [
        ("高组长", "联系反映人", ["reporter"])
    ]
    assert "13812341234" not in str(kept)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"fields": [], "reason": "visit"}, "422 fields fields:out_of_bounds"),
        ({"fields": ["reporter"], "reason": "supervision_sample"}, "422 fields reason:not_a_ground"),
        ({"fields": ["reporter"], "reason": "other"}, "422 fields words:missing"),
        ({"fields": ["reporter"]}, "422 fields reason:missing"),
        ({"fields": ["content"], "reason": "visit"}, "422 fields content:not_kept"),
        ({"fields": ["reporter"], "reason": "visit", "seq": 0}, "422 fields seq:out_of_bounds"),
        ({"fields": ["reporter"], "reason": "visit", "more": 1}, "422 fields more:unknown_key"),
    ],
)
def test_what_is_asked_for_wrongly_is_named(api: Api, case: str, body: dict[str, Any], wrong: str):
    answer = api.send("zuzhang", "POST", f"/v1/cases/{case}/reveal", body)

    assert said(answer) == wrong
    assert answer.json()["errors"]
    assert "13812341234" not in answer.text
