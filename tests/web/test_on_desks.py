"""Every page on a desk: axe finds nothing in it, and nothing sticks out, zoomed to 200 % either."""

from __future__ import annotations

import pytest

from tests.web.conftest import Person
from tests.web.looking import NAMES, PAGES, assert_usable, enlarge, sideways, violations
from tests.web.page_table import READERS, Line
from tests.web.served import Served

DESK, ZOOMED = 1280, 640  # CSS pixels: at 200 % half as many fit


@pytest.mark.parametrize(("line", "column"), PAGES, ids=NAMES)
def test_a_page_can_be_used_by_everybody_and_fits_in_large_text(
    regular: Person, served: Served, line: Line, column: str
):
    page = regular(READERS[column], size="desk")
    page.goto(served.addresses.of(line.address))
    flaws = violations(page) + sideways(page, DESK) + sideways(page, ZOOMED)

    enlarge(page)
    assert_usable(flaws + sideways(page, ZOOMED) + sideways(page, DESK))
