"""Many acts in one request: POST /v1/transitions, an outcome for each item, or all and nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from engine.store.tables import idempotency, refusals
from tests.api import world
from tests.api.client import Api, office_of, opened, said, settle
from tests.api.permission_lines import standing
from tests.databases import BACKENDS, fresh_store

NOTE = {"text": "看到了"}


@pytest.fixture(scope="module", params=BACKENDS)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with fresh_store(request.param) as store:
        tokens = settle(store)
        with opened(office_of(store), tokens) as client:
            yield client


def item(case: str, trigger: str = "note", version: Any = 1, **more: Any) -> dict[str, Any]:
    return {"case": case, "version": version, "trigger": trigger, "data": NOTE if trigger == "note" else {}} | more


def sent(api: Api, person: str, *items: Any, key: str | None = None, **query: Any) -> httpx.Response:
    return api.send(person, "POST", "/v1/transitions", {"items": list(items)}, key=key, **query)


def told(answer: httpx.Response) -> list[str]:
    """`status code` of each item."""
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert all((each["version"] is None) == (each["problem"] is not None) for each in items)
    return [f"{each['status']} {each['problem']['code']}" if each["problem"] else "200" for each in items]


def recorded(api: Api) -> dict[str, tuple[str, str, str]]:
    """Id -> (case, trigger, code) of every refused act."""
    with api.office.store.read() as tx:
        return {row.id: (row.case_id, row.trigger, row.code) for row in tx.execute(refusals.select())}


def newly(api: Api, before: dict[str, tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """What was recorded since, sorted."""
    return sorted(each for ident, each in recorded(api).items() if ident not in before)


# --- each for itself --------------------------------------------------------------------------------------------------


def test_every_item_has_its_own_outcome_in_order(api: Api):
    good, stale, far = world.reported(api), world.reported(api), world.reported(api, world.OTHER)
    never = f"{good.rpartition('-')[0]}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"
    before = recorded(api)

    answer = sent(api, "zuzhang", item(good), item(stale, version=7), item(far), item(never), item(good, "void", 2),
                  item(good, "accept", 2))  # fmt: skip

    assert told(answer) == ["200", "412 stale_version", "404 case_not_found", "404 case_not_found", "403 role", "200"]
    first, *_, last = answer.json()["items"]
    assert first == {"case": good, "status": 200, "version": 2, "state": "reported", "problem": None}
    assert last == {"case": good, "status": 200, "version": 3, "state": "wuchang_handling", "problem": None}
    assert (api.version(good), api.version(stale), api.version(far)) == (3, 1, 1)
    assert newly(api, before) == sorted([(far, "note", "case_not_found"), (good, "void", "role")])


def test_an_item_is_refused_in_the_words_of_the_single_act(api: Api):
    case = world.reported(api)
    single = api.send("linzhang", "POST", f"/v1/cases/{case}/transitions", {"trigger": "accept"}, version=1,
                      language="en")  # fmt: skip

    answer = api.send("linzhang", "POST", "/v1/transitions", [item(case, "accept")], language="en")

    assert answer.json()["items"][0]["problem"] == single.json()
    assert single.json()["refused_by"]["ref"] == "T02"


def test_fields_are_named_per_item(api: Api):
    case = world.reported(api)

    answer = sent(api, "zuzhang", item(case, data={"nonsense": 1}), item(case, "nonsense"))

    assert told(answer) == ["422 fields", "422 fields"]
    problem = answer.json()["items"][0]["problem"]
    assert {(each["field"], each["code"]) for each in problem["errors"]} == {("text", "missing"), ("nonsense",
                                                                              "unknown_field")}  # fmt: skip


def test_what_belongs_to_a_single_act_belongs_to_an_item(api: Api):
    case = world.reported(api)
    more = {"note": "电话里说的", "occurred_at": "2026-03-06T08:30:00+08:00", "client_at": "2026-03-06T08:31:00+08:00",
            "on_behalf_of": {"name": "张小明"}}  # fmt: skip

    assert told(sent(api, "zuzhang", item(case, **more))) == ["200"]

    row = api.get("zuzhang", f"/v1/cases/{case}/history")["items"][-1]
    assert (row["note"], row["occurred_at"], row["client_at"]) == tuple(list(more.values())[:3])
    assert row["on_behalf_of"] == {"name": "张小明"}


def test_cases_of_several_homes_go_together(api: Api):
    here, there = world.reported(api), world.reported(api, world.OTHER)

    assert told(sent(api, "auditor_county", item(here), item(there))) == ["403 role", "403 role"]
    assert told(sent(api, "zuzhang_other", item(here), item(there))) == ["404 case_not_found", "200"]


# --- all or nothing ---------------------------------------------------------------------------------------------------


def test_atomic_does_all_where_nothing_is_refused(api: Api):
    cases = [world.reported(api) for _ in range(3)]

    assert told(sent(api, "zuzhang", *map(item, cases), atomic="true")) == ["200"] * 3
    assert [api.version(case) for case in cases] == [2, 2, 2]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"trigger": "void", "data": {}}, "role"),
        ({"version": 9}, "stale_version"),
        ({"data": {}}, "fields"),
        ({"trigger": "strike_off", "data": {}}, "state"),
    ],
)
def test_atomic_does_nothing_and_is_409_with_the_first_refusal(api: Api, wrong: dict[str, Any], code: str):
    first, second, third = (world.reported(api) for _ in range(3))
    before, records = standing(api), recorded(api)

    answer = sent(api, "zuzhang", item(first), item(second) | wrong, item(third, version=5), atomic="true")

    assert answer.status_code == answer.json()["status"] == 409
    assert (answer.json()["code"], answer.json()["at"]) == (code, "items[1]")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert standing(api) == before
    assert newly(api, records) == [(second, wrong.get("trigger", "note"), code)] * (code != "stale_version")


def test_atomic_tells_of_a_case_out_of_reach_what_it_tells_of_none(api: Api):
    far = world.reported(api, world.OTHER)
    none = f"{far.rpartition('-')[0]}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"

    answers = [sent(api, "zuzhang", item(case), atomic="true") for case in (far, none)]

    assert answers[0].json() == answers[1].json()
    assert said(answers[0]) == "409 case_not_found"


# --- again under the same key -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("atomic", ["false", "true"])
def test_a_replay_is_answered_as_the_first_time_and_does_nothing(api: Api, atomic: str):
    items = [item(world.reported(api)) for _ in range(2)] + [item(world.reported(api), "accept")]
    first = sent(api, "zuzhang", *items, key=f"twice-{atomic}", atomic=atomic)
    api.done("zuzhang", items[0]["case"], "accept")
    before = standing(api)

    again = sent(api, "zuzhang", *items, key=f"twice-{atomic}", atomic=atomic)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert standing(api) == before


def test_a_replay_tries_again_only_what_was_refused(api: Api):
    done, waits = world.reported(api), world.reported(api)
    items = (item(done), item(waits, version=2))
    assert told(sent(api, "zuzhang", *items, key="half")) == ["200", "412 stale_version"]
    api.done("zuzhang", waits, "note", **NOTE)

    assert told(sent(api, "zuzhang", *items, key="half")) == ["200", "200"]
    assert (api.version(done), api.version(waits)) == (2, 3)


@pytest.mark.parametrize("atomic", ["false", "true"])
def test_the_key_with_another_body_is_refused_and_nothing_is_done(api: Api, atomic: str):
    one, other = world.reported(api), world.reported(api)
    assert told(sent(api, "zuzhang", item(one), key=f"reused-{atomic}", atomic=atomic)) == ["200"]
    before, records = standing(api), recorded(api)

    answer = sent(api, "zuzhang", item(one, version=2), item(other), key=f"reused-{atomic}", atomic=atomic)

    assert said(answer) == "422 key_reused"
    assert standing(api) == before
    assert newly(api, records) == [(one, "note", "key_reused")]


def test_a_key_belongs_to_its_token_and_may_be_long(api: Api):
    case = world.reported(api)

    assert told(sent(api, "zuzhang", item(case), key="k" * 200)) == ["200"]
    assert told(sent(api, "pianzhang", item(case, version=2), key="k" * 200)) == ["200"]


def test_of_a_key_nothing_but_what_was_done_is_kept(api: Api):
    case = world.reported(api)
    sent(api, "zuzhang", item(case), item(case, version=9), key="kept")

    with api.office.store.read() as tx:
        rows = tx.execute(idempotency.select().where(idempotency.c.case_id == case)).all()
    assert [(row.seq, len(row.key)) for row in rows] == [(2, 64)]


# --- the form of the request ------------------------------------------------------------------------------------------


def test_five_hundred_items_pass(api: Api):
    case = world.reported(api)

    answer = sent(api, "zuzhang", *(item(case, version=version) for version in range(1, 501)))

    assert told(answer) == ["200"] * 500
    assert api.version(case) == 501


ANY = "430482109-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"items": []}, "items:out_of_bounds"),
        ({"items": [item(ANY)] * 501}, "items:out_of_bounds"),
        ([], "items:out_of_bounds"),
        ({}, "items:missing"),
        ({"items": [item(ANY)], "atomic": True}, "atomic:unknown_key"),
        ([item(ANY), item("c1")], "items.1.case:bad_pattern"),
        ([item(ANY, version="1")], "items.0.version:bad_shape"),
        ([item(ANY, version=True)], "items.0.version:bad_shape"),
        ([item(ANY, version=0)], "items.0.version:out_of_bounds"),
        ([{"case": ANY, "trigger": "note"}], "items.0.version:missing"),
        ([item(ANY, colour="red")], "items.0.colour:unknown_key"),
        ([item(ANY, occurred_at="2026-03-06T08:30:00")], "items.0.occurred_at:time_without_offset"),
    ],
)
def test_a_body_of_another_form_is_refused_whole(api: Api, body: Any, problem: str):
    assert said(api.send("zuzhang", "POST", "/v1/transitions", body)) == f"422 fields {problem}"


def test_who_has_no_token_hears_that_first(api: Api):
    assert said(api.send(None, "POST", "/v1/transitions", [])) == "401 unauthorized"


def test_the_operator_reaches_no_case(api: Api):
    assert told(sent(api, "operator", item(world.reported(api)))) == ["404 case_not_found"]
