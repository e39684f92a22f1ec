"""The shape of answers about uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from api.answers import Answer
from api.shapes import FileId


class FileLinks(Answer):
    self: str


class FileOut(Answer):
    """`kind`, `type`, `size` and `sha256` are of what is kept: without the place and other tags of what was sent.
    `expires_at` is when it goes if no act names it before."""

    id: FileId
    kind: Literal["photo", "voice", "document"]
    type: str
    size: int
    sha256: str
    expires_at: datetime
    links: FileLinks
