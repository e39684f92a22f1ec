"""Lists: what narrows them, how they are paged, and what no cursor or filter of ours can be."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import township as t
from tests.api import world
from tests.api.client import Api, office_of, opened, said, settle
from tests.databases import fresh_store

FILLED = ["/v1/cases", "/v1/history", "/v1/refusals", "/v1/meetings", "/v1/units", "/v1/people"]
LISTS = [*FILLED, "/v1/inbox"]  # nobody is told anything here; test_contract_messages fills it


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Six cases, one an hour from 09:00 on, each left in another state; two meetings; one refused act."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        with opened(office_of(store), tokens) as client:
            client.cases = made(client)
            yield client


def made(api: Api) -> dict[str, str]:
    found = {"reported": world.reported(api)}
    ways = {
        "sibling": lambda: world.accepted(api, world.SIBLING, category="hazard"),
        "village": lambda: world.village_handling(api),
        "unsigned": lambda: world.unsigned(api),
        "verifying": lambda: world.verifying(api, category="infra"),
        "other": lambda: world.reported(api, world.OTHER, urgency="critical"),
    }
    for hour, (name, way) in enumerate(ways.items(), start=10):
        api.moved_clock(f"2026-03-06T{hour}:00:00+08:00")
        found[name] = way()
    assert said(api.fire("linzhang", found["reported"], "accept")) == "403 role"
    world.planned(api)
    world.planned(api, world.SIBLING)
    return found


def names(api: Api, person: str, **query: Any) -> list[str]:
    """The prepared cases of a list, by their names, in its order."""
    known = {case: name for name, case in api.cases.items()}
    return [known[item["id"]] for item in api.get(person, "/v1/cases", **query)["items"]]


# --- cases -----------------------------------------------------------------------------------------------------------


def test_cases_come_with_the_newest_opened_first(api: Api):
    assert names(api, "auditor_county") == ["other", "verifying", "unsigned", "village", "sibling", "reported"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"unit": t.VILLAGE}, ["verifying", "unsigned", "village", "reported"]),
        ({"unit": t.WUCHANG}, ["verifying", "unsigned", "village", "reported"]),
        ({"unit": t.SECOND}, []),
        ({"unit": t.TOWNSHIP}, ["verifying", "unsigned", "village", "sibling", "reported"]),
        ({"unit": t.COUNTY}, ["other", "verifying", "unsigned", "village", "sibling", "reported"]),
        ({"unit": "nowhere"}, []),
        ({"state": "reported"}, ["other", "reported"]),
        ({"state": ["reported", "verifying"]}, ["other", "verifying", "reported"]),
        ({"state": "nonsense"}, []),
        ({"level": "wuchang"}, ["other", "verifying", "sibling", "reported"]),
        ({"level": "village"}, ["village"]),
        ({"level": "township"}, ["unsigned"]),
        ({"category": "hazard"}, ["sibling"]),
        ({"urgency": "urgent"}, ["unsigned", "village"]),
        ({"urgency": "critical"}, ["other"]),
        ({"workflow": "issue-escalation", "category": "infra"}, ["verifying"]),
        ({"workflow": "register"}, []),
        ({"responsible": "council_member"}, ["village"]),
        ({"responsible": t.STATION}, ["unsigned"]),
        ({"responsible": "leader2"}, ["unsigned"]),
        ({"responsible": "zuzhang_2"}, ["sibling"]),
        ({"opened_from": "2026-03-06T12:00:00+08:00"}, ["other", "verifying", "unsigned"]),
        ({"opened_to": "2026-03-06T11:00:00+08:00"}, ["sibling", "reported"]),
        ({"opened_from": "2026-03-06T03:00:00Z", "opened_to": "2026-03-06T04:00:00Z"}, ["village"]),
        ({"unit": t.VILLAGE, "level": "wuchang", "category": "dispute"}, ["reported"]),
        ({"level": "county"}, []),
    ],
)
def test_every_filter_of_cases_narrows_the_list(api: Api, query, found):
    assert names(api, "auditor_county", **query) == found


@pytest.mark.parametrize(
    ("person", "found"),
    [
        ("linzhang", ["reported"]),
        ("party_group_leader", ["unsigned", "village", "reported"]),
        ("council_member", ["verifying", "village"]),
        ("village_clerk", ["verifying", "village", "reported"]),
        ("village_secretary", ["verifying", "village", "reported"]),
        ("township_station", ["unsigned"]),
        ("leader2", ["unsigned", "reported"]),
        ("township_secretary", []),
        ("zuzhang_2", ["sibling"]),
        ("auditor_township", []),
        ("lishen", []),
        ("operator", []),
    ],
)
def test_mine_is_what_waits_for_me(api: Api, person, found):
    """I am responsible (the Party group leader still is until somebody signs) or successor, or one of my posts may fire
    a row that leaves the state (a leader's may decline what was just reported)."""
    assert names(api, person, mine="true") == found


def test_not_mine_is_everything(api: Api):
    assert names(api, "linzhang", mine="false") == names(api, "linzhang")


@pytest.mark.parametrize(
    ("person", "found"),
    [
        ("linzhang", []),
        ("zuzhang", ["reported"]),
        ("party_group_leader", ["unsigned", "reported"]),
        ("council_member", ["verifying", "village"]),
        ("village_clerk", ["reported"]),
        ("village_secretary", ["verifying"]),
        ("township_party_office", ["verifying"]),
        ("township_station", ["unsigned"]),
        ("leader2", ["unsigned"]),
        ("township_leader", []),
        ("zuzhang_2", ["sibling"]),
        ("auditor_township", []),
        ("lishen", []),
        ("operator", []),
    ],
)
def test_waiting_is_what_is_mine_to_do_next(api: Api, person, found):
    """I am responsible or to sign, or an ordinary row of mine leaves the state. Nobody but the meeting moves on what is
    queued, what is handled waits for who handles it, and what the clerk handled he may not verify."""
    assert names(api, person, waiting="true") == found
    assert names(api, person, waiting="false") == names(api, person)


def test_reported_is_what_i_opened(api: Api):
    assert names(api, "linzhang", reported="true") == ["verifying", "unsigned", "village", "reported"]
    assert names(api, "pianzhang", reported="true") == []
    assert names(api, "pianzhang", reported="false") == names(api, "pianzhang")


def test_without_deadlines_the_order_by_deadline_is_by_id(api: Api):
    found = names(api, "auditor_county", order="due")

    assert found == sorted(names(api, "auditor_county"), key=lambda name: api.cases[name])
    assert names(api, "auditor_county", order="opened") == names(api, "auditor_county") != found
    assert names(api, "auditor_county", due_until="2026-12-31T00:00:00Z") == []


def test_a_cursor_of_the_other_order_is_refused_like_a_broken_one(api: Api):
    bad = "422 fields cursor:bad_cursor"
    opened_first = api.get("auditor_county", "/v1/cases", limit="2")["next"]
    due_first = api.get("auditor_county", "/v1/cases", limit="2", order="due")["next"]

    assert said(api.send("auditor_county", "GET", "/v1/cases", order="due", cursor=opened_first)) == bad
    assert said(api.send("auditor_county", "GET", "/v1/cases", cursor=due_first)) == bad
    rest = api.get("auditor_county", "/v1/cases", order="due", cursor=due_first, limit="200")["items"]
    assert [each["id"] for each in rest] == sorted(api.cases.values())[2:]


@pytest.mark.parametrize(
    "parts",
    [["due", "soon", "x"], ["due", "2026-03-06T01:00:00", "x"], ["due", "", 5], ["due", "x"], ["", "", "x"],
     ["due", "0001-01-01T00:00:00Z", "x"], ["due", "", "村"], ["due", None, "x"], "due"],
)  # fmt: skip
def test_a_forged_cursor_of_the_order_by_deadline_is_refused(api: Api, parts):
    answer = api.send("auditor_county", "GET", "/v1/cases", order="due", cursor=cursor_of(parts))

    assert said(answer) == "422 fields cursor:bad_cursor"


# --- history ---------------------------------------------------------------------------------------------------------


def steps(api: Api, **query: Any) -> list[tuple[str, str]]:
    known = {case: name for name, case in api.cases.items()}
    rows = api.get("auditor_county", "/v1/history", limit="200", **query)["items"]
    return [(known[row["case"]], row["trigger"]) for row in rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"from_level": "village", "to_level": "township"}, [("unsigned", "refer_to_township")]),
        ({"from_level": "wuchang", "to_level": "village"}, [("unsigned", "refer_to_village"),
                                                            ("village", "refer_to_village")]),
        ({"to_level": "township"}, [("unsigned", "assign_in_township"), ("unsigned", "refer_to_township")]),
        ({"from_level": "township"}, [("unsigned", "assign_in_township")]),
        ({"to_level": "county"}, []),
        ({"trigger": "accept"}, [("verifying", "accept"), ("sibling", "accept")]),
        ({"ref": "T07"}, [("unsigned", "refer_to_village"), ("village", "refer_to_village")]),
        ({"ref": "T07", "unit": t.SIBLING}, []),
        ({"unit": t.SIBLING}, [("sibling", "accept"), ("sibling", "report")]),
        ({"actor": "village_secretary"}, [("unsigned", "refer_to_township"), ("village", "assign_in_village")]),
        ({"actor": "nobody"}, []),
        ({"upward": "true"}, [("unsigned", "refer_to_township"), ("unsigned", "refer_to_village"),
                              ("village", "refer_to_village")]),
        ({"upward": "false", "trigger": "refer_to_village"}, []),
        ({"upward": "true", "by_system": "true"}, []),
        ({"by_system": "false", "ref": "T07"}, [("unsigned", "refer_to_village"), ("village", "refer_to_village")]),
        ({"trigger": "report", "since": "2026-03-06T13:00:00+08:00"}, [("other", "report"), ("verifying", "report")]),
        ({"trigger": "report", "until": "2026-03-06T11:00:00+08:00"}, [("sibling", "report"), ("reported", "report")]),
        ({"meeting": f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"}, []),
    ],
)  # fmt: skip
def test_every_filter_of_the_history_narrows_the_list(api: Api, query, found):
    assert steps(api, **query) == found


def test_the_rows_of_a_meeting_are_those_it_decided(api: Api):
    case = world.village_queued(api, world.OTHER)
    meeting = world.in_session(api, world.OTHER)
    world.decided(api, meeting, case, world.OTHER)
    api.stepped("village_secretary_other", meeting, "close")

    rows = api.get("auditor_county", "/v1/history", meeting=meeting)["items"]

    assert [(row["case"], row["trigger"], row["agenda_no"]) for row in rows] == [(case, "carry_over", 1)]
    api.done("village_secretary_other", case, "decline", **world.DECLINED)
    api.cases["declined"] = case


# --- refusals, meetings, units, people -------------------------------------------------------------------------------


def test_a_refused_act_stands_with_who_where_what_and_when(api: Api):
    (row,) = api.get("linzhang", "/v1/refusals", case=api.cases["reported"])["items"]

    assert (row["person"], row["case"], row["trigger"], row["code"]) == (
        {"id": "linzhang", "name": "刘爹"}, api.cases["reported"], "accept", "role",
    )  # fmt: skip
    assert (row["at"], row["ref"]) == ("2026-03-06T06:00:00+00:00", "T02")
    assert row["post"]
    assert api.get("zuzhang", "/v1/refusals", case=api.cases["reported"])["items"] == []
    assert [
        each["id"] for each in api.get("auditor_township", "/v1/refusals", case=api.cases["reported"])["items"]
    ] == [row["id"]]


def test_meetings_are_narrowed_by_unit_and_status(api: Api):
    def units(**query: Any) -> list[str]:
        return [item["unit"]["code"] for item in api.get("auditor_township", "/v1/meetings", **query)["items"]]

    assert sorted(units()) == [t.VILLAGE, t.SIBLING]
    assert units(unit=t.SIBLING) == [t.SIBLING]
    assert sorted(units(status="planned")) == [t.VILLAGE, t.SIBLING]
    assert units(status="open") == units(status="closed") == units(status="cancelled") == []


def test_units_are_narrowed_by_parent_kind_and_name(api: Api):
    def codes(**query: Any) -> list[str]:
        return [item["code"] for item in api.get("linzhang", "/v1/units", **query)["items"]]

    assert codes(parent=t.VILLAGE) == [t.WUCHANG, t.SECOND]
    assert codes(kind="township") == [t.TOWNSHIP]
    assert codes(q="高桥") == [f"{t.WUCHANG}g2"]
    assert codes(q="一湾场", parent=t.VILLAGE) == [t.WUCHANG]
    assert codes(q="%") == codes(kind="nonsense") == []


def test_people_are_narrowed_by_unit_role_and_name(api: Api):
    def ids(**query: Any) -> list[str]:
        return [item["id"] for item in api.get("linzhang", "/v1/people", **query)["items"]]

    assert ids(unit=t.WUCHANG) == ["council_member", "linzhang", "party_group_leader", "pianzhang", "zuzhang"]
    assert ids(role="township_station") == ["station2", "township_station"]
    assert ids(q="王建国", unit=t.VILLAGE) == ["pianzhang"]
    assert ids(q="_") == []


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILLED)
@pytest.mark.parametrize("limit", ["1", "2", "3"])
def test_pages_joined_are_the_whole_list(api: Api, path, limit):
    whole = api.get("auditor_county", path, limit="200")["items"]
    pages, cursor = [], {}
    while True:
        page = api.get("auditor_county", path, limit=limit, **cursor)
        assert len(page["items"]) <= int(limit)
        pages += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert pages == whole
    assert whole


@pytest.mark.parametrize("path", LISTS)
def test_fifty_come_unless_one_says_otherwise_up_to_two_hundred(api: Api, path):
    assert len(api.get("auditor_county", path)["items"]) <= 50
    for limit in ("0", "-1", "201", "99999999999999999999"):
        assert said(api.send("auditor_county", "GET", path, limit=limit)) == "422 fields limit:out_of_bounds"
    for limit in ("ten", "1.5", "", "５"):
        assert said(api.send("auditor_county", "GET", path, limit=limit)) == "422 fields limit:bad_shape"
    assert said(api.send("auditor_county", "GET", path, limit="200")) == "200"


# --- what no cursor and no filter can be -----------------------------------------------------------------------------


def cursor_of(parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


GOOD = "2026-03-06T01:00:00+00:00"
FORGED = [
    "", "!", "中文游标", "====", "bm90IGpzb24", "e30", base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    *(cursor_of(parts) for parts in (
        None, 5, True, {}, [], [[]], [None], [5], ["x", 5], ["x", "y"], ["x", "y", "z"], [GOOD, 5],
        [GOOD, "x\x00"], [GOOD, "村"], [GOOD, ["x"]], [GOOD, "x", "y"], [GOOD, "x", 2**31], [GOOD, "x", 10**100],
        [GOOD, "x", -1], [GOOD, "x", 1.5], [GOOD, "x", None], [GOOD, "x", 1, 1], ["2026-03-06T01:00:00", "x"],
        ["2026-03-06T01:00:00", "x", 1], ["2026-03-06", "x"], ["0001-01-01T00:00:00+23:59", "x"],
        ["9999-12-31T23:59:59-23:59", "x", 1], [GOOD + "x", "x"], [1741222800, "x"], [1741222800, "x", 1],
        {"a": GOOD, "b": "x"}, ["\x00"], ["\ud800"], ["村"],
    )),
]  # fmt: skip
#: What a list that is sorted by one code could have made.
PLAUSIBLE = [cursor_of(parts) for parts in ("x", ["x"], [GOOD], {"a": 1})]


@pytest.mark.parametrize("path", LISTS)
def test_a_forged_cursor_is_refused(api: Api, path):
    for forged in FORGED if path in ("/v1/units", "/v1/people") else FORGED + PLAUSIBLE:
        answer = api.send("auditor_county", "GET", path, cursor=forged)
        assert said(answer) in ("422 fields cursor:bad_cursor", "422 fields cursor:bad_shape"), forged


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_without_end_is_refused(api: Api, path):
    assert said(api.send("auditor_county", "GET", path, cursor="A" * 401)) == "422 fields cursor:out_of_bounds"


def test_a_cursor_tells_nothing_of_what_one_may_not_see(api: Api):
    """A cursor that points at a case out of reach is only a place in an order."""
    far = cursor_of(["2026-03-06T06:00:00+00:00", api.cases["other"]])

    assert names(api, "linzhang", cursor=far) == names(api, "linzhang")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["colour", "Unit", "overdue_", "limit[]", "cursor2", "x" * 300, "村"])
def test_a_filter_that_does_not_exist_is_refused(api: Api, path, name):
    answer = api.send("auditor_county", "GET", path, **{name: "1"})

    assert said(answer) == f"422 fields {name}:unknown_key"


@pytest.mark.parametrize(
    ("path", "query", "problem"),
    [
        ("/v1/cases", {"mine": "perhaps"}, "mine:bad_shape"),
        ("/v1/cases", {"waiting": "perhaps"}, "waiting:bad_shape"),
        ("/v1/cases", {"reported": "me"}, "reported:bad_shape"),
        ("/v1/cases", {"order": "random"}, "order:bad_shape"),
        ("/v1/cases", {"due_until": "2026-03-06T00:00:00"}, "due_until:time_without_offset"),
        ("/v1/cases", {"due_until": "soon"}, "due_until:bad_shape"),
        ("/v1/cases", {"overdue": "soon"}, "overdue:bad_shape"),
        ("/v1/cases", {"overdue": ""}, "overdue:bad_shape"),
        ("/v1/cases", {"unit": "a b"}, "unit:bad_pattern"),
        ("/v1/cases", {"unit": "\x00"}, "unit:bad_pattern"),
        ("/v1/cases", {"level": "村"}, "level:bad_pattern"),
        ("/v1/cases", {"responsible": "x" * 81}, "responsible:bad_pattern"),
        ("/v1/cases", {"opened_from": "2026-03-06T00:00:00"}, "opened_from:time_without_offset"),
        ("/v1/cases", {"opened_to": "2026-03-06T00:00:00"}, "opened_to:time_without_offset"),
        ("/v1/cases", {"opened_to": "soon"}, "opened_to:bad_shape"),
        ("/v1/cases", {"opened_from": "0001-01-01T00:00:00Z"}, "opened_from:bad_shape"),
        ("/v1/cases", {"state": ["x"] * 51}, "state:out_of_bounds"),
        ("/v1/cases", {"state": ["reported", "X"]}, "state.1:bad_pattern"),
        ("/v1/history", {"since": "2026-03-06T00:00:00"}, "since:time_without_offset"),
        ("/v1/history", {"until": "2026-03-06T00:00:00"}, "until:time_without_offset"),
        ("/v1/history", {"meeting": "m1"}, "meeting:bad_pattern"),
        ("/v1/history", {"upward": "maybe"}, "upward:bad_shape"),
        ("/v1/history", {"ref": "T" * 41}, "ref:out_of_bounds"),
        ("/v1/history", {"ref": "\x00"}, "ref:bad_shape"),
        ("/v1/history", {"from_level": ""}, "from_level:bad_pattern"),
        ("/v1/refusals", {"case": "c1"}, "case:bad_pattern"),
        ("/v1/meetings", {"status": "ended"}, "status:bad_shape"),
        ("/v1/units", {"q": "村" * 61}, "q:out_of_bounds"),
        ("/v1/units", {"q": "\x00"}, "q:bad_shape"),
        ("/v1/people", {"q": "\x00"}, "q:bad_shape"),
        ("/v1/people", {"role": "Clerk"}, "role:bad_pattern"),
    ],
)
def test_a_filter_of_another_form_is_refused_by_its_name(api: Api, path, query, problem):
    assert said(api.send("auditor_county", "GET", path, **query)) == f"422 fields {problem}"


@pytest.mark.parametrize(("path", "name"), [("/v1/cases", "opened_from"), ("/v1/history", "since")])
def test_a_bare_number_is_no_time(api: Api, path, name):
    assert api.send("auditor_county", "GET", path, **{name: "1700000000"}).status_code == 422


@pytest.mark.parametrize(("path", "name"), [("/v1/cases", "unit"), ("/v1/history", "trigger"), ("/v1/units", "kind")])
def test_a_filter_given_twice_is_not_passed_over(api: Api, path, name):
    assert api.send("auditor_county", "GET", path, **{name: ["village", "township"]}).status_code == 422
