"""The outer form of a backup: a gzipped tar of plain files with names of ours, written and read in one pass.

Any `tar` lists and unpacks one. Reading takes nothing that writing would not have written: no links, folders, devices,
long names or extensions, no name but those below, no size over its limit, and no more out of the file than a text could
have been packed into. Nothing of a backup ever becomes a path on this machine.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from engine.people.errors import Wrong

HEAD, MANIFEST, KEY = "head.json", "manifest.json", "signing.key"
_BLOCK = 512
_MEGABYTE = 1_000_000
#: The most that one member may hold, by the form of its name.
_LIMITS = {
    re.compile(r"head\.json|signing\.key"): _MEGABYTE,
    re.compile(r"manifest\.json"): 64 * _MEGABYTE,
    re.compile(r"tables/[a-z_]{1,60}/[0-9]{6}\.jsonl"): 64 * _MEGABYTE,
    re.compile(r"uploads/[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}"): 1_000 * _MEGABYTE,
}
#: Rows of text are packed into a tenth; what unpacks to two hundred times its size is no backup.
_UNPACKED_FREE, _UNPACKED_TIMES = 64 * _MEGABYTE, 200


def damaged(reason: str) -> Wrong:
    return Wrong("backup_damaged", reason=reason)


class Writer:
    """Members one after the other into `out`; `close` ends the archive and leaves `out` open."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=out, mtime=0)

    def add(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        self._zip.write(info.tobuf(format=tarfile.USTAR_FORMAT))
        self._zip.write(data + bytes(-len(data) % _BLOCK))

    def close(self) -> None:
        self._zip.write(bytes(2 * _BLOCK))
        self._zip.close()


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a backup."""

    name: str
    data: bytes


def members(source: IO[bytes]) -> Iterator[Member]:
    """Every member in order. Raises Wrong `backup_damaged` where the file is no backup, is cut off, or goes on behind
    its end."""
    stream = _Unpacked(source)
    while (block := stream.take(_BLOCK)) != bytes(_BLOCK):
        info = _header(block)
        data = stream.take(info.size)
        if stream.take(-info.size % _BLOCK).strip(b"\0"):
            raise damaged(f"{info.name}: bytes behind its end")
        yield Member(info.name, data)
    if stream.take(_BLOCK).strip(b"\0") or not stream.ended():
        raise damaged("something follows its end")


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError) as error:
        raise damaged("not a tar header") from error
    limit = next((most for form, most in _LIMITS.items() if form.fullmatch(info.name)), None)
    if info.type != tarfile.REGTYPE or limit is None:
        raise damaged("a member that no backup has")
    if not 0 <= info.size <= limit:
        raise damaged(f"{info.name}: too large")
    return info


class _Unpacked:
    """The bytes of a gzip file, as many as asked for, and never absurdly many."""

    def __init__(self, source: IO[bytes]) -> None:
        self._packed = _Counted(source)
        self._zip = gzip.GzipFile(fileobj=self._packed, mode="rb")
        self._given = 0

    def take(self, size: int) -> bytes:
        """Exactly so many. Raises Wrong where there are fewer."""
        parts = []
        while size > 0:
            part = self._some(min(size, _MEGABYTE))
            if not part:
                raise damaged("it is cut off")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def ended(self) -> bool:
        return not self._some(1)

    def _some(self, size: int) -> bytes:
        try:
            part = self._zip.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise damaged("it is cut off, or not what was written") from error
        self._given += len(part)
        if self._given > _UNPACKED_FREE + _UNPACKED_TIMES * self._packed.read_so_far:
            raise damaged("it unpacks to far more than a backup would")
        return part


class _Counted(io.RawIOBase):
    """How much was read of a file."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.read_so_far = source, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.read_so_far += len(data)
        return data
