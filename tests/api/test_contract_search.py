"""Search over HTTP: `q` of GET /v1/cases, in Chinese from two characters up, within reach, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import township as t
from tests.api import world
from tests.api.client import Api, office_of, opened, said, settle
from tests.databases import BACKENDS, fresh_store

GISTS = {
    "ditch": "张家湾排水沟堵塞，雨天漫进屋里",
    "road": "Ｓ２１５省道旁两家为排水沟争执",
    "light": "路灯不亮，电话13812341234",
}


@pytest.fixture(scope="module", params=BACKENDS)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Three cases in one village, one in another township."""
    with fresh_store(request.param) as store:
        tokens = settle(store)
        with opened(office_of(store), tokens) as client:
            client.cases = {name: world.reported(client, gist=gist) for name, gist in GISTS.items()}
            client.cases["far"] = world.reported(client, world.OTHER, gist="外镇的排水沟")
            yield client


def names(api: Api, person: str, **query: Any) -> set[str]:
    known = {case: name for name, case in api.cases.items()}
    return {known[item["id"]] for item in api.get(person, "/v1/cases", **query)["items"]}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("水沟", {"ditch", "road"}),
        ("排水沟", {"ditch", "road"}),
        ("水沟 雨天", {"ditch"}),
        ("雨天　水沟", {"ditch"}),
        ("  水沟  ", {"ditch", "road"}),
        ("s215", {"road"}),
        ("S215省道", {"road"}),
        ("ｓ２１５", {"road"}),
        ("灯", {"light"}),
        ("138****1234", {"light"}),
        ("13812341234", set()),
        ("12341234", set()),
        ("1381", set()),
        ("水沟 路灯", set()),
        ("沟水", set()),
        ("没有这回事", set()),
        ("%", set()),
        ("'; DROP TABLE cases; --", set()),
        ("\U0010ffff", set()),
        ("\ud7ff", set()),
        ("水" * 50, set()),
    ],
)
def test_the_words_asked_for_are_found_and_nothing_else(api: Api, q: str, found: set[str]):
    assert names(api, "zuzhang", q=q) == found


def test_only_what_is_in_reach_is_found(api: Api):
    assert names(api, "auditor_county", q="排水沟") == {"ditch", "road", "far"}
    assert names(api, "township_party_office", q="排水沟") == {"ditch", "road"}
    assert names(api, "zuzhang_other", q="排水沟") == {"far"}
    assert names(api, "zuzhang_2", q="排水沟") == names(api, "operator", q="排水沟") == set()


def test_the_number_is_found(api: Api):
    number = api.get("zuzhang", f"/v1/cases/{api.cases['road']}")["number"]
    far = api.get("auditor_county", f"/v1/cases/{api.cases['far']}")["number"]

    assert names(api, "zuzhang", q=number) == {"road"}
    assert names(api, "zuzhang", q=far) == set() or far == number


def test_q_narrows_beside_other_filters_and_pages_by_cursor(api: Api):
    assert names(api, "auditor_county", q="排水沟", unit=t.VILLAGE, level="wuchang") == {"ditch", "road"}
    first = api.get("auditor_county", "/v1/cases", q="排水沟", limit=2)
    second = api.get("auditor_county", "/v1/cases", q="排水沟", limit=2, cursor=first["next"])

    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    shown = {item["id"] for page in (first, second) for item in page["items"]}
    assert shown == {api.cases[name] for name in ("ditch", "road", "far")}


@pytest.mark.parametrize(
    ("q", "problem"),
    [
        ("", "q:bad_shape"),
        ("水" * 51, "q:out_of_bounds"),
        (" ", "q:bad_shape"),
        ("\u3000\u200b\t", "q:bad_shape"),
        ("\x00", "q:bad_shape"),
        ("水\x00沟", "q:bad_shape"),
        (["水沟", "道路"], "q:given_twice"),
    ],
)
def test_a_query_that_asks_nothing_or_too_much_is_refused(api: Api, q: Any, problem: str):
    assert said(api.send("zuzhang", "GET", "/v1/cases", q=q)) == f"422 fields {problem}"
