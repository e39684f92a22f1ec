"""What the doctor gathers from a database, on both kinds."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.backups.writing import BackupService
from engine.doctor import gathering
from engine.doctor.rule_facts import rules
from engine.doctor.triggers import POSTGRES, missing_triggers, there
from engine.people.accounts import AccountService
from engine.store.clock import real_now
from engine.store.db import Store
from engine.store.tables import timers, tokens
from engine.store.trust_tables import access_log
from tests import township as t
from tests.store.tiers import TIERS
from tests.store.world import World
from tests.store.world import rules as written_rules


def test_a_database_as_migrations_make_it_is_well(store: Store):
    found = gathering.database(store)

    assert (found.trouble, found.current, found.mark, found.journal) == (None, True, "test", "wal")
    assert (found.triggers, found.simulated) == ((), False)
    assert abs(found.ahead) < timedelta(seconds=2)


def test_the_list_of_triggers_is_that_of_the_migrations(postgres_store: Store):
    with postgres_store.read() as tx:
        assert there(tx) == POSTGRES


@pytest.mark.parametrize(
    ("backend", "statement", "missing"),
    [
        ("sqlite", "DROP TRIGGER history_no_update", "history_no_update"),
        ("sqlite", "DROP TRIGGER payloads_no_delete; CREATE TRIGGER payloads_no_delete BEFORE DELETE ON payloads "
                   "WHEN 0 BEGIN SELECT 1; END", "payloads_no_delete"),
        ("postgres", "DROP TRIGGER history_append_only ON history", "history.history_append_only"),
        ("postgres", "ALTER TABLE history DISABLE TRIGGER history_append_only", "history.history_append_only"),
        ("postgres", "CREATE OR REPLACE FUNCTION minqing_old_enough() RETURNS trigger LANGUAGE plpgsql AS $$ "
                     "BEGIN RETURN OLD; END $$", "access_log.access_log_old_enough"),
    ],
)  # fmt: skip
def test_a_trigger_that_is_gone_or_refuses_nothing_is_found(new_store, backend, statement, missing):
    store = new_store(backend)
    with store.begin() as tx:
        for each in statement.split("; C") if backend == "sqlite" else [statement]:
            tx.exec_driver_sql(each if each.startswith(("DROP", "ALTER", "CREATE")) else f"C{each}")
    with store.read() as tx:
        assert missing_triggers(tx) == (missing,)


def test_a_superuser_and_an_owner_may_do_more_than_is_needed(postgres_store: Store):
    found = gathering.database(postgres_store)

    assert (found.superuser, found.version >= 14) == (True, True)
    assert "history" in found.rights


def test_a_database_that_is_away_or_of_another_release_is_told(new_store, tmp_path):
    store = new_store("sqlite")
    with store.begin() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0011'"))

    away = gathering.database(Store("postgresql://nobody@127.0.0.1:1/none"))
    assert (gathering.database(store).current, away.trouble is not None) == (False, True)
    assert "nobody" not in str(away.trouble)


def test_offices_and_tokens(store: Store):
    accounts = AccountService(store)
    accounts.add("ops", None, operator=True)
    old = accounts.issue_token("ops", "old").id
    endless = accounts.issue_token("ops", "endless").id
    long_ago = real_now() - timedelta(days=120)
    with store.begin() as tx:
        tx.execute(sa.update(tokens).where(tokens.c.id == old).values(created_at=long_ago))
        tx.execute(sa.update(tokens).where(tokens.c.id == endless).values(expires_at=None))

    before = gathering.people(store)
    with store.begin() as tx:
        row = {"home": "", "id": "1", "at": long_ago, "login": "x", "way": "token", "method": "GET", "what": "cases"}
        tx.execute(sa.insert(access_log).values(**row, asked=[], status=200))
    after = gathering.people(store)

    assert before.missing == ("security", "audit")
    assert (before.endless, before.unused, after.unused) == ((endless,), (), (old,))


def test_what_waits_and_what_is_not_covered(store: Store):
    world = World(store, written_rules(**TIERS))
    case = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    first = world.held(case)
    with store.begin() as tx:
        tx.execute(sa.update(timers).values(next_try_at=real_now() - timedelta(hours=1)))

    trust, work = gathering.trust(store, None), gathering.work(store)

    assert (trust.key, trust.uncovered, trust.last_backup, trust.cases) == ("none_set", first.state.opened_at, None, 1)
    assert work.due_since is not None
    BackupService(store, None).note()
    assert gathering.trust(store, None).last_backup is not None


def test_rules_that_cannot_be_served_and_calendars(sqlite_store: Store, tmp_path):
    found = rules(sqlite_store, t.WORKFLOWS, "issue-escalation")

    assert (found.refused, found.default_missing) == ((), None)
    assert found.calendars["cn"] >= 2026
    assert rules(sqlite_store, t.WORKFLOWS, "none").default_missing == "none"
    assert "no rules here" in rules(sqlite_store, tmp_path, "none").refused[0]
