"""The days of the township: 小陈's desk, a station, leaders on the phone, who is on duty, and 老蒋 who reads."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.serving import Client
from tests.web.conftest import Person
from tests.web.counting import counted
from tests.web.served import Served

OFFICE, STATION = "镇党建办 township_party_office", "镇站所 township_station"
DUTY, LEADER, AUDITOR = "镇值班室 township_duty", "镇党委书记 township_secretary", "督查 auditor_county"
ALARM = "养鸭污水流进水塘"


def rows(page: Page) -> list[str]:
    return page.locator("[data-row] .g").all_inner_texts()


def test_the_party_office_filters_and_keeps_a_filter(person: Person):
    page = person("township_party_office", size="desk")
    page.goto("/cases")
    everything = page.locator("[data-row]").count()
    with counted(page, OFFICE, "筛选超期的安全隐患，存下来 · filter, and keep the filter", taps=6, keys=8) as hand:
        hand.tap(page.locator(".mq-subtabs a").filter(has_text="超期"))
        hand.choose(page.locator("select[name=category]"), "安全隐患")
        page.wait_for_url(re.compile("category=hazard"))
        hand.tap(page.get_by_text("保存这组筛选"))
        hand.tap(page.locator("#saved-name"))
        hand.type("隐患超期")
        hand.press("Tab")
        hand.tap(page.locator("[data-save]"))
    kept = rows(page)
    assert 0 < len(kept) < everything

    page.goto("/cases")
    page.locator("[data-saved] a").filter(has_text="隐患超期").click()
    page.wait_for_url(re.compile("category=hazard"))
    assert rows(page) == kept


def test_the_party_office_finds_who_missed_a_meeting_with_words_to_send(person: Person):
    page = person("township_party_office", size="desk")
    page.goto("/")
    with counted(page, OFFICE, "漏会的村和提醒的话 · missed meetings, a reminder to copy", taps=2, keys=0) as hand:
        hand.tap(page.locator("header a[href='/blocked']").filter(visible=True))
        reminder = page.locator("article").filter(has_text="香湖村").locator("textarea").first
        expect(reminder).to_have_value(re.compile("碰头会"))
        hand.tap(page.get_by_role("button", name="复制").first)
        expect(page.get_by_role("button", name="已复制").first).to_be_visible()


def test_the_party_office_supervises_many_and_is_told_of_each(person: Person):
    page = person("township_party_office", size="desk")
    page.goto("/cases?view=overdue")
    every = page.locator("[data-row]").count()
    with counted(page, OFFICE, "一起督办所有超期的 · supervise all that is late", taps=5, keys=5) as hand:
        hand.tap(page.locator("[data-all]"))
        hand.tap(page.locator("[data-bulk]").get_by_role("button", name=re.compile("^督办")))
        hand.pick("黄牌")
        hand.write("督办要求", "三天内回话")
        hand.main()
    told = page.locator(".mq-outcome li")
    assert told.count() == every
    done, refused = page.locator(".mq-outcome .ok").count(), page.locator(".mq-outcome .bad")
    assert done > 0
    assert done + refused.count() == every
    assert all(each.locator("p").first.inner_text() for each in refused.all())


def test_a_station_signs_for_all_at_once_and_finishes_one(person: Person):
    page = person("township_station", size="desk")
    page.goto("/cases?view=waiting")
    with counted(page, STATION, "一起签收 · sign for all that was handed over", taps=6, keys=0) as hand:
        hand.tap(page.locator("[data-all]"))
        hand.tap(page.locator("[data-bulk]").get_by_role("button", name=re.compile("^站所签收")))
        hand.choose(page.get_by_label("签收人"), "罗立新（镇站所）")
        hand.main()
        expect(page.get_by_role("status")).to_contain_text("办好 2 件")

    page.goto("/")
    with counted(page, STATION, "镇级办结 · finish one", taps=6, keys=12) as hand:
        hand.tap(page.locator("main a.mq-row").filter(has_text="夜间作坊噪音扰民").first)
        hand.main()
        hand.write("采取措施", "装了隔音板")
        hand.write("办理结果", "晚上九点停机")
        if page.get_by_text("调解协议").count():
            hand.pick("口头")
        hand.main()
        expect(page.locator(".mq-ladder [aria-current]")).to_contain_text("已办结待核验")


def test_the_leader_sees_the_alarm_and_today_s_meeting_in_one_look(person: Person):
    page = person("township_secretary")
    page.goto("/")
    with counted(
        page, LEADER, "07:30 一眼看到险情、等他办的、会 · alarm, waiting, meeting in one look", taps=0, keys=0
    ):
        strip = page.locator(".mq-strip.hazard").first
        expect(strip).to_be_in_viewport()
        expect(page.get_by_text(ALARM).first).to_be_in_viewport()
        expect(page.get_by_text("民情分析会").first).to_be_visible()
    with counted(page, LEADER, "打电话给值班的人 · ring who is on duty", taps=2, keys=0) as hand:
        hand.tap("有险情")
        ring = page.locator("main a[href^='tel:']").filter(has_text="拨打").first
        expect(ring).to_be_in_viewport()
        hand.taps += 1  # the dial itself leaves the browser
    with counted(page, LEADER, "红牌、黄牌的事 · what has a card", taps=2, keys=0) as hand:
        page.goto("/")
        hand.tap("事项")
        hand.tap(page.locator(".mq-subtabs a").filter(has_text="超期"))
        expect(page.locator("main")).to_contain_text("黄牌")


def test_who_is_on_duty_acknowledges_and_controls(person: Person):
    page = person("township_duty")
    page.goto("/")
    with counted(page, DUTY, "确认险情，从今天起 · acknowledge, from today", taps=2, keys=0) as hand:
        hand.tap(page.locator(".mq-strip.hazard").get_by_role("link", name="去看"))
        assert hand.main() == "应急确认"
        expect(page.get_by_role("status").first).to_contain_text("已记下：应急确认")
    with counted(page, DUTY, "险情控制 · danger under control", taps=5, keys=9) as hand:
        hand.tap("险情控制")
        hand.write("处置情况", "撤了人，拉了警戒线")
        hand.pick("无")
        hand.main()
        expect(page.locator(".mq-ladder [aria-current]")).not_to_contain_text("应急处置中")


def test_the_auditor_from_signing_in_to_the_first_timeline(person: Person, served: Served):
    page = person(None, size="desk")
    page.goto("/sign-in")
    password = served.password("auditor_county")
    with counted(
        page,
        AUDITOR,
        "登录到第一件的经过 · sign in, first timeline",
        taps=4,
        keys=len("auditor_county") + len(password),
    ) as hand:
        hand.tap(page.locator("#login"))
        hand.type("auditor_county")
        hand.tap(page.locator("#password"))
        hand.type(password)
        hand.main()
        expect(page.locator("h1")).to_contain_text("上报经过")
        hand.tap(page.locator("main tbody a[href^='/cases/']").first)
        expect(page.locator(".mq-tl li").first).to_be_visible()
    with counted(page, AUDITOR, "打印稿 · the print view", taps=1, keys=0) as hand:
        hand.tap(page.locator("a[href$='/print']"))
        expect(page.locator("main")).to_contain_text("T01")


def test_the_auditor_narrows_the_history_down(person: Person):
    page = person("auditor_county", size="desk")
    page.goto("/history")
    with counted(page, AUDITOR, "本镇，系统按期限提的 · one township, by the system", taps=5, keys=0) as hand:
        hand.choose(page.locator("select[name=unit]"), "洋泉镇")
        hand.choose(page.locator("select").filter(has_text="系统，按期限"), "系统，按期限")
        hand.tap(page.get_by_role("button", name="筛选"))
    found = page.locator("main tbody tr").filter(has=page.locator("a[href^='/cases/']"))
    assert found.count() > 0
    assert all("系统" in each for each in found.all_inner_texts())


def test_the_auditor_can_change_nothing(person: Person, served: Served):
    """No page shows him a form that changes anything; and whatever is sent by hand is refused."""
    page = person("auditor_county", size="desk")
    api = Client(served.address, served.demo.accounts["auditor_county"]["token"])
    case = next(each for each in api.get("/v1/cases", limit=200).json()["items"] if each["state"] == "village_queued")
    page.goto(f"/cases/{case['id']}")
    assert {form.get_attribute("action") for form in page.locator("form[method=post]").all()} <= {"/sign-out"}

    token = page.locator("input[name=token]").first.get_attribute("value")
    for trigger in ("note", "correct", "supervise", "withdraw", "settle_before_meeting", "raise_alarm", "seal"):
        address = f"/cases/{case['id']}/do/{trigger}"
        form = {
            "token": token or "",
            "once": f"x-{trigger}",
            "version": str(case["version"]),
            "d.text": "改",
            "d.reason": "改",
        }
        answer = page.request.post(address, form=form, headers={"Origin": served.address}, max_redirects=0)
        assert answer.status in (403, 404, 409, 422), (trigger, answer.status)
    assert api.get(f"/v1/cases/{case['id']}").json()["version"] == case["version"]
