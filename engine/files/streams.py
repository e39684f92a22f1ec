"""Voice recordings of browsers: Opus in Ogg (RFC 3533, RFC 7845) and in WebM (RFC 8794, RFC 9559). Tags are emptied in
place, so that every length and offset stays right."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from engine.files.bad import BadFile, counted

_TAG_PAGES_MOST = 16  # a megabyte: a picture among the tags

# --- Ogg -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    at: int
    body: int
    end: int
    serial: int
    completes: bool  # a packet ends on it


def clean_ogg(data: bytes) -> bytes:
    """Raises BadFile, struct.error, IndexError."""
    pages = list(counted(_pages(data)))
    head, *rest = pages
    if data[head.body : head.body + 8] != b"OpusHead" or len({page.serial for page in pages}) != 1:
        raise BadFile("unsupported_file")
    if not rest or data[rest[0].body : rest[0].body + 8] != b"OpusTags":
        raise BadFile("damaged_file")
    out = bytearray(data)
    for page in rest[: _until_complete(rest)]:
        _empty_tags(out, page, first=page is rest[0])
    return bytes(out)


def _pages(data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(data):
        magic, _, _, _, serial, _, _, count = struct.unpack_from("<4sBBQIIIB", data, at)
        sizes = data[at + 27 : at + 27 + count]
        body = at + 27 + count
        end = body + sum(sizes)
        if magic != b"OggS" or len(sizes) != count or end > len(data):
            raise BadFile("damaged_file")
        yield _Page(at=at, body=body, end=end, serial=serial, completes=any(size < 255 for size in sizes))
        at = end


def _until_complete(pages: list[_Page]) -> int:
    """How many pages the tags take: they end a page (RFC 7845 section 3)."""
    for count, page in enumerate(pages[:_TAG_PAGES_MOST], start=1):
        if page.completes:
            return count
    raise BadFile("damaged_file")


def _empty_tags(out: bytearray, page: _Page, *, first: bool) -> None:
    """Zeros after the magic: no vendor, no comments, and padding."""
    start = page.body + (8 if first else 0)
    out[start : page.end] = bytes(page.end - start)
    out[page.at + 22 : page.at + 26] = bytes(4)
    struct.pack_into("<I", out, page.at + 22, _crc(bytes(out[page.at : page.end])))


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
        found.append(value)
    return tuple(found)


_TABLE = _table()


def _crc(page: bytes) -> int:
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


# --- WebM ------------------------------------------------------------------------------------------------------------

_EBML, _SEGMENT, _CLUSTER, _TRACKS, _TRACK = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE
_TAGS, _ATTACHMENTS, _DOC_TYPE, _TRACK_TYPE = 0x1254C367, 0x1941A469, 0x4282, 0x83
_AUDIO = b"\x02"
_VIDEO = b"\x01"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Element:
    id: int
    at: int
    body: int
    end: int


def clean_webm(data: bytes) -> bytes:
    """A recording that just stops is whole: a browser's has no end. Raises BadFile, IndexError."""
    out, tracks, kinds = bytearray(data), [], []
    for found in counted(_elements(data, 0, len(data))):
        if found.id == _EBML:
            kinds.append(_within(data, found, _DOC_TYPE).rstrip(b"\0"))
        elif found.id == _TRACKS:
            tracks += [_within(data, each, _TRACK_TYPE) for each in counted(_elements(data, found.body, found.end))]
        elif found.id in (_TAGS, _ATTACHMENTS):
            _void(out, found)
    if kinds != [b"webm"]:
        raise BadFile("unsupported_file")
    if _VIDEO in tracks:
        raise BadFile("video_file")
    if set(tracks) != {_AUDIO} or _CLUSTER.to_bytes(4, "big") not in data:
        raise BadFile("damaged_file")
    return bytes(out)


def _elements(data: bytes, at: int, end: int) -> Iterator[_Element]:
    """The elements of this stretch in order. Segment and clusters are walked through, not over: recorders that write
    while they record leave their sizes open."""
    while at < end:
        ident, body = _number(data, at, keep_mark=True)
        size, body = _number(data, body, keep_mark=False)
        if ident in (_SEGMENT, _CLUSTER):
            at = body
            continue
        if body + size > end:
            raise BadFile("damaged_file")
        yield _Element(id=ident, at=at, body=body, end=body + size)
        at = body + size


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int, int]:
    """(value, where it ends) of a number of variable length."""
    length = 9 - data[at].bit_length()
    if length > 8:
        raise BadFile("damaged_file")
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep_mark else value & (1 << 7 * length) - 1), at + length


def _within(data: bytes, outer: _Element, ident: int) -> bytes:
    """The body of the element inside; empty where there is none."""
    inside = counted(_elements(data, outer.body, outer.end))
    return next((data[each.body : each.end] for each in inside if each.id == ident), b"")


def _void(out: bytearray, found: _Element) -> None:
    """A Void element of the same length in its place: its size takes the bytes that the longer id leaves."""
    head = found.body - found.at
    size_length = min(head - 1, 8)
    body = found.end - found.at - 1 - size_length
    size = (1 << 7 * size_length | body).to_bytes(size_length, "big")
    out[found.at : found.end] = b"\xec" + size + bytes(body)
