"""The simulated clock: the operator moves it, only forward, and only where time is simulated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.people.setup import SetupService
from engine.store.settings import remove_setting, write_setting
from tests import township as t
from tests.api import world
from tests.api.client import OPERATOR, Api, office_of, opened, said, settle
from tests.databases import fresh_store

NOW = "2026-03-06T01:00:00+00:00"


@pytest.fixture
def api() -> Iterator[Api]:
    """A clock of its own for every test."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        with opened(office_of(store), tokens) as client:
            yield client


def moved(api: Api, person: str | None = OPERATOR, **body):
    return api.send(person, "POST", "/v1/clock", body)


def now(api: Api):
    return api.get("zuzhang", "/v1/me")["clock"]


def test_the_operator_moves_it_to_a_time_or_by_a_span(api: Api):
    assert moved(api, to="2026-03-07T09:00:00+08:00").json() == {"now": "2026-03-07T01:00:00+00:00", "simulated": True}
    assert moved(api, advance="3 days").json()["now"] == "2026-03-10T01:00:00+00:00"
    assert moved(api, advance="1 hour").json()["now"] == "2026-03-10T02:00:00+00:00"
    assert moved(api, advance="90 minutes").json()["now"] == "2026-03-10T03:30:00+00:00"
    assert now(api) == {"now": "2026-03-10T03:30:00+00:00", "simulated": True}


@pytest.mark.parametrize("person", ["village_secretary", "township_secretary", "auditor_county", "lishen"])
def test_nobody_else_moves_it(api: Api, person):
    assert said(moved(api, person, advance="1 hour")) == "403 not_operator"
    assert now(api)["now"] == NOW


def test_it_moves_only_forward(api: Api):
    assert said(moved(api, to="2026-03-06T08:59:59+08:00")) == "409 clock_backwards"
    assert said(moved(api, to="2026-03-06T09:00:00+08:00")) == "200"
    assert now(api)["now"] == NOW


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "to:missing"),
        ({"to": "2026-03-07T09:00:00+08:00", "advance": "1 hour"}, "to:missing"),
        ({"to": "2026-03-07T09:00:00"}, "to:time_without_offset"),
        ({"to": "tomorrow"}, "to:bad_shape"),
        ({"to": "2200-01-01T00:00:00Z"}, "to:bad_shape"),
        ({"advance": "3"}, "advance:bad_pattern"),
        ({"advance": "-3 days"}, "advance:bad_pattern"),
        ({"advance": "0 days"}, "advance:bad_pattern"),
        ({"advance": "3 working days"}, "advance:bad_pattern"),
        ({"advance": "99999 days"}, "advance:bad_pattern"),
        ({"advance": 3}, "advance:bad_shape"),
        ({"by": "3 days"}, "by:unknown_key"),
    ],
)
def test_it_is_moved_by_one_of_two_words(api: Api, body, problem):
    assert said(moved(api, **body)) == f"422 fields {problem}"
    assert now(api)["now"] == NOW


def test_it_cannot_be_moved_out_of_the_calendar(api: Api):
    moved(api, to="2199-12-31T00:00:00Z")

    assert said(moved(api, advance="1 day")) == "422 fields to:bad_time"
    assert said(api.send("zuzhang", "GET", "/v1/me")) == "200"


@pytest.mark.parametrize("mark", ["test", "production"])
def test_a_database_of_real_time_keeps_it(api: Api, mark):
    with api.office.store.begin() as tx:
        remove_setting(tx, "clock")
        write_setting(tx, "mark", mark)

    assert said(moved(api, advance="1 hour")) == "409 clock_is_real"
    assert said(moved(api, to="2199-01-01T00:00:00Z")) == "409 clock_is_real"
    assert now(api)["simulated"] is False
    assert SetupService(api.office.store).clock()[1] is False


def test_posts_count_on_the_day_of_the_clock_and_tokens_by_real_time(api: Api):
    """Every post of the tests began on 1 January 2025 and has no end."""
    moved(api, to="2199-12-30T00:00:00Z")
    case = api.open(heard_on="2199-12-29")

    assert said(api.fire("zuzhang", case, "accept")) == "200"
    assert [post["role"] for post in api.get("zuzhang", "/v1/me")["posts"]] == ["zuzhang"]


def test_a_condition_on_time_follows_the_clock(api: Api):
    early, late = world.reported(api), world.reported(api)
    moved(api, advance="24 hours")
    assert said(api.fire("linzhang", early, "void", reason="重复录入")) == "200"
    moved(api, advance="1 minute")

    answer = api.fire("linzhang", late, "void", reason="重复录入")

    assert said(answer) == "409 since:opened"
    assert answer.json()["detail"] == "距「开立」不超过 24 小时"


def test_who_i_am_is_told_with_the_time(api: Api):
    me = api.get(OPERATOR, "/v1/me")

    assert me == {
        "login": OPERATOR, "person": None, "name": None, "operator": True, "offices": ["system"],
        "scope": "act", "posts": [], "clock": {"now": NOW, "simulated": True}, "warnings": [],
    }  # fmt: skip
    mine = api.get("party_group_leader", "/v1/me")
    (post,) = mine["posts"]
    assert (mine["person"], mine["name"], mine["operator"]) == ("party_group_leader", "陈大明", False)
    assert post["place"] == {"code": f"{t.VILLAGE}p01", "name": "第一屋场党小组", "kind": "party_group"}
