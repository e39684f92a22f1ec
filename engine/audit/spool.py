"""Where calls wait to be written to the table: files that are only appended to, one line an entry, one `write` a line.

What was written survives the process, however it ends: it lies with the system, and the next process that looks takes
it up. A file belongs to the process that holds its lock; the system lets go of it when the process ends. Files of
other databases in the same folder are left alone: their names begin otherwise.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ulid import ULID

_ENDING, _REFUSED = ".spool", ".refused"


class Lines:
    """One file of the spool, locked by this process."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path, self.count = path, 0
        self._handle = handle
        self.close = weakref.finalize(self, os.close, handle)

    @classmethod
    def begin(cls, path: Path) -> Lines:
        """A new file. Raises OSError."""
        return cls(path, _locked(path, os.O_CREAT | os.O_EXCL))

    @classmethod
    def adopt(cls, path: Path) -> Lines | None:
        """One that was left; None where its process lives, or it is gone."""
        try:
            return cls(path, _locked(path, 0))
        except OSError:
            return None

    def append(self, line: bytes) -> None:
        """Raises OSError where not all of it could be written; nothing of it is left then."""
        written = os.write(self._handle, line + b"\n")
        if written <= len(line):
            os.ftruncate(self._handle, os.fstat(self._handle).st_size - written)
            raise OSError(errno.ENOSPC, "no room for the whole line")
        self.count += 1

    def read(self) -> list[bytes]:
        """Its lines, also of a file that somebody else has removed meanwhile."""
        whole = os.pread(self._handle, os.fstat(self._handle).st_size, 0)
        return [line for line in whole.split(b"\n") if line]

    def remove(self) -> None:
        """Everything in it stands in the table."""
        with suppress(FileNotFoundError):
            self.path.unlink()
        self.close()

    def put_aside(self) -> Path:
        """It cannot be written as it is: kept under another name for people to look at."""
        aside = self.path.with_suffix(_REFUSED)
        self.path.rename(aside)
        self.close()
        return aside


def _locked(path: Path, more: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | more, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


class Spool:
    """The files of one database in a folder. Many threads may append; one at a time takes files out."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._lock = threading.Lock()
        self._open: Lines | None = None
        self._closed: list[Lines] = []

    def append(self, line: bytes) -> None:
        """Raises OSError."""
        with self._lock:
            if self._open is None:
                self._open = self._begun()
            self._open.append(line)

    def _begun(self) -> Lines:
        """A new file; another one where somebody took the first for left over before it was locked."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = (self.folder / f"{self.name}-{ULID()}{_ENDING}" for _ in range(3))
        for path in names:
            with suppress(BlockingIOError):
                return Lines.begin(path)
        raise OSError(errno.EAGAIN, "every new file of the spool was taken away")

    @property
    def waiting(self) -> int:
        """Lines of this process that are not taken out yet."""
        with self._lock:
            files = [*self._closed, *([self._open] if self._open else [])]
            return sum(each.count for each in files)

    def take(self) -> list[Lines]:
        """The files that are to be written to the table now, given again until they are `done`: so nothing is closed
        that adds to what already waits for a database that is away. Then the file that was appended to, with what
        others left when they ended."""
        with self._lock:
            if not self._closed:
                self._closed = [*([self._open] if self._open else []), *self._left()]
                self._open = None
            return list(self._closed)

    def done(self, file: Lines) -> None:
        with self._lock:
            self._closed.remove(file)

    def _left(self) -> Iterator[Lines]:
        for path in sorted(self.folder.glob(f"{self.name}-*{_ENDING}")):
            if (left := Lines.adopt(path)) is not None:
                yield left
