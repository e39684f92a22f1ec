"""Names, telephones and numbers that look like ids, planted in every text of a case, looked for on every list, route
and page: nobody finds them where texts are masked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests import township as t
from tests.api.client import REPORT
from tests.web.world import Web

PHONE, OTHER, NUMBER = "13987650417", "0734-8123457", "430482199001011234"
NAMES = ("尉迟德馨", "令狐守拙", "李婶")  # reported it; was reported for; lives in the village
SAID = f"尉迟德馨、令狐守拙和李婶说：打{PHONE}或{OTHER}，证号{NUMBER}"
HIDDEN = (*NAMES, PHONE, PHONE[:3] + " " + PHONE[3:], OTHER, "8123457", NUMBER)
SUPERVISOR, SECRETARY, CLERK = "auditor_county", "village_secretary", "village_clerk"


@dataclass
class Planted:
    web: Web
    case: str
    number: str
    meeting: str
    called_off: str


@pytest.fixture(scope="module")
def planted(web: Web) -> Planted:
    """One case through cluster and village, with a meeting, a note and a decision; everybody who writes says it all."""
    data = REPORT | {"gist": SAID, "content": SAID, "place": f"陈桥村第一屋场高子树组{SAID}"}
    body = {"unit": t.NEIGHBOURHOOD, "data": data | {"reporter": {"name": NAMES[0], "phone": PHONE}}, "note": SAID,
            "on_behalf_of": {"name": NAMES[1], "phone": "13900001111"}}  # fmt: skip
    opened = web.send("linzhang", "POST", "/v1/cases", body)
    assert opened.status_code == 201, opened.text
    case = opened.json()["id"]
    web.done("linzhang", case, "note", text=SAID)
    web.done("pianzhang", case, "accept")
    web.done("pianzhang", case, "record_measure", measure=SAID, done_on="2026-03-05")
    web.done("pianzhang", case, "refer_to_village", reason_code="other", reason=SAID)
    called_off = web.meeting(SECRETARY, "village_weekly", t.VILLAGE)
    web.stepped(SECRETARY, called_off, "cancel", {"reason": f"李婶家出殡，问{PHONE}、{NUMBER}"})
    meeting = _held(web, case)
    return Planted(web=web, case=case, number=opened.json()["number"], meeting=meeting, called_off=called_off)


def _held(web: Web, case: str) -> str:
    meeting = web.meeting(SECRETARY, "village_weekly", t.VILLAGE)
    expected = [each["id"] for each in web.stepped(SECRETARY, meeting, "open")["expected"]]
    web.stepped(SECRETARY, meeting, "attendance", {"present": expected})
    decision = {
        "case": case,
        "trigger": "return_to_wuchang",
        "data": {"return_code": "other", "reason": SAID, "guidance": SAID},
    }
    web.stepped(SECRETARY, meeting, "decisions", {"decisions": [decision]})
    return meeting


def found(said: str) -> list[str]:
    """What is to be seen nowhere, as text or as JSON escapes it."""
    return [each for each in HIDDEN if each in said or json.dumps(each)[1:-1] in said]


def lists(planted: Planted) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every route that lists, or reads, over several cases."""
    yield "/v1/cases", {}
    yield "/v1/cases", {"q": "尉迟"}
    yield "/v1/history", {"limit": 200}
    yield "/v1/meetings", {}
    yield f"/v1/meetings/{planted.meeting}", {}
    yield f"/v1/meetings/{planted.called_off}", {}
    yield "/v1/blocked", {}
    yield "/v1/refusals", {}
    yield "/v1/events", {}
    yield "/v1/inbox", {}


LISTS = ["/cases", "/cases/list", "/history?move=all", "/blocked", "/refusals", "/inbox", "/mine", "/meetings", "/"]
HALLS = ["", "/closing", "/briefs", "/items/1", "/attendance"]


@pytest.mark.parametrize("person", [SUPERVISOR, SECRETARY, CLERK, "township_party_office", "linzhang", "pianzhang"])
def test_no_list_of_the_api_shows_it(planted: Planted, person: str):
    told = {}
    for path, query in lists(planted):
        answer = planted.web.send(person, "GET", path, **query)
        assert answer.status_code in (200, 404), (path, answer.text)
        told[path, str(query)] = found(answer.text)

    assert {where: what for where, what in told.items() if what} == {}


@pytest.mark.parametrize("person", [SUPERVISOR, SECRETARY, "township_party_office", "linzhang"])
def test_no_page_of_lists_meetings_and_prints_shows_it(planted: Planted, person: str):
    browser = planted.web.browser(person)
    told, seen = {}, 0
    for path in (*LISTS, *(f"/meetings/{planted.meeting}{each}" for each in HALLS), f"/meetings/{planted.called_off}"):
        page = browser.get(path)
        assert page.status in (200, 403, 404), (path, page.text)
        told[path], seen = found(page.html), seen + (page.status == 200)

    assert {where: what for where, what in told.items() if what} == {}
    assert seen > 6
    assert planted.number in browser.get("/cases/list").text


def test_who_only_reads_sees_it_nowhere_in_the_case_itself(planted: Planted):
    browser, case = planted.web.browser(SUPERVISOR), planted.case
    for path in (f"/cases/{case}", f"/cases/{case}/print", f"/cases/{case}/reveals", f"/cases/{case}/accesses"):
        page = browser.get(path)
        assert (page.status, found(page.html)) == (200, []), path
    for path in ("", "/history", "/triggers", "/clocks", "/reveals"):
        answer = planted.web.send(SUPERVISOR, "GET", f"/v1/cases/{case}{path}")
        assert (answer.status_code, found(answer.text)) == (200, []), path


def test_paper_is_masked_whoever_prints_it_and_says_who_did(planted: Planted):
    for person in ("zuzhang", SECRETARY):
        page = planted.web.browser(person).get(f"/cases/{planted.case}/print")
        (mark,) = page.tree.all("div", class_="mq-mark")
        assert (page.status, found(page.html)) == (200, [])
        assert mark.attrs["aria-hidden"] == "true"
    assert mark.attrs["data-mark"] == "周书记 陈桥村 村党组织书记 2026年3月6日 09:00"


def test_who_works_on_it_sees_names_and_no_telephone(planted: Planted):
    for said in (
        planted.web.send("zuzhang", "GET", f"/v1/cases/{planted.case}").text,
        planted.web.send("zuzhang", "GET", f"/v1/cases/{planted.case}/history").text,
        planted.web.browser("zuzhang").get(f"/cases/{planted.case}").html,
    ):
        assert not {PHONE, OTHER, "8123457"} & set(found(said))
        assert NAMES[0] in said


@pytest.mark.parametrize("asked", HIDDEN)
def test_nobody_finds_the_case_by_it(planted: Planted, asked: str):
    for person in (SUPERVISOR, SECRETARY, "linzhang"):
        numbers = [each["number"] for each in planted.web.get(person, "/v1/cases", q=asked)["items"]]
        assert planted.number not in numbers


def test_the_minutes_that_are_printed_do_not_show_it(planted: Planted):
    """Last: closing the meeting moves the case."""
    planted.web.stepped(SECRETARY, planted.meeting, "close")

    for person in (SUPERVISOR, SECRETARY):
        page = planted.web.browser(person).get(f"/meetings/{planted.meeting}/minutes")
        assert (page.status, found(page.html)) == (200, [])
        assert found(planted.web.send(person, "GET", f"/v1/meetings/{planted.meeting}").text) == []
        assert found(planted.web.send(person, "GET", "/v1/history", limit=200).text) == []
    assert found(planted.web.client.get("/metrics").text) == []
