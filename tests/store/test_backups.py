"""A backup holds everything, on whichever database it is restored; what is damaged or foul changes nothing."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import sqlite3
import stat
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.backups import archive
from engine.backups.archive import Member, Writer, members
from engine.backups.cells import KINDS, kind_of, line_of, row_of, type_for
from engine.backups.places import new_file
from engine.backups.reading import Contents, Nobody, read
from engine.backups.restoring import _WRITTEN, RestoreService
from engine.backups.rows import columns_of, tables
from engine.backups.writing import BackupService
from engine.files.depots import FolderDepot
from engine.people.errors import Wrong
from engine.people.setup import SetupService
from engine.store.columns import JSON_VALUE
from engine.store.db import Broken, Store
from engine.store.schema import differences, is_current, is_empty, migrate, wipe
from engine.store.settings import LAST_BACKUP, read_setting, write_setting
from engine.store.tables import calendar_versions, cases, files, history, metadata
from engine.store.trust_tables import access_log, checkpoints
from tests import township as t
from tests.databases import NewStore, fresh_store
from tests.store.uploads import FILED, service, upload
from tests.store.world import World, rules
from tests.unit.files import made

PAIRS = [("sqlite", "sqlite"), ("postgres", "postgres"), ("sqlite", "postgres"), ("postgres", "sqlite")]


RULES = (*t.default_rules(), rules(**FILED))


class Site:
    """A township with cases, a meeting, uploads and rows of all kinds, and a backup of it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.world, self.folder = World(store, *RULES), folder
        self.depot = FolderDepot(folder)
        self._live()
        self.backup = self.written()

    def _live(self) -> None:
        world, found = self.world, service(self.world, self.folder)
        scan, photo = upload(found, "zuzhang"), upload(found, "zuzhang", made.jpeg(width=9))
        world.opened("zuzhang", t.GROUP, "begin", {"scan": scan, "photos": [photo]}, workflow="small")
        upload(found, "village_clerk")  # waits
        world.bring("village_queued")
        world.meet("village_secretary", "village_weekly")
        with world.store.begin() as tx:
            tx.execute(sa.insert(calendar_versions).values(calendar="zz", version=1, sha256="0" * 64,
                                                          data=b"\x00\xff\n\"", first_used_at=t.NOW))  # fmt: skip
            tx.execute(sa.insert(access_log).values(
                home=t.TOWNSHIP, id=f"{t.TOWNSHIP}-1", at=datetime(2026, 3, 6, 1, 2, 3, 45, UTC), way="token",
                method="GET", what="cases", asked=[None, {"b": 1, "a": "名\n"}], status=200))  # fmt: skip
            write_setting(tx, "nothing", None)

    def written(self) -> bytes:
        out = io.BytesIO()
        BackupService(self.world.store, self.depot).write(out)
        return out.getvalue()


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Site]]:
    with fresh_store("sqlite") as one, fresh_store("postgres") as other:
        yield {
            name: Site(store, tmp_path_factory.mktemp(name)) for name, store in (("sqlite", one), ("postgres", other))
        }


@pytest.fixture
def site(sites: dict[str, Site]) -> Site:
    return sites["sqlite"]


def emptied(new_store: NewStore, backend: str, folder: Path) -> Store:
    """A database without any table."""
    if backend == "sqlite":
        return Store(f"sqlite:///{folder / 'restored.db'}")
    store = new_store("postgres")
    with store.begin() as tx:
        wipe(tx)
    return store


def parts_of(backup: bytes) -> dict[str, bytes]:
    return {each.name: each.data for each in members(io.BytesIO(backup))}


def restored(store: Store, backup: bytes, folder: Path, **how: Any) -> Contents:
    store.dispose()
    return RestoreService(store.url, FolderDepot(folder)).restore(io.BytesIO(backup), **how).contents


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_what_was_restored_gives_the_same_backup_again(sites, new_store: NewStore, tmp_path: Path, origin, target):
    """Byte for byte: every row of every table, and every upload."""
    site, store = sites[origin], emptied(new_store, target, tmp_path)

    contents = restored(store, site.backup, tmp_path / "files")

    again = io.BytesIO()
    BackupService(store, FolderDepot(tmp_path / "files")).write(again)
    before, after = parts_of(site.backup), parts_of(again.getvalue())
    told = {name for name in before if not name.startswith(("tables/", "uploads/"))}
    assert {name: data for name, data in before.items() if name not in told} == {
        name: data for name, data in after.items() if name not in told
    }
    assert told == {"head.json", "manifest.json"}
    assert (contents.uploads, contents.rows["cases"]) == (3, 2)
    assert is_current(store)
    assert differences(store) == []
    verdict = verify(store, site.world.office.rulebook)
    assert (verdict.cases, verdict.flaws) == (2, ())
    store.dispose()


def test_the_restored_database_goes_on_where_the_first_one_was(sites, new_store: NewStore, tmp_path: Path):
    site = sites["sqlite"]
    store = emptied(new_store, "postgres", tmp_path)
    restored(store, site.backup, tmp_path / "files")

    office, _ = t.open_test_office(store, *RULES)
    with store.read() as tx:
        found = tx.execute(sa.select(cases.c.id).order_by(cases.c.id)).scalars().all()
    from engine.cases.queries import CaseQueries

    for case in found:
        assert CaseQueries(office).get("village_clerk", case) == site.world.queries.get("village_clerk", case)
        theirs = CaseQueries(office).history("village_clerk", case)
        assert theirs == site.world.queries.history("village_clerk", case)
    with pytest.raises(Broken, match="23001"), store.begin() as tx:
        tx.execute(sa.delete(history))


def test_the_mark_stays_and_when_the_last_backup_was_made_does_not(site: Site, new_store: NewStore, tmp_path: Path):
    BackupService(site.world.store, site.depot).note()
    store = emptied(new_store, "sqlite", tmp_path)
    restored(store, site.written(), tmp_path / "files")

    setup = SetupService(store).setup()
    with store.read() as tx, site.world.store.read() as origin:
        assert (setup and setup.mark, read_setting(tx, LAST_BACKUP)) == ("test", None)
        assert read_setting(origin, LAST_BACKUP) is not None
    store.dispose()


def test_a_backup_while_somebody_writes_is_of_one_moment(site: Site):
    """What is recorded after it began is not in it, not even in a table that it reads later."""
    out, world = io.BytesIO(), site.world
    before = parts_of(site.written())

    class Slow(Writer):
        written = False

        def add(self, name: str, data: bytes) -> None:
            if name.startswith("tables/units") and not Slow.written:
                Slow.written = True
                world.open()
            super().add(name, data)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("engine.backups.writing.Writer", Slow)
        BackupService(world.store, site.depot).write(out)

    after = parts_of(out.getvalue())
    assert Slow.written
    assert after["tables/history/000001.jsonl"] == before["tables/history/000001.jsonl"]
    assert after["tables/cases/000001.jsonl"] == before["tables/cases/000001.jsonl"]
    site.backup = site.written()


def test_large_tables_come_in_parts(site: Site, monkeypatch):
    monkeypatch.setattr("engine.backups.rows._PART", 400)

    found = parts_of(site.written())
    contents = read(io.BytesIO(site.written()), Nobody())

    pieces = [data for name, data in sorted(found.items()) if name.startswith("tables/history/")]
    assert len(pieces) > 3
    assert b"".join(pieces).count(b"\n") == contents.rows["history"]


def test_uploads_that_are_missing_or_changed_are_named_and_all_else_is_there(site: Site, tmp_path: Path):
    with site.world.store.read() as tx:
        gone, other, _ = tx.execute(sa.select(files.c.id).order_by(files.c.id)).scalars().all()
    depot = FolderDepot(tmp_path / "copy")
    depot.put(other, b"something else")
    out = io.BytesIO()

    class Holey:
        def get(self, file_id: str) -> bytes:
            return depot.get(file_id) if file_id in (gone, other) else site.depot.get(file_id)

    written = BackupService(site.world.store, Holey()).write(out)  # type: ignore[arg-type]

    assert (set(written.absent), written.uploads) == ({gone, other}, 1)
    contents = read(io.BytesIO(out.getvalue()), Nobody())
    assert (set(contents.absent), contents.uploads) == ({gone, other}, 1)


def test_the_newest_checkpoint_of_each_home_stands_in_the_manifest(new_store: NewStore, tmp_path: Path):
    store = new_store("sqlite")
    with store.begin() as tx:
        for home, number in (("a", 1), ("a", 2), ("b", 1)):
            row = {
                "home": home,
                "id": f"{home}-{number}",
                "log": "open",
                "size": number,
                "root": "0" * 64,
                "taken_at": t.NOW,
            }
            tx.execute(sa.insert(checkpoints).values(**row, cause="asked", text=f"text {home}{number}"))
    out = io.BytesIO()
    BackupService(store, None).write(out)

    assert read(io.BytesIO(out.getvalue()), Nobody()).checkpoints == {"a/open": "text a2", "b/open": "text b1"}


def test_what_migrations_write_themselves_is_known(tmp_path: Path):
    """It is taken out before a backup is filled in, and does not make a database anything but empty."""
    bare = Store(f"sqlite:///{tmp_path / 'bare.db'}")
    migrate(bare)
    with bare.read() as tx:
        filled = {table.name for table in metadata.sorted_tables if tx.execute(sa.select(table).limit(1)).first()}
        assert is_empty(tx)
    bare.dispose()

    assert filled == _WRITTEN


# --- where it is written ---------------------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone_and_appears_whole(tmp_path: Path):
    file = tmp_path / "minqing.backup"
    with new_file(file) as out:
        out.write(b"half")
        assert not file.exists()

    assert file.read_bytes() == b"half"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(Wrong, match="backup_exists"), new_file(file):
        pass


def test_a_stick_that_knows_no_links_takes_a_backup_too(tmp_path: Path, monkeypatch):
    def unknown(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr("os.link", unknown)
    with new_file(tmp_path / "minqing.backup") as out:
        out.write(b"whole")

    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"whole"]


def test_a_disk_that_is_full_leaves_no_half_file(tmp_path: Path):
    with pytest.raises(OSError, match="full"), new_file(tmp_path / "minqing.backup") as out:
        out.write(b"half")
        raise OSError(28, "full")

    assert list(tmp_path.iterdir()) == []


# --- into which database ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_a_database_with_anything_in_it_is_replaced_on_demand_alone(site: Site, new_store: NewStore, tmp_path, backend):
    store = new_store(backend)
    with pytest.raises(Wrong, match="database_not_empty"):
        restored(store, site.backup, tmp_path / "files")
    with store.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(cases)).scalar() == 0

    restored(store, site.backup, tmp_path / "files", replace=True)

    assert verify(store, site.world.office.rulebook).cases == verify(site.world.store, site.world.office.rulebook).cases


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_nothing_is_replaced_under_who_is_connected(site: Site, new_store: NewStore, tmp_path: Path, backend: str):
    store = new_store(backend)
    service_of = RestoreService(store.url, FolderDepot(tmp_path / "files"))

    with store.read() as tx:  # as a server that is idle holds its connections
        tx.execute(sa.select(cases)).all()
    with pytest.raises(Wrong, match="database_in_use"):
        service_of.restore(io.BytesIO(site.backup), replace=True)
    store.dispose()
    service_of.restore(io.BytesIO(site.backup), replace=True)

    assert SetupService(store).setup() is not None


# --- what is damaged -------------------------------------------------------------------------------------------------


def packed(*given: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    writer = Writer(out)
    for name, data in given:
        writer.add(name, data)
    writer.close()
    return out.getvalue()


def rewritten(backup: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    found = parts_of(backup)
    change(found)
    return packed(*found.items())


def cell(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(found: dict[str, bytes]) -> None:
        assert old in found[name]
        found[name] = found[name].replace(old, new, 1)

    return change


def with_manifest(change: Callable[[dict[str, bytes]], None]) -> Callable[[dict[str, bytes]], None]:
    """What somebody changes who makes the manifest agree with it."""

    def changed(found: dict[str, bytes]) -> None:
        change(found)
        told = json.loads(found.pop("manifest.json"))
        told["head"] = hashlib.sha256(found["head.json"]).hexdigest()
        told["parts"] = [
            [name, len(data), hashlib.sha256(data).hexdigest()]
            for name, data in found.items()
            if name.startswith("tables/")
        ]
        for table in told["rows"]:
            rows = (data for name, data in found.items() if name.startswith(f"tables/{table}/"))
            told["rows"][table] = sum(data.count(b"\n") for data in rows)
        found["manifest.json"] = json.dumps(told).encode()

    return changed


def drop(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda found: found.pop(name) and None


def twice(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(found: dict[str, bytes]) -> None:
        found[name] = found[name] + found[name].splitlines(keepends=True)[-1]

    return change


def an_upload(found: dict[str, bytes]) -> str:
    return next(name for name in found if name.startswith("uploads/"))


def other_bytes(found: dict[str, bytes]) -> None:
    found[an_upload(found)] += b"x"


def without_upload(found: dict[str, bytes]) -> None:
    del found[an_upload(found)]


PEOPLE, HISTORY = "tables/people/000001.jsonl", "tables/history/000001.jsonl"
CHANGES: dict[str, Callable[[dict[str, bytes]], None]] = {
    "a letter of a name": cell(PEOPLE, "刘".encode(), "李".encode()),
    "a part is gone": drop(PEOPLE),
    "the manifest is gone": drop("manifest.json"),
    "a row comes twice": twice(HISTORY),
    "an upload has other bytes": other_bytes,
    "an upload is gone": without_upload,
    "a row comes twice, and the manifest agrees": with_manifest(twice(HISTORY)),
    "a person is gone whom posts name, and the manifest agrees": with_manifest(drop(PEOPLE)),
    "a number is text, and the manifest agrees": with_manifest(cell(HISTORY, b",1,", b',"1",')),
    "a number is too large, and the manifest agrees": with_manifest(cell(HISTORY, b",1,", b",99999999999999999999,")),
    "no JSON, and the manifest agrees": with_manifest(cell(PEOPLE, b"[", b"{")),
    "a column that no release has": with_manifest(cell("head.json", b'"phone"', b'"photo"')),
    "a table that no release has": with_manifest(cell("head.json", b'"reveals"', b'"revealed"')),
    "a kind that no column has": with_manifest(cell("head.json", b'"moment"', b'"second"')),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_a_backup_that_was_changed_is_refused_and_changes_nothing(site: Site, new_store: NewStore, tmp_path, backend,
                                                                  name):  # fmt: skip
    store = new_store(backend)
    with store.begin() as tx:
        write_setting(tx, "ours", "before")

    with pytest.raises(Wrong, match="backup_damaged"):
        restored(store, rewritten(site.backup, CHANGES[name]), tmp_path / "files", replace=True)

    with store.read() as tx:
        assert read_setting(tx, "ours") == "before"
    assert is_current(store)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_uploads_that_were_there_before_stay_when_a_restore_fails(site: Site, new_store: NewStore, tmp_path: Path):
    changed = rewritten(site.backup, with_manifest(twice(HISTORY)))
    depot = FolderDepot(tmp_path / "files")
    here = an_upload(parts_of(site.backup)).removeprefix("uploads/")
    depot.put(here, site.depot.get(here))

    with pytest.raises(Wrong, match="backup_damaged"):
        restored(new_store("sqlite"), changed, tmp_path / "files", replace=True)

    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == [here]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_backup_that_is_cut_off_is_refused(site: Site, share: float):
    with pytest.raises(Wrong, match="backup_damaged"):
        read(io.BytesIO(site.backup[: int(len(site.backup) * share)]), Nobody())


def test_no_byte_of_a_backup_can_be_changed_unseen(site: Site):
    """But those of gzip's own header, which say nothing, and where other bytes unpack to the same."""
    whole = parts_of(site.backup)
    for place in range(10, len(site.backup), max(1, len(site.backup) // 150)):
        changed = bytearray(site.backup)
        changed[place] ^= 0x10
        try:
            read(io.BytesIO(bytes(changed)), Nobody())
        except Wrong as refused:
            assert refused.code in ("backup_damaged", "backup_later")
        else:
            assert parts_of(bytes(changed)) == whole


@pytest.mark.parametrize("more", [b"x", gzip.compress(b"x" * 600, mtime=0), b"\0" * 1_000 + b"x"])
def test_nothing_may_follow_the_end(site: Site, more: bytes):
    with pytest.raises(Wrong, match="backup_damaged"):
        read(io.BytesIO(site.backup + more), Nobody())


def of_tar(**fields: Any) -> bytes:
    """A gzipped tar with one member of these fields first."""
    out = io.BytesIO()
    info = tarfile.TarInfo(fields.pop("name", "head.json"))
    data = fields.pop("data", b"")
    info.size = len(data)
    for name, value in fields.items():
        setattr(info, name, value)
    out.write(gzip.compress(info.tobuf(format=fields.get("format", tarfile.GNU_FORMAT)) + data + bytes(1024)))
    return out.getvalue()


FOUL = {
    "a path upwards": of_tar(name="../../etc/passwd", data=b"x"),
    "an absolute path": of_tar(name="/etc/passwd", data=b"x"),
    "a path upwards behind a known folder": of_tar(name="uploads/../../x", data=b"x"),
    "a backslash": of_tar(name="tables\\people", data=b"x"),
    "a link": of_tar(type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a hard link": of_tar(type=tarfile.LNKTYPE, linkname="head.json"),
    "a device": of_tar(type=tarfile.CHRTYPE),
    "a folder": of_tar(name="tables/", type=tarfile.DIRTYPE),
    "a sparse file": of_tar(type=tarfile.GNUTYPE_SPARSE),
    "a long name": of_tar(name="uploads/" + "x" * 200),
    "a size beyond all": of_tar(size=8**11 - 1),
    "a size in another notation": of_tar(size=2**60),
    "a name over a size": of_tar(name="manifest.json", size=65_000_000),
    "no head": packed(("manifest.json", b"{}")),
    "an empty archive": gzip.compress(bytes(1024)),
    "no archive": gzip.compress(b"x" * 5000, mtime=0),
    "no gzip": b"PK\x03\x04" + bytes(500),
    "nothing": b"",
    "a bomb": gzip.compress(bytes(archive._UNPACKED_FREE * 4)),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUL)
def test_what_no_backup_of_ours_is_is_refused(name: str):
    with pytest.raises(Wrong, match="backup_damaged"):
        read(io.BytesIO(FOUL[name]), Nobody())


def test_a_part_that_unpacks_to_absurdly_much_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "_UNPACKED_FREE", 1_000_000)
    bomb = packed(("head.json", b"{}"), ("tables/people/000001.jsonl", b" " * 60_000_000))

    with pytest.raises(Wrong) as refused:
        list(members(io.BytesIO(bomb)))

    assert "far more" in refused.value.facts["reason"]


@pytest.mark.parametrize("part", [b'"format": 2', b'"format": "x"'])
def test_a_later_form_is_told_as_such(site: Site, part: bytes):
    changed = rewritten(site.backup, cell("head.json", b'"format": 1', part))

    with pytest.raises(Wrong, match="backup_later"):
        read(io.BytesIO(changed), Nobody())


def test_a_later_revision_is_told_as_such(site: Site, new_store: NewStore, tmp_path: Path):
    with site.world.store.read() as tx:
        revision = tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    changed = rewritten(site.backup, with_manifest(cell("head.json", f'"{revision}"'.encode(), b'"9999"')))

    with pytest.raises(Wrong, match="backup_later"):
        restored(emptied(new_store, "sqlite", tmp_path), changed, tmp_path / "files")


def test_a_backup_of_an_earlier_release_is_brought_up_to_date(site: Site, new_store: NewStore, tmp_path: Path):
    """Revision 0011 had `operator` in accounts and no tables of trust."""

    def earlier(found: dict[str, bytes]) -> None:
        head = json.loads(found["head.json"])
        found.update(_as_of_0011(found, head, tmp_path / "old.db"))

    store = emptied(new_store, "postgres", tmp_path)
    restored(store, rewritten(site.backup, with_manifest(earlier)), tmp_path / "files")

    assert is_current(store)
    assert differences(store) == []
    assert verify(store, site.world.office.rulebook).flaws == ()


def _as_of_0011(found: dict[str, bytes], head: dict[str, Any], scratch: Path) -> dict[str, bytes]:
    """The parts of today as that revision would have written them: its own columns, and no table that came later."""
    old = Store(f"sqlite:///{scratch}")
    from engine.store.schema import migrate_to

    with old.begin() as tx:
        migrate_to(tx, "0011")
        there = sa.inspect(tx)
        columns = {name: {each["name"] for each in there.get_columns(name)} for name in there.get_table_names()}
    old.dispose()
    changed = {}
    for table, told in list(head["tables"].items()):
        if table not in columns:
            del head["tables"][table]
            for name in [name for name in found if name.startswith(f"tables/{table}/")]:
                del found[name]
            continue
        kept = [place for place, (name, _) in enumerate(told) if name in columns[table]]
        added = sorted(columns[table] - {name for name, _ in told})
        assert set(added) <= {"operator"}
        head["tables"][table] = [told[place] for place in kept] + [[name, "flag"] for name in added]
        for name in [name for name in found if name.startswith(f"tables/{table}/")]:
            lines = [json.loads(line) for line in found[name].splitlines()]
            lines = [row for row in lines if (table, row[0]) != ("settings", "administrators")]
            rows = [[row[place] for place in kept] + [False] * len(added) for row in lines]
            changed[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    head["revision"] = "0011"
    manifest = json.loads(found["manifest.json"])
    manifest["rows"] = {table: rows for table, rows in manifest["rows"].items() if table in columns}
    return changed | {"head.json": json.dumps(head).encode(), "manifest.json": json.dumps(manifest).encode()}


# --- rows as lines ---------------------------------------------------------------------------------------------------


def test_every_column_has_a_kind_and_json_that_may_be_empty_is_null_there():
    for table in tables():
        assert {kind for _, kind in columns_of(table)} <= KINDS.keys()
        for column in table.columns:
            if kind_of(column) == "json" and column.nullable:
                assert column.type is not JSON_VALUE, f"{table.name}.{column.name}: null could mean two things"


def test_a_backup_knows_every_table():
    assert {table.name for table in tables()} == set(metadata.tables)


ROW = [datetime(2026, 3, 6, 1, 2, 3, 45, UTC), date(2026, 3, 6), True, 7, b"\0\xff", {"名": [None, 1.5]}, "文\n", None]
ROW_KINDS = ["moment", "date", "flag", "number", "bytes", "json", "text", "text"]


def test_a_row_is_one_line_and_the_same_again():
    line = line_of(ROW_KINDS, ROW)

    assert line.count(b"\n") == 1
    assert row_of(ROW_KINDS, line.strip()) == ROW


@pytest.mark.parametrize(
    ("kind", "value"),
    [("moment", "2026-03-06T01:02:03"), ("moment", 1), ("date", "x"), ("flag", 1), ("number", True), ("number", 1.0),
     ("bytes", "*"), ("text", 1)],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(kind: str, value: Any):
    with pytest.raises((ValueError, TypeError)):
        row_of([kind], json.dumps([value]).encode())


@pytest.mark.parametrize("line", [b"{}", b"[1, 2]", b"[]", b"x"])
def test_a_line_that_is_no_row_is_refused(line: bytes):
    with pytest.raises((ValueError, TypeError)):
        row_of(["number"], line)


def test_members_are_listed_by_any_tar(site: Site):
    with tarfile.open(fileobj=io.BytesIO(site.backup), mode="r:gz") as found:
        names = found.getnames()

    assert (names[0], names[-1]) == ("head.json", "manifest.json")
    assert [each.name for each in members(io.BytesIO(site.backup))] == names
    assert Member("a", b"") == Member("a", b"")
    assert type_for("text", nullable=True).python_type is str
    assert sqlite3.sqlite_version_info > (3, 31)
