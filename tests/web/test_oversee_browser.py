"""The supervisor's history in a browser: older rows come under those that are read."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.conftest import Person


def test_older_rows_come_under_the_ones_read_until_there_are_none(person: Person):
    page = person("auditor_county", size="desk")
    page.goto("/history?move=all")
    rows, address = page.locator(".mq-moves tbody > tr"), page.url
    first = rows.first.inner_text()
    seen = rows.count()

    page.locator("#older a").click()
    expect(rows).not_to_have_count(seen)

    assert page.url == address
    assert rows.first.inner_text() == first
    assert rows.count() > seen
    assert page.locator("#older").count() == 1


def test_without_scripts_the_link_leads_to_a_page_of_them(person: Person):
    page = person("auditor_county", size="desk", java_script_enabled=False)
    page.goto("/history?move=all")
    first = page.locator(".mq-moves tbody > tr").first.inner_text()

    page.locator("#older a").click()

    assert "cursor=" in page.url
    assert page.locator(".mq-moves tbody > tr").first.inner_text() != first
