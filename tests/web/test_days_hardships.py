"""What goes wrong in a day: double taps, the way back, two tabs, a session that ends, no scripts, small screens, long
names, nothing there, too much there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from engine.people.accounts import AccountService
from engine.store.tables import cases, history, people, posts, sessions, units
from tests.serving import Client
from tests.web.chromium import Watch
from tests.web.conftest import Person
from tests.web.served import Served

PLACE, LEADER = "430482109223w01g1n1", "party_group_leader"
TOLD = {"category": "infra", "heard_on": "2026-12-24", "source": "visit"}
LONG_NAME = "买买提吐尔逊阿卜杜拉江"  # eleven characters


def api(served: Served, login: str) -> Client:
    return Client(served.address, served.demo.accounts[login]["token"])


def reported(served: Served, gist: str) -> str:
    """The address of a case that has just been reported."""
    answer = api(served, "linzhang").post("/v1/cases", {"unit": PLACE, "data": TOLD | {"gist": gist}})
    return f"/cases/{answer.raise_for_status().json()['id']}"


def accepted(served: Served, gist: str) -> str:
    path = reported(served, gist)
    api(served, LEADER).fire(path.removeprefix("/cases/"), "accept", {}, version=1).raise_for_status()
    return path


def fired(served: Served, path: str) -> list[str]:
    """The triggers of a case's history."""
    query = (
        sa.select(history.c.trigger).where(history.c.case_id == path.removeprefix("/cases/")).order_by(history.c.seq)
    )
    with served.store.read() as tx:
        return [str(each) for each in tx.execute(query).scalars()]


def main_button(page: Page) -> Locator:
    return page.locator("a.btn-primary, button.btn-primary").filter(visible=True).first


# --- once is enough --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_double_tap_takes_effect_once(person: Person, served: Served, scripts: bool):
    path = reported(served, "双击也只算一次")
    page = person(LEADER, java_script_enabled=scripts)
    page.goto(path)
    main_button(page).dblclick()
    expect(page.locator(".mq-ladder [aria-current]")).to_contain_text("屋场办理中")

    assert fired(served, path) == ["report", "accept"]


def test_back_and_sending_again_records_nothing_twice(person: Person, served: Served):
    path = accepted(served, "退回来再按一次")
    page = person(LEADER)
    page.goto(f"{path}/do/record_measure")
    page.get_by_label("措施").fill("上门看过")
    main_button(page).click()
    expect(page.get_by_role("status")).to_contain_text("已记下")
    page.go_back()
    assert page.url.endswith("/do/record_measure")
    main_button(page).click()
    page.wait_for_timeout(300)

    assert fired(served, path).count("record_measure") == 1


def test_of_two_tabs_the_slower_is_told(person: Person, served: Served):
    path = reported(served, "两个人同时办")
    first, second = person(LEADER), person("pianzhang")
    for page in (first, second):
        page.goto(path)
    main_button(first).click()
    expect(first.get_by_role("status")).to_contain_text("已记下：受理")
    main_button(second).click()

    expect(second.locator("main")).to_contain_text("受理")
    expect(second.locator("main")).to_contain_text("唐国安")
    assert fired(served, path) == ["report", "accept"]


def test_what_was_typed_outlives_the_session(person: Person, served: Served):
    path = accepted(served, "写到一半掉线")
    page = person(LEADER)
    page.goto(f"{path}/do/record_measure")
    page.get_by_label("措施").fill("爬到屋顶看过，瓦碎了十几片")
    with served.store.begin() as tx:
        tx.execute(sa.delete(sessions))
    main_button(page).click()
    page.fill("#login", LEADER)
    page.fill("#password", served.password(LEADER))
    main_button(page).click()
    expect(page.locator("h1")).to_contain_text("写的都还在")
    page.get_by_role("button", name="接着交").click()

    expect(page.locator(".mq-tl")).to_contain_text("爬到屋顶看过，瓦碎了十几片")


# --- no scripts ------------------------------------------------------------------------------------------------------


def test_a_case_from_report_to_struck_off_without_scripts(person: Person, served: Served):
    page = person("linzhang", java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="有事要报").click()
    page.locator(".mq-tile").first.click()
    page.get_by_role("link", name="基础设施").click()
    page.locator("textarea[name='d.gist']").fill("桥栏杆松了，孩子放学要走")
    page.get_by_role("button", name="报上去").click()
    expect(page.locator("h1")).to_contain_text("已报给")
    path = page.url.removeprefix(served.address).removesuffix("/sent")

    page = person(LEADER, java_script_enabled=False)
    page.goto(path)
    main_button(page).click()
    page.get_by_role("link", name="记录措施").first.click()
    page.get_by_label("措施").fill("先拉了绳子")
    main_button(page).click()
    main_button(page).click()
    page.get_by_label("采取措施").fill("换了两根栏杆")
    page.get_by_label("办理结果").fill("摇过了，不晃")
    main_button(page).click()

    page = person("village_clerk", java_script_enabled=False)
    page.goto(path)
    main_button(page).click()
    for words in ("现场核查", "联系上", "满意"):
        page.locator("label.mq-chip").filter(has_text=re.compile(rf"^\s*{words}\s*$")).first.click()
    main_button(page).click()
    main_button(page).click()
    page.locator("label.mq-chip").filter(has_text=re.compile(r"^\s*满意\s*$")).click()
    main_button(page).click()
    expect(page.locator(".mq-case")).to_contain_text("已销号")
    assert fired(served, path) == [
        "report",
        "accept",
        "record_measure",
        "finish_in_wuchang",
        "record_callback",
        "strike_off",
    ]


# --- wrong input -----------------------------------------------------------------------------------------------------


def test_wrong_input_is_named_and_kept(person: Person, served: Served):
    path = accepted(served, "日子写到明年去了")
    page = person(LEADER)
    page.goto(f"{path}/do/record_measure")
    page.locator("form[action$='record_measure']").evaluate("form => { form.noValidate = true }")
    page.get_by_label("措施").fill("上门看过")
    page.get_by_label("实施日期").fill("2027-03-01")
    main_button(page).click()

    expect(page.get_by_role("alert").first).to_be_focused()
    expect(page.get_by_role("alert").first).to_contain_text("实施日期")
    assert page.get_by_label("措施").input_value() == "上门看过"
    assert fired(served, path).count("record_measure") == 0


def test_a_report_of_one_character_says_what_is_missing(person: Person, watch: Watch):
    page = person("village_clerk", size="desk")
    page.goto("/report")
    page.fill("#f-unit", "高子树组第一邻")
    page.get_by_label("类别").select_option(label="矛盾纠纷")
    page.get_by_label("事由").fill("吵")
    page.locator("label.mq-chip").filter(has_text="走访").click()
    page.locator("form[data-report]").evaluate("form => { form.noValidate = true }")
    with page.expect_response(re.compile("/report$")) as answer:
        page.get_by_role("button", name="报上去").click()
    assert answer.value.status == 422
    watch.flaws[:] = [flaw for flaw in watch.flaws if not flaw.startswith("422 ")]
    expect(page.get_by_role("alert").first).to_contain_text("事由")
    assert page.get_by_label("事由").input_value() == "吵"


# --- small screens, long names ---------------------------------------------------------------------------------------


@pytest.fixture
def long_names(served: Served) -> Iterator[None]:
    """For one test, who has to do with 高子树组 has a name of eleven characters, and the place a longer one."""
    mine = sa.select(posts.c.person).where(posts.c.unit.startswith("430482109223"))
    with served.store.begin() as tx:
        names = dict(tx.execute(sa.select(people.c.id, people.c.name).where(people.c.id.in_(mine))).all())
        tx.execute(sa.update(people).where(people.c.id.in_(mine)).values(name=LONG_NAME))
        place = tx.execute(sa.select(units.c.name).where(units.c.code == PLACE)).scalar_one()
        tx.execute(sa.update(units).where(units.c.code == PLACE).values(name="大义山脚下高子树老屋组第一联户邻里"))
    yield
    with served.store.begin() as tx:
        for ident, name in names.items():
            tx.execute(sa.update(people).where(people.c.id == ident).values(name=name))
        tx.execute(sa.update(units).where(units.c.code == PLACE).values(name=place))


def sideways(page: Page) -> int:
    """CSS pixels that lie beside the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


#: The innermost parts that lie beside the window.
_BESIDE = """() => Array.from(document.querySelectorAll('body *')).filter(
    one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.children.length
).slice(0, 4).map(one => one.tagName + '.' + one.className + ' ' + one.textContent.trim().slice(0, 20))"""
PAGES = {
    None: ["/sign-in"],
    "linzhang": [
        "/",
        "/report",
        f"/report?place={PLACE}",
        "/danger",
        "/mine",
        "/people",
        "/cases",
        "/inbox",
        "{case}",
        "{case}/do/note",
    ],
    "village_secretary": [
        "/",
        "/meetings",
        "{meeting}",
        "/cases?view=all",
        "{case}",
        "{case}/do/correct",
        "{case}/print",
    ],
    "auditor_county": ["/history", "/rules", "/blocked", "/refusals"],
}


def addresses(served: Served, paths: list[str]) -> list[str]:
    with served.store.read() as tx:
        found = sa.select(cases.c.id).where(cases.c.state == "village_queued", cases.c.unit == PLACE)
        case = tx.execute(found.limit(1)).scalar_one()
    coming = api(served, "village_secretary").get("/v1/meetings", unit="430482109223", status="planned").json()["items"]
    meeting = min(coming, key=lambda each: str(each["at"]))["id"]
    return [path.format(case=f"/cases/{case}", meeting=f"/meetings/{meeting}") for path in paths]


@pytest.mark.parametrize(
    ("size", "text", "lang"), [("narrow", "large", "zh"), ("narrow", "normal", "en"), ("zoomed", "normal", "zh")]
)
def test_no_page_scrolls_sideways(person: Person, served: Served, long_names: None, size: str, text: str, lang: str):
    flaws = []
    for login, paths in PAGES.items():
        page = person(login, size=size, text=text, lang=lang)
        for path in addresses(served, paths):
            answer = page.goto(path)
            assert answer is not None
            if answer.status != 200 or sideways(page) > 0:
                flaws.append(f"{login} {path}: {answer.status}, {sideways(page)} px, {page.evaluate(_BESIDE)}")
    assert not flaws, "\n".join(["", *flaws])


# --- nothing there, much there ---------------------------------------------------------------------------------------


def clerk_of_an_empty_village(served: Served) -> str:
    """The login of a village clerk in whose village nothing was ever reported."""
    query = sa.select(posts.c.person, posts.c.unit).where(
        posts.c.role == "village_clerk", posts.c.unit.startswith("430482109")
    )
    with served.store.read() as tx:
        full = {str(unit)[:12] for unit in tx.execute(sa.select(cases.c.unit)).scalars()}
        person = next(str(who) for who, unit in tx.execute(query) if unit not in full)
    AccountService(served.store).add(person, person, operator=False)
    return person


def test_an_empty_village_teaches_instead_of_showing_nothing(person: Person, served: Served):
    page = person(clerk_of_an_empty_village(served))
    said = {}
    for path in ("/", "/cases", "/mine", "/inbox", "/meetings", "/history"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.locator("main a[href^='/cases/4']").count() == 0, path
        said[path] = page.locator("main").inner_text()

    assert "没事就是好事" in said["/"]
    assert "没事就是好事" in said["/mine"]
    assert all(len(words) > 15 for words in said.values())


def test_a_full_village_shows_the_most_pressing_and_the_way_to_the_rest(person: Person, served: Served):
    for number in range(15):
        reported(served, f"第 {number} 件还没有人接的事")
    page = person(LEADER)
    page.goto("/")
    section = page.locator("section").filter(has_text="要您办的")
    assert section.locator("a.mq-row").count() == 12
    section.get_by_role("link", name="全部").click()
    expect(page.locator("main a[href^='/cases/']").nth(14)).to_be_attached()


# --- the keyboard alone ----------------------------------------------------------------------------------------------


def test_the_desk_by_the_keyboard_alone(person: Person):
    page = person("township_party_office", size="desk")
    page.goto("/cases?view=overdue")
    keys = page.keyboard
    for key in ("j", "x", "j", "x"):
        keys.press(key)
    expect(page.locator("[data-bulk] b")).to_contain_text("已选 2 件")
    keys.press("/")
    expect(page.locator("#f-q")).to_be_focused()
    keys.type("桥面")
    keys.press("Enter")
    page.wait_for_url(re.compile("q="))
    assert page.locator("[data-row]").count() > 0
    keys.press("j")
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text("桥面栏杆松动")
