"""The first load of the pages that everybody opens first fits through a thin line."""

from __future__ import annotations

import pytest

from tests.web.conftest import Person
from tests.web.measuring import MOST, PAGES, load_of


@pytest.mark.parametrize(("login", "path"), [each[1:] for each in PAGES], ids=[each[0] for each in PAGES])
def test_a_first_load_is_light_and_a_second_brings_the_page_alone(person: Person, login: str | None, path: str):
    page = person(login)
    first, again = (load_of(page, path, slow=False) for _ in range(2))

    assert 2_000 < first.bytes <= MOST, first
    assert first.requests >= 4  # the page, two sheets of style, a script
    assert again.bytes < first.bytes / 3, again
    assert again.requests == 1
