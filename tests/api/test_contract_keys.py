"""Idempotency over HTTP: the same key gets the first answer again, as it was, whoever may still read the case."""

from __future__ import annotations

import pytest

from tests import township as t
from tests.api import world
from tests.api.client import REPORT, Api, said

NOTE = {"trigger": "note", "data": {"text": "看到了"}}
OPENING = {"unit": t.NEIGHBOURHOOD, "data": REPORT}


def fired(api: Api, person, case, body=NOTE, **how):
    return api.send(person, "POST", f"/v1/cases/{case}/transitions", body, **how)


def same(first, second) -> bool:
    """The status, the body and what points at the case."""
    told = [
        (answer.status_code, answer.content, answer.headers["etag"], answer.headers.get("location"))
        for answer in (first, second)
    ]
    return told[0] == told[1]


def rows(api: Api, case: str) -> int:
    return len(api.get("auditor_county", f"/v1/cases/{case}/history")["items"])


def test_a_replay_with_the_old_version_gets_the_first_answer_and_does_nothing(api: Api):
    case = world.reported(api)
    first = fired(api, "zuzhang", case, version=1, key="k-replay")

    assert same(first, fired(api, "zuzhang", case, version=1, key="k-replay"))
    assert same(first, fired(api, "zuzhang", case, version=2, key="k-replay"))
    assert same(first, fired(api, "zuzhang", case, version=77, key="k-replay"))
    assert (first.headers["etag"], rows(api, case)) == ('"2"', 2)


def test_the_first_answer_stays_as_it_was_when_the_case_has_moved_on(api: Api):
    case = world.reported(api)
    first = fired(api, "pianzhang", case, version=1, key="k-moved")
    api.done("zuzhang", case, "accept")
    api.done("pianzhang", case, "correct", gist="其实是三家为排水沟争执", reason="写错了")

    again = fired(api, "pianzhang", case, version=1, key="k-moved")

    assert same(first, again)
    assert (again.json()["state"], again.json()["data"]["gist"]) == ("reported", REPORT["gist"])


def test_a_replayed_opening_opens_nothing(api: Api):
    first = api.send("linzhang", "POST", "/v1/cases", OPENING, key="k-open")
    api.done("zuzhang", first.json()["id"], "accept")

    again = api.send("linzhang", "POST", "/v1/cases", OPENING, key="k-open")

    assert same(first, again)
    assert (again.status_code, again.json()["version"]) == (201, 1)
    assert api.send("linzhang", "POST", "/v1/cases", OPENING).json()["id"] != first.json()["id"]


def test_a_replay_is_told_in_the_language_of_who_asks_again(api: Api):
    case = world.reported(api)
    fired(api, "zuzhang", case, version=1, key="k-english")

    again = fired(api, "zuzhang", case, version=1, key="k-english", language="en")

    assert (again.json()["state_title"], again.headers["etag"]) == ("Reported", '"2"')


def test_the_key_of_one_token_means_nothing_under_another(api: Api):
    case = world.reported(api)
    fired(api, "zuzhang", case, version=1, key="k-shared")

    assert said(fired(api, "pianzhang", case, version=1, key="k-shared")) == "412 stale_version"
    assert said(fired(api, "pianzhang", case, version=2, key="k-shared")) == "200"
    assert rows(api, case) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"trigger": "note", "data": {"text": "看到了吗"}},
        {"trigger": "accept"},
        {"trigger": "note", "data": {"text": "看到了"}, "note": "附言"},
        {"trigger": "note", "data": {"text": "看到了"}, "occurred_at": "2026-03-01T00:00:00Z"},
        {"trigger": "note", "data": {"text": "看到了"}, "on_behalf_of": "lishen"},
    ],
)
def test_the_same_key_with_another_body_is_refused(api: Api, body):
    case = world.reported(api)
    key = f"k-{case}"
    fired(api, "zuzhang", case, version=1, key=key)

    assert said(fired(api, "zuzhang", case, body, version=2, key=key)) == "422 key_reused"
    assert rows(api, case) == 2


def test_the_same_key_for_another_case_or_an_opening_is_refused(api: Api):
    one, other = world.reported(api), world.reported(api)
    fired(api, "zuzhang", one, version=1, key="k-one")

    assert said(fired(api, "zuzhang", other, version=1, key="k-one")) == "422 key_reused"
    assert said(api.send("zuzhang", "POST", "/v1/cases", OPENING, key="k-one")) == "422 key_reused"


def test_the_same_body_written_otherwise_is_the_same_body(api: Api):
    case = world.reported(api)
    first = fired(api, "zuzhang", case, version=1, key="k-spaced")
    spaced = b'{ "data" : {"text": "\\u770b\\u5230\\u4e86"},\n "note": null, "trigger":"note" }'

    assert same(first, fired(api, "zuzhang", case, None, raw=spaced, version=1, key="k-spaced"))


def test_only_what_was_done_is_kept(api: Api):
    case = world.reported(api)
    up = {"trigger": "refer_to_village", "data": {"reason_code": "no_funds", "reason": "缺资金"}}

    assert said(fired(api, "zuzhang", case, up, version=1, key="k-refused")) == "409 counter:measures_here"
    assert said(fired(api, "zuzhang", case, {"trigger": "note"}, version=1, key="k-refused")).startswith("422 fields")
    assert said(fired(api, "zuzhang", case, version=9, key="k-refused")) == "412 stale_version"
    assert said(fired(api, "zuzhang", case, version=1, key="k-refused")) == "200"


def test_a_replay_still_needs_a_version_and_a_token(api: Api):
    case = world.reported(api)
    fired(api, "zuzhang", case, version=1, key="k-needs")

    assert said(fired(api, "zuzhang", case, key="k-needs")) == "428 version_required"
    assert said(fired(api, None, case, version=1, key="k-needs")) == "401 unauthorized"


def test_a_replay_is_given_only_as_long_as_one_may_read_the_case(api: Api):
    """The station noted while the case was to be its own; then another station signed for it."""
    case = world.unsigned(api)
    version = api.version(case)
    assert said(fired(api, "township_station", case, version=version, key="k-lost")) == "200"
    api.done("township_leader", case, "bring_back", reason="换一个站所")
    lead = {"lead_unit": f"{t.TOWNSHIP}s2", "case_leader": "leader2", "due": world.DUE}
    api.done("township_secretary", case, "assign_in_township", **lead)
    api.done("station2", case, "sign_for")

    assert said(fired(api, "township_station", case, version=version, key="k-lost")) == "404 case_not_found"


@pytest.mark.parametrize(("key", "answer"), [("k", "200"), ("k" * 200, "200"), ("钥匙 🗝".encode(), "200")])
def test_a_key_has_up_to_two_hundred_characters_of_any_kind(api: Api, key, answer):
    case = world.reported(api)
    headers = {"Authorization": f"Bearer {api.tokens['zuzhang']}", "If-Match": '"1"', "Idempotency-Key": key}
    first, second = (
        api.client.post(f"/v1/cases/{case}/transitions", json=NOTE, headers=headers) for _ in range(2)
    )  # fmt: skip

    assert said(first) == answer
    assert same(first, second)


@pytest.mark.parametrize("key", ["", "k" * 201, "k" * 10_000])
def test_a_key_of_another_length_is_refused(api: Api, key):
    case = world.reported(api)

    assert said(fired(api, "zuzhang", case, version=1, key=key)) == "422 fields Idempotency-Key:out_of_bounds"
    assert said(api.send("linzhang", "POST", "/v1/cases", OPENING, key=key)) == (
        "422 fields Idempotency-Key:out_of_bounds"
    )
    assert api.version(case) == 1


def test_without_a_key_nothing_is_remembered(api: Api):
    case = world.reported(api)
    fired(api, "zuzhang", case, version=1)

    assert said(fired(api, "zuzhang", case, version=1)) == "412 stale_version"
    assert said(fired(api, "zuzhang", case, version=2)) == "200"
