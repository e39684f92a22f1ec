"""The people of the demo whom anyone may be: an account, a password and a token for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.demo.affairs import AFFAIR_ROLES
from api.demo.organisation import SEED, Organisation, build
from engine.people.accounts import AccountService
from engine.people.administrators import AdministratorService
from engine.people.easy_passwords import is_easy
from engine.people.passwords import PasswordService

OPERATOR = "operator"  #: the system administrator
OFFICES = {OPERATOR: "system", "security_admin": "security", "audit_admin": "audit"}
VILLAGE_ROLES = (
    "linzhang", "zuzhang", "pianzhang", "party_group_leader", "council_member",
    "village_clerk", "village_cadre", "village_secretary",
)  # fmt: skip
TOWN_ROLES = (
    "township_party_office", "township_duty", "township_station", "township_leader",
    "township_secretary", "township_discipline", "petition_clerk", "auditor_township",
)  # fmt: skip
#: 陈桥村 and 洋泉镇, `_2` 香湖村, `_other` one village of 庙前镇 and that township; last who runs what is common there.
PERSONAS = (
    *VILLAGE_ROLES,
    *(f"{role}_2" for role in VILLAGE_ROLES),
    *TOWN_ROLES,
    "auditor_county",
    *OFFICES,
    *(f"{role}_other" for role in (*VILLAGE_ROLES, *TOWN_ROLES)),
    *AFFAIR_ROLES,
    *(f"{role}_other" for role in AFFAIR_ROLES),
)
_LABEL = "demo"


def personas(seed: int = SEED) -> dict[str, str | None]:
    """Persona -> id of the person; administrators are no villagers and no cadres."""
    people = build(seed).personas
    return {persona: people.get(persona) for persona in PERSONAS}


def open_accounts(
    accounts: AccountService, passwords: PasswordService, earlier: Mapping[str, Any], seed: int = SEED
) -> dict[str, Any]:
    """An account (login = persona), a password and a fresh token for each; what `.minqing/demo-accounts.json` says.

    The people must have been imported. Earlier tokens of the demo stop working; the passwords of `earlier`, which is
    what the file said before, stay.
    """
    known = {account.login for account in accounts.list_accounts()}
    made = build(seed)
    opened = {persona: _opened(accounts, made, persona, person, known) for persona, person in personas(seed).items()}
    secret = _passwords(passwords, earlier)
    return {persona: {**account, **secret[persona]} for persona, account in opened.items()}


def _passwords(passwords: PasswordService, earlier: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Persona -> its password and since when. That tells whether the one in the file is still in force: to try them
    all would take seconds. One that a visitor changed is set again as the file says."""
    before = {persona: earlier.get(persona, {}) for persona in PERSONAS}
    since = passwords.set_times()
    told = {
        persona: account["password"]
        if persona in since and account.get("password_set_at") == since[persona].isoformat()
        else _set(passwords, persona, account.get("password"))
        for persona, account in before.items()
    }
    now = passwords.set_times()
    return {persona: {"password": told[persona], "password_set_at": now[persona].isoformat()} for persona in PERSONAS}


def _set(passwords: PasswordService, persona: str, before: Any) -> str:
    if not isinstance(before, str) or not is_easy(before):
        return passwords.give(persona, must_change=False)
    passwords.set(persona, before, must_change=False)
    return before


def _opened(
    accounts: AccountService, made: Organisation, persona: str, person: str | None, known: set[str]
) -> dict[str, Any]:
    if persona in known:
        _revoke_earlier(accounts, persona)
    else:
        accounts.add(persona, person, operator=False)
    if persona in OFFICES:
        AdministratorService(accounts.store).appoint(persona, OFFICES[persona])
    token = accounts.issue_token(persona, _LABEL).secret
    return {"login": persona, "token": token, "person": person, **_described(made, person)}


def _revoke_earlier(accounts: AccountService, login: str) -> None:
    for token in accounts.list_tokens(login):
        if token.label == _LABEL and token.revoked_at is None:
            accounts.revoke(token.id)


def _described(made: Organisation, person: str | None) -> dict[str, Any]:
    """The name and the posts of a person."""
    name = next((who.name for register in made.registers for who in register.people if who.id == person), None)
    held = [post for register in made.registers for post in register.posts if post.person == person]
    posts = [{"role": p.role, "body" if p.at_body else "unit": p.place, "name": p.place_name} for p in held]
    return {"name": name, "posts": posts}
