"""An xlsx file is a zip of XML. What could hurt is refused here, before anybody reads a part of it: too many parts,
parts that unpack to more than they should, and document types, the only place where XML can declare entities."""

from __future__ import annotations

import io
import zipfile
from xml.parsers import expat

from engine.cases.importing.outcome import FileRefused

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = 2_000
_UNPACKED = 200_000_000
_SHEETS = "xl/worksheets/"
#: Everything but the sheets is held in memory by its reader.
_HELD = 40_000_000
#: A sheet of 65,000 empty rows is packed 9 : 1, one of a single repeated cell 60 : 1; a bomb nears 1,000 : 1.
_RATIO = 150
_SMALL = 1_000_000
_CHUNK = 1 << 16


def open_container(data: bytes) -> zipfile.ZipFile:
    """The zip, safe to be read. Raises FileRefused, and what `zipfile` raises for a damaged one."""
    if data.startswith(_OLE):
        raise FileRefused("password_protected" if _ENCRYPTED in data else "old_xls")
    container = zipfile.ZipFile(io.BytesIO(data))
    _weigh(container.infolist())
    if "xl/workbook.xml" not in container.namelist():
        raise FileRefused("not_a_workbook")
    for name in container.namelist():
        _look_at(container, name)
    return container


def _weigh(parts: list[zipfile.ZipInfo]) -> None:
    """By what the directory of the zip says: a part never unpacks to more than that."""
    if len(parts) > _PARTS:
        raise FileRefused("too_many_parts", found=len(parts), limit=_PARTS)
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("password_protected")
    held = [part.file_size for part in parts if not part.filename.startswith(_SHEETS)]
    for size, limit in ((sum(part.file_size for part in parts), _UNPACKED), (sum(held), _HELD)):
        if size > limit:
            raise FileRefused("unpacks_too_large", size=size, limit=limit)
    for part in parts:
        if part.file_size > _SMALL and part.file_size > _RATIO * max(part.compress_size, 1):
            raise FileRefused("packed_too_tightly", part=part.filename, limit=_RATIO)


def _look_at(container: zipfile.ZipFile, name: str) -> None:
    """Any part may be called XML by another, whatever its name is; pictures and the like are no XML and may be so."""
    try:
        scan(container, name, expat.ParserCreate())
    except FileRefused as refused:
        if refused.code == "document_type" or name.lower().endswith((".xml", ".rels")):
            raise


def scan(container: zipfile.ZipFile, name: str, parser: expat.XMLParserType) -> None:
    """Run the parser over one part. Raises FileRefused for a document type and for what is not well-formed."""

    def refuse(*_: object) -> None:
        raise FileRefused("document_type", part=name)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with container.open(name) as part:
            while chunk := part.read(_CHUNK):
                parser.Parse(chunk)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FileRefused("damaged_file", part=name) from error
