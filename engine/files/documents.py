"""Documents: PDF, and the packages of offices (DOCX, XLSX, PPTX, OFD). They are kept byte for byte: a seal or signature
would not survive a change. Nothing is ever unpacked but the list of a package's parts and its table of types."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO

from engine.files.bad import BadFile

PARTS_MOST = 5_000
#: What a package may be unpacked (bytes), and how much larger that may be than what is sent.
UNPACKED_MOST, PACKED_TIMES = 500_000_000, 200
_TABLE_MOST = 1_000_000
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for any amount of memory
#: What `zipfile` raises on bytes that are no package.
_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, UnicodeDecodeError,
               KeyError, OSError, OverflowError, struct.error)  # fmt: skip
#: The part that tells what a package is -> the key in `content.TYPES`.
_MAIN = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
    "OFD.xml": "ofd",
}


def check_pdf(data: bytes) -> bytes:
    """Raises BadFile: no end within the last two kilobytes means that something is missing."""
    if b"%%EOF" not in data[-2048:]:
        raise BadFile("damaged_file")
    return data


def package_of(data: bytes) -> str:
    """docx, xlsx, pptx or ofd. Raises BadFile."""
    if data.count(b"PK\x01\x02") > PARTS_MOST:  # before the list of parts is read into memory
        raise BadFile("packed_file")
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            return _judged(package, len(data))
    except _UNREADABLE as error:
        raise BadFile("damaged_file") from error


def _judged(package: zipfile.ZipFile, size: int) -> str:
    parts = package.infolist()
    names = [part.filename for part in parts]
    kind = next((kind for name, kind in _MAIN.items() if name in names), None)
    if kind is None:
        raise BadFile("unsupported_file")
    _refuse_hostile(parts, size)
    if kind != "ofd" and _is_active(package, names):
        raise BadFile("active_file")
    return kind


def _refuse_hostile(parts: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Too many or too large parts; names that lead elsewhere, or stand twice; another file in front; a lock."""
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PARTS_MOST or unpacked > min(UNPACKED_MOST, size * PACKED_TIMES):
        raise BadFile("packed_file")
    names = [part.filename for part in parts]
    leads_out = any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names)
    if leads_out or len(set(names)) != len(names) or any(_is_locked(part) for part in parts):
        raise BadFile("damaged_file")
    if min(part.header_offset for part in parts) != 0:
        raise BadFile("damaged_file")


def _is_locked(part: zipfile.ZipInfo) -> bool:
    return bool(part.flag_bits & 1) or part.compress_type not in _PLAIN


def _is_active(package: zipfile.ZipFile, names: Sequence[str]) -> bool:
    """Macros and controls: whoever opens it on a machine of the office would run them."""
    if any("vbaproject" in name.lower() or "/activex/" in name.lower() for name in names):
        return True
    with package.open("[Content_Types].xml") if "[Content_Types].xml" in names else BytesIO() as table:
        found = table.read(_TABLE_MOST + 1)
    if not found or len(found) > _TABLE_MOST:
        raise BadFile("damaged_file")
    return b"macroenabled" in found.lower()
