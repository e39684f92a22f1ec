"""The hall in Chromium: keys alone through a whole agenda, and a network that fails in the middle of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect

from tests.web.chromium import Watch
from tests.web.conftest import Person
from tests.web.served import Served

GISTS = ("渠道垮塌约四十米进不了水", "前丰公屋漏雨堂屋积水", "两户过道堆柴出不了门")
UP = {"reason_code": "no_authority", "reason": "屋场没有这个权限"}


class Township:
    """What the test does beside the browser: by the API, as personas of the demo."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.http = httpx.Client(base_url=served.address)

    def ask(self, persona: str, method: str, path: str, body: Any = None, version: int | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.served.demo.accounts[persona]['token']}"}
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def queued(self, gist: str) -> str:
        unit = self.served.demo.accounts["linzhang"]["posts"][0]["unit"]
        data = {"gist": gist, "category": "infra", "source": "visit", "heard_on": "2026-12-24"}
        case = self.ask("linzhang", "POST", "/v1/cases", {"unit": unit, "data": data})
        path = f"/v1/cases/{case['id']}/transitions"
        self.ask("zuzhang", "POST", path, {"trigger": "refer_to_village", "data": UP}, case["version"])
        return str(case["id"])

    def called(self) -> str:
        """A meeting of its own for each test, called besides those of the rhythm."""
        unit = self.served.demo.accounts["village_secretary"]["posts"][0]["unit"]
        body = {"meeting": "village_weekly", "unit": unit, "at": "2026-12-25T08:30:00+08:00"}
        return str(self.ask("village_secretary", "POST", "/v1/meetings", body)["id"])

    def view(self, meeting: str) -> Any:
        return self.ask("village_secretary", "GET", f"/v1/meetings/{meeting}")

    def decisions(self, meeting: str) -> dict[str, str]:
        """Gist -> trigger of what is decided."""
        items = self.view(meeting)["items"]
        return {each["case"]["data"]["gist"]: each["decision"]["trigger"] for each in items if each["decision"]}

    def none_is_open(self) -> None:
        """The copy may come with a meeting that is open already; two of a kind cannot be."""
        for each in self.ask("village_secretary", "GET", "/v1/meetings?status=open")["items"]:
            self.over(each["id"])

    def over(self, meeting: str) -> None:
        view = self.view(meeting)
        if view["status"] in ("planned", "open"):
            self.ask("village_secretary", "POST", f"/v1/meetings/{meeting}/cancel", {"reason": "改期"}, view["version"])


@pytest.fixture
def watch(watch: Watch) -> Iterator[Watch]:
    """What these tests bring about is no flaw: requests without a network, and decisions that are refused."""
    yield watch
    wanted = ("ERR_INTERNET_DISCONNECTED", "/items/")
    watch.flaws[:] = [each for each in watch.flaws if not any(words in each for words in wanted) or each[:1] == "5"]


@pytest.fixture
def township(served: Served) -> Iterator[Township]:
    found = Township(served)
    yield found
    found.http.close()


@pytest.fixture
def meeting(township: Township) -> Iterator[str]:
    township.none_is_open()
    for gist in GISTS:
        township.queued(gist)
    found = township.called()
    yield found
    township.over(found)


def begun(person: Person, meeting: str) -> Page:
    """Opened and on the first case, by the key that the main button names."""
    page = person("village_secretary", size="desk")
    page.goto(f"/meetings/{meeting}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/attendance")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/meetings/{meeting}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/1")
    expect(page.locator("[data-key='1']")).to_be_visible()
    return page


def at(page: Page, wanted: int) -> None:
    expect(page.locator("[data-hall='item']")).to_have_attribute("data-number", str(wanted))


def assign(page: Page, plan: str) -> None:
    """1 村内办: the first of those present, a plan, the proposed date; Enter."""
    page.keyboard.press("1")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(plan)
    page.keyboard.press("Enter")


def test_keys_alone_lead_through_the_agenda_to_the_minutes(person: Person, township: Township, meeting: str):
    page = begun(person, meeting)
    count = len(township.view(meeting)["items"])
    assign(page, "三天内上门")
    at(page, 2)
    page.keyboard.press("u")  # takes back the first
    at(page, 1)
    assert township.decisions(meeting) == {}
    for each in range(1, count + 1):
        at(page, each)
        assign(page, f"办法 {each}")
    page.wait_for_url("**/closing")
    expect(page.locator(".hall-sums .sum")).to_contain_text(str(count))
    page.keyboard.press("Enter")
    page.wait_for_url("**/minutes")

    expect(page.locator(".hall-minutes")).to_contain_text("办法 1")
    assert {item["outcome"] for item in township.view(meeting)["items"]} == {"effective"}


def test_previous_next_and_escape(person: Person, meeting: str):
    page = begun(person, meeting)
    page.keyboard.press("n")
    at(page, 2)
    page.keyboard.press("p")
    at(page, 1)
    page.keyboard.press("1")
    expect(page.locator("#d-assign_in_village")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#d-assign_in_village")).to_be_hidden()
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/meetings/{meeting}")


def test_a_refusal_stays_on_the_screen_with_what_was_typed(person: Person, township: Township, meeting: str):
    page = begun(person, meeting)
    page.keyboard.press("1")
    page.fill("#f-assign_in_village-plan", "三天内上门")
    page.keyboard.press("Enter")  # nobody is responsible

    expect(page.locator("[data-told]")).to_be_visible()
    expect(page.locator("#f-assign_in_village-plan")).to_have_value("三天内上门")
    assert township.decisions(meeting) == {}
    page.locator("#d-assign_in_village .pick").first.click()
    page.locator("[data-record]").click()
    at(page, 2)
    assert list(township.decisions(meeting).values()) == ["assign_in_village"]


def offline_ready(page: Page) -> None:
    """All cases have been fetched: nothing more is asked."""
    page.wait_for_load_state("networkidle")


def test_without_a_network_the_meeting_goes_on_and_nothing_is_lost(person: Person, township: Township, meeting: str):
    page = begun(person, meeting)
    offline_ready(page)
    page.context.set_offline(True)
    assign(page, "没有网络时定的")
    at(page, 2)
    expect(page.locator("#hall-strip")).to_contain_text("没连上，已存在这台电脑，连上后自动补记（1 项）")
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    at(page, 3)
    expect(page.locator("#hall-strip")).to_contain_text("2 项")
    page.keyboard.press("u")  # takes the second back, on this computer
    at(page, 2)
    expect(page.locator("#hall-strip")).to_contain_text("1 项")
    assert township.decisions(meeting) == {}
    page.keyboard.press("p")
    at(page, 1)
    expect(page.locator("p[data-kept]")).to_contain_text("议定村内办理")

    page.context.set_offline(False)

    expect(page.locator("#hall-strip")).to_contain_text("已补记", timeout=20_000)
    assert list(township.decisions(meeting).values()) == ["assign_in_village"]
    kept = page.evaluate("window.localStorage.getItem('mq-hall-village_secretary-' + location.pathname.split('/')[2])")
    assert kept is None


def test_a_decision_kept_here_survives_the_window_being_closed(person: Person, township: Township, meeting: str):
    page = begun(person, meeting)
    offline_ready(page)
    page.context.set_offline(True)
    assign(page, "没有网络时定的")
    at(page, 2)
    context = page.context
    page.close()
    context.set_offline(False)

    again = context.new_page()
    again.goto(f"/meetings/{meeting}")

    expect(again.locator("#hall-strip")).to_contain_text("已补记", timeout=20_000)
    assert list(township.decisions(meeting).values()) == ["assign_in_village"]


def test_what_another_desk_recorded_meanwhile_is_shown_before_it_is_replaced(
    person: Person, township: Township, meeting: str
):
    page = begun(person, meeting)
    offline_ready(page)
    page.context.set_offline(True)
    assign(page, "这台电脑定的")
    at(page, 2)
    view = township.view(meeting)
    case = view["items"][0]["case"]["id"]
    back = {"return_code": "too_early", "reason": "再调一次", "guidance": "请理事会出面"}
    body = {"decisions": [{"case": case, "trigger": "return_to_wuchang", "data": back}]}
    township.ask("village_secretary", "POST", f"/v1/meetings/{meeting}/decisions", body, view["version"])

    page.context.set_offline(False)

    strip = page.locator("#hall-strip")
    expect(strip).to_contain_text("没有记上", timeout=20_000)
    assert list(township.decisions(meeting).values()) == ["return_to_wuchang"]
    strip.locator("a").click()
    page.wait_for_url("**/items/1")
    expect(page.locator("[data-decided]")).to_contain_text("议定退回屋场")
    expect(page.locator("#f-assign_in_village-plan")).to_have_value("这台电脑定的")
    assert json.loads(
        page.evaluate("window.localStorage.getItem('mq-hall-village_secretary-' + location.pathname.split('/')[2])")
    )
