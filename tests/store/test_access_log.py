"""The log of access: noted in a spool, written in batches, read by those who oversee, dropped when it is old."""

from __future__ import annotations

import errno
import json
import logging
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.audit import spool
from engine.audit.access import BATCH, AccessLog, network_of
from engine.audit.accesses import AccessFilter, AccessQueries
from engine.audit.retention import AccessRetention
from engine.rules.refusals import Forbidden, NotFound
from engine.store.clock import real_now
from engine.store.db import Broken, Store, Unavailable
from engine.store.trust_tables import access_log
from tests import township as t
from tests.store.access_world import count, log_of, note, rows, written_at
from tests.store.world import World

ALL = AccessFilter()


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
def access(world: World, tmp_path: Path) -> AccessLog:
    return log_of(world, tmp_path)


# --- noting and writing ----------------------------------------------------------------------------------------------


def test_what_is_noted_is_in_the_table_after_a_flush_and_its_spool_is_gone(world: World, access, tmp_path):
    note(access, asked=("unit", "q"), source="10.1.2.0/24", code=None)

    assert count(world.store) == 0
    assert access.figures().waiting == 1
    assert access.flush() == 1
    (row,) = rows(world.store)
    assert (row.login, row.person, row.way, row.what, row.asked) == (
        "clerk", "village_clerk", "token", "/v1/cases", ("unit", "q"),
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []
    assert access.flush() == 0


def test_the_post_is_the_first_that_reaches_the_object_and_the_home_is_the_objects(world: World, access):
    case = world.open()
    note(access, about=case)
    note(access, about=case, person="village_clerk_other")
    note(access)
    note(access, person=None, login=None, way="none", status=401)
    access.flush()

    nobody, lists, other, clerk = rows(world.store)
    assert clerk.post is not None and clerk.home == t.TOWNSHIP
    assert (other.post, other.home) == (None, t.TOWNSHIP)
    assert (lists.post, lists.home) == (clerk.post, t.TOWNSHIP)
    assert (nobody.post, nobody.home) == (None, "")


def test_what_an_ended_process_left_is_taken_up_once(world: World, tmp_path):
    before = log_of(world, tmp_path)
    note(before)
    before.spool._open.close()  # as the system does when a process ends: its lock is gone, its lines are there
    after = log_of(world, tmp_path)

    assert after.flush() == 1
    assert log_of(world, tmp_path).flush() == 0
    assert count(world.store) == 1


def test_what_a_living_process_has_is_left_to_it(world: World, access, tmp_path):
    note(access)

    assert log_of(world, tmp_path).flush() == 0
    assert access.flush() == 1


def test_what_was_written_and_not_removed_is_not_written_again(world: World, access, tmp_path):
    note(access)
    (file,) = tmp_path.iterdir()
    kept = file.read_bytes()
    access.flush()
    file.write_bytes(kept)  # the process was killed between the two

    assert log_of(world, tmp_path).flush() == 0
    assert count(world.store) == 1
    assert list(tmp_path.iterdir()) == []


def test_half_a_line_at_the_end_takes_nothing_else_away(world: World, access, tmp_path, caplog):
    note(access)
    (file,) = tmp_path.iterdir()
    with file.open("ab") as more:
        more.write(b'{"id":"01')

    assert access.flush() == 1
    assert access.figures().lost == 1
    assert "cannot be read" in caplog.text


def test_files_of_another_database_are_left_alone(world: World, access, tmp_path, new_store):
    note(access)
    access.spool._open.close()
    other = World(new_store("sqlite"))

    assert log_of(other, tmp_path).flush() == 0
    assert len(list(tmp_path.iterdir())) == 1


def test_a_database_that_is_away_loses_nothing_and_opens_no_more_files(world: World, access, tmp_path, monkeypatch):
    note(access)
    monkeypatch.setattr(Store, "begin", _away)
    for _ in range(5):
        with pytest.raises(Unavailable):
            access.flush()
        note(access)

    assert access.figures().waiting == 6
    assert len(list(tmp_path.iterdir())) == 2
    monkeypatch.undo()
    assert access.flush() == 6
    assert count(world.store) == 6


def _away(_: Store) -> Iterator[None]:
    raise Unavailable


def test_a_full_disk_refuses_nobody_and_is_told_whole(world: World, access, monkeypatch, caplog):
    note(access)
    real = os.write

    def half(handle: int, data: bytes) -> int:
        return real(handle, data[: len(data) // 2])

    monkeypatch.setattr(spool.os, "write", half)
    note(access, what="/v1/history")
    monkeypatch.undo()
    note(access, what="/v1/me")

    assert access.figures().lost == 1
    told = caplog.records[-1].getMessage()
    assert json.loads(told[told.index("{") :])["what"] == "/v1/history"
    assert access.flush() == 2  # half a line was taken back
    assert [row.what for row in rows(world.store)] == ["/v1/me", "/v1/cases"]


def test_a_folder_that_cannot_be_made_is_told_too(world: World, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    access = log_of(world, tmp_path / "file" / "access")
    note(access)

    assert access.figures().lost == 1
    assert os.strerror(errno.ENOTDIR) in caplog.text


def test_what_the_database_refuses_is_put_aside_and_stops_nothing_else(world: World, access, tmp_path, monkeypatch):
    note(access, code="x\0" if not world.store.is_sqlite else None)
    if world.store.is_sqlite:
        monkeypatch.setattr("engine.audit.access.write_accesses", _refuse)
    access.flush()
    monkeypatch.undo()

    assert access.figures().lost == 1
    assert [path.suffix for path in tmp_path.iterdir()] == [".refused"]
    note(access)
    assert access.flush() == 1


def _refuse(*_: object) -> None:
    raise Broken(sa.exc.DataError("", {}, ValueError()))


def test_the_flusher_writes_at_its_end_and_when_many_wait(world: World, access):
    stop = threading.Event()
    thread = threading.Thread(target=access.run, args=(stop,))
    thread.start()
    for _ in range(BATCH + 1):
        note(access)
    access.end(stop)
    thread.join(timeout=20)

    assert not thread.is_alive()
    assert count(world.store) == BATCH + 1


def test_the_flusher_outlives_a_database_that_is_away(world: World, access, monkeypatch, caplog):
    caplog.set_level(logging.WARNING)
    note(access)
    monkeypatch.setattr(Store, "begin", _away)
    stop = threading.Event()
    stop.set()
    access.run(stop)

    assert access.figures().failures == 1
    assert "waits in its spool" in caplog.text
    monkeypatch.undo()
    access.run(stop)
    assert count(world.store) == 1


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("10.1.2.3", "10.1.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:10.1.2.3", "10.1.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", None),
        ("", None),
    ],
)
def test_of_an_address_the_network_is_kept(host: str, network: str | None):
    assert network_of(host) == network


# --- reading ---------------------------------------------------------------------------------------------------------


def test_filters_narrow_and_pages_follow_each_other(world: World, access):
    case = world.open()
    for n in range(5):
        note(access, about=case, status=200 + n, what=f"/{n}")
    note(access, login="other", way="session", status=404, what="/other")
    queries = AccessQueries(world.office, access)

    def whats(**wanted: object) -> list[str]:
        return [row.what for row in queries.page({"audit"}, AccessFilter(**wanted)).rows]  # type: ignore[arg-type]

    assert whats(objects=(case,), limit=200) == ["/4", "/3", "/2", "/1", "/0"]
    assert whats(status=203) == ["/other", "/4", "/3"]
    assert whats(way="session") == whats(login="other") == ["/other"]
    assert whats(home="nowhere") == whats(until=real_now() - timedelta(hours=1)) == []
    assert whats(since=real_now() - timedelta(hours=1), home=t.TOWNSHIP, limit=1) == ["/other"]
    first = queries.page({"audit"}, AccessFilter(limit=4))
    rest = queries.page({"audit"}, AccessFilter(limit=4, after=first.next))
    assert [row.what for row in (*first.rows, *rest.rows)] == ["/other", "/4", "/3", "/2", "/1", "/0"]
    assert rest.next is None
    assert first.names["village_clerk"]


@pytest.mark.parametrize("offices", [set(), {"system"}])
def test_nobody_else_reads_the_log(world: World, access, offices):
    queries = AccessQueries(world.office, access)

    for read in (queries.page, queries.export):
        with pytest.raises(Forbidden, match="not_audit_office"):
            read(offices, ALL)


def test_the_security_office_reads_what_the_audit_office_did_and_nothing_else(world: World, access):
    note(access, office="audit", login="auditor", person=None, what="/v1/access")
    note(access, office="security", login="guard", person=None)
    note(access)
    queries = AccessQueries(world.office, access)

    assert [row.login for row in queries.page({"security"}, ALL).rows] == ["auditor"]
    assert [row.login for row in queries.page({"security"}, AccessFilter(office="security")).rows] == ["auditor"]
    assert len(queries.page({"audit", "security"}, ALL).rows) == 3
    assert [[row.login for row in part] for part in queries.export({"security"}, ALL)] == [["auditor"]]


def test_an_export_has_all_and_nothing_that_comes_later(world: World, access, monkeypatch):
    monkeypatch.setattr("engine.audit.accesses._EXPORTED_AT_ONCE", 2)
    for n in range(5):
        note(access, what=f"/{n}")
    parts = AccessQueries(world.office, access).export({"audit"}, ALL)
    first = next(parts)
    note(access, what="/later")
    access.flush()

    found = [row.what for part in (first, *parts) for row in part]
    assert found == ["/4", "/3", "/2", "/1", "/0"]


def test_a_supervisor_sees_who_called_what_about_a_case_and_nobody_whom_it_is_about(world: World, access):
    case, other = world.open(), world.open()
    note(access, about=case)
    note(access, about=other)
    queries = AccessQueries(world.office, access)

    page = queries.of_case("auditor_township", case, None, 50)
    assert [(row.object, row.person) for row in page.rows] == [(case, "village_clerk")]
    for person in ("village_clerk", "township_secretary", "linzhang"):
        with pytest.raises(Forbidden, match="not_a_supervisor"):
            queries.of_case(person, case, None, 50)
    for person in ("village_clerk_other", "nobody", "@auditor"):
        with pytest.raises(NotFound):
            queries.of_case(person, case, None, 50)


# --- keeping ---------------------------------------------------------------------------------------------------------


def test_what_is_old_goes_some_at_a_time_and_that_is_noted(world: World, access, monkeypatch):
    monkeypatch.setattr("engine.audit.retention._AT_ONCE", 3)
    now = real_now()
    written_at(world.store, now - timedelta(days=201), 4)
    written_at(world.store, now - timedelta(days=201), 3, home="y")
    written_at(world.store, now - timedelta(days=199), 2)
    retention = AccessRetention(access)

    assert retention.sweep() == 7
    assert retention.sweep() == 0
    newest, *kept = rows(world.store)
    assert len(kept) == 2
    assert (newest.way, newest.method, newest.what, newest.code) == (
        "command", "sweep", "worker purge", "dropped:7 older:200",
    )  # fmt: skip


def test_one_sweep_drops_so_many_and_the_next_goes_on(world: World, access, monkeypatch):
    monkeypatch.setattr("engine.audit.retention._AT_ONCE", 2)
    monkeypatch.setattr("engine.audit.retention._MOST", 2)
    written_at(world.store, real_now() - timedelta(days=300), 5)
    retention = AccessRetention(access)

    assert [retention.sweep() for _ in range(3)] == [4, 1, 0]


def test_it_is_kept_longer_where_that_is_asked_for_and_never_shorter(world: World, access):
    written_at(world.store, real_now() - timedelta(days=250), 1)

    assert AccessRetention(access, 365).sweep() == 0
    assert AccessRetention(access, 30).days == 200
    assert AccessRetention(access, 30).sweep() == 1


def test_the_database_itself_keeps_what_is_young(world: World, access):
    written_at(world.store, real_now() - timedelta(days=199), 1)

    with pytest.raises(Broken), world.store.begin() as tx:
        tx.execute(sa.delete(access_log))
    assert count(world.store) == 1
