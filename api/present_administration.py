"""Accounts, tokens, people, relatives and administrators' acts as the API answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from api.administration_texts import ACT_TEXTS
from api.v1.organisation import shown_post
from engine.people.administration_queries import AccountSeen
from engine.people.journal import Entry
from engine.people.kinship import Relative
from engine.people.offices import OFFICES
from engine.people.queries import PersonSeen
from engine.people.tokens import TokenKept

T = TypeVar("T")


def one_more(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """The page, and whether there is another."""
    return found[:limit], len(found) > limit


def account(seen: AccountSeen) -> dict[str, Any]:
    found = seen.account
    return {
        "login": found.login,
        "person": {"id": found.person, "name": found.name} if found.person else None,
        "offices": [office for office in OFFICES if office in found.offices],
        "active": found.active,
        "created_at": found.created_at.isoformat(),
        "password_set_at": seen.password_set_at.isoformat() if seen.password_set_at else None,
    }


def token(found: TokenKept) -> dict[str, Any]:
    moments = {name: getattr(found, name) for name in ("created_at", "expires_at", "revoked_at")}
    return {
        "id": found.id,
        "login": found.login,
        "label": found.label,
        "scope": found.scope,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "works": found.works,
        "ends_soon": found.ends_soon,
    }


def registered(found: PersonSeen) -> dict[str, Any]:
    posts = [shown_post(post) for post in found.posts]
    return {"id": found.id, "name": found.name, "phone": found.phone, "posts": posts}


def relative(found: Relative) -> dict[str, Any]:
    return {
        "person": {"id": found.person, "name": found.person_name},
        "other": {"id": found.other, "name": found.other_name},
        "kind": found.kind,
        "valid_from": found.valid_from.isoformat(),
        "valid_to": found.valid_to.isoformat() if found.valid_to else None,
    }


def act(found: Entry, english: bool) -> dict[str, Any]:
    return {
        "id": found.id,
        "at": found.at.isoformat(),
        "login": found.login,
        "machine_user": found.machine_user,
        "office": found.office,
        "act": found.act,
        "title": ACT_TEXTS[found.act][english],
        "object": found.object,
        "facts": dict(found.facts),
    }
