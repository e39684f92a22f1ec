"""Writing a backup while the service works: one moment of the database, then the bytes of its uploads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from importlib import metadata as packages
from typing import IO, Any

import sqlalchemy as sa

from engine.backups import rows
from engine.backups.archive import HEAD, KEY, MANIFEST, Writer
from engine.files.depots import Depot, Gone
from engine.store.clock import real_now
from engine.store.db import Store, Tx
from engine.store.schema import revision_of
from engine.store.settings import LAST_BACKUP, read_setting, write_setting
from engine.store.tables import files

FORMAT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a backup holds. `absent` are uploads whose bytes are not in the depot, or are not those that were sent: the
    backup has everything else. `manifest` is the SHA-256 of its manifest, which names that of every other part."""

    rows: int
    uploads: int
    absent: tuple[str, ...]
    manifest: str


@dataclass(slots=True)
class _Wanted:
    """An upload that a row says is there."""

    id: str
    size: int
    sha256: str


@dataclass(slots=True)
class _Count:
    """What went into a backup so far."""

    rows: dict[str, int] = field(default_factory=dict)
    parts: list[list[Any]] = field(default_factory=list)
    uploads: int = 0
    absent: list[str] = field(default_factory=list)


class BackupService:
    """Backups of one installation. `depot` is None where the uploads are backed up otherwise."""

    def __init__(self, store: Store, depot: Depot | None) -> None:
        self.store, self.depot = store, depot

    def write(self, out: IO[bytes], key: bytes | None = None) -> Written:
        """Everything into `out`, which stays open; `key` is the signing key, where it is wanted. The database must be
        current. Raises Unavailable, OSError."""
        writer, count = Writer(out), _Count()
        with self.store.read() as tx:
            head = _json(self._head(tx, key is not None))
            writer.add(HEAD, head)
            for table in rows.tables():
                _add_rows(tx, writer, count, table)
            checkpoints, wanted = rows.newest_checkpoints(tx), _uploads(tx)
        if key is not None:
            _add_part(writer, count, KEY, key)
        for upload in wanted if self.depot else ():
            self._add_upload(writer, count, upload)
        manifest = _json(_manifest(head, count, checkpoints))
        writer.add(MANIFEST, manifest)
        writer.close()
        return Written(rows=sum(count.rows.values()), uploads=count.uploads, absent=tuple(count.absent),
                       manifest=_sha256(manifest))  # fmt: skip

    def note(self) -> None:
        """That a backup was made now, for whoever looks how old the last one is. Raises Unavailable."""
        with self.store.begin() as tx:
            write_setting(tx, LAST_BACKUP, real_now().isoformat())

    def _head(self, tx: Tx, with_key: bool) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "release": packages.version("minqing"),
            "revision": revision_of(tx),
            "database": tx.dialect.name,
            "made_at": real_now().isoformat(),
            "mark": read_setting(tx, "mark"),
            "home_level": read_setting(tx, "home_level"),
            "uploads": self.depot is not None,
            "key": with_key,
            "tables": {table.name: rows.columns_of(table) for table in rows.tables()},
        }

    def _add_upload(self, writer: Writer, count: _Count, upload: _Wanted) -> None:
        assert self.depot is not None
        try:
            data = self.depot.get(upload.id)
        except Gone:
            data = b""
        if (len(data), _sha256(data)) != (upload.size, upload.sha256):
            count.absent.append(upload.id)
            return
        writer.add(f"uploads/{upload.id}", data)
        count.uploads += 1


def _uploads(tx: Tx) -> list[_Wanted]:
    """Those whose bytes had arrived. They never change, so they are read after the database was let go."""
    query = sa.select(files.c.id, files.c.size, files.c.sha256).where(files.c.stored).order_by(files.c.home, files.c.id)
    return [_Wanted(row.id, row.size, row.sha256) for row in tx.execute(query)]


def _add_rows(tx: Tx, writer: Writer, count: _Count, table: sa.Table) -> None:
    count.rows[table.name] = 0
    for number, part in enumerate(rows.parts(tx, table), start=1):
        _add_part(writer, count, f"tables/{table.name}/{number:06}.jsonl", part.data)
        count.rows[table.name] += part.rows


def _add_part(writer: Writer, count: _Count, name: str, data: bytes) -> None:
    writer.add(name, data)
    count.parts.append([name, len(data), _sha256(data)])


def _manifest(head: bytes, count: _Count, checkpoints: dict[str, str]) -> dict[str, Any]:
    return {
        "head": _sha256(head),
        "rows": count.rows,
        "parts": count.parts,
        "uploads": count.uploads,
        "absent": count.absent,
        "checkpoints": checkpoints,
    }


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
