"""Accounts and their tokens: the system administrator adds and ends accounts, the security administrator gives
passwords and tokens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.answers_administration import (
    AccountOut,
    AccountPageOut,
    GivenPasswordOut,
    IssuedTokenOut,
    SessionsEndedOut,
    TokenOut,
    TokenPageOut,
)
from api.cursors import pack, unpack
from api.deps import Once, Served, Services, Who
from api.docs import PROBLEMS, answers
from api.present_administration import account, one_more, token
from api.problems import Problem
from api.running import by_of
from api.shapes_administration import AccountBody, AccountListing, Login, TokenBody, TokenId, TokenListing
from engine.people.acting import By
from engine.people.hashing import Busy
from engine.people.tokens import NewToken

router = APIRouter(prefix="/v1", tags=["administration"], responses=PROBLEMS, dependencies=[Once])


@router.get("/accounts", summary="Accounts, for administrators", responses={200: answers(AccountPageOut)})
def list_accounts(served: Served, who: Who, asked: Annotated[AccountListing, Query()]) -> Any:
    """By login, ended ones too."""
    after = unpack(asked.cursor, str)
    found = served.administration_queries.accounts(
        by_of(who), q=asked.q, after=after[0] if after else None, limit=asked.limit
    )
    shown, more = one_more(found, asked.limit)
    return {"items": [account(each) for each in shown], "next": pack(shown[-1].account.login) if more else None}


@router.post(
    "/accounts", status_code=201, summary="Add an account (system)", responses={201: answers(AccountOut, "Added")}
)
def add_account(body: AccountBody, served: Served, who: Who) -> Any:
    """It has no password and no post yet: the security administrator gives both."""
    served.administration.add_account(by_of(who), body.login, body.person)
    return _account(served, by_of(who), body.login)


@router.post("/accounts/{login}/end", summary="End an account (system)", responses={200: answers(AccountOut)})
def end_account(login: Annotated[Login, Path()], served: Served, who: Who) -> Any:
    """For good: its tokens and sessions end with it, and the login is never given out again."""
    served.administration.end_account(by_of(who), login)
    return _account(served, by_of(who), login)


@router.post(
    "/accounts/{login}/password",
    summary="Give a one-time password (security)",
    responses={200: answers(GivenPasswordOut)},
)
def give_password(login: Annotated[Login, Path()], served: Served, who: Who) -> Any:
    """The account is signed out everywhere; at the next sign-in the password must be changed."""
    try:
        password = served.administration.give_password(by_of(who), login)
    except Busy as busy:
        raise Problem("unavailable", "signing_in_busy", headers={"Retry-After": "5"}) from busy
    return {"login": login, "password": password, "must_change": True}


@router.post(
    "/accounts/{login}/sessions/end",
    summary="Sign an account out everywhere (security)",
    responses={200: answers(SessionsEndedOut)},
)
def end_sessions(login: Annotated[Login, Path()], served: Served, who: Who) -> Any:
    """Its tokens go on working."""
    return {"login": login, "ended": served.administration.end_sessions(by_of(who), login)}


@router.post(
    "/accounts/{login}/factor/remove",
    summary="Take the second factor away (security)",
    responses={200: answers(AccountOut)},
)
def remove_factor(login: Annotated[Login, Path()], served: Served, who: Who) -> Any:
    """Of who lost his telephone, after seeing him. He is signed out everywhere; the next sign-in offers a new one."""
    served.administration.remove_factor(by_of(who), login)
    return _account(served, by_of(who), login)


@router.get("/tokens", summary="My tokens; for administrators all", responses={200: answers(TokenPageOut)})
def list_tokens(served: Served, who: Who, asked: Annotated[TokenListing, Query()]) -> Any:
    """The oldest first, without secrets. The security and the audit administrator see everybody's."""
    after = unpack(asked.cursor, str)
    found = served.administration_queries.tokens(
        by_of(who), login=asked.login, after=after[0] if after else None, limit=asked.limit
    )
    shown, more = one_more(found, asked.limit)
    return {"items": [token(each) for each in shown], "next": pack(shown[-1].id) if more else None}


@router.post(
    "/tokens", status_code=201, summary="Issue a token (security)", responses={201: answers(IssuedTokenOut, "Issued")}
)
def issue_token(body: TokenBody, served: Served, who: Who) -> Any:
    """Of somebody else's account that is no administrator's."""
    issued = served.administration.issue_token(by_of(who), NewToken(**body.model_dump()))
    told = {"id": issued.id, "login": body.login, "token": issued.secret, "scope": body.scope}
    return told | {"expires_at": issued.expires_at.isoformat()}


@router.post("/tokens/{token_id}/revoke", summary="Revoke a token", responses={200: answers(TokenOut)})
def revoke_token(token_id: Annotated[TokenId, Path()], served: Served, who: Who) -> Any:
    """At once. Everybody his own, the security administrator any but an administrator's; again changes nothing."""
    served.administration.revoke_token(by_of(who), token_id)
    found = served.administration_queries.token(token_id)
    assert found is not None
    return token(found)


def _account(served: Services, by: By, login: str) -> dict[str, Any]:
    found = served.administration_queries.account(by, login)
    assert found is not None
    return account(found)
