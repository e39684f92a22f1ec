"""The shapes of answers about who called what."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.answers import Answer

Way = Literal["token", "session", "none", "command"]


class CallerOut(Answer):
    id: str
    name: str | None


class AccessOut(Answer):
    """One call. `what` is the route or the command, `asked` are names of parameters, `source` is a network."""

    id: str
    at: datetime
    login: str | None
    person: CallerOut | None
    post: str | None = Field(description="the first post of the caller that reaches what it was about")
    office: str | None
    way: Way
    method: str
    what: str
    object: str | None
    home: str | None
    asked: list[str]
    status: int
    code: str | None
    source: str | None


class AccessListOut(Answer):
    items: list[AccessOut]
    next: str | None
