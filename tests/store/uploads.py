"""Rules with files, and uploads for a world of the tests."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.files.content import Kind
from engine.files.depots import FolderDepot
from engine.files.service import FileService
from engine.store.casefile import home_of
from engine.store.tables import files
from tests.store.world import World
from tests.unit.files import made

FILED: dict[str, str] = {
    "fields": """
        photos: {T, type: list, of: file, max_length: 3}
        scan: {T, type: file}
        words: {T, type: text}
        """,
    "states": """
        new: {T, level: wuchang, handling: true}
        queued: {T, level: village, gate: board}
        done: {T, final: true}
        """,
    "meetings": """
        board: {T, level: village, members: [village_secretary, village_clerk], chair: village_secretary, quorum: 50%, carry_over: {trigger: wait}}
        """,  # noqa: E501
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: [zuzhang, village_clerk], takes: [photos, scan]}
        - {trigger: add, T, from: [new, queued], to: same, by: [zuzhang, village_clerk], takes: [photos, scan, words]}
        - {trigger: raise, T, from: new, to: queued, by: [zuzhang, village_clerk]}
        - {trigger: agree, T, from: queued, to: done, by: village_secretary, via: board, needs: scan}
        - {trigger: wait, T, from: queued, to: same, by: [village_secretary, system], via: board}
        """,
}


def service(world: World, folder: Path, **limits: int) -> FileService:
    of_kind = {Kind(kind): most for kind, most in limits.items()}
    found = FileService(world.office, FolderDepot(folder))
    return FileService(world.office, found.depot, {**found.limits, **of_kind})


def upload(found: FileService, person: str, data: bytes = b"") -> str:
    """The id of an upload of this person: a photo unless given."""
    return found.take(person, found.admit(person), data or made.jpeg()).id


def kept(world: World, file_id: str) -> Any:
    """Its row; None where it is gone."""
    with world.store.read() as tx:
        return tx.execute(sa.select(files).where(files.c.home == home_of(file_id), files.c.id == file_id)).first()


def age(world: World, file_id: str, **span: float) -> None:
    """Let it have been uploaded earlier."""
    with world.store.begin() as tx:
        here = (files.c.home == home_of(file_id), files.c.id == file_id)
        at = tx.execute(sa.select(files.c.uploaded_at).where(*here)).scalar_one()
        tx.execute(sa.update(files).where(*here).values(uploaded_at=at - timedelta(**span)))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
