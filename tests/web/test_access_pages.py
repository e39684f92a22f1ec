"""The pages of the log of access: for the audit office, and of one case for supervisors. To nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.store.tables import passwords
from tests import township as t
from tests.api.client import AUDIT, SECURITY
from tests.web.client import Browser
from tests.web.hygiene import flaws_of
from tests.web.world import Web, small_township


@pytest.fixture(scope="module")
def township() -> Iterator[Web]:
    with small_township() as web:
        with web.office.store.begin() as tx:
            row = dict(tx.execute(sa.select(passwords).limit(1)).mappings().one())
            known = set(tx.execute(sa.select(passwords.c.login)).scalars())
            for login in {AUDIT, SECURITY} - known:
                tx.execute(sa.insert(passwords).values(**row | {"login": login}))
        yield web


@pytest.fixture(scope="module")
def looker(township: Web) -> Browser:
    return township.browser(AUDIT)


def test_the_log_is_among_the_places_of_those_who_read_it_and_it_is_sound(township: Web, looker: Browser):
    assert all("/access" in each.get("/rules").links for each in (looker, township.browser(SECURITY)))
    assert "/access" not in township.browser("village_clerk").get("/rules").links
    for lang, told in (("zh", "zh-CN"), ("en", "en")):
        looker.likes(lang=lang)
        page = looker.get("/access")
        assert (page.status, flaws_of(page, told)) == (200, [])
    looker.likes(lang="zh")


def test_it_says_who_did_what_with_which_outcome(township: Web, looker: Browser):
    case = township.open()
    township.send("village_clerk", "GET", f"/v1/cases/{case}")
    township.send("village_clerk_other", "GET", f"/v1/cases/{case}")

    page = looker.get(f"/access?object={case}")
    text = page.tree.one("table").text
    assert "GET /v1/cases/{case_id}" in text
    assert "village_clerk_other" in text and "case_not_found" in text
    assert "令牌" in text
    missed = looker.get(f"/access?object={case}&status=400").tree.one("table").text
    assert "village_clerk_other" in missed and "200" not in missed


def test_a_wrong_filter_is_named_and_lists_nothing(looker: Browser):
    page = looker.get("/access?since=06.03.2026&colour=red&login=a%20b")

    assert (page.status, flaws_of(page)) == (422, [])
    assert {link for link in page.links if link.startswith("#f-")} == {"#f-since", "#f-login"}
    assert "colour" in page.text
    assert page.tree.all("table") == []
    assert page.form("/access").value("login") == "a b"


def test_pages_follow_each_other_and_keep_the_filter(township: Web, looker: Browser):
    case = township.open()
    for _ in range(55):
        township.send("village_clerk", "GET", f"/v1/cases/{case}")
    first = looker.get(f"/access?object={case}&login=village_clerk")
    (older,) = [link for link in first.links if "cursor=" in link]
    rest = looker.get(older)

    assert [len(page.tree.all("tr")) - 1 for page in (first, rest)] == [50, 5]
    assert f"/access?object={case}&login=village_clerk" in rest.links


def test_what_the_page_lists_can_be_exported(township: Web, looker: Browser):
    case = township.open()
    (link,) = [each for each in looker.get(f"/access?object={case}").links if each.startswith("/access/export")]
    answer = looker.http.get(link)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, row = answer.text.splitlines()
    assert header.startswith("id,at,login,person,post,")
    assert case in row
    assert looker.http.get("/access/export?format=xls").status_code == 422
    assert looker.http.get("/access/export?since=x").status_code == 422


def test_the_security_administrator_sees_what_audit_did(township: Web, looker: Browser):
    looker.get("/access")
    page = township.browser(SECURITY).get("/access")

    assert page.status == 200
    body = page.tree.one("tbody").text
    assert AUDIT in body and "village_clerk" not in body
    assert "审计管理员自己的调用" in page.text


def test_a_supervisor_sees_from_the_case_who_looked_at_it(township: Web):
    case = township.open()
    township.browser("village_clerk").get(f"/cases/{case}")
    auditor = township.browser("auditor_township")
    assert f"/cases/{case}/accesses" in auditor.get(f"/cases/{case}").links
    page = auditor.get(f"/cases/{case}/accesses")

    assert (page.status, flaws_of(page)) == (200, [])
    clerk = next(row.text for row in page.tree.one("tbody").all("tr") if "village_clerk" in row.text)
    assert "查看" in clerk and "网页" in clerk
    assert f"/access?object={case}" not in page.links


@pytest.mark.parametrize("person", ["village_clerk", "village_secretary", "township_secretary", "linzhang"])
def test_those_whom_it_is_about_do_not_see_it(township: Web, person: str):
    case = township.open()
    browser = township.browser(person)

    assert f"/cases/{case}/accesses" not in browser.get(f"/cases/{case}").links
    assert browser.get(f"/cases/{case}/accesses").status == 403
    assert browser.get("/access").status == browser.get("/access/export").status == 403


def test_signing_in_and_out_is_noted_with_the_login(township: Web, looker: Browser):
    browser = township.browser()
    browser.sign_in("zuzhang")
    browser.submit(browser.get("/").form("/sign-out"))

    text = looker.get("/access?login=zuzhang").tree.one("tbody").text
    assert "POST /sign-in" in text and "POST /sign-out" in text
    assert t.TOWNSHIP
