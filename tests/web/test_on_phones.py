"""Every page on a phone: axe finds nothing in it, nothing sticks out at 320 pixels, and large text is large."""

from __future__ import annotations

import pytest

from tests.web.conftest import Person
from tests.web.looking import (
    NAMES,
    OF_SIZES,
    PAGES,
    assert_usable,
    enlarge,
    sideways,
    small_targets,
    small_text,
    violations,
)
from tests.web.page_table import READERS, Line
from tests.web.served import Served

TARGET, LARGE_TARGET = 48, 60  # CSS pixels


@pytest.mark.parametrize(("line", "column"), PAGES, ids=NAMES)
def test_a_page_can_be_used_by_everybody_and_in_large_text_by_the_old(
    regular: Person, served: Served, line: Line, column: str
):
    page = regular(READERS[column])
    page.goto(served.addresses.of(line.address))
    flaws = violations(page) + small_targets(page, TARGET) + sideways(page, 320) + sideways(page, 360)

    enlarge(page)
    flaws += violations(page, OF_SIZES) + small_text(page) + small_targets(page, LARGE_TARGET)
    assert_usable(flaws + sideways(page, 320) + sideways(page, 360))


@pytest.mark.parametrize(("line", "column"), PAGES, ids=NAMES)
def test_english_fits_a_narrow_phone(regular: Person, served: Served, line: Line, column: str):
    page = regular(READERS[column], lang="en")
    page.goto(served.addresses.of(line.address))

    assert_usable(sideways(page, 320))


def test_axe_finds_what_is_wrong(person: Person):
    page = person("linzhang")
    page.goto("/")
    wrong = '<input><img src="/static/icon.svg">'
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", wrong)

    assert {each.split(":")[0] for each in violations(page)} >= {"label", "image-alt"}


def test_what_sticks_out_or_is_small_is_noticed(person: Person):
    page = person("linzhang", text="large")
    page.goto("/")
    wrong = '<button class="btn" type="button" id="w">a</button>'
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", wrong)
    page.evaluate("Object.assign(document.getElementById('w').style, "
                  "{width: '900px', height: '20px', minHeight: 0, fontSize: '12px'})")  # fmt: skip

    assert sideways(page, 320)
    assert small_targets(page, LARGE_TARGET)
    assert small_text(page)
