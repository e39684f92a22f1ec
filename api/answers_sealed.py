"""The shape of the register of sealed cases."""

from __future__ import annotations

from datetime import date

from api.answers import Answer
from api.shapes import CaseId, Code


class SealedOut(Answer):
    """A stub: no text, no name, no place."""

    id: CaseId
    number: str
    state: Code
    title: str
    since: date


class SealedPageOut(Answer):
    """`count`: how many there are in the period, on all pages."""

    items: list[SealedOut]
    count: int
    next: str | None
