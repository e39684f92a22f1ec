"""History and refusals are only added to; payloads are only emptied, body and salt together. The databases hold it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from engine.store import trust_tables as trust
from engine.store.clock import real_now
from engine.store.columns import Utc
from engine.store.db import Broken, Store
from engine.store.tables import APPEND_ONLY, history, payloads, refusals
from tests.databases import BACKENDS, fresh_store
from tests.store.world import World, refusal

RECORDS = [pytest.param(table, id=table.name) for table in APPEND_ONLY]
#: What each database says when a trigger of ours refuses.
BY_TRIGGER = "SQLITE_CONSTRAINT_TRIGGER|23001"
KEPT = [*RECORDS, pytest.param(payloads, id="payloads")]


def settled(store: Store) -> World:
    """A case with one row of history, one refused act, and a row in every other table that is only added to."""
    world = World(store)
    case = world.open()
    refusal(lambda: world.fire("zuzhang", case, "sign_for"))
    home = case.rsplit("-", 1)[0]
    with store.begin() as tx:
        for table in trust.APPEND_ONLY:
            tx.execute(sa.insert(table).values(filled(table, home, case)))
    return world


def filled(table: sa.Table, home: str, case: str) -> dict[str, object]:
    """Something in every column, as the columns are."""
    kinds: dict[type, object] = {sa.Integer: 1, sa.JSON: [], Utc: real_now()}
    values = {c.name: next((v for kind, v in kinds.items() if isinstance(c.type, kind)), "x") for c in table.columns}
    return values | {name: value for name, value in (("home", home), ("case_id", case)) if name in values}


@pytest.fixture(scope="module", params=BACKENDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """One for all tests here: what they try must change nothing."""
    with fresh_store(request.param) as store:
        yield settled(store)


@pytest.fixture(scope="module")
def sqlite_world() -> Iterator[World]:
    with fresh_store("sqlite") as store:
        yield settled(store)


@pytest.fixture(scope="module")
def postgres_world() -> Iterator[World]:
    with fresh_store("postgres") as store:
        yield settled(store)


def forbidden(world: World, statement: sa.Executable | str) -> None:
    """The database itself says no, and nothing has changed."""
    before = [world.rows(table) for table in (history, refusals, payloads)]
    text = sa.text(statement) if isinstance(statement, str) else statement
    with pytest.raises(Broken, match=BY_TRIGGER), world.store.begin() as tx:
        tx.execute(text)
    assert [world.rows(table) for table in (history, refusals, payloads)] == before
    assert all(before)


@pytest.mark.parametrize("table", RECORDS)
def test_no_column_of_the_record_can_be_updated(world: World, table: sa.Table):
    for column in table.columns:
        forbidden(world, f"UPDATE {table.name} SET {column.name} = {column.name}")


@pytest.mark.parametrize("table", KEPT)
def test_no_row_can_be_deleted(world: World, table: sa.Table):
    forbidden(world, sa.delete(table))


@pytest.mark.parametrize("table", KEPT)
def test_no_row_can_be_replaced_by_way_of_a_conflict(world: World, table: sa.Table):
    dialect = sqlite if world.store.is_sqlite else postgresql
    keys = [column.name for column in table.primary_key]
    again = dialect.insert(table).values(world.rows(table)[0]._asdict())

    forbidden(world, again.on_conflict_do_update(index_elements=keys, set_={keys[0]: "x"}))


@pytest.mark.parametrize("table", KEPT)
def test_insert_or_replace_does_not_slip_past(sqlite_world: World, table: sa.Table):
    again = sa.insert(table).values(sqlite_world.rows(table)[0]._asdict()).prefix_with("OR REPLACE")

    forbidden(sqlite_world, again)


@pytest.mark.parametrize("table", [table.name for table in (*APPEND_ONLY, payloads)])
def test_no_table_can_be_truncated(postgres_world: World, table: str):
    forbidden(postgres_world, f"TRUNCATE {table} CASCADE")


def test_the_same_row_cannot_be_added_twice(world: World):
    with pytest.raises(IntegrityError), world.store.begin() as tx:
        tx.execute(sa.insert(history).values(world.rows(history)[0]._asdict()))


# --- payloads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"body": {"data": {"gist": "别的话"}}}, id="another body"),
        pytest.param({"salt": "00" * 16}, id="another salt"),
        pytest.param({"body": None}, id="the body alone"),
        pytest.param({"salt": None}, id="the salt alone"),
        pytest.param({"body": {}, "salt": None}, id="an empty body"),
        pytest.param({"body": sa.JSON.NULL, "salt": None}, id="a JSON null"),
        pytest.param({"body": None, "salt": ""}, id="an empty salt"),
        pytest.param({"home": "x", "body": None, "salt": None}, id="another home"),
        pytest.param({"case_id": "x", "body": None, "salt": None}, id="another case"),
        pytest.param({"seq": 2, "body": None, "salt": None}, id="another row"),
        pytest.param({"home": "x"}, id="the home alone"),
    ],
)
def test_a_payload_cannot_be_changed_in_any_other_way(world: World, values: dict[str, object]):
    forbidden(world, sa.update(payloads).values(values))


def test_a_payload_is_emptied_once_or_twice_and_never_filled_again(store: Store):
    world = settled(store)
    kept = world.rows(payloads)[0]

    for _ in range(2):
        with world.store.begin() as tx:
            tx.execute(sa.update(payloads).values(body=None, salt=None))

    assert [(row.body, row.salt) for row in world.rows(payloads)] == [(None, None)]
    forbidden(world, sa.update(payloads).values(body=kept.body, salt=kept.salt))
