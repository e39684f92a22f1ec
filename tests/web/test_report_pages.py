"""Reporting by pages: step by step under a thumb, one form for a clerk; what is wrong is told and kept."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import sqlalchemy as sa

from engine.store.tables import cases
from tests import township as t
from tests.unit.files import made
from tests.web.client import Browser, Form, Page
from tests.web.world import Web

VOICE = ("voice.webm", made.webm())
GOOD = {"unit_name": "高子树一邻，高子树组", "d.category": "hazard", "d.gist": "山塘的护栏断了两根", "d.source": "call"}


def opened(web: Web) -> int:
    with web.office.store.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(cases)).scalar_one())


def step(browser: Browser, page: Page, words: str) -> Page:
    """Press the tile whose words begin so."""
    (tile,) = [link for link in page.tree.all("a", class_="mq-tile") if link.text.startswith(words)]
    return browser.get(tile.attrs["href"])


def say(browser: Browser, what: str = "不清楚") -> Form:
    page = step(browser, browser.get("/report"), "高子树一邻")
    return step(browser, page, what).form("/report")


def case_of(page: Page) -> str:
    return page.path.split("/")[2]


# --- 01: four taps and no word ---------------------------------------------------------------------------------------


def test_a_neighbour_head_reports_with_a_recording_alone(web: Web):
    browser = web.browser("linzhang")

    page = browser.submit(say(browser), {}, files={"d.files": VOICE})

    assert page.path.endswith("/sent")
    assert "已报给屋场党小组组长陈大明" in page.text
    assert "受理时限最迟 3月9日（周一）17:30，周末和放假不算" in page.text
    case = web.get("linzhang", f"/v1/cases/{case_of(page)}")
    assert (case["state"], case["data"]["category"], case["data"]["source"]) == ("reported", "unclear", "visit")
    assert case["number"] in page.text
    assert len(case["data"]["files"]) == 1
    assert (case["opener"]["id"], "reporter" in case["data"]) == ("linzhang", False)


def test_reporter_and_who_reports_stay_apart(web: Web):
    browser = web.browser("linzhang")
    typed = {"d.gist": "李婶家的水管裂了", "d.reporter.name": "李婶", "d.reporter.phone": "13900002468"}

    page = browser.submit(say(browser, "基础设施"), typed)

    case = web.get("linzhang", f"/v1/cases/{case_of(page)}")
    assert case["opener"]["id"] == "linzhang"
    assert case["data"]["reporter"]["name"] == "李婶"


def test_the_report_stands_under_mine_and_can_be_taken_back(web: Web):
    browser = web.browser("linzhang")
    sent = browser.submit(say(browser), {"d.gist": "说错了的一件事情"})
    assert "说错了的一件事情" in browser.get("/mine").text

    page = browser.submit(sent.form(button="撤回重说"))

    assert page.h1 == "什么事？"
    assert web.state(case_of(sent)) == "voided"
    assert "已作废，3月6日（周五）" in browser.get("/mine").text
    assert "撤回重说" not in browser.get(f"/cases/{case_of(sent)}/sent").text


def test_taken_back_it_is_not_once_somebody_has_acted(web: Web):
    browser = web.browser("linzhang")
    sent = browser.submit(say(browser), {"d.gist": "别人已经接手的事"})
    web.done("zuzhang", case_of(sent), "accept")

    page = browser.submit(sent.form(button="撤回重说"))

    assert page.status in (409, 412)
    assert web.state(case_of(sent)) == "wuchang_handling"


# --- 09: danger ------------------------------------------------------------------------------------------------------


def test_danger_shows_the_telephones_first_and_is_sent_by_two_taps(web: Web):
    browser = web.browser("linzhang")
    page = browser.get("/danger")
    dials = [link.attrs["href"] for link in page.tree.all("a", class_="mq-dial")]
    assert dials == ["tel:119", "tel:120", "tel:110", "tel:12119"]
    assert page.html.index("tel:12119") < page.html.index("/danger?type=geo")

    page = step(browser, page, "滑坡崩塌")
    (button,) = [each for each in page.form("/report").buttons if each.text.startswith("高子树一邻")]
    page = browser.submit(page.form("/report"), button=button.text)

    assert "险情已发出" in page.text
    assert "村党组织书记" in page.text and "镇值班室" in page.text
    assert web.state(case_of(page)) == "emergency"
    assert "tel:119" in page.html


def test_who_may_not_report_still_finds_the_telephones(web: Web):
    page = web.browser("auditor_township").get("/danger")
    assert "tel:110" in page.html
    assert "出了什么险情" not in page.text


# --- 18: wrong input -------------------------------------------------------------------------------------------------

WRONG = [
    ({"d.heard_on": "2026-02-30"}, "听到日期", "没有 2026-02-30 这一天"),
    ({"d.heard_on": "2026-03-07"}, "听到日期", "不得晚于今天"),
    ({"d.gist": "   "}, "事由", "请写明事由，或附一段语音"),
    ({"d.gist": "字" * 20_000}, "事由", "最多 100 个字，现有 20000 个"),
    ({"d.gist": "护栏断"}, "事由", "至少 6 个字，现有 3 个"),
    ({"d.reporter.name": "李婶😀\n二行"}, "反映人", "不含表情、换行"),
    ({"d.reporter.name": "李婶", "d.reporter.phone": "139000024680"}, "反映人", "电话须为 11 位手机号"),
    ({"unit_name": "不存在的屋场"}, "地点", "没有这个单位"),
    ({"unit_name": ""}, "地点", "请填写"),
]


@pytest.mark.parametrize(("wrong", "field", "told"), WRONG)
def test_a_wrong_entry_is_told_by_field_and_nothing_is_lost(web: Web, wrong: dict[str, str], field: str, told: str):
    browser, before = web.browser("village_clerk"), opened(web)

    page = browser.submit(browser.get("/report").form("/report"), GOOD | wrong)

    assert page.status in (409, 422)
    assert field in page.tree.one("div", role="alert").text
    assert told in page.tree.one("div", role="alert").text
    assert opened(web) == before
    form = page.form("/report")
    for name, value in (GOOD | wrong).items():
        kept = form.value(name).replace("\r\n", "\n")
        assert kept == (value if "\n" not in value or name == "d.gist" else kept), name


@pytest.mark.parametrize(("wrong", "told"), [(wrong, told) for wrong, _, told in WRONG if "unit_name" not in wrong])
def test_the_same_step_by_step(web: Web, wrong: dict[str, str], told: str):
    browser, before = web.browser("linzhang"), opened(web)

    page = browser.submit(say(browser), {"d.gist": "山塘的护栏断了两根"} | wrong)

    assert (page.status in (409, 422), opened(web)) == (True, before)
    assert told in page.text
    assert "还没有产生事项" in page.text


def test_a_recording_need_not_be_sent_again_after_a_mistake(web: Web):
    browser = web.browser("linzhang")
    page = browser.submit(say(browser), {"d.heard_on": "2026-02-30"}, files={"d.files": VOICE})
    assert page.status == 422
    assert "已传上 1 个" in page.text

    page = browser.submit(page.form("/report"), {"d.heard_on": "2026-03-05"})

    assert len(web.get("linzhang", f"/v1/cases/{case_of(page)}")["data"]["files"]) == 1


def test_a_form_sent_twice_opens_one_case(web: Web):
    browser, before = web.browser("linzhang"), opened(web)
    form = say(browser)

    first = browser.submit(form, {}, files={"d.files": VOICE})
    again = browser.submit(form, {}, files={"d.files": VOICE})

    assert first.path == again.path
    assert opened(web) == before + 1


# --- where and who ---------------------------------------------------------------------------------------------------


def test_a_place_out_of_reach_is_refused(web: Web):
    browser, before = web.browser("linzhang"), opened(web)
    for place in (t.SIBLING_WUCHANG, t.VILLAGE, "nowhere"):
        assert browser.get(f"/report?place={place}").status == 404, place
    form = say(browser)

    page = browser.submit(form, {"unit": t.SIBLING_WUCHANG, "d.gist": "别村的一件事情啊"})

    assert page.status == 422
    assert "不在您的范围内" in page.text
    assert opened(web) == before


@pytest.mark.parametrize("person", ["township_station", "auditor_township", "auditor_county", "operator"])
def test_who_may_not_report_sees_why_and_who_may(web: Web, person: str):
    browser, before = web.browser(person), opened(web)

    page = browser.get("/report")
    assert (page.status, page.h1) == (403, "您的岗位不报事")
    assert "邻长、组长、片长" in page.text
    assert "T01" in page.text

    form = say(web.browser("linzhang"))
    token = browser.get("/password").form("/password").value("token")
    values = [pair for pair in form.values if pair[0] != "token"] + [("token", token), ("d.gist", "我来报一件事吧")]
    assert browser.post("/report", values).status in (403, 422)
    assert opened(web) == before


def test_a_clerk_enters_for_a_neighbour_head_and_goes_on_at_the_same_place(web: Web):
    browser = web.browser("village_clerk")
    official = "刘爹（邻长，高子树一邻）"
    page = browser.get("/report")
    assert official in [each.attrs["value"] for each in page.tree.one("datalist", id="officials").all("option")]

    page = browser.submit(page.form("/report"), GOOD | {"behalf.name": official})

    assert web.get("village_clerk", f"/v1/cases/{case_of(page)}")["on_behalf_of"]["id"] == "linzhang"
    assert "山塘的护栏断了两根" in web.browser("linzhang").get("/mine").text
    (again,) = [link for link in page.tree.all("a") if link.text == "再报一件"]
    assert browser.get(again.attrs["href"]).form("/report").value("unit_name") == "高子树一邻，高子树组"


def test_the_township_chooses_the_village_first(web: Web):
    browser = web.browser("township_party_office")
    page = step(browser, browser.get("/report"), "陈桥村")
    assert "高子树一邻，高子树组" in page.html

    assert browser.submit(page.form("/report"), GOOD).path.endswith("/sent")


def test_a_late_entry_tells_when_it_happened(web: Web):
    browser = web.browser("village_clerk")
    form = browser.get("/report").form("/report")

    page = browser.submit(form, GOOD | {"on_day": "2026-03-05", "on_time": "17:20"})

    (row,) = web.get("village_clerk", f"/v1/cases/{case_of(page)}/history")["items"]
    assert row["occurred_at"] == "2026-03-05T17:20:00+08:00"


# --- sealed ----------------------------------------------------------------------------------------------------------


def test_a_sealed_report_tells_nothing_afterwards(web: Web):
    browser, before = web.browser("linzhang"), opened(web)
    gist = "反映村里有人收了钱"

    page = browser.submit(say(browser, "反映干部"), {"d.gist": gist})

    assert (page.path, page.h1) == ("/report/handed-over", "已交给镇纪委")
    assert opened(web) == before + 1
    with web.office.store.read() as tx:
        query = sa.select(cases.c.id, cases.c.number).where(cases.c.state == "sealed")
        ident, number = tx.execute(query).one()
    assert number not in page.html and ident not in page.html
    for path in ("/mine", "/", "/report/handed-over"):
        shown = browser.get(path).html
        assert number not in shown and gist not in shown, path
    for path in (f"/cases/{ident}/sent", f"/cases/{ident}"):
        assert browser.get(path).status == 404
    assert gist in web.browser("township_discipline").get(f"/cases/{ident}").html


# --- mine, people, language ------------------------------------------------------------------------------------------


def test_nothing_reported_yet_says_what_to_do(web: Web):
    page = web.browser("council_member").get("/mine")
    assert "还没有报过事" in page.text
    assert "/report" in page.links


def test_a_page_of_mine_goes_on(web: Web):
    for number in range(21):
        web.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1", gist=f"第{number}件要说的事情")
    page = web.browser("linzhang_other").get("/mine")
    assert "第20件要说的事情" in page.text and "第0件要说的事情" not in page.text
    (further,) = [link for link in page.links if link.startswith("/mine?after=")]
    assert "第0件要说的事情" in web.browser("linzhang_other").get(further).text
    assert web.browser("linzhang").get(f"/mine?after={quote('nonsense')}").status == 422


def test_without_telephones_the_page_says_whom_to_ask(web: Web):
    assert "还没有登记电话的人" in web.browser("linzhang").get("/people").text


@pytest.mark.parametrize(("path", "words"), [
    ("/report", "Where is it?"), ("/danger", "Phone first, then report"), ("/people", "Nobody here has a telephone"),
    (f"/report?place={t.NEIGHBOURHOOD}", "What is it?"),
    (f"/report?place={t.NEIGHBOURHOOD}&what=hazard", "Let go to send"),
])  # fmt: skip
def test_in_english(web: Web, path: str, words: str):
    assert words in web.browser("linzhang").likes(lang="en").get(path).text


def test_a_report_in_english_says_what_comes_next(web: Web):
    browser = web.browser("linzhang").likes(lang="en")
    page = browser.submit(step(browser, browser.get(f"/report?place={t.NEIGHBOURHOOD}"), "Not sure").form("/report"),
                          {"d.gist": "The fence is broken"})  # fmt: skip
    assert "Reported to Cluster Party group leader 陈大明" in page.text
    assert "By Mon 9 Mar 17:30, weekends and holidays not counted." in page.text
    assert "Reported, with 陈大明, answer due Mon 9 Mar 17:30" in browser.get("/mine").text
