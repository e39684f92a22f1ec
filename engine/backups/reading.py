"""Reading a backup: every part is held against the manifest, every row against the head, every upload against its row.

What is read is handed on piece by piece before the manifest at the end was seen, so whoever takes it must be able to
give it all back: nothing counts before `read` returned.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from engine.backups.archive import HEAD, KEY, MANIFEST, Member, damaged, members
from engine.backups.cells import KINDS, row_of
from engine.backups.writing import FORMAT
from engine.people.errors import Wrong

Columns = Sequence[tuple[str, str]]
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, LookupError, RecursionError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What a backup says of itself first. `tables`: name -> its columns, each with its kind."""

    release: str
    revision: str
    database: str
    made_at: str
    mark: str | None
    home_level: str | None
    uploads: bool
    key: bool
    tables: Mapping[str, Columns]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What was read. `absent`: uploads that were missing when it was written; `manifest`: its SHA-256."""

    head: Head
    rows: Mapping[str, int]
    uploads: int
    absent: tuple[str, ...]
    checkpoints: Mapping[str, str]
    manifest: str


class Taker(Protocol):
    """Who takes what is read, in this order."""

    def begin(self, head: Head) -> None: ...

    def rows(self, table: str, columns: Columns, found: list[list[Any]]) -> None: ...

    def upload(self, file_id: str, data: bytes) -> None: ...

    def key(self, data: bytes) -> None: ...


class Nobody:
    """Only looks."""

    def begin(self, head: Head) -> None:
        """Nothing to prepare."""

    def rows(self, table: str, columns: Columns, found: list[list[Any]]) -> None:
        """They were read, and that is all."""

    def upload(self, file_id: str, data: bytes) -> None:
        """Its hash was right."""

    def key(self, data: bytes) -> None:
        """It is there."""


@dataclass(slots=True)
class _Seen:
    """What went by so far; `files` are the rows of uploads: id -> (size, SHA-256)."""

    head: Head
    head_hash: str
    rows: dict[str, int]
    parts: list[list[Any]] = field(default_factory=list)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    uploads: int = 0
    got: set[str] = field(default_factory=set)


def read(source: IO[bytes], taker: Taker) -> Contents:
    """All of it, once. Raises Wrong: `backup_damaged`, `backup_later`."""
    found = members(source)
    first = next(found, None)
    if first is None or first.name != HEAD:
        raise damaged("it does not begin as a backup does")
    head = _head(first.data)
    taker.begin(head)
    seen = _Seen(head, _sha256(first.data), dict.fromkeys(head.tables, 0))
    return _to_the_end(found, seen, taker)


def _head(data: bytes) -> Head:
    told = _parsed(data, HEAD)
    if told.get("format") != FORMAT:
        raise Wrong("backup_later", format=str(told.get("format"))[:20])
    try:
        tables = {name: tuple(_column(each) for each in columns) for name, columns in told.pop("tables").items()}
        told.pop("format")
        return Head(**told, tables=tables)
    except _UNREADABLE as error:
        raise damaged(HEAD) from error


def _column(told: Any) -> tuple[str, str]:
    name, kind = told
    if not isinstance(name, str) or kind not in KINDS:
        raise ValueError("not a column")
    return name, kind


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except _UNREADABLE as error:
        raise damaged(name) from error
    if not isinstance(told, dict):
        raise damaged(name)
    return told


def _to_the_end(found: Iterator[Member], seen: _Seen, taker: Taker) -> Contents:
    for member in found:
        if member.name == MANIFEST:
            contents = _judged(seen, member.data)
            if next(found, None) is not None:  # also reads on to the very end of the file
                raise damaged("something follows its manifest")
            return contents
        _take(seen, taker, member)
    raise damaged("it has no manifest")


def _take(seen: _Seen, taker: Taker, member: Member) -> None:
    kind, _, rest = member.name.partition("/")
    if kind == "uploads":
        _take_upload(seen, taker, rest, member.data)
        return
    seen.parts.append([member.name, len(member.data), _sha256(member.data)])
    if kind == "tables":
        _take_rows(seen, taker, rest.partition("/")[0], member.data)
    elif member.name == KEY and seen.head.key:
        taker.key(member.data)
    else:
        raise damaged(member.name)


def _take_rows(seen: _Seen, taker: Taker, table: str, data: bytes) -> None:
    columns = seen.head.tables.get(table)
    if columns is None:
        raise damaged(f"{table}: no such table")
    kinds = [kind for _, kind in columns]
    try:
        found = [row_of(kinds, line) for line in data.splitlines()]
        if table == "files":
            seen.files |= _named(columns, found)
    except _UNREADABLE as error:
        raise damaged(f"{table}: a row that cannot be read") from error
    seen.rows[table] += len(found)
    taker.rows(table, columns, found)


def _named(columns: Columns, found: list[list[Any]]) -> dict[str, tuple[int, str]]:
    """The uploads whose bytes had arrived."""
    named = [dict(zip((name for name, _ in columns), row, strict=True)) for row in found]
    return {row["id"]: (row["size"], row["sha256"]) for row in named if row["stored"]}


def _take_upload(seen: _Seen, taker: Taker, file_id: str, data: bytes) -> None:
    if seen.files.get(file_id) != (len(data), _sha256(data)) or file_id in seen.got:
        raise damaged(f"uploads/{file_id}: not what was sent")
    seen.got.add(file_id)
    seen.uploads += 1
    taker.upload(file_id, data)


def _judged(seen: _Seen, data: bytes) -> Contents:
    """What went by against what the manifest says should have."""
    told = _parsed(data, MANIFEST)
    expected = {"head": seen.head_hash, "rows": seen.rows, "parts": seen.parts, "uploads": seen.uploads}
    for name, value in expected.items():
        if told.get(name) != value:
            raise damaged(f"{MANIFEST}: {name}")
    try:
        absent, checkpoints = tuple(told["absent"]), dict(told["checkpoints"])
    except _UNREADABLE as error:
        raise damaged(MANIFEST) from error
    if seen.head.uploads and seen.files.keys() - seen.got != set(absent):
        raise damaged("uploads are missing")
    return Contents(head=seen.head, rows=seen.rows, uploads=seen.uploads, absent=absent, checkpoints=checkpoints,
                    manifest=_sha256(data))  # fmt: skip


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
