"""The days of those who hold meetings: 周书记 on Friday, 何书记 and 小陈 with the township's; without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.serving import Client
from tests.web.conftest import Person
from tests.web.counting import counted
from tests.web.served import Served

SECRETARY = "村书记 village_secretary"
GISTS = ("水渠垮了一段", "晒谷坪路灯不亮", "两户争一棵树")


@pytest.fixture(scope="module")
def busy(served: Served) -> Served:
    """Beside what the demo has, some cases more wait for Friday's meeting in 陈桥村."""
    for gist in GISTS:
        send_up(served, gist)
    return served


def send_up(served: Served, gist: str) -> None:
    people = {
        who: Client(served.address, served.demo.accounts[who]["token"]) for who in ("linzhang", "party_group_leader")
    }
    told = {"category": "infra", "gist": gist, "heard_on": "2026-12-24", "source": "visit"}
    case = people["linzhang"].post("/v1/cases", {"unit": "430482109223w01g1n1", "data": told}).raise_for_status().json()
    leader = people["party_group_leader"]
    steps = (
        ("accept", {}),
        ("record_measure", {"measure": "上门看过", "done_on": "2026-12-24"}),
        ("refer_to_village", {"reason_code": "no_funds", "reason": "屋场没有这笔钱"}),
    )
    for version, (trigger, data) in enumerate(steps, start=1):
        leader.fire(case["id"], trigger, data, version=version).raise_for_status()


def on_item(page: Page, number: int) -> None:
    expect(page.locator("[data-hall=item]")).to_have_attribute("data-number", str(number))


def measures(page: Page) -> Locator:
    return page.locator("#d-assign_in_village [name='d.plan']")


def test_friday_from_today_to_the_minutes(person: Person, busy: Served):
    page = person("village_secretary", size="desk")
    page.goto("/")
    with counted(page, SECRETARY, "从今天到第一件 · from today to the first item", taps=4, keys=0) as hand:
        hand.tap(page.locator("main a.mq-row").filter(has_text="民情碰头会"))
        assert hand.main() == "开会，先点名"
        assert hand.main() == "记下到会，看议程"
        assert hand.main().startswith("回车，开始议第 1 件")
        on_item(page, 1)

    with counted(
        page, SECRETARY, "一件，村内办理，只用键盘 · one item handled in the village, keys", taps=0, keys=16
    ) as hand:
        hand.press("1", "Space", "Tab")
        expect(measures(page)).to_be_focused()
        hand.type("派人去修")
        hand.press("Enter")
        on_item(page, 2)

    with counted(page, SECRETARY, "一件，顺延，只用键盘 · one item carried over, keys", taps=0, keys=3) as hand:
        hand.press("0", "Enter")
        on_item(page, 3)

    with counted(page, SECRETARY, "撤销上一件 · undo the last", taps=0, keys=1) as hand:
        hand.press("u")
        on_item(page, 2)
        expect(page.locator("[data-decided]")).to_have_count(0)

    with counted(page, SECRETARY, "一件，选人一下 · one item by mouse, with the person", taps=4, keys=4) as hand:
        hand.tap(page.locator("[data-key='1']"))
        hand.tap(page.locator("#d-assign_in_village label.pick").filter(has_text="刘建军"))
        hand.tap(measures(page))
        hand.type("派人去修")
        hand.main()
        on_item(page, 3)

    total = len(str(page.locator("[data-all]").get_attribute("data-all")).split())
    rest = range(3, total)
    with counted(
        page, SECRETARY, "其余逐件顺延，只用键盘 · all the others carried over, keys", taps=0, keys=2 * len(rest)
    ) as hand:
        for number in rest:
            hand.press("0", "Enter")
            on_item(page, number + 1)

    with counted(page, SECRETARY, "散会，生成纪要 · close, minutes", taps=4, keys=2) as hand:
        hand.tap(page.locator("[data-go='N']"))
        expect(page.locator("main")).to_contain_text("还有 1 件没有议")
        hand.tap("散会，生成纪要")
        expect(page.locator("h1")).to_contain_text("纪要")
    minutes = page.locator("main").inner_text()
    assert all(words in minutes for words in (f"议定事项，{total} 件", "刘建军", "顺延下次", "已生效"))


def test_the_party_office_has_agenda_and_briefs_in_two_clicks(person: Person):
    page = person("township_party_office", size="desk")
    page.goto("/meetings")
    with counted(
        page, "镇党建办 township_party_office", "分析会议程和逐件材料 · agenda and briefs", taps=2, keys=0
    ) as hand:
        hand.tap(page.locator("main a.mq-row").filter(has_text="民情分析会").first)
        assert page.locator("[data-hall=agenda]").count() == 1
        hand.tap("打印逐件材料")
        assert page.locator(".hall-brief").count() >= 1


def test_a_newcomer_holds_the_township_meeting_by_its_main_buttons(person: Person):
    """From today on there is one main button at every step; on an item one first says what is decided."""
    page = person("township_secretary")
    page.goto("/")
    with counted(
        page, "书记 township_secretary", "分析会，手机，只按主按钮，全部顺延 · meeting by main buttons", taps=30, keys=0
    ) as hand:
        hand.tap(page.locator("main a.mq-row").filter(has_text="民情分析会").first)
        said = [hand.main() for _ in range(3)]
        while "/items/" in page.url:
            here = page.url
            hand.tap(page.locator("[data-key='0']"))
            assert hand.main() == "定下来"
            page.wait_for_url(lambda url, here=here: url != here)
        said.append(hand.main())
        expect(page.locator("h1")).to_contain_text("纪要")
    assert said[0] == "开会，先点名"
    assert said[-1] == "散会，生成纪要"


def test_a_meeting_without_scripts(person: Person):
    page = person("village_secretary_2", size="desk", java_script_enabled=False)
    page.goto("/meetings?status=planned")
    page.locator("main a.mq-row").filter(has_text="今天").first.click()
    page.get_by_role("button", name="开会，先点名").click()
    page.get_by_role("radio", name="请假").first.check(force=True)
    page.get_by_role("button", name="记下到会，看议程").click()
    assert "未登记为实到" in page.locator("[role=alert]").inner_text()
    assert page.get_by_role("radio", name="请假").first.is_checked()
    page.locator("#f-recorder").select_option(index=1)
    page.get_by_role("button", name="记下到会，看议程").click()
    page.get_by_role("link", name="开始议第 1 件").click()
    page.locator("[data-key='1']").click()
    page.locator("#d-assign_in_village label.pick").first.click()
    measures(page).fill("派人去修")
    page.get_by_role("button", name="回车，定下来").click()
    assert "已生效" not in page.locator("main").inner_text()
    page.goto(page.url.split("/items/")[0].split("/closing")[0] + "/closing")
    page.get_by_role("button", name="散会，生成纪要").click()
    minutes = page.locator("main").inner_text()
    assert "派人去修" in minutes
    assert "请假" in minutes
