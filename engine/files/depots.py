"""Where the bytes of uploads lie: a folder, or a store that speaks S3. Which, one setting says.

Names are generated from the id of the upload; nothing that a person typed reaches a path or a key.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from engine.people.errors import Wrong
from engine.store.db import Store, Unavailable

_LOG = logging.getLogger("minqing.files")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}")


class Gone(LookupError):
    """The bytes are not where they were put."""


def _unavailable(error: Exception, *, full: bool = False) -> Unavailable:
    """Whoever asked hears no more than that; the operator finds the reason in the log."""
    _LOG.error("the place of uploads failed: %s", error)
    return Unavailable(full=full)


class Depot(Protocol):
    """Three methods; each raises Unavailable where the place cannot be reached or is full."""

    def put(self, file_id: str, data: bytes) -> None:
        """Keep the bytes; when it returns they survive a power cut."""

    def get(self, file_id: str) -> bytes:
        """Raises Gone."""

    def delete(self, file_id: str) -> None:
        """Does nothing where there is nothing."""


def key_of(file_id: str) -> str:
    """`<home>/<two signs>/<id>`: some hundred folders a home, evenly filled by the random end of the id."""
    if not _ID.fullmatch(file_id):
        raise ValueError("not the id of an upload")
    return f"{file_id.rpartition('-')[0]}/{file_id[-2:].lower()}/{file_id}"


class FolderDepot:
    """A folder on a local disk, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, file_id: str, data: bytes) -> None:
        place = self.folder / key_of(file_id)
        fresh = place.with_name(f"{place.name}.new")
        try:
            for folder in (self.folder, place.parent.parent, place.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(fresh, data)
            fresh.replace(place)
            for folder in (place.parent, place.parent.parent, self.folder):
                _sync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise _unavailable(error, full=error.errno in (errno.ENOSPC, errno.EDQUOT)) from error

    def get(self, file_id: str) -> bytes:
        try:
            return (self.folder / key_of(file_id)).read_bytes()
        except FileNotFoundError as error:
            raise Gone(file_id) from error
        except OSError as error:
            raise _unavailable(error) from error

    def delete(self, file_id: str) -> None:
        try:
            (self.folder / key_of(file_id)).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(error) from error


def _write(place: Path, data: bytes) -> None:
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class ObjectDepot:
    """A store of the package `obstore`: S3 and what speaks like it."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def put(self, file_id: str, data: bytes) -> None:
        with _told_plainly():
            self.store.put(key_of(file_id), data)

    def get(self, file_id: str) -> bytes:
        with _told_plainly():
            return bytes(self.store.get(key_of(file_id)).bytes())

    def delete(self, file_id: str) -> None:
        with contextlib.suppress(Gone), _told_plainly():
            self.store.delete(key_of(file_id))


@contextlib.contextmanager
def _told_plainly() -> Any:
    """The package's own errors as ours."""
    from obstore.exceptions import BaseError, NotFoundError

    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise Gone from error
    except (BaseError, OSError) as error:
        raise _unavailable(error) from error


def folder_beside(store: Store) -> str:
    """Where uploads lie if no setting says otherwise: `files` beside an SQLite file, else in the working directory."""
    file = sa.make_url(store.url).database
    here = Path(file).parent if store.is_sqlite and file else Path.cwd() / ".minqing"
    return str(here / "files")


def open_depot(where: str) -> Depot:
    """A folder's path, or `s3://bucket/prefix` (its address and keys come from the AWS_ variables).

    Raises Wrong where the extra `s3` is not installed or the address cannot be read.
    """
    if "://" not in where:
        return FolderDepot(Path(where))
    if not where.startswith("s3://"):
        raise Wrong("bad_files_url")
    try:
        from obstore.store import S3Store
    except ModuleNotFoundError as error:
        raise Wrong("missing_driver", module=error.name) from error
    try:
        return ObjectDepot(S3Store.from_url(where))
    except Exception as error:  # the package has no one type for what it cannot read
        raise Wrong("bad_files_url") from error
