"""The shapes of answers about personal data that was shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.answers import Answer, PersonOut
from api.shapes import CaseId, Code


class RevealedOut(Answer):
    """What was shown, once: values as they were given; of a registered person id, name and telephone."""

    id: str
    case: CaseId
    at: datetime
    values: dict[Code, Any]


class RevealOut(Answer):
    """Somebody had personal data shown. Of one row of the history a field stands as `5:note`. `words` are masked, and
    null where they were erased by law."""

    id: str
    case: CaseId
    at: datetime
    person: PersonOut
    post: str | None
    fields: list[str]
    reason: Code
    reason_title: str
    words: str | None


class RevealList(Answer):
    items: list[RevealOut]
