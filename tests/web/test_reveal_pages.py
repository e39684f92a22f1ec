"""Masked data on pages: the way to it, the form that asks why, the answer once, and who looked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.store import trust_tables as trust
from engine.store.erasurebook import empty_payloads
from tests import township as t
from tests.api.client import REPORT
from tests.web.hygiene import flaws_of
from tests.web.world import Web

PHONE = "13812341234"
STRANGER = {"name": "张小明", "phone": PHONE}


@pytest.fixture
def case(web: Web) -> str:
    body = {"unit": t.NEIGHBOURHOOD, "data": REPORT | {"reporter": STRANGER, "content": f"请打{PHONE}"}}
    return str(web.send("linzhang", "POST", "/v1/cases", body).json()["id"])


def kept(web: Web, case: str) -> list[sa.Row]:
    with web.office.store.read() as tx:
        return list(tx.execute(sa.select(trust.reveals).where(trust.reveals.c.case_id == case)))


def test_who_works_on_it_is_asked_why_and_then_shown_once(web: Web, case: str):
    browser = web.browser("zuzhang")
    page = browser.get(f"/cases/{case}")
    assert (STRANGER["name"] in page.text, PHONE in page.html) == (True, False)
    link = next(each for each in page.links if each.endswith("reveal?field=reporter"))
    asked = browser.get(link)
    assert flaws_of(asked) == []
    assert PHONE not in asked.html

    shown = browser.submit(asked.form(button="显示"), {"reason": "contact_reporter"})

    assert flaws_of(shown) == []
    assert (shown.status, f"tel:{PHONE}" in shown.links, STRANGER["name"] in shown.text) == (200, True, True)
    assert shown.headers["cache-control"] == "private, no-store"
    assert [(row.person, row.fields, row.reason) for row in kept(web, case)] == [
        ("zuzhang", ["reporter"], "contact_reporter")
    ]
    assert PHONE not in browser.get(f"/cases/{case}").html


def test_a_row_of_the_history_has_its_own_way(web: Web, case: str):
    note = {"trigger": "note", "data": {"text": "回他0734-8765432"}}
    web.send("linzhang", "POST", f"/v1/cases/{case}/transitions", note, version=1)
    browser = web.browser("linzhang")
    asked = browser.get(next(link for link in browser.get(f"/cases/{case}").links if "field=text&seq=2" in link))

    shown = browser.submit(asked.form(button="显示"), {"reason": "visit"})

    assert "回他0734-8765432" in shown.text
    assert kept(web, case)[0].fields == ["2:text"]


def test_what_was_typed_wrongly_is_kept_and_named(web: Web, case: str):
    browser = web.browser("zuzhang")
    asked = browser.get(f"/cases/{case}/reveal?field=reporter")

    again = browser.submit(asked.form(button="显示"), {"reason": "other", "words": " "})

    assert flaws_of(again) == []
    assert (again.status, "请填写「说明」" in again.text) == (422, True)
    assert again.form(button="显示").value("reason") == "other"
    assert kept(web, case) == []


def test_supervision_has_its_own_reasons_and_sees_who_looked(web: Web, case: str):
    browser = web.browser("auditor_county")
    page = browser.get(f"/cases/{case}")
    assert STRANGER["name"] not in page.text
    asked = browser.get(f"/cases/{case}/reveal?field=content")
    assert asked.form(button="显示").options("reason") == ["supervision_sample", "legal_duty"]

    shown = browser.submit(asked.form(button="显示"), {"reason": "supervision_sample", "words": "回访张小明"})
    assert f"请打{PHONE}" in shown.text

    looked = browser.get(next(link for link in page.links if link.endswith("/reveals")))
    assert flaws_of(looked) == []
    assert "督查抽样回访" in looked.text
    assert "回访张*明" in looked.text
    assert web.browser("zuzhang").get(f"/cases/{case}/reveals").status == 403


@pytest.mark.parametrize("path", ["reveal?field=reporter", "reveals"])
def test_out_of_reach_there_is_no_such_page(web: Web, case: str, path: str):
    assert web.browser("village_clerk_2").get(f"/cases/{case}/{path}").status == 404


def test_what_was_erased_says_so(web: Web, case: str):
    with web.office.store.begin() as tx:
        empty_payloads(tx, t.TOWNSHIP, case, [1])
    browser = web.browser("zuzhang")

    for path in (f"/cases/{case}", f"/cases/{case}/print"):
        page = browser.get(path)
        assert flaws_of(page) == []
        assert "已依法删除" in page.text
    assert web.get("zuzhang", f"/v1/cases/{case}")["erased"] == ["gist", "content", "reporter"]


def test_english_readers_read_it_in_english(web: Web, case: str):
    asked = web.browser("zuzhang").likes(lang="en").get(f"/cases/{case}/reveal?field=reporter")

    assert flaws_of(asked, "en") == []
    assert "Who looks, when and why is kept" in asked.text
