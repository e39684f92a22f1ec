"""Rows as plain values: both ways of hashing them give what the chain gave when they were written."""

from __future__ import annotations

import json
from collections import namedtuple
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from engine.rules.chain import GENESIS, row_facts, row_hash
from engine.rules.state import Event
from engine.store.db import Store
from engine.store.folding import event_from_row
from engine.store.plainrows import COLUMNS, careful_hash, event_of, plain_columns, quick_hash
from engine.store.tables import history
from tests.store.world import World
from tests.unit.rules.test_chain import ASSIGNED, KNOWN, NOTED, OPENED

Plain = namedtuple("Plain", COLUMNS)
ODD = replace(
    OPENED,
    ref=None,
    actor='quo"te\\ and \t tab, 😀 and \u2028',
    post=None,
    texts=(),
    facts={"乙": [1, True, None], "a": {"z": "好\t\n"}, "big": 2**70, "minus": -5},
)


def plainly(event: Event, committed: str, previous: str, hashed: str) -> Any:
    """The row of the event as it is read."""
    facts = row_facts("430482109", "430482109-01KABC", event)
    facts |= {"commitment": committed, "previous": previous, "hash": hashed, "proxy": int(event.proxy)}
    return Plain(
        **{name: json.dumps(facts[name]) if isinstance(facts[name], dict | list) else facts[name] for name in COLUMNS}
    )


def test_the_known_chain_has_its_hashes_by_both_ways():
    previous = GENESIS
    for event, (committed, hashed) in zip((OPENED, NOTED, ASSIGNED), KNOWN, strict=True):
        row = plainly(event, committed, previous, hashed)
        assert quick_hash(row) == careful_hash(row) == hashed
        previous = hashed


def test_both_ways_agree_on_odd_values():
    row = plainly(ODD, "ab" * 32, GENESIS, "")

    assert quick_hash(row) == careful_hash(row) == row_hash(row_facts(row.home, row.case_id, ODD), "ab" * 32, GENESIS)


@pytest.mark.parametrize(
    "change",
    [
        {"line": 1.5},
        {"agenda_no": "7"},
        {"proxy": 2},
        {"actor": b"zuzhang"},
        {"facts": '{"a": 1.0}'},
        {"facts": '{"a": NaN}'},
        {"facts": "no JSON"},
        {"facts": None},
        {"unit": "\udcff"},
    ],
)
def test_what_has_no_canonical_form_is_refused_or_has_another_hash(change: dict[str, Any]):
    row = plainly(OPENED, *KNOWN[0][:1], GENESIS, KNOWN[0][1])._replace(**change)

    for way in (quick_hash, careful_hash):
        try:
            found = way(row)
        except (ValueError, TypeError, KeyError):
            continue
        assert found != row.hash, way


def test_every_row_reads_alike_from_both_databases(store: Store):
    world = World(store)
    world.bring("township_handling", reporter={"name": "张小明", "phone": "13812341234"})
    columns = plain_columns(history.c, sqlite=store.is_sqlite)
    with store.read() as tx:
        rows = tx.execute(sa.select(*columns).order_by(*history.primary_key.columns)).all()

    for row, typed in zip(rows, world.rows(history), strict=True):
        assert quick_hash(row) == careful_hash(row) == row.hash
        assert event_of(row) == event_from_row(typed, None)
    assert len(rows) > 5


@pytest.mark.parametrize("facts", ['{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 1}}', '[{"b": 1, "\\u0062": 1}]'])
def test_a_name_that_stands_twice_has_no_canonical_form(facts: str):
    row = plainly(OPENED, *KNOWN[0][:1], GENESIS, KNOWN[0][1])._replace(facts=facts)

    for way in (quick_hash, careful_hash):
        with pytest.raises(ValueError, match="twice"):
            way(row)
