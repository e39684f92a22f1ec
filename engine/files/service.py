"""Uploads: taken in before an act names them, read by whoever may read the row that does."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from engine.cases.office import Office
from engine.cases.queries import CaseQueries
from engine.cases.reading import reader, today
from engine.files.bad import BadFile
from engine.files.content import Content, Kind, ending_of, examine
from engine.files.depots import Depot, Gone
from engine.files.verify import uploads_in
from engine.rules.attempt import Actor, Post
from engine.rules.refusals import Conflict, FieldProblem, FieldsRefused, Forbidden, NotFound, TooLarge
from engine.store import reach
from engine.store.clock import real_now
from engine.store.db import Tx, Unavailable
from engine.store.filebook import (
    FileRow,
    expired_files,
    forget_files,
    homes_with_files,
    insert_file,
    mark_stored,
    read_file,
    waiting_of,
)
from engine.store.tables import cases

__all__ = ["Download", "FileService", "Upload"]

Upload = FileRow  #: an upload as it is kept, for a surface to present
_LOG = logging.getLogger("minqing.files")
#: Uploads of one person that no act has named yet.
WAITING_MOST = 30
MEGABYTE = 1_000_000
LIMITS: Mapping[Kind, int] = {Kind.PHOTO: 10 * MEGABYTE, Kind.VOICE: 20 * MEGABYTE, Kind.DOCUMENT: 20 * MEGABYTE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """The bytes of an upload. `number` is that of its case, None while it waits; `place` counts the uploads of its kind
    in the case, from 1, as the reader sees them."""

    file: FileRow
    data: bytes
    number: str | None
    place: int

    @property
    def ending(self) -> str:
        return ending_of(self.file.type)


class FileService:
    """The uploads of one installation. `limits` in bytes by kind."""

    def __init__(self, office: Office, depot: Depot, limits: Mapping[Kind, int] = LIMITS) -> None:
        self.office, self.depot, self.limits = office, depot, limits
        self._cases = CaseQueries(office)

    @property
    def largest(self) -> int:
        return max(self.limits.values())

    # --- taking in ---------------------------------------------------------------------------------------------------

    def admit(self, person: str) -> str:
        """The home his upload will have. Raises Forbidden where he may act on no case anywhere, Conflict where too many
        of his uploads wait. Asked before a byte is read."""
        with self.office.store.read() as tx:
            home = self._home(tx, person)
            if home is None:
                raise Forbidden("no_post")
            if waiting_of(tx, home, person) >= WAITING_MOST:
                raise Conflict("too_many_uploads")
            return home

    def _home(self, tx: Tx, person: str) -> str | None:
        """Of his first post that may act under any rules; else of a case that names him, as one that he may read."""
        actor = reader(tx, self.office, person)
        found = next((post for post in actor.posts if self._acts(post) and post.units), None)
        if found is not None:
            return self.office.home_of(found.units[0])
        return next((home for home in reach.homes_of_person(tx, person) if self._reads_in(tx, actor, home)), None)

    def _reads_in(self, tx: Tx, actor: Actor, home: str) -> bool:
        readable = reach.readable(actor, self.office.rulebook, today(tx, self.office))
        found = sa.select(cases.c.id).select_from(reach.JOINED).where(cases.c.home == home, readable)
        return tx.execute(found.limit(1)).first() is not None

    def _acts(self, post: Post) -> bool:
        roles = (each.workflow.roles.get(post.role) for each in self.office.rulebook.all())
        return any(role is not None and not role.read_only for role in roles)

    def take(self, person: str, home: str, data: bytes) -> FileRow:
        """Keep an upload of somebody who was admitted. Raises FieldsRefused, TooLarge, Unavailable."""
        content = self._examined(data)
        row = FileRow(
            home=home,
            id=self.office.new_id(home),
            person=person,
            kind=content.kind,
            type=content.type,
            size=len(content.data),
            sha256=hashlib.sha256(content.data).hexdigest(),
            uploaded_at=real_now(),
        )
        with self.office.store.begin() as tx:
            insert_file(tx, row)
        self.depot.put(row.id, content.data)
        with self.office.store.begin() as tx:
            mark_stored(tx, row.id)
        self._sweep_by_the_way(home)
        return row

    def _examined(self, data: bytes) -> Content:
        if len(data) > self.largest:
            raise TooLarge("upload", self.largest)
        try:
            content = examine(data)
        except BadFile as bad:
            raise FieldsRefused((FieldProblem(field="file", code=bad.code),)) from bad
        if len(data) > self.limits[content.kind]:
            raise TooLarge(content.kind, self.limits[content.kind])
        return content

    def _sweep_by_the_way(self, home: str) -> None:
        """What cannot be removed now is tried again with the next upload; this one is kept all the same."""
        try:
            self.sweep(home)
        except Unavailable:
            _LOG.warning("expired uploads of %s could not be removed", home, exc_info=True)

    def sweep(self, home: str) -> int:
        """Remove uploads of the home that were never attached; returns how many. Bytes first: a row that is still there
        is swept again."""
        with self.office.store.read() as tx:
            expired = expired_files(tx, home, real_now())
        for each in expired:
            self.depot.delete(each)
        if expired:
            with self.office.store.begin() as tx:
                forget_files(tx, home, expired)
        return len(expired)

    def sweep_everywhere(self) -> int:
        """The same in every home, until nothing is left to remove. Raises Unavailable."""
        with self.office.store.read() as tx:
            homes = homes_with_files(tx)
        return sum(removed for home in homes for removed in iter(partial(self.sweep, home), 0))

    # --- giving out --------------------------------------------------------------------------------------------------

    def fetch(self, person: str, file_id: str) -> Download:
        """For who sent it, while it waits; then for who may read a row of the case that names it. Raises NotFound,
        Unavailable."""
        with self.office.store.read() as tx:
            row = read_file(tx, file_id)
        if row is None:
            self._look_in_vain(person, file_id)
            raise NotFound("file")
        number, place = self._standing(person, row)
        try:
            return Download(file=row, data=self.depot.get(row.id), number=number, place=place)
        except Gone as gone:
            raise NotFound("file") from gone

    def _look_in_vain(self, person: str, file_id: str) -> None:
        """As long as it takes to find that a case is hidden: its id could be one, and there is none."""
        with contextlib.suppress(NotFound):
            self._cases.history(person, file_id)

    def _standing(self, person: str, row: FileRow) -> tuple[str | None, int]:
        if row.case_id is None:
            if row.person != person:
                raise NotFound("file")
            return None, 1
        try:
            events = self._cases.history(person, row.case_id)
        except NotFound as absent:
            raise NotFound("file") from absent
        named = [upload for event in events for upload in uploads_in(event.workflow, event.data)]
        alike = [upload["id"] for upload in named if upload["kind"] == row.kind]
        if row.id not in alike:
            raise NotFound("file")
        return events[0].number, list(dict.fromkeys(alike)).index(row.id) + 1
