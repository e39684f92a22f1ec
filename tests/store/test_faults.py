"""A database that goes away, is locked or half migrated, and a clock that goes backwards: nothing is lost or hangs."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.cases.service import Caller
from engine.cases.timekeeping import End
from engine.rules.attempt import Command
from engine.store import connecting, db
from engine.store.clock import TOLERATED, ClockBehind, not_before
from engine.store.db import Broken, Store, Unavailable
from engine.store.schema import differences, is_current, migrate
from engine.store.tables import history, settings
from engine.worker import Worker
from tests import township as t
from tests.cutting import wire
from tests.databases import NewStore
from tests.store.tiers import TIERS
from tests.store.world import World, rules

ROOT = Path(__file__).parents[2]


def recorded(world: World, case: str) -> list:
    query = sa.select(history.c.recorded_at).where(history.c.home == t.TOWNSHIP, history.c.case_id == case)
    with world.store.read() as tx:
        return list(tx.execute(query.order_by(history.c.seq)).scalars())


# --- the clock goes backwards ----------------------------------------------------------------------------------------


def test_a_clock_that_went_back_a_little_tells_the_time_of_the_last_row():
    last = t.NOW

    assert not_before(None, last) == last
    assert not_before(last, last + TOLERATED) == last + TOLERATED
    assert not_before(last, last - TOLERATED) == last
    with pytest.raises(ClockBehind) as refused:
        not_before(last, last - TOLERATED - timedelta(seconds=1))
    assert (refused.value.code, refused.value.wait) == ("clock_behind", 61)


def test_after_a_small_step_back_a_row_has_the_time_of_the_one_before_it(store: Store):
    world = World(store)
    case = world.open()

    world.wait(seconds=-60)
    world.fire("zuzhang", case, "accept")

    first, second = recorded(world, case)
    assert first == second
    assert verify(store, world.office.rulebook).flaws == ()


def test_after_a_large_step_back_nothing_is_recorded_until_the_clock_has_caught_up(store: Store):
    world = World(store)
    case = world.open()

    world.wait(hours=-2)
    with pytest.raises(ClockBehind):
        world.fire("zuzhang", case, "accept")
    before = world.version(case)
    world.wait(hours=2, seconds=1)
    world.fire("zuzhang", case, "accept")

    assert (before, world.version(case)) == (1, 2)
    assert recorded(world, case) == sorted(recorded(world, case))


def test_the_worker_sets_the_case_aside_and_then_goes_on(store: Store):
    world = World(store, rules(**TIERS))
    due = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    world.wait(days=60)
    world.fire("zuzhang", due, "change", text="催办")
    worker = Worker(world.office, 1)

    world.wait(hours=-1)
    assert set(worker.keeper.run_due()) == {End.BLOCKED}
    assert world.version(due) == 2
    world.wait(hours=1)
    worker.keeper.run_due()

    assert world.version(due) > 2


def test_many_acts_of_one_call_are_refused_together(store: Store):
    world = World(store)
    old, young = world.open(), None
    world.wait(hours=1)
    young = world.open()
    world.wait(minutes=-30)

    with pytest.raises(ClockBehind):
        world.fire("zuzhang", young, "accept")
    world.fire("zuzhang", old, "accept")

    assert (world.version(old), world.version(young)) == (2, 1)


def test_of_two_writers_to_one_case_the_second_records_no_earlier_time(store: Store):
    """Whoever waits for the lock takes the time when he has it, and sees the row of whom he waited for."""
    world = World(store)
    case = world.open()
    world.wait(minutes=10)
    waiting = threading.Thread(target=lambda: world.sent(Caller(person="pianzhang"), case, NOTE, 2))

    with store.begin() as tx:
        from engine.cases.door import Act, fire_all

        fire_all(tx, world.office, [Act(person="zuzhang", case_id=case, command=NOTE)])
        waiting.start()
        time.sleep(0.2)
        world.wait(seconds=-30)
    waiting.join()

    times = recorded(world, case)
    assert len(times) == 3
    assert times == sorted(times)


NOTE = Command(trigger="note", data={"text": "已联系"})

# --- a server that went away -----------------------------------------------------------------------------------------

_END_ALL = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()"
)


def test_sessions_that_the_server_ended_are_replaced_before_anybody_notices(postgres_store: Store):
    held = [postgres_store.engine.connect() for _ in range(3)]
    for each in held:
        each.close()
    other = Store(postgres_store.url)
    with other.begin() as tx:
        assert len(tx.execute(_END_ALL).all()) == 3
    other.dispose()
    time.sleep(0.05)

    for _ in range(4):
        with postgres_store.begin() as tx:
            tx.execute(sa.select(settings)).all()


def test_a_session_that_is_ended_in_the_middle_is_unavailable_and_the_next_one_works(postgres_store: Store):
    other = Store(postgres_store.url)
    with pytest.raises(Unavailable), postgres_store.begin() as tx:
        tx.execute(sa.insert(settings).values(name="half", value=1))
        with other.begin() as killer:
            killer.execute(_END_ALL)
        tx.execute(sa.select(settings)).all()
    other.dispose()

    with postgres_store.read() as tx:
        assert "half" not in set(tx.execute(sa.select(settings.c.name)).scalars())


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_in_the_commit_leaves_it_open_and_the_same_key_finds_out(postgres_store: Store, when: str):
    with wire(postgres_store.url) as cable:
        through = Store(cable.url)
        world = World(through)
        case = world.open()
        caller = Caller(person="zuzhang", token="t1", key="once", request={"accept": 1})

        cable.cut_next(when)
        with pytest.raises(Unavailable):
            world.sent(caller, case, Command(trigger="accept"), 1)
        there = world.version(case)
        again = world.sent(caller, case, Command(trigger="accept"), 1)
        through.dispose()

    assert (cable.cuts, there) == (1, 2 if when == "after" else 1)
    assert again.state.version == 2
    assert World.version(world, case) == 2


def test_a_statement_that_takes_too_long_is_given_up(postgres_store: Store):
    impatient = Store(postgres_store.url, patience=0.2)
    started = time.monotonic()
    with pytest.raises(Unavailable), impatient.read() as tx:
        tx.execute(sa.text("SELECT pg_sleep(30)"))
    impatient.dispose()

    assert time.monotonic() - started < 5


def test_what_stands_in_the_address_wins_over_how_long_we_wait():
    args = connecting.connect_args("postgresql+psycopg://h/db?connect_timeout=60", 30)

    assert "connect_timeout" not in args
    assert "statement_timeout=30s" in args["options"]
    assert "statement_timeout" not in connecting.connect_args("postgresql+psycopg://h/db", None)["options"]
    assert connecting.connect_args("sqlite:///x", 30) == {}


def test_a_file_that_another_process_keeps_locked_is_unavailable_in_time(sqlite_store: Store, monkeypatch):
    monkeypatch.setattr(connecting, "BUSY_MS", 300)
    monkeypatch.setattr(db, "BUSY_MS", 300)
    store = Store(sqlite_store.url)
    other = sqlite3.connect(sqlite_store.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found: list[float] = []

    def write() -> None:
        started = time.monotonic()
        with pytest.raises(Unavailable), store.begin():
            pass
        found.append(time.monotonic() - started)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    other.execute("ROLLBACK")
    with store.begin() as tx:
        tx.execute(sa.insert(settings).values(name="after", value=1))
    store.dispose()

    assert len(found) == 4
    assert max(found) < 2  # not one after the other


def test_a_column_that_is_not_there_is_told_apart_from_a_database_that_is_away(store: Store):
    with pytest.raises(Broken) as found, store.read() as tx:
        tx.execute(sa.text("SELECT no_such_thing FROM settings"))
    assert found.value.misfit

    with pytest.raises(Broken) as found, store.read() as tx:
        tx.execute(sa.text("SELECT * FROM no_such_table"))
    assert found.value.misfit

    with pytest.raises(Broken) as found, store.begin() as tx:
        tx.execute(sa.insert(settings).values(name=None, value=1))
    assert not found.value.misfit


# --- a migration that was killed in the middle -----------------------------------------------------------------------

KILLED = """
import os, signal, sys
import sqlalchemy as sa
from engine.store.db import Store
from engine.store.schema import migrate
store, statements = Store(sys.argv[1]), 0
def count(*_):
    global statements
    statements += 1
    if statements == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
sa.event.listen(store.engine, "before_cursor_execute", count)
migrate(store)
"""


@pytest.mark.parametrize("at", [40, 110])
def test_a_migration_killed_in_the_middle_is_as_if_it_never_began_and_finishes(new_store: NewStore, store: Store, at):
    """On both databases what a migration does is one transaction."""
    with store.begin() as tx:
        _drop_everything(store, tx)
    killed = subprocess.run([sys.executable, "-c", KILLED, store.url, str(at)], cwd=ROOT, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert not is_current(store)
    assert sa.inspect(store.engine).get_table_names() == []
    migrate(store)
    assert is_current(store)
    assert differences(store) == []


def _drop_everything(store: Store, tx: db.Tx) -> None:
    if store.is_sqlite:
        tx.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
        for name in sa.inspect(tx).get_table_names():
            tx.execute(sa.text(f"DROP TABLE {name}"))
    else:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
