"""Voice recordings in MP4 boxes (M4A, 3GP; ISO/IEC 14496-12). Boxes that tell about the recording (`udta`, `meta`,
`uuid`: names, ©xyz and loci places) become `free` boxes of zeros, so that every offset into the sound stays right."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from engine.files.bad import BadFile, counted

_TELLING = {b"udta", b"meta", b"uuid"}
_TOP = _TELLING | {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"styp", b"pdin"}
#: Box -> the kind of box within it that is looked into; nothing lies deeper.
_OPENED = {b"": b"moov", b"moov": b"trak", b"trak": b"mdia"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    kind: bytes
    at: int
    body: int
    end: int


def clean_mp4(data: bytes) -> bytes:
    """Raises BadFile, struct.error."""
    out = bytearray(data)
    top = list(counted(_boxes(data, 0, len(data))))
    kinds = [box.kind for box in top]
    if not set(kinds) <= _TOP or kinds.count(b"moov") != 1 or b"mdat" not in kinds:
        raise BadFile("damaged_file")
    tracks: list[bytes] = []
    _silence(out, b"", top, tracks)
    if b"vide" in tracks:
        raise BadFile("video_file")
    if set(tracks) != {b"soun"}:
        raise BadFile("unsupported_file")
    return bytes(out)


def _boxes(data: bytes | bytearray, at: int, end: int) -> Iterator[_Box]:
    """The boxes that fill this stretch exactly."""
    while at < end:
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        until = end if size == 0 and kind == b"mdat" else at + size
        if until < body or until > end:
            raise BadFile("damaged_file")
        yield _Box(kind=kind, at=at, body=body, end=until)
        at = until


def _silence(out: bytearray, around: bytes, boxes: list[_Box], tracks: list[bytes]) -> None:
    """Empty what tells, here and within; note the kind of each track."""
    for box in boxes:
        if box.kind in _TELLING:
            out[box.at + 4 : box.at + 8] = b"free"
            _blank(out, box.body, box.end)
        elif box.kind in (b"free", b"skip", b"wide"):
            _blank(out, box.body, box.end)
        elif box.kind == _OPENED.get(around):
            _silence(out, box.kind, list(counted(_boxes(out, box.body, box.end))), tracks)
        elif (around, box.kind) == (b"mdia", b"hdlr"):
            tracks.append(bytes(out[box.body + 8 : box.body + 12]))
            _blank(out, box.body + 24, box.end)  # the recorder's name


def _blank(out: bytearray, at: int, end: int) -> None:
    out[at:end] = bytes(max(0, end - at))
