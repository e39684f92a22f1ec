"""The days of those who report and settle in the village: 刘爹, 片长, 村文书 and who checks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.chromium import chromium
from tests.web.conftest import Person
from tests.web.counting import Hand, counted

TALKING = 1.2  # seconds


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """One with a microphone that beeps."""
    with chromium("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream") as found:
        yield found


def at_home(page: Page) -> Page:
    page.goto("/")
    return page


def test_linzhang_reports_in_four_taps_without_typing(person: Person):
    page = at_home(person("linzhang", text="large"))
    with counted(page, "邻长 linzhang", "有事要报，从图标到已报 · report by voice", taps=4, keys=0) as hand:
        hand.tap("有事要报")
        hand.tap(page.locator(".mq-tile").first)
        hand.tap("不清楚")
        hand.hold(page.locator(".mq-talk"), TALKING)
        expect(page.locator("h1")).to_contain_text("已报给")

    assert page.get_by_role("button", name="撤回重说").is_visible()


def test_linzhang_raises_an_alarm_and_the_numbers_come_first(person: Person):
    page = at_home(person("linzhang"))
    with counted(page, "邻长 linzhang", "险情，从图标到发出 · danger, sent", taps=4, keys=0) as hand:
        hand.tap("有险情")
        numbers = page.locator("main a[href^='tel:']")
        forms = page.locator("main form, main .mq-tile").filter(visible=True)
        assert numbers.count() >= 4
        assert _top(numbers.nth(3)) < _top(forms.first)
        hand.tap("溺水")
        assert _top(numbers.nth(3)) < _top(forms.first)
        hand.tap(page.locator("button.mq-tile").first)
        expect(page.locator("h1")).to_contain_text("险情已发出")

    assert page.locator("main a[href='tel:120']").is_visible()


def _top(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return float(box["y"])


def test_linzhang_reads_what_became_of_his_report_in_one_look(person: Person):
    page = at_home(person("linzhang", text="large"))
    with counted(page, "邻长 linzhang", "我报的到哪一步了 · what became of it", taps=1, keys=0) as hand:
        section = page.locator("section").filter(has_text="我报的，到哪一步了")
        expect(section.get_by_role("link").filter(has_text="抗旱时抢水引发口角")).to_contain_text("唐国安")
        hand.tap("我报的")
        fate = page.get_by_role("link").filter(has_text="两家为排水沟走向争执").locator(".mq-fate")
        expect(fate).to_contain_text("唐国安")
    assert float(fate.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")) >= 20


def opened(hand: Hand, gist: str) -> None:
    """From today into a case that waits."""
    hand.tap(hand.page.locator("main a.mq-row").filter(has_text=gist).first)


def told(page: Page) -> str:
    return page.get_by_role("status").first.inner_text()


HEAD = "党小组组长 party_group_leader"


def test_a_head_accepts_records_and_finishes(person: Person):
    page = at_home(person("party_group_leader"))
    with counted(page, HEAD, "受理，从今天起 · accept, from today", taps=2, keys=0) as hand:
        opened(hand, "抗旱时抢水引发口角")
        assert hand.main() == "受理"
        assert "已记下：受理" in told(page)
    with counted(page, HEAD, "记录措施 · record a measure", taps=3, keys=8) as hand:
        hand.tap("记录措施")
        hand.write("措施", "上门调解，排了班")
        assert hand.main() == "记录措施"
        assert "已记下：记录措施" in told(page)
    with counted(page, HEAD, "屋场办结 · finish in the cluster", taps=5, keys=14) as hand:
        assert hand.main() == "屋场办结"
        hand.write("采取措施", "上门调解")
        hand.write("办理结果", "两家轮流抽，说好了")
        hand.pick("口头")
        hand.main()
        expect(page.locator(".mq-ladder [aria-current]")).to_contain_text("已办结待核验")


def test_what_a_head_may_not_do_says_why_and_who_could(person: Person):
    page = at_home(person("pianzhang"))
    with counted(page, "片长 pianzhang", "看为什么不能做 · read why not", taps=2, keys=0) as hand:
        opened(hand, "烤火房灰堆靠近柴垛")
        line = page.locator(".mq-why li").filter(has_text="并案").first
        if not line.is_visible():
            hand.tap(page.locator("summary").filter(has_text="另外").first)
        expect(line).to_contain_text("要由这些岗位办：陈桥村文书")
        expect(line.locator(".mq-rule")).to_contain_text("T23")

    page.goto(page.url.split("?")[0] + "/do/merge")
    assert "陈桥村文书" in page.locator("[role=alert]").inner_text()


LONG = "屋后排水沟被泥沙堵了，一下雨水就往屋里漫，已经有两年了，去年挖过一次又堵了，请村里派人来看。" * 6


def test_the_clerk_reports_for_somebody_on_the_keyboard_alone(person: Person):
    page = person("village_clerk", size="desk")
    page.goto("/report")
    with counted(
        page, "村文书 village_clerk", "代报，只用键盘 · report for somebody, keyboard alone", taps=0, keys=90
    ) as hand:
        expect(page.locator("#f-unit")).to_be_focused()
        hand.type("高子树组第一邻")
        hand.reach(page.get_by_label("类别"))
        hand.press("ArrowDown", "ArrowDown", "ArrowDown")
        hand.reach(page.get_by_label("事由"))
        hand.type("屋后排水沟堵了")
        hand.reach(page.get_by_label("详情"))
        hand.paste(LONG)
        hand.reach(page.locator("#f-reporter"))
        hand.type("欧阳慕容")
        hand.reach(page.locator("input[name='d.source']").first)
        hand.press("Space", "ArrowRight")
        hand.reach(page.get_by_role("button", name="报上去"))
        hand.press("Enter")
        expect(page.locator("h1")).to_contain_text("已报给")

    hand.page.get_by_role("link", name="看这件事").click()
    expect(page.locator("main")).to_contain_text(LONG[-40:])


def test_the_clerk_calls_back_and_strikes_off(person: Person):
    page = at_home(person("village_clerk", size="desk"))
    with counted(page, "村文书 village_clerk", "回访，销号 · call back and strike off", taps=9, keys=0) as hand:
        opened(hand, "兄弟之间赡养老人分担不均")
        assert hand.main() == "登记回访"
        hand.pick("电话")
        hand.pick("联系上")
        hand.pick("满意")
        hand.main()
        assert hand.main() == "核验通过销号"
        hand.pick("满意")
        hand.main()
        expect(page.locator(".mq-case")).to_contain_text("已销号")
