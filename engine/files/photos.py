"""Photos: JPEG, PNG, WebP. Each is taken apart and put together again without what it tells beside the picture; the
picture itself is not decoded, so it loses nothing. What follows the end of the picture is dropped.

The kept parts are named, the rest goes: a maker's private segment may hold a place as well as EXIF does.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from engine.files.bad import BadFile, counted
from engine.files.orientation import UPRIGHT, orientation_of, tiff_of

# --- JPEG (ITU T.81 annex B) -----------------------------------------------------------------------------------------

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: A marker within coded data: not a stuffed 0xFF, not a restart.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_NO_FILL = re.compile(rb"[^\xff]", re.DOTALL)
_EXIF = b"Exif\0\0"


def clean_jpeg(data: bytes) -> bytes:
    """Raises BadFile, IndexError."""
    orientation, seen, kept = UPRIGHT, set(), []
    for marker, part, body in counted(_segments(data)):
        seen.add(marker)
        if marker == 0xE1 and body.startswith(_EXIF):
            orientation = orientation_of(body[len(_EXIF) :])
        elif _is_picture(marker, body):
            kept.append(part)
    if _SOS not in seen or not seen & _FRAMES:
        raise BadFile("damaged_file")
    return b"".join([b"\xff\xd8", _turned(orientation), *kept, b"\xff\xd9"])


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(marker, the segment with its coded data, its body) up to the end of the image."""
    at = 2
    while True:
        at = _marker(data, at)
        marker = data[at + 1]
        if marker in (0, _SOI):
            raise BadFile("damaged_file")
        if marker == _EOI:
            return
        end = _segment_end(data, at, marker)
        yield marker, data[at:end], data[at + 4 : end]
        at = end


def _marker(data: bytes, at: int) -> int:
    """Where the marker stands; bytes of filling may come before it."""
    found = _NO_FILL.search(data, at)
    if found is None or found.start() == at:
        raise BadFile("damaged_file")
    return found.start() - 1


def _segment_end(data: bytes, at: int, marker: int) -> int:
    if marker == 0x01 or 0xD0 <= marker <= 0xD7:
        return at + 2
    length = (data[at + 2] << 8) + data[at + 3]
    end = at + 2 + length
    if length < 2 or end >= len(data):
        raise BadFile("damaged_file")
    if marker != _SOS:
        return end
    found = _SCAN_END.search(data, end)
    if found is None:
        raise BadFile("damaged_file")
    return found.start()


def _is_picture(marker: int, body: bytes) -> bool:
    """Of the application's segments only those that say how colours are meant; no comments."""
    if marker == 0xE0:
        return body.startswith(b"JFIF\0")
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\0")
    if marker == 0xEE:
        return body.startswith(b"Adobe")
    return marker < 0xE0


def _turned(orientation: int) -> bytes:
    if orientation == UPRIGHT:
        return b""
    body = _EXIF + tiff_of(orientation)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# --- PNG (ISO/IEC 15948) ---------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n"
_PICTURE = {b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"bKGD",
            b"pHYs", b"acTL", b"fcTL", b"fdAT"}  # fmt: skip


def clean_png(data: bytes) -> bytes:
    """Raises BadFile, struct.error."""
    orientation, kept, seen = UPRIGHT, [], []
    for kind, part, body in counted(_png_chunks(data)):
        seen.append(kind)
        if kind == b"eXIf":
            orientation = orientation_of(body)
        elif kind in _PICTURE:
            kept.append(part)
    if seen[:1] != [b"IHDR"] or b"IDAT" not in seen:
        raise BadFile("damaged_file")
    turned = [] if orientation == UPRIGHT else [_png_chunk(b"eXIf", tiff_of(orientation))]
    return b"".join([PNG, kept[0], *turned, *kept[1:], _png_chunk(b"IEND", b"")])


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(kind, the chunk, its body) up to the end of the image."""
    at = len(PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise BadFile("damaged_file")
        body = data[at + 8 : end - 4]
        if kind == b"IEND":
            return
        if struct.unpack_from(">I", data, end - 4) != (zlib.crc32(kind + body),):
            raise BadFile("damaged_file")
        yield kind, data[at:end], body
        at = end


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


# --- WebP (RFC 9649) -------------------------------------------------------------------------------------------------

_WEBP_PICTURE = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def clean_webp(data: bytes) -> bytes:
    """Raises BadFile, struct.error."""
    kept: list[tuple[bytes, bytes]] = []
    orientation = UPRIGHT
    for kind, body in counted(riff_chunks(data)):
        if kind == b"EXIF":
            orientation = orientation_of(body.removeprefix(_EXIF))
        elif kind in _WEBP_PICTURE:
            kept.append((kind, body))
    if not kept or kept[0][0] not in (b"VP8 ", b"VP8L", b"VP8X"):
        raise BadFile("damaged_file")
    if kept[0][0] == b"VP8X":
        kept = _webp_turned(kept, orientation)
    return riff(b"WEBP", kept)


def _webp_turned(kept: list[tuple[bytes, bytes]], orientation: int) -> list[tuple[bytes, bytes]]:
    (kind, head), *rest = kept
    flags = head[0] & ~(_HAS_EXIF | _HAS_XMP)
    if orientation == UPRIGHT:
        return [(kind, bytes([flags]) + head[1:]), *rest]
    return [(kind, bytes([flags | _HAS_EXIF]) + head[1:]), *rest, (b"EXIF", tiff_of(orientation))]


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of every chunk of a RIFF file; what follows its end is dropped. Raises BadFile, struct.error."""
    (size,) = struct.unpack_from("<I", data, 4)
    at, end = 12, 8 + size
    if end > len(data):
        raise BadFile("damaged_file")
    while at < end:
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise BadFile("damaged_file")
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def riff(form: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A RIFF file of these chunks."""
    body = form + b"".join(
        struct.pack("<4sI", kind, len(each)) + each + b"\0" * (len(each) % 2) for kind, each in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
