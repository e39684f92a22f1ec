"""What an upload is told to be by its bytes, what is kept of it, and what is refused by name."""

from __future__ import annotations

import contextlib
import random
import struct
import time
from io import BytesIO

import pytest
from PIL import Image

from engine.files.bad import BadFile
from engine.files.content import TYPES, Kind, ending_of, examine
from engine.files.orientation import orientation_of, tiff_of
from tests.unit.files import made

PHOTOS = [made.jpeg, made.png, made.webp]
TAGGED = [*PHOTOS, made.mp3, made.wav, made.m4a, made.ogg, made.webm]


def refused(data: bytes) -> str:
    with pytest.raises(BadFile) as found:
        examine(data)
    assert found.value.code in BadFile.CODES
    return found.value.code


# --- what it is ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(TYPES))
def test_every_type_is_told_by_its_bytes_alone(name: str):
    found = examine(made.WHOLE[name]())

    assert (found.type, found.kind) == (name, TYPES[name][0])


def test_what_is_made_here_is_all_that_is_taken():
    assert set(made.WHOLE) == set(TYPES)
    assert {kind for kind, _ in TYPES.values()} == set(Kind)
    assert ending_of("image/jpeg") == "jpg"


@pytest.mark.parametrize("name", list(TYPES))
def test_what_is_kept_is_kept_as_it_is_the_second_time(name: str):
    once = examine(made.WHOLE[name]()).data

    assert examine(once).data == once


# --- what is removed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", TAGGED)
def test_the_place_and_every_other_tag_go(make):
    assert made.PLACE in make()
    assert made.PLACE not in examine(make()).data


@pytest.mark.parametrize("make", PHOTOS)
def test_the_picture_loses_nothing_and_stays_the_right_way_up(make):
    before, after = (Image.open(BytesIO(data)) for data in (make(), examine(make()).data))

    assert made.GPS in before.getexif()
    assert dict(after.getexif()) == {0x0112: 6}
    assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("make", PHOTOS)
def test_an_upright_picture_needs_no_tag_at_all(make):
    after = Image.open(BytesIO(examine(make(orientation=1)).data))

    assert not after.getexif()
    assert "exif" not in after.info
    assert "xmp" not in after.info


def test_colours_and_progressive_scans_are_kept():
    profile = b"colours" * 20_000  # longer than one segment
    data = examine(made.jpeg(icc_profile=profile, progressive=True)).data

    found = Image.open(BytesIO(data))
    assert found.info["icc_profile"] == profile
    assert found.tobytes() == Image.open(BytesIO(made.jpeg(progressive=True))).tobytes()


def test_sound_is_kept_byte_for_byte():
    assert examine(made.mp3()).data == made.mp3_sound()
    assert examine(made.id3() + made.adts_sound()).data == made.adts_sound()
    assert examine(made.amr()).data == made.amr()
    assert bytes(range(64)) in examine(made.wav()).data
    assert len(examine(made.m4a()).data) == len(made.m4a())  # offsets into the sound stay right
    assert examine(made.m4a()).data.endswith(bytes(range(200)))
    assert bytes(range(100)) in examine(made.ogg()).data
    assert bytes(range(90)) in examine(made.webm()).data


@pytest.mark.parametrize("make", [made.pdf, made.docx])
def test_documents_are_kept_byte_for_byte(make):
    assert examine(make()).data == make()


def test_tags_over_several_pages_are_emptied():
    head = made.ogg_page(7, 0, b"OpusHead" + bytes(11))
    first = made.ogg_page(7, 1, b"OpusTags" + made.PLACE.ljust(1012), more=True)
    data = head + first + made.ogg_page(7, 2, made.PLACE.ljust(300)) + made.ogg_page(7, 3, bytes(range(100)))

    kept = examine(data).data
    assert made.PLACE not in kept
    assert len(kept) == len(data)


def test_the_checksum_of_ogg_pages_is_the_one_of_rfc_3533():
    """A known page: the second one of an empty Opus file written by opusenc."""
    page = bytearray(made.ogg_page(0x12345678, 1, b"OpusTags" + bytes(8)))
    (told,) = struct.unpack_from("<I", page, 22)
    page[22:26] = bytes(4)
    value = 0
    for byte in page:  # bit by bit, as the standard says it
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF

    assert told == value


# --- polyglots -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [*PHOTOS, made.wav])
def test_what_follows_the_end_is_dropped(make):
    hidden = b"<script>alert(1)</script>" + made.docx()

    assert examine(make() + hidden).data == examine(make()).data


def test_a_page_hidden_in_a_comment_or_private_segment_goes():
    page = b"<html><script>alert(1)</script></html>"
    data = made.jpeg()
    for marker in (0xE5, 0xEF, 0xF7, 0xFE):
        segment = bytes([0xFF, marker]) + struct.pack(">H", len(page) + 2) + page
        assert page not in examine(data[:2] + segment + data[2:]).data


def test_a_page_behind_sound_is_dropped():
    assert examine(made.mp3_sound() + b"<script>").data == made.mp3_sound()


def test_much_that_is_no_sound_is_refused():
    assert refused(made.mp3_sound() + b"x" * 70_000) == "damaged_file"


def test_another_file_in_front_of_a_package_is_refused():
    assert refused(b"PK\x03\x04" + b"<script>alert(1)</script>" + made.docx()) == "damaged_file"


# --- refused by name -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\0", "unsupported_file"),
        (b"hello " * 100, "unsupported_file"),
        (b"<html><script>alert(1)</script></html>", "unsupported_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_file"),
        (b"GIF89a" + bytes(40), "unsupported_file"),
        (b"MZ\x90\0" + bytes(200), "unsupported_file"),
        (b"\x7fELF" + bytes(200), "unsupported_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "unsupported_file"),  # .doc, .xls
        (b"\xff\xd8\xff", "damaged_file"),
        (b"\x89PNG\r\n\x1a\n", "damaged_file"),
        (b"RIFF\x10\0\0\0WEBP", "damaged_file"),
        (b"RIFF\x04\0\0\0AVI ", "unsupported_file"),
        (b"OggS", "damaged_file"),
        (b"#!AMR\n", "unsupported_file"),
        (b"\xff\xfb\x50\x00" + bytes(204), "damaged_file"),  # one frame is no recording
        (b"%PDF-1.7\n", "damaged_file"),
        (b"PK\x03\x04", "damaged_file"),
        (made.heic(), "heic_photo"),
        (made.m4a(b"isom", handler=b"vide"), "video_file"),
        (made.m4a(b"isom", handler=b"meta"), "unsupported_file"),  # a track of places
        (made.webm(kind=b"\x01"), "video_file"),
        (made.webm(doc=b"matroska"), "unsupported_file"),
        (made.ogg(b"\x01vorbis"), "unsupported_file"),
        (made.package("readme.txt"), "unsupported_file"),
        (made.package("word/document.xml", "word/vbaProject.bin"), "active_file"),
        (made.package("word/document.xml", "word/activeX/activeX1.xml"), "active_file"),
        (made.package("xl/workbook.xml", types="<x ContentType='….sheet.macroEnabled.main+xml'/>"), "active_file"),
        (made.package("word/document.xml", types=""), "damaged_file"),
        (made.package("word/document.xml", "../../etc/passwd"), "damaged_file"),
        (made.package("word/document.xml", "/etc/passwd"), "damaged_file"),
        (made.package("word/document.xml", "a\\..\\b"), "damaged_file"),
    ],
)
def test_what_is_not_taken_is_named(data: bytes, code: str):
    assert refused(data) == code


def test_packages_that_would_burst_are_refused_before_anything_is_unpacked():
    assert refused(made.bomb()) == "packed_file"
    assert refused(made.package("word/document.xml", *(f"p{number}" for number in range(5001)))) == "packed_file"


def test_a_part_that_stands_twice_is_refused():
    data = made.package("word/document.xml", "word/one.xml", "word/two.xml").replace(b"word/two.xml", b"word/one.xml")

    assert refused(data) == "damaged_file"


def test_a_long_table_of_types_is_not_read_to_its_end():
    noise = random.Random(1).randbytes(600_000).hex()

    assert refused(made.package("word/document.xml", types=noise)) == "damaged_file"


@pytest.mark.parametrize("depth", [3, 50_000])
def test_boxes_in_boxes_are_not_followed_down(depth: int):
    inner = b""
    if depth == 3:
        inner = made.box(b"moov", made.box(b"moov", made.track()))
    else:
        inner = b"".join(struct.pack(">I", 8 * (depth - level)) + b"moov" for level in range(depth))

    assert refused(made.box(b"ftyp", b"M4A ", bytes(4)) + inner + made.box(b"mdat")) == "unsupported_file"


def test_endless_parts_are_not_read_to_their_end():
    chunks = made.png_chunk(b"IHDR", bytes(13)) + made.png_chunk(b"tEXt", b"") * 200_001
    assert refused(b"\x89PNG\r\n\x1a\n" + chunks + made.png_chunk(b"IDAT", b"") + made.png_chunk(b"IEND", b"")) == (
        "damaged_file"
    )
    assert refused(made.box(b"ftyp", b"M4A ", bytes(4)) + made.box(b"free") * 200_001) == "damaged_file"


HOSTILE = {
    "filling": b"\xff\xd8" + b"\xff" * 5_000_000,
    "filling in a scan": made.jpeg()[:-2] + b"\xff" * 5_000_000 + b"\0",
    "tags": b"ID3\x04\0\0\0\0\0\0" * 500_000,
    "frames of one byte": b"#!AMR\n" + b"\x7c" * 5_000_000,
    "pages": made.ogg_page(7, 0, b"OpusHead" + bytes(11)) + made.ogg_page(7, 1, b"OpusTags") * 150_000,
    "elements": made.webm() + b"\xec\x80" * 2_000_000,
    "chunks": b"RIFF" + struct.pack("<I", 4_000_004) + b"WAVE" + b"junk\0\0\0\0" * 500_000,
    "list of parts": b"PK\x03\x04" + b"PK\x01\x02" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_is_sent_keeps_us_busy(name: str):
    start = time.process_time()
    with contextlib.suppress(BadFile):
        examine(HOSTILE[name])

    assert time.process_time() - start < 60  # seconds of our own work; what grows with the square would take hours


# --- cut off and bent ------------------------------------------------------------------------------------------------

CUT = ["image/jpeg", "image/png", "image/webp", "audio/wav", "audio/mp4", "audio/ogg", "application/pdf",
       "application/ofd"]  # fmt: skip


@pytest.mark.parametrize("name", CUT)
def test_a_file_that_is_cut_off_is_never_kept_as_whole(name: str):
    data = made.WHOLE[name]()
    for end in {1, 2, 3, 5, 9, 13, 30, len(data) // 3, len(data) // 2, len(data) - 9, len(data) - 2}:
        try:
            kept = examine(data[:end])
        except BadFile:
            continue
        assert (name, end) == ("application/pdf", len(data) - 2), kept.type  # its end mark is there


@pytest.mark.parametrize("name", list(TYPES))
def test_bent_bytes_are_taken_or_refused_and_never_break_anything(name: str):
    data, chance = bytearray(made.WHOLE[name]()), random.Random(name)
    for _ in range(150):
        bent = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        try:
            kept = examine(bytes(bent)).data
        except BadFile as bad:
            assert bad.code in BadFile.CODES
        else:
            assert len(kept) <= len(bent) + 64


# --- orientation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", range(1, 9))
def test_an_orientation_is_read_as_it_was_written(way: int):
    assert orientation_of(tiff_of(way)) == way
    assert orientation_of(b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, way, 0, 0)) == way


@pytest.mark.parametrize(
    "tiff",
    [b"", b"II", b"XX*\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff", tiff_of(6)[:15], tiff_of(9), tiff_of(0),
     b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 4, 1, 6)],
)  # fmt: skip
def test_what_cannot_be_read_is_upright(tiff: bytes):
    assert orientation_of(tiff) == 1
