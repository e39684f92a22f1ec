"""Voice recordings that are a row of frames or chunks: MP3, AAC (ADTS), AMR, WAV. Only what sounds is kept: tags before
and after (ID3, APE, bext …), which may hold names and places, are dropped."""

from __future__ import annotations

from collections.abc import Callable

from engine.files.bad import BadFile, counted
from engine.files.photos import riff, riff_chunks

#: Bytes after the last frame that are taken for tags, or the piece of a frame at which the recorder stopped.
_TAIL_MOST = 65_536
_ID3_MOST = 8
_FRAMES_MOST = 2_000_000  # eleven hours
FrameLength = Callable[[bytes, int], int]


def _frames(data: bytes, start: int, length_of: FrameLength, *, least: int) -> bytes:
    """The row of whole frames from `start` on. Raises BadFile where there are fewer than `least`, or much follows that
    is no frame."""
    at, count = start, 0
    while at < len(data) and count < _FRAMES_MOST:
        length = length_of(data, at)
        if not length or at + length > len(data):
            break
        at, count = at + length, count + 1
    if count < least:
        raise BadFile("unsupported_file" if not count else "damaged_file")
    if len(data) - at > _TAIL_MOST:
        raise BadFile("damaged_file")
    return data[start:at]


def after_id3(data: bytes) -> int:
    """Where the sound begins: behind the ID3v2 tags at the start (id3.org, ID3v2.4 section 3.1)."""
    at = 0
    for _ in range(_ID3_MOST):
        if data[at : at + 3] != b"ID3" or len(data) < at + 10:
            break
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


# --- MP3 (ISO/IEC 11172-3 and 13818-3, layer III) --------------------------------------------------------------------

_BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def mp3_frame(data: bytes, at: int) -> int:
    """Bytes of the frame that begins here; 0 where none does."""
    head = int.from_bytes(data[at : at + 4], "big")
    version, bitrate, rate = head >> 19 & 3, head >> 12 & 15, head >> 10 & 3
    if len(data) < at + 4 or head >> 21 != 0x7FF or version == 1 or head >> 17 & 3 != 1:
        return 0
    if bitrate in (0, 15) or rate == 3:
        return 0
    kbits = _BITRATES[3 if version == 3 else 2][bitrate]
    return (144_000 if version == 3 else 72_000) * kbits // _RATES[version][rate] + (head >> 9 & 1)


def clean_mp3(data: bytes) -> bytes:
    return _frames(data, after_id3(data), mp3_frame, least=2)


# --- AAC in ADTS (ISO/IEC 13818-7 section 6.2) -----------------------------------------------------------------------


def adts_frame(data: bytes, at: int) -> int:
    if len(data) < at + 7 or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return 0
    length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    return length if length >= 7 else 0


def clean_adts(data: bytes) -> bytes:
    return _frames(data, after_id3(data), adts_frame, least=2)


# --- AMR (RFC 4867 section 5) ----------------------------------------------------------------------------------------

AMR, AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"
_NARROW = {**dict(enumerate((13, 14, 16, 18, 20, 21, 27, 32, 6))), 15: 1}
_WIDE = {**dict(enumerate((18, 24, 33, 37, 41, 47, 51, 59, 61, 6))), 14: 1, 15: 1}


def clean_amr(data: bytes) -> bytes:
    wide = data.startswith(AMR_WB)
    head, sizes = (AMR_WB, _WIDE) if wide else (AMR, _NARROW)
    return head + _frames(data, len(head), lambda found, at: sizes.get(found[at] >> 3 & 15, 0), least=1)


# --- WAV -------------------------------------------------------------------------------------------------------------

_SOUND = {b"fmt ", b"fact", b"data"}


def clean_wav(data: bytes) -> bytes:
    """Raises BadFile, struct.error."""
    kept = [(kind, body) for kind, body in counted(riff_chunks(data)) if kind in _SOUND]
    if [kind for kind, _ in kept if kind != b"fact"] != [b"fmt ", b"data"]:
        raise BadFile("damaged_file")
    return riff(b"WAVE", kept)
