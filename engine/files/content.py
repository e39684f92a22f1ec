"""What an upload is, told by its bytes alone, and the bytes that are kept of it. Pure: bytes in, bytes out.

Neither the sender's media type nor a file name is asked. What is not in TYPES is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from engine.files.bad import BadFile
from engine.files.boxes import clean_mp4
from engine.files.documents import check_pdf, package_of
from engine.files.photos import PNG, clean_jpeg, clean_png, clean_webp
from engine.files.streams import clean_ogg, clean_webm
from engine.files.voices import AMR, AMR_WB, adts_frame, after_id3, clean_adts, clean_amr, clean_mp3, clean_wav

Clean = Callable[[bytes], bytes]


class Kind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    DOCUMENT = "document"


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """An upload as it is kept: `type` is a key of TYPES, `data` the bytes without what must not be kept."""

    kind: Kind
    type: str
    data: bytes


_OFFICE = "application/vnd.openxmlformats-officedocument"
#: media type -> (kind, ending of the generated name)
TYPES: dict[str, tuple[Kind, str]] = {
    "image/jpeg": (Kind.PHOTO, "jpg"),
    "image/png": (Kind.PHOTO, "png"),
    "image/webp": (Kind.PHOTO, "webp"),
    "audio/mp4": (Kind.VOICE, "m4a"),
    "audio/3gpp": (Kind.VOICE, "3gp"),
    "audio/mpeg": (Kind.VOICE, "mp3"),
    "audio/aac": (Kind.VOICE, "aac"),
    "audio/amr": (Kind.VOICE, "amr"),
    "audio/amr-wb": (Kind.VOICE, "awb"),
    "audio/wav": (Kind.VOICE, "wav"),
    "audio/ogg": (Kind.VOICE, "ogg"),
    "audio/webm": (Kind.VOICE, "webm"),
    "application/pdf": (Kind.DOCUMENT, "pdf"),
    f"{_OFFICE}.wordprocessingml.document": (Kind.DOCUMENT, "docx"),
    f"{_OFFICE}.spreadsheetml.sheet": (Kind.DOCUMENT, "xlsx"),
    f"{_OFFICE}.presentationml.presentation": (Kind.DOCUMENT, "pptx"),
    "application/ofd": (Kind.DOCUMENT, "ofd"),  # GB/T 33190, the layout of Chinese official documents
}
_BY_ENDING = {ending: name for name, (_, ending) in TYPES.items()}
#: How a file begins -> its media type, and what is kept of it.
_BEGINNINGS: tuple[tuple[bytes, str, Clean], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", clean_jpeg),
    (PNG, "image/png", clean_png),
    (AMR_WB, "audio/amr-wb", clean_amr),
    (AMR, "audio/amr", clean_amr),
    (b"OggS", "audio/ogg", clean_ogg),
    (b"\x1aE\xdf\xa3", "audio/webm", clean_webm),
    (b"%PDF-", "application/pdf", check_pdf),
)
_RIFF: dict[bytes, tuple[str, Clean]] = {b"WEBP": ("image/webp", clean_webp), b"WAVE": ("audio/wav", clean_wav)}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}


def examine(data: bytes) -> Content:
    """Raises BadFile."""
    if not data:
        raise BadFile("empty_file")
    try:
        name, clean = _recognised(data)
        kept = clean(data)
    except (struct.error, IndexError) as error:
        raise BadFile("damaged_file") from error
    return Content(kind=TYPES[name][0], type=name, data=kept)


def _recognised(data: bytes) -> tuple[str, Clean]:
    for beginning, name, clean in _BEGINNINGS:
        if data.startswith(beginning):
            return name, clean
    if data.startswith(b"RIFF") and data[8:12] in _RIFF:
        return _RIFF[data[8:12]]
    if data[4:8] == b"ftyp":
        return _boxed(data[8:12])
    if data.startswith(b"PK\x03\x04"):
        return _BY_ENDING[package_of(data)], bytes
    return _framed(data)


def _boxed(brand: bytes) -> tuple[str, Clean]:
    if brand in _HEIC:
        raise BadFile("heic_photo")
    return ("audio/3gpp" if brand.startswith(b"3g") else "audio/mp4"), clean_mp4


def _framed(data: bytes) -> tuple[str, Clean]:
    start = after_id3(data)
    return ("audio/aac", clean_adts) if adts_frame(data, start) else ("audio/mpeg", clean_mp3)


def ending_of(type_: str) -> str:
    """The ending of a generated name."""
    return TYPES[type_][1]
