"""The desk: lists, several cases at once, what is stuck, what one was told, what was refused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from tests import township as t
from tests.api import world as w
from tests.web.client import Page
from tests.web.world import DemoWeb, Web

READERS = ("linzhang", "pianzhang", "village_clerk", "village_secretary", "township_station", "township_party_office",
           "township_secretary", "auditor_county")  # fmt: skip


def numbers(page: Page) -> list[str]:
    return [cell.text for cell in page.tree.all("td") if cell.attrs.get("class", "").startswith("no ")]


def counts(page: Page) -> dict[str, str]:
    """Tab -> the number beside it."""
    tabs = next(nav for nav in page.tree.all("nav") if "mq-subtabs" in nav.attrs.get("class", ""))
    return {link.text.removesuffix(link.one("b").text).strip(): link.one("b").text for link in tabs.all("a")}


# --- lists -----------------------------------------------------------------------------------------------------------

#: Address of a page -> what the API is asked for.
LISTS: dict[str, dict[str, Any]] = {
    "": {"open": "true"},
    "view=waiting": {"waiting": "true"},
    "view=overdue": {"overdue": "true"},
    "view=all": {"order": "opened"},
    "view=all&order=due": {},
    "state=verifying": {"state": "verifying"},
    "state=verifying&view=overdue": {"state": "verifying", "overdue": "true"},
    "category=hazard&level=village": {"category": "hazard", "level": "village", "open": "true"},
    "unit=430482109223&urgency=normal": {"unit": "430482109223", "urgency": "normal", "open": "true"},
    "opened_from=2026-12-01&opened_to=2026-12-10&view=all": {
        "opened_from": "2026-12-01T00:00:00+08:00", "opened_to": "2026-12-11T00:00:00+08:00", "order": "opened"},
    f"q={quote('借款')}": {"q": "借款", "open": "true"},
    "responsible=430482109s2": {"responsible": "430482109s2", "open": "true"},
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_is_shown_what_the_api_says(demo_web: DemoWeb, reader: str):
    browser = demo_web.browser(reader)

    for address, asked in LISTS.items():
        page = browser.get(f"/cases?{address}")
        told = demo_web.api.get(reader, "/v1/cases", **{"order": "due", **asked})
        assert (page.status, numbers(page)) == (200, [each["number"] for each in told["items"]]), address


def test_a_tab_says_how_many_it_shows_and_soon_is_the_next_working_day(demo_web: DemoWeb):
    browser = demo_web.browser("township_party_office")
    page = browser.get("/cases")
    tabs = next(nav for nav in page.tree.all("nav") if "mq-subtabs" in nav.attrs.get("class", ""))

    for link in tabs.all("a"):
        shown, more = numbers(browser.get(link.attrs["href"])), int(link.one("b").text)
        assert len(shown) == min(more, 50), link.text

    due = [each["due_at"] for each in demo_web.api.get("township_party_office", "/v1/cases", overdue="false",
                                                       due_until="2026-12-29T00:00:00+08:00")["items"]]  # fmt: skip
    assert counts(page)["临期"] == str(len(due))
    assert {"待分析会议定", "已挂账", "已办结待核验"} <= counts(page).keys()
    assert "屋场办理中" not in counts(page)


def test_pages_follow_one_another_without_gap(demo_web: DemoWeb):
    browser, seen = demo_web.browser("township_party_office"), []
    page = browser.get("/cases?view=all")
    while True:
        seen += numbers(page)
        following = [link for link in page.tree.all("a") if link.attrs.get("rel") == "next"]
        if not following:
            break
        page = browser.get(following[0].attrs["href"])

    whole = demo_web.api.get("township_party_office", "/v1/cases", limit="200")["items"]
    assert seen == [each["number"] for each in whole]
    assert "回到第一页" in page.text


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("level=palace", "“层级”没有“palace”这一项"),
        ("view=mine", "“常用筛选”没有“mine”这一项"),
        ("state=nowhere", "“到哪一步”没有“nowhere”这一项"),
        ("opened_from=2026-02-30", "“收到时间从”要写成 2026-03-06 的样子"),
        ("opened_to=soon", "“收到时间到”要写成 2026-03-06 的样子"),
        (f"q={'长' * 51}", "“搜索”要有 1 到 50 个看得见的字"),
        ("q=%00", "“搜索”要有 1 到 50 个看得见的字"),
        ("unit=" + "9" * 80, "“村（社区）”没有"),
        ("order=best", "“排列”没有“best”这一项"),
        ("cursor=xyz", "翻页的地址不完整"),
        ("colour=red", "没有“colour”这种筛选"),
        ("level=village&level=township", "“层级”没有"),
    ],
)
def test_a_filter_that_is_not_understood_is_named_and_nothing_is_listed(web: Web, address: str, message: str):
    w.reported(web)
    page = web.browser("village_clerk").get(f"/cases?{address}")

    assert (page.status, numbers(page)) == (422, [])
    assert message in page.text
    if address.startswith("opened_from"):
        assert page.form("/cases").value("opened_from") == "2026-02-30"


def test_an_empty_result_names_its_filters_and_drops_the_last(web: Web):
    w.reported(web)
    browser = web.browser("village_clerk")
    page = browser.get(f"/cases?q={quote('没有这个词')}&urgency=critical")

    assert "搜索：没有这个词" in page.text
    link = next(link for link in page.tree.all("a") if link.text == "去掉“紧急程度”再看")
    assert link.attrs["href"] == f"/cases?q={quote('没有这个词')}"


def test_what_a_form_sends_empty_is_left_out_of_the_address(web: Web):
    browser = web.browser("village_clerk")
    page = browser.submit(browser.get("/cases").form("/cases"), {"urgency": "normal"})

    assert (page.status, page.path) == (200, "/cases?urgency=normal")


def test_the_printed_list_has_the_same_cases_and_masks_reporters(web: Web):
    case = w.reported(web, reporter={"name": "李四新", "phone": "13812345678"})
    number = web.get("village_clerk", f"/v1/cases/{case}")["number"]
    page = web.browser("village_clerk").get("/cases/list")

    assert number in page.text
    assert "13812345678" not in page.html
    assert "李四新" not in page.html
    assert "问题描述" in page.text


def test_the_desk_speaks_english(web: Web):
    w.reported(web)
    page = web.browser("township_party_office").likes(lang="en").get("/cases")

    assert {"Open", "My turn", "Overdue", "Due soon"} <= counts(page).keys()
    assert "Case number" in page.text


# --- several at once -------------------------------------------------------------------------------------------------


def ticked(web: Web, *cases: str) -> list[str]:
    return [f"{case}@{web.version(case)}" for case in cases]


def offered(web: Web, person: str, ticks: list[str]) -> tuple[Any, Page]:
    """The browser, and the page that says what these allow."""
    browser = web.browser(person)
    form = browser.get("/cases?view=all").form("/cases/bulk")
    return browser, browser.submit(form, {"case": ticks})


def chosen(browser: Any, page: Page, words: str) -> Page:
    """The page behind the button of an act, which sends the form elsewhere."""
    button = next(each for each in page.tree.all("button") if each.text.startswith(words))
    form = next(form for form in page.forms if form.action == "/cases/bulk")
    return browser.post(button.attrs["formaction"], form.values)


def test_several_are_urged_with_one_form_and_sent_twice_it_counts_once(web: Web):
    first, second = w.accepted(web), w.accepted(web)
    browser, page = offered(web, "village_clerk", ticked(web, first, second))
    form = chosen(browser, page, "催办（2 件）").form("/cases/bulk/urge")

    done = browser.submit(form, {"d.text": "请本周回话"})
    again = browser.submit(form, {"d.text": "请本周回话"})

    assert "办好 2 件" in done.text
    assert "办好 2 件" in again.text
    for case in (first, second):
        rows = web.get("village_clerk", f"/v1/cases/{case}/history")["items"]
        assert [each["trigger"] for each in rows].count("urge") == 1


def test_one_that_changed_meanwhile_is_told_and_the_others_are_done(web: Web):
    fresh, stale = w.accepted(web), w.accepted(web)
    ticks = ticked(web, fresh, stale)
    web.done("village_clerk", stale, "note", text="刚去看过")
    browser, page = offered(web, "village_clerk", ticked(web, fresh, stale))
    form = chosen(browser, page, "催办").form("/cases/bulk/urge")

    page = browser.post(form.action, [(n, v) for n, v in form.values if n != "case"] + [("case", v) for v in ticks])

    number = web.get("village_clerk", f"/v1/cases/{stale}")["number"]
    assert "办好 1 件" in page.text
    refused = next(each for each in page.tree.all("li") if each.attrs.get("class") == "bad")
    assert number in refused.text
    assert f"/cases/{stale}" in [link.attrs["href"] for link in refused.all("a")]


def test_what_some_do_not_allow_is_said_with_the_reason(web: Web):
    reported, accepted = w.reported(web), w.accepted(web)
    _, page = offered(web, "zuzhang", ticked(web, reported, accepted))

    act = next(each for each in page.tree.all("li") if each.text.startswith("受理（1 件）"))
    assert "另外 1 件不行" in act.text
    assert web.get("zuzhang", f"/v1/cases/{accepted}")["number"] in act.text


def unsigned(web: Web) -> str:
    case = w.township_queued(web)
    web.done("township_secretary", case, "assign_in_township", due="2026-03-12", lead_unit=t.STATION,
             case_leader="leader2")  # fmt: skip
    return case


def test_the_station_signs_for_all_at_once(web: Web):
    cases = [unsigned(web) for _ in range(3)]
    browser, page = offered(web, "township_station", ticked(web, *cases))
    form = chosen(browser, page, "站所签收（3 件）").form("/cases/bulk/sign_for")

    page = browser.submit(form, {"d.signed_by": "township_station"})

    assert "办好 3 件" in page.text
    assert [web.get("township_station", f"/v1/cases/{case}")["responsible"]["units"][0]["code"] for case in cases] == [
        t.STATION
    ] * 3


def test_a_field_that_is_wrong_everywhere_keeps_the_form(web: Web):
    cases = [unsigned(web) for _ in range(2)]
    browser, page = offered(web, "township_station", ticked(web, *cases))
    form = chosen(browser, page, "站所签收（2 件）").form("/cases/bulk/sign_for")

    page = browser.submit(form, {"d.signed_by": ""})

    kept = page.form("/cases/bulk/sign_for")
    assert page.status == 422
    assert "有 1 处要改，写的都还在" in page.text
    assert [value for name, value in kept.values if name == "case"] == [v for n, v in form.values if n == "case"]
    assert kept.value("once") == form.value("once")
    assert "办好 2 件" in browser.submit(kept, {"d.signed_by": "township_station"}).text


def test_a_condition_of_the_rules_is_told_for_each(web: Web):
    cases = [w.accepted(web) for _ in range(2)]
    browser, page = offered(web, "township_party_office", ticked(web, *cases))
    form = chosen(browser, page, "督办（2 件）").form("/cases/bulk/supervise")

    page = browser.submit(form, {"d.card": "yellow"})

    assert "2 件没有办成" in page.text
    assert page.text.count("请写明督办要求") == 2
    assert all(web.version(case) == 2 for case in cases)


def test_who_may_not_is_refused_item_by_item_and_hidden_cases_are_not_named(web: Web):
    own, other = w.accepted(web), w.accepted(web, w.OTHER)
    browser = web.browser("linzhang")
    token = browser.get("/cases?view=all").form("/cases/bulk").value("token")
    form = [("token", token), ("once", "a-key"), ("case", f"{own}@{web.version(own)}"),
            ("case", f"{other}@{web.version(other)}"), ("needs", "card")]  # fmt: skip

    page = browser.post("/cases/bulk/supervise", form)

    assert "2 件没有办成" in page.text
    assert web.get("village_clerk_other", f"/v1/cases/{other}")["number"] not in page.text
    assert "办好" not in page.text


def test_nothing_ticked_is_said(web: Web):
    w.reported(web)
    _, page = offered(web, "village_clerk", [])

    assert page.h1 == "还没有勾选事项"


# --- stuck, told, refused --------------------------------------------------------------------------------------------


def test_what_is_stuck_is_counted_at_the_head_for_who_oversees_alone(demo_web: DemoWeb):
    told = demo_web.api.get("township_party_office", "/v1/blocked")["items"]
    page = demo_web.browser("township_party_office").get("/blocked")
    jam = next(link for link in page.tree.all("a") if "jam" in link.attrs.get("class", ""))

    assert told
    assert re.sub(r"\D", "", jam.text) == str(len(told))
    assert len(page.tree.all("article")) == len(told)
    assert all(each["text"] in page.text for each in told)
    assert "jam num" not in demo_web.browser("linzhang").get("/cases").html


def test_a_missed_meeting_has_a_reminder_to_copy(demo_web: DemoWeb):
    missed = [e for e in demo_web.api.get("township_party_office", "/v1/blocked")["items"] if e["kind"] == "meeting"]
    page = demo_web.browser("township_party_office").get("/blocked")
    reminders = [area.raw for area in page.tree.all("textarea")]

    assert len(reminders) == len(missed) > 0
    assert all(number in reminders[0] for number in missed[0]["facts"]["cases"][:3])
    assert "请村党组织书记定时间开会" in reminders[0]


def told(web: Web) -> None:
    """The group head is told twice: of two cases that he is urged to go on with."""
    for _ in range(2):
        web.done("village_clerk", w.accepted(web), "urge", text="请本周回话")
    web.app.state.services.letters.deliver()


def test_opening_a_message_reads_it_and_all_are_read_with_one_press(web: Web):
    told(web)
    browser = web.browser("zuzhang")
    page = browser.get("/inbox")
    unread = web.get("zuzhang", "/v1/inbox", unread="true")["items"]
    assert len(unread) > 1
    assert all(each["text"] in page.text for each in unread)

    opened = browser.submit(page.form(f"/inbox/{unread[0]['id']}"))
    assert opened.path == f"/cases/{unread[0]['case']}"
    assert len(web.get("zuzhang", "/v1/inbox", unread="true")["items"]) == len(unread) - 1

    page = browser.submit(browser.get("/inbox").form("/inbox/read"))
    assert web.get("zuzhang", "/v1/inbox", unread="true")["items"] == []
    assert "没有没看过的消息" in page.text


def test_nobody_reads_anothers_message(web: Web):
    told(web)
    items = web.get("zuzhang", "/v1/inbox")["items"]
    other = web.browser("linzhang_other")
    token = other.get("/inbox").form("/sign-out").value("token")

    assert other.post(f"/inbox/{items[0]['id']}", {"token": token}).status == 404


def test_what_was_refused_is_listed_for_oneself_and_for_who_supervises(web: Web):
    case = w.reported(web)
    assert web.fire("linzhang", case, "accept").status_code == 403

    own = web.browser("linzhang").get("/refusals")
    auditor = web.browser("auditor_township").get("/refusals")
    stranger = web.browser("linzhang_other").get("/refusals")

    assert "受理 · 不是这个岗位办的事" in own.text
    assert "受理" in auditor.text
    assert f"/cases/{case}" not in stranger.links


def test_bad_cursors_are_no_failure(web: Web):
    browser = web.browser("zuzhang")

    assert browser.get("/inbox?cursor=xyz").status == 422
    assert browser.get("/refusals?cursor=xyz").status == 422
