"""A world for a whole module: one township on SQLite, with a client for everybody in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.client import Api, office_of, opened, settle
from tests.databases import fresh_store


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        with opened(office_of(store), tokens) as client:
            yield client
