"""The shapes of answers about running the system."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from api.answers import Answer, PersonOut
from api.answers_organisation import PostHeldOut
from api.shapes import PersonId
from api.shapes_administration import Office, Scope


class AccountOut(Answer):
    """`person` is null for a technical account and for every administrator's."""

    login: str
    person: PersonOut | None
    offices: list[Office]
    active: bool
    created_at: datetime
    password_set_at: datetime | None


class AccountPageOut(Answer):
    items: list[AccountOut]
    next: str | None


class GivenPasswordOut(Answer):
    """`password` is told this once; at the first sign-in it must be changed."""

    login: str
    password: str
    must_change: bool


class SessionsEndedOut(Answer):
    login: str
    ended: int


class TokenOut(Answer):
    """Without its secret. `expires_at` is null for tokens of old, which work until they are revoked."""

    id: str
    login: str
    label: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    works: bool
    ends_soon: bool


class TokenPageOut(Answer):
    items: list[TokenOut]
    next: str | None


class IssuedTokenOut(Answer):
    """`token` is the secret, told this once."""

    id: str
    login: str
    token: str
    scope: Scope
    expires_at: datetime


class RegisteredOut(Answer):
    """`phone` is masked; `posts` are all that he ever held."""

    id: PersonId
    name: str
    phone: str | None
    posts: list[PostHeldOut]


class RegisterPageOut(Answer):
    items: list[RegisteredOut]
    next: str | None


class PostsOut(Answer):
    """The whole list: `next` is always null."""

    items: list[PostHeldOut]
    next: str | None


class RelativeOut(Answer):
    """`person` declared `other`; it counts either way round. `valid_to` is the last day."""

    person: PersonOut
    other: PersonOut
    kind: str
    valid_from: date
    valid_to: date | None


class RelativesOut(Answer):
    """The whole list: `next` is always null."""

    items: list[RelativeOut]
    next: str | None


class ActOut(Answer):
    """`office` is that through which it was done, `command` at the command line of the machine, where `machine_user`
    did it, or `self`."""

    id: str
    at: datetime
    login: str | None
    machine_user: str | None
    office: str
    act: str
    title: str
    object: str | None
    facts: dict[str, Any]


class ActPageOut(Answer):
    items: list[ActOut]
    next: str | None
