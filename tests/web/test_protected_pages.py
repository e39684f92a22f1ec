"""Matters of minors and of violence: who reads them, no part of a name in any list, on paper or on the wall, and
nothing of them on the projector."""

from __future__ import annotations

import pytest

from tests import township as t
from tests.api.world import UP
from tests.web.world import Web

CHILD, PHONE = {"name": "欧阳小满", "phone": "10012345678"}, "10012345678"
GIST = "欧阳小满身上有伤不敢回家"
KNOWS = ("village_secretary", "township_party_office", "township_duty", "township_leader", "township_secretary")
DOES_NOT = ("village_clerk", "village_cadre2", "zuzhang", "council_member", "stationed_cadre", "petition_clerk",
            "township_discipline", "auditor_township", "auditor_county")  # fmt: skip


@pytest.fixture(scope="module")
def case(web: Web) -> str:
    """At the village's gate; the child is not registered."""
    found = web.open(gist=GIST, content="欧阳小满说的", protected="minor", reporter=CHILD)
    web.done("party_group_leader", found, "refer_to_village", **UP)
    return found


@pytest.fixture(scope="module")
def meeting(web: Web, case: str) -> str:
    found = web.meeting("village_secretary", "village_weekly", t.VILLAGE)
    there = web.stepped("village_secretary", found, "open")["expected"]
    web.stepped("village_secretary", found, "attendance", {"present": [each["id"] for each in there]})
    return found


def test_those_read_it_who_must_know_and_who_reported_it(web: Web, case: str):
    readers = {person: web.send(person, "GET", f"/v1/cases/{case}").status_code for person in (*KNOWS, *DOES_NOT)}

    assert readers == dict.fromkeys(KNOWS, 200) | dict.fromkeys(DOES_NOT, 404)
    assert web.send("linzhang", "GET", f"/v1/cases/{case}").status_code == 200


def test_who_handles_it_reads_the_name_in_the_case_itself(web: Web, case: str):
    assert web.get("village_secretary", f"/v1/cases/{case}")["data"]["reporter"]["name"] == "欧阳小满"


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/history", "/v1/events"])
def test_lists_hold_no_part_of_a_name(web: Web, case: str, path: str):
    told = web.send("village_secretary", "GET", path, limit=200).text

    assert case in told
    for part in ("欧阳", "小满", "欧*", PHONE[-4:]):
        assert part not in told, part


@pytest.mark.parametrize(
    "path", ["/cases", "/cases?q=受伤", "/cases/list", "/history?move=all", "/cases/{case}/print", "/"]
)
def test_pages_with_lists_and_paper_hold_no_part_of_a_name(web: Web, case: str, path: str):
    page = web.browser("village_secretary").get(path.format(case=case))

    assert page.status == 200
    for part in ("欧阳", PHONE[-4:]):
        assert part not in page.text, part


@pytest.mark.parametrize("part", ["", "/items/1", "/briefs", "/closing", "/arrange"])
def test_the_projector_shows_nothing_of_it(web: Web, case: str, meeting: str, part: str):
    page = web.browser("village_secretary").get(f"/meetings/{meeting}{part}")

    assert page.status == 200
    for words in (GIST, "身上有伤", "小满", "欧阳"):
        assert words not in page.text, words
    assert part == "/arrange" or "受保护的事项，不上投影" in page.text


def test_the_meeting_decides_it_all_the_same_and_the_minutes_do_not_tell_what_it_is_about(
    web: Web, case: str, meeting: str
):
    decisions = [{"case": case, "trigger": "carry_over", "data": {}}]
    web.stepped("village_secretary", meeting, "decisions", {"decisions": decisions})
    web.stepped("village_secretary", meeting, "close")
    page = web.browser("village_secretary").get(f"/meetings/{meeting}/minutes")

    assert "受保护的事项，不上投影" in page.text
    assert GIST not in page.text
