"""Pages of administrators: where each lands, what each sees and does, and what nobody else sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.people.accounts import AccountService
from engine.people.acting import By
from engine.people.administrators import AdministratorService
from engine.people.easy_passwords import is_easy
from engine.people.kinship import KinshipService
from engine.store.tables import people, tokens
from tests import township as t
from tests.api.client import ADMINISTRATORS, AUDIT, OPERATOR, SECURITY
from tests.web.client import Browser, Page
from tests.web.world import Web


@pytest.fixture(scope="module")
def at(web: Web) -> dict[str, Browser]:
    """A browser of each administrator."""
    return {login: web.browser(login) for login in ADMINISTRATORS}


@pytest.fixture
def spare(web: Web) -> Iterator[str]:
    """An account of the clerk beside his own."""
    number = len(AccountService(web.office.store).list_accounts())
    login = f"spare{number}"
    AccountService(web.office.store).add(login, "village_clerk", operator=False)
    yield login


def pressed(browser: Browser, page: Page, action: str, values: dict[str, str] | None = None,
            button: str | None = None) -> Page:  # fmt: skip
    return browser.submit(page.form(action, button=button), values or {})


@pytest.mark.parametrize(
    ("login", "landing"), [(OPERATOR, "/admin/accounts"), (SECURITY, "/admin/accounts"), (AUDIT, "/admin/acts")]
)
def test_each_lands_where_his_work_is(at, login, landing):
    assert at[login].get("/").path == landing
    assert at[login].get("/admin").path == landing


@pytest.mark.parametrize(
    ("login", "places"),
    [
        (OPERATOR, ["账号", "登记人员", "规则"]),
        (SECURITY, ["账号", "登记人员", "管理记录", "访问记录", "规则"]),
        (AUDIT, ["管理记录", "账号", "访问记录", "规则"]),
    ],
)
def test_the_bar_leads_to_his_places_and_names_his_office(at, login, places):
    page = at[login].get("/admin/accounts")
    bar = next(each for each in page.tree.all("nav") if each.attrs.get("class") == "desk-only")

    assert [each.text.strip() for each in bar.all("a")] == places
    assert {OPERATOR: "系统管理员", SECURITY: "安全管理员", AUDIT: "审计管理员"}[login] in page.text


@pytest.mark.parametrize("path", ["/admin", "/admin/accounts", "/admin/accounts/linzhang", "/admin/people",
                                  "/admin/people/linzhang", "/admin/acts"])  # fmt: skip
def test_for_everybody_else_there_are_no_such_pages(web: Web, path):
    assert web.browser("township_secretary").get(path).status == 404


def test_each_finds_only_what_his_office_sees(at):
    seen = {login: [path for path in ("/admin/accounts", "/admin/people", "/admin/acts")
            if at[login].get(path).status == 200] for login in ADMINISTRATORS}  # fmt: skip

    assert seen == {
        OPERATOR: ["/admin/accounts", "/admin/people"],
        SECURITY: ["/admin/accounts", "/admin/people", "/admin/acts"],
        AUDIT: ["/admin/accounts", "/admin/acts"],
    }


def test_a_person_comes_to_work_through_two_administrators(web: Web, at):
    """Registered and given an account by one, a post and a password by the other, and then signed in."""
    system, security = at[OPERATOR], at[SECURITY]
    page = pressed(
        system, system.get("/admin/people"), "/admin/people", {"name": "陈新来", "phone": "13900000077"}, "登记"
    )
    person = page.path.split("?")[0].rpartition("/")[2]
    assert "人员已登记。" in page.text
    page = system.get(f"/admin/accounts?person={person}")
    page = pressed(system, page, "/admin/accounts", {"login": "newcomer"}, "新增账号")
    assert "由安全管理员给" in page.text

    page = security.get(f"/admin/people/{person}?q=陈桥")
    place = {"place": f"unit:{t.VILLAGE}", "role": "village_clerk"}
    page = pressed(security, page, f"/admin/people/{person}/posts", place)
    assert "岗位已给予。" in page.text
    page = pressed(security, security.get("/admin/accounts/newcomer"), "/admin/accounts/newcomer/password")
    (password,) = [each.text for each in page.tree.all("code")]

    assert is_easy(password)
    assert password not in security.get("/admin/accounts/newcomer").text
    browser = web.browser()
    page = browser.submit(browser.get("/sign-in").form("/sign-in"), {"login": "newcomer", "password": password})
    assert page.path == "/password"


def test_a_form_sent_twice_registers_one_person(web: Web, at):
    form = at[OPERATOR].get("/admin/people").form("/admin/people", button="登记")
    for _ in range(2):
        at[OPERATOR].submit(form, {"name": "陈双双"})

    with web.office.store.read() as tx:
        count = tx.execute(sa.select(sa.func.count()).select_from(people).where(people.c.name == "陈双双")).scalar()
    assert count == 1


def test_what_is_wrong_is_named_and_what_was_typed_stays(at):
    page = pressed(at[OPERATOR], at[OPERATOR].get("/admin/accounts"), "/admin/accounts",
                   {"login": "linzhang", "person": "nobody"}, "新增账号")  # fmt: skip

    assert page.status == 422
    assert "已有人使用或用过" in page.text
    form = page.form("/admin/accounts", button="新增账号")
    assert (form.value("login"), form.value("person")) == ("linzhang", "nobody")


def test_an_account_is_ended_by_the_system_administrator(web: Web, at, spare):
    page = at[OPERATOR].get(f"/admin/accounts/{spare}")
    page = pressed(at[OPERATOR], page, f"/admin/accounts/{spare}/end")

    assert "账号已停用。" in page.text
    assert [each.active for each in AccountService(web.office.store).list_accounts() if each.login == spare] == [False]


def test_a_token_is_shown_once_and_revoked(web: Web, at, spare):
    security = at[SECURITY]
    page = security.get(f"/admin/accounts/{spare}")
    page = pressed(
        security, page, f"/admin/accounts/{spare}/tokens", {"label": "县平台", "scope": "feed", "days": "90"}
    )
    (secret,) = [each.text for each in page.tree.all("code")]

    assert AccountService(web.office.store).who(secret).scope == "feed"
    page = security.get(f"/admin/accounts/{spare}")
    assert secret not in page.text
    with web.office.store.read() as tx:
        ident = tx.execute(sa.select(tokens.c.id).where(tokens.c.login == spare)).scalar_one()
    page = pressed(security, page, f"/admin/tokens/{ident}/revoke")
    assert "令牌已作废。" in page.text
    assert AccountService(web.office.store).who(secret) is None


def test_too_many_days_are_refused_at_their_field(at, spare):
    page = at[SECURITY].get(f"/admin/accounts/{spare}")
    page = pressed(at[SECURITY], page, f"/admin/accounts/{spare}/tokens", {"label": "县平台", "days": "9999"})

    assert page.status == 422
    assert "太远" in page.text
    assert page.form(f"/admin/accounts/{spare}/tokens").value("label") == "县平台"


def test_a_post_ends_at_once_and_a_relation_too(web: Web, at):
    security = at[SECURITY]
    KinshipService(web.office.store).declare(By(login="zuzhang", person="zuzhang"), "pianzhang", "cousin", t.NOW.date())
    page = pressed(security, security.get("/admin/people/zuzhang"), "/admin/people/zuzhang/relatives/end")
    assert "这条亲属登记已结束。" in page.text

    (post,) = web.get(SECURITY, "/v1/posts?person=leader2")["items"]
    page = security.get("/admin/people/leader2")
    page = pressed(security, page, f"/admin/people/leader2/posts/{post['id']}/end")

    assert "岗位已结束。" in page.text
    assert web.get(SECURITY, "/v1/posts?person=leader2")["items"][0]["valid_to"] == "2026-03-05"


@pytest.mark.parametrize("login", [OPERATOR, SECURITY, AUDIT])
def test_about_administrators_there_is_nothing_to_press(at, login):
    page = at[SECURITY].get(f"/admin/accounts/{login}")

    assert "只能在服务器上用命令管理" in page.text
    assert [form.action for form in page.forms if "/admin/accounts/" in form.action] == []


def test_the_auditor_sees_and_can_press_nothing(at, spare):
    page = at[AUDIT].get(f"/admin/accounts/{spare}")
    assert page.status == 200
    assert [form.action for form in page.forms if "/admin/" in form.action] == []
    token = page.form("/sign-out").value("token")

    for path in ("end", "password", "sessions", "factor", "tokens"):
        sent = {"token": token, "label": "a", "scope": "act"}
        assert at[AUDIT].post(f"/admin/accounts/{spare}/{path}", sent).status == 403, path
    for path in ("/admin/people", "/admin/accounts", "/admin/people/zuzhang/posts"):
        sent = {"token": token, "name": "a", "login": "a", "once": "a", "role": "village_clerk", "place": "unit:x"}
        assert at[AUDIT].post(path, sent).status == 403, path


def test_the_offices_do_not_do_each_others_work_on_pages(at, spare):
    for login, paths in {OPERATOR: ("password", "sessions", "factor"), SECURITY: ("end",)}.items():
        token = at[login].get("/admin/accounts").form("/sign-out").value("token")
        for path in paths:
            assert at[login].post(f"/admin/accounts/{spare}/{path}", {"token": token}).status == 403


def test_acts_are_read_by_the_auditor_in_both_languages(at, spare):
    page = at[AUDIT].get(f"/admin/acts?about={spare}")
    assert "新增账号" in page.text
    assert "服务器命令行" in page.text
    assert "人员：village_clerk" in page.text

    english = at[AUDIT].get(f"/liking?lang=en&to=/admin/acts?about={spare}")
    assert "Account added" in english.text
    at[AUDIT].get("/liking?lang=zh")


def test_a_combined_site_says_so_on_every_page(web: Web, at):
    offices = AdministratorService(web.office.store)
    words = "本站由同一人兼任几种管理员"
    clerk = web.browser("village_clerk")
    assert words not in clerk.get("/").text
    offices.set_mode("combined")
    try:
        for path in ("/", "/cases", "/meetings", "/password"):
            assert words in clerk.get(path).text
        assert words in at[OPERATOR].get("/admin/accounts").text
    finally:
        offices.set_mode("apart")


# --- my relatives ----------------------------------------------------------------------------------------------------


def test_a_relative_is_found_declared_and_keeps_one_out(web: Web):
    browser = web.browser("pianzhang")
    page = browser.get("/relatives?q=李婶")
    page = pressed(browser, page, "/relatives", {"other": "lishen", "kind": "parent"}, "申报")

    assert "李婶" in page.text
    assert "父母" in page.text
    case = web.open("linzhang", reporter="lishen")
    assert web.fire("pianzhang", case, "accept").json()["code"] == "never:relative_of_party"


def test_what_is_not_chosen_is_asked_for(web: Web):
    browser = web.browser("zuzhang")
    page = pressed(browser, browser.get("/relatives?q=李婶"), "/relatives", {"other": "lishen"}, "申报")

    assert page.status == 422
    assert "请选是谁、是什么亲属" in page.text


def test_nobody_of_another_township_alone_is_offered(web: Web):
    assert web.browser("township_secretary").get("/relatives?q=钱镇长").text.count("钱镇长") == 0
    assert "没有找到" in web.browser("zuzhang").get("/relatives?q=钱镇长").text
