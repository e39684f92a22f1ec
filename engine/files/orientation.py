"""The one thing of a photo's EXIF that is kept: which way is up. Everything else (place, time, device, thumbnail) goes.

TIFF 6.0 section 2 (header and directory), EXIF 2.3 tag 0x0112.
"""

from __future__ import annotations

import struct

UPRIGHT = 1
_TAG = 0x0112


def orientation_of(tiff: bytes) -> int:
    """1 to 8 of a TIFF block; 1 (upright) where it says nothing that can be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        return _first(tiff, order)
    except struct.error:
        return UPRIGHT


def _first(tiff: bytes, order: str) -> int:
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _TAG:
            return value if kind == 3 and 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def tiff_of(orientation: int) -> bytes:
    """A TIFF block that says nothing else."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, _TAG, 3, 1, orientation, 0, 0)
