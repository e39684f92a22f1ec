"""Pictures, recordings and documents made for the tests: small, whole, and telling a place where they can."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image, PngImagePlugin

from engine.files.streams import _crc

PLACE = b"N26.4231E112.1807"  # what must never be kept
GPS = 0x8825


def picture() -> Image.Image:
    image = Image.new("RGB", (24, 16), (200, 30, 30))
    for x in range(24):
        image.putpixel((x, x * 16 // 24), (0, x * 10, 255))
    return image


def exif(orientation: int = 6) -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010E] = PLACE.decode()
    found.get_ifd(GPS)[1] = "N"
    found.get_ifd(GPS)[2] = (26.0, 25.0, 23.0)
    return found


def jpeg(orientation: int = 6, **how: object) -> bytes:
    out = BytesIO()
    picture().save(out, "JPEG", exif=exif(orientation), comment=PLACE, quality=90, **how)
    return out.getvalue()


def png(orientation: int = 6) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Location", PLACE.decode())
    texts.add_itxt("XML:com.adobe.xmp", PLACE.decode())
    out = BytesIO()
    picture().save(out, "PNG", pnginfo=texts, exif=exif(orientation))
    return out.getvalue()


def webp(orientation: int = 6) -> bytes:
    out = BytesIO()
    picture().save(out, "WEBP", exif=exif(orientation), xmp=PLACE, lossless=True)
    return out.getvalue()


def heic() -> bytes:
    return struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(64)


# --- voices ----------------------------------------------------------------------------------------------------------


def id3(text: bytes = PLACE) -> bytes:
    size = len(text)
    return b"ID3\x04\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + text


def mp3_sound(frames: int = 5) -> bytes:
    """MPEG 1, layer III, 64 kbit/s at 44.1 kHz: 208 bytes a frame."""
    return (b"\xff\xfb\x50\x00" + bytes(204)) * frames


def mp3() -> bytes:
    return id3() + mp3_sound() + b"TAG" + PLACE.ljust(125)


def adts_sound(frames: int = 4) -> bytes:
    length = 40
    head = bytes([0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return (head + bytes(length - 7)) * frames


def amr() -> bytes:
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * 10


def amr_wb() -> bytes:
    return b"#!AMR-WB\n" + (b"\x44" + bytes(60)) * 10


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)


def wav() -> bytes:
    sound = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    inner = b"WAVE" + chunk(b"bext", PLACE) + chunk(b"fmt ", sound) + chunk(b"LIST", b"INFO" + PLACE)
    inner += chunk(b"data", bytes(range(64)))
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", 8 + len(body)) + kind + body


def track(handler: bytes = b"soun") -> bytes:
    hdlr = box(b"hdlr", bytes(8) + handler + bytes(12) + PLACE + b"\0")
    return box(b"trak", box(b"udta", PLACE), box(b"mdia", hdlr, box(b"minf", bytes(16))))


def m4a(brand: bytes = b"M4A ", handler: bytes = b"soun") -> bytes:
    udta = box(b"udta", box(b"\xa9xyz", PLACE), box(b"loci", PLACE))
    moov = box(b"moov", box(b"mvhd", bytes(20)), track(handler), udta, box(b"meta", PLACE))
    return box(b"ftyp", brand, bytes(4)) + moov + box(b"free", PLACE) + box(b"mdat", bytes(range(200)))


def ogg_page(serial: int, number: int, packets: bytes, *, more: bool = False) -> bytes:
    count = len(packets) // 255
    sizes = b"\xff" * count + (b"" if more else bytes([len(packets) % 255]))
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, 0, 0, serial, number, 0, len(sizes)) + sizes
    page = bytearray(head + packets)
    struct.pack_into("<I", page, 22, _crc(bytes(page)))
    return bytes(page)


def ogg(head: bytes = b"OpusHead") -> bytes:
    pages = [head + bytes(11), b"OpusTags" + struct.pack("<I", 4) + b"test" + PLACE, bytes(range(100))]
    return b"".join(ogg_page(7, number, each) for number, each in enumerate(pages))


def element(ident: str, body: bytes) -> bytes:
    return bytes.fromhex(ident) + (1 << 28 | len(body)).to_bytes(4, "big") + body


def webm(kind: bytes = b"\x02", doc: bytes = b"webm") -> bytes:
    """As browsers record: segment and cluster of unknown length."""
    unknown = b"\x01" + b"\xff" * 7
    tracks = element("1654AE6B", element("AE", element("83", kind) + element("86", b"A_OPUS")))
    cluster = bytes.fromhex("1F43B675") + unknown + element("E7", b"\0") + element("A3", bytes(range(90)))
    tags = element("1254C367", element("7373", PLACE))
    return element("1A45DFA3", element("4282", doc)) + bytes.fromhex("18538067") + unknown + tracks + cluster + tags


# --- documents -------------------------------------------------------------------------------------------------------


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def package(*names: str, types: str = "<Types/>", **parts: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as found:
        if types:
            found.writestr("[Content_Types].xml", types)
        for name in names:
            found.writestr(name, "<x/>")
        for name, body in parts.items():
            found.writestr(name, body)
    return out.getvalue()


def docx() -> bytes:
    return package("word/document.xml")


def bomb(parts: int = 1, size: int = 40_000_000) -> bytes:
    """A document that would unpack to a thousand times its size."""
    return package("word/document.xml", **{f"word/media/{number}.bmp": bytes(size) for number in range(parts)})


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


WHOLE = {
    "image/jpeg": jpeg, "image/png": png, "image/webp": webp, "audio/mpeg": mp3, "audio/aac": adts_sound,
    "audio/amr": amr, "audio/amr-wb": amr_wb, "audio/wav": wav, "audio/mp4": m4a,
    "audio/3gpp": lambda: m4a(b"3gp4"), "audio/ogg": ogg, "audio/webm": webm, "application/pdf": pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": lambda: package("xl/workbook.xml"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation":
        lambda: package("ppt/presentation.xml"),
    "application/ofd": lambda: package("OFD.xml", types=""),
}  # fmt: skip
