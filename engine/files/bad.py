"""What is wrong with the bytes of an upload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
#: What no true file has more of: pages, chunks, boxes. Each costs memory while it is looked at.
PARTS_MOST = 200_000


class BadFile(ValueError):
    """The bytes are not taken. `code` is one of CODES; the texts stand in `api/field_texts.py`."""

    CODES = frozenset(
        {"empty_file", "unsupported_file", "damaged_file", "heic_photo", "video_file", "active_file", "packed_file"}
    )

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def counted(parts: Iterable[T], most: int = PARTS_MOST) -> Iterator[T]:
    """The parts of a file, as long as there are not too many. Raises BadFile."""
    for count, part in enumerate(parts):
        if count >= most:
            raise BadFile("damaged_file")
        yield part
