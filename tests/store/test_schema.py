"""What the migrations make is what `metadata` says; and what the application's role may do on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.people.errors import Wrong
from engine.store.db import Broken, Store, Tx
from engine.store.schema import differences, grant, is_current, migrate
from engine.store.tables import APPEND_ONLY, FAMILY, history, metadata, payloads
from engine.store.trust_tables import access_log
from engine.wiring import grant as grant_for_operator
from tests.store.world import World

INSUFFICIENT_PRIVILEGE = "42501"


def test_the_migrated_database_is_what_metadata_says(store: Store):
    assert differences(store) == []
    assert is_current(store)


def test_a_column_that_metadata_does_not_know_is_a_difference(store: Store):
    with store.begin() as tx:
        tx.execute(sa.text("ALTER TABLE people ADD COLUMN nickname TEXT"))

    assert [found[0] for found in differences(store)] == ["remove_column"]


def test_migrating_again_keeps_what_is_there(store: Store):
    world = World(store)
    case = world.open()

    migrate(store)

    assert is_current(store)
    assert world.state(case) == "reported"


def test_a_database_without_a_revision_is_not_current(store: Store):
    with store.begin() as tx:
        tx.execute(sa.text("DELETE FROM alembic_version"))

    assert not is_current(store)


def test_in_the_database_too_home_is_first_in_every_key_of_the_family(store: Store):
    found = sa.inspect(store.engine)

    for table in FAMILY:
        keys = [found.get_pk_constraint(table.name)["constrained_columns"]]
        keys += [unique["column_names"] for unique in found.get_unique_constraints(table.name)]
        keys += [index["column_names"] for index in found.get_indexes(table.name) if index["unique"]]
        for foreign in found.get_foreign_keys(table.name):
            keys += [foreign["constrained_columns"], foreign["referred_columns"]]
            assert foreign["referred_table"] in {each.name for each in FAMILY}
        assert {key[0] for key in keys} == {"home"}, table.name
        home = next(column for column in found.get_columns(table.name) if column["name"] == "home")
        assert not home["nullable"]


def test_postgresql_keeps_no_sequence(postgres_store: Store):
    with postgres_store.read() as tx:
        assert tx.execute(sa.text("SELECT sequencename FROM pg_sequences")).all() == []


# --- the application's role ------------------------------------------------------------------------------------------


@pytest.fixture
def role(postgres_store: Store) -> Iterator[str]:
    """A role of the server with a name that needs quoting; it goes when the test ends."""
    name = f'app "{uuid.uuid4().hex}"'
    quoted = '"' + name.replace('"', '""') + '"'
    with postgres_store.begin() as tx:
        tx.execute(sa.text(f"CREATE ROLE {quoted}"))
    yield name
    with postgres_store.begin() as tx:
        tx.execute(sa.text(f"DROP OWNED BY {quoted}"))
        tx.execute(sa.text(f"DROP ROLE {quoted}"))


@pytest.fixture
def granted(postgres_store: Store, role: str) -> World:
    """A township with one case; from here on every connection works as the application's role."""
    world = World(postgres_store)
    world.open()
    grant(postgres_store, role)
    quoted = '"' + role.replace('"', '""') + '"'

    def as_application(tx: Tx) -> None:
        tx.exec_driver_sql(f"SET LOCAL ROLE {quoted}")

    sa.event.listen(postgres_store.engine, "begin", as_application)
    yield world
    sa.event.remove(postgres_store.engine, "begin", as_application)


def test_the_application_does_its_whole_work_under_its_role(granted: World):
    with granted.store.read() as tx:
        assert tx.execute(sa.text("SELECT current_user")).scalar().startswith("app ")

    case = granted.bring("township_handling")

    assert granted.state(case) == "township_handling"
    assert is_current(granted.store)


@pytest.mark.parametrize("table", [table.name for table in APPEND_ONLY if table is not access_log])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_may_not_change_the_record(granted: World, table: str, verb: str):
    column = next(iter(metadata.tables[table].columns)).name
    with pytest.raises(Broken, match=INSUFFICIENT_PRIVILEGE), granted.store.begin() as tx:
        tx.execute(sa.text(verb.format(table, column, column)))


@pytest.mark.parametrize("verb", ["UPDATE access_log SET home = home", "TRUNCATE access_log"])
def test_of_the_log_of_access_the_application_may_only_delete_what_is_old(granted: World, verb: str):
    with pytest.raises(Broken, match=INSUFFICIENT_PRIVILEGE), granted.store.begin() as tx:
        tx.execute(sa.text(verb))


@pytest.mark.parametrize("verb", ["DELETE FROM payloads", "TRUNCATE payloads"])
def test_the_application_may_not_delete_payloads(granted: World, verb: str):
    with pytest.raises(Broken, match=INSUFFICIENT_PRIVILEGE), granted.store.begin() as tx:
        tx.execute(sa.text(verb))


def test_the_application_may_empty_a_payload(granted: World):
    with granted.store.begin() as tx:
        tx.execute(sa.update(payloads).values(body=None, salt=None))

    assert [(row.body, row.salt) for row in granted.rows(payloads)] == [(None, None)]
    assert len(granted.rows(history)) == 1


def test_a_role_that_does_not_exist_is_refused(postgres_store: Store):
    with pytest.raises(Wrong, match="grant_refused"):
        grant_for_operator(postgres_store, "nobody")


def test_sqlite_knows_no_roles(sqlite_store: Store):
    with pytest.raises(Wrong, match="no_roles"):
        grant_for_operator(sqlite_store, "anybody")


def test_every_table_is_of_the_family_or_of_the_register():
    assert {table.name for table in metadata.sorted_tables if "home" in table.c} == {table.name for table in FAMILY}
