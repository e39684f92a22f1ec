"""`user` and `token`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from api.commands.ending import JsonFlag, opened, print_json, told
from api.commands.moments import moment
from api.settings import load_settings
from engine.people.accounts import Account, AccountService
from engine.people.factors import FactorService
from engine.people.passwords import PasswordService
from engine.people.tokens import TokenDays, TokenKept


class Scope(StrEnum):
    ACT = "act"
    READ = "read"
    FEED = "feed"


users = typer.Typer(no_args_is_help=True)
tokens = typer.Typer(no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="账号 / login")]


@users.command("add")
@told
def add_user(
    login: Login,
    person: Annotated[str | None, typer.Option(help="登记人员的编号 / id of a registered person")] = None,
    operator: Annotated[
        bool, typer.Option("--operator", help="任命为系统管理员 / appoint it system administrator")
    ] = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """新增账号。 / Add an account."""
    with opened() as store:
        AccountService(store).add(login, person, operator)
    if as_json:
        print_json({"login": login, "person": person, "operator": operator})
    else:
        typer.echo(f"已新增账号 / added: {login}")


@users.command("end")
@told
def end_user(login: Login, as_json: Annotated[bool, JsonFlag] = False) -> None:
    """停用账号，其令牌立即失效。 / End an account; its tokens stop at once."""
    with opened() as store:
        AccountService(store).end(login)
    if as_json:
        print_json({"login": login, "active": False})
    else:
        typer.echo(f"已停用账号 / ended: {login}")


@users.command("password")
@told
def set_password(
    login: Login,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="从标准输入读一行作密码 / read it from the first line of stdin")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="登录后不必更改 / it need not be changed")] = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """设一个一次性密码，只显示这一次；该账号在各处退出登录。 / Set a one-time password, shown this once; the account
    is signed out everywhere."""
    typed = sys.stdin.readline().rstrip("\r\n") if stdin else None
    with opened() as store:
        made = _password_set(PasswordService(store), login, typed, must_change=not keep)
    if as_json:
        print_json({"login": login, "must_change": not keep, **({"password": made} if made else {})})
    else:
        typer.echo(made or f"已设密码 / set: {login}")


def _password_set(passwords: PasswordService, login: str, typed: str | None, *, must_change: bool) -> str | None:
    """The password where it was made here; one that somebody typed is not repeated."""
    if typed is None:
        return passwords.give(login, must_change=must_change)
    passwords.set(login, typed, must_change=must_change)
    return None


@users.command("factor-reset")
@told
def reset_factor(login: Login, as_json: Annotated[bool, JsonFlag] = False) -> None:
    """取消动态码（手机丢失时，须当面核实本人）。 / Take the second factor from who lost the telephone and was seen in
    person; the account is signed out everywhere."""
    with opened() as store:
        FactorService(store).remove(login)
    if as_json:
        print_json({"login": login, "factor": False})
    else:
        typer.echo(f"已取消动态码 / second factor taken away: {login}")


@users.command("list")
@told
def list_users(as_json: Annotated[bool, JsonFlag] = False) -> None:
    """列出账号。 / List the accounts."""
    with opened() as store:
        found = AccountService(store).list_accounts()
    if as_json:
        print_json([_account(account) for account in found])
        return
    for account in found:
        marks = [*sorted(account.offices), *["已停用 / ended"] * (not account.active)]
        typer.echo("\t".join((account.login, account.person or "–", account.name or "–", *marks)))


def _account(account: Account) -> dict[str, Any]:
    return {**asdict(account), "offices": sorted(account.offices), "operator": account.operator}


@tokens.command("add")
@told
def add_token(
    login: Login,
    label: Annotated[str, typer.Option(help="令牌的名称 / what the token is for")],
    scope: Annotated[
        Scope, typer.Option(help="act 账号能办的都能办 / read 只读 / feed 只取事件流水和附件")
    ] = Scope.ACT,
    expires: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="TIME",
            help="到期时间，如 2026-12-31T00:00+08:00；不写则一年 / when it ends, with offset; default a year",
        ),
    ] = None,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """新发令牌，密钥只显示这一次。 / Issue a token; its secret is shown this once."""
    settings = load_settings()
    days = TokenDays(settings.token_days, settings.token_days_most)
    with opened(settings) as store:
        issued = AccountService(store, days).issue_token(login, label, expires, scope)
    if as_json:
        told = {"id": issued.id, "token": issued.secret, "scope": scope, "expires_at": issued.expires_at}
        print_json(told)
    else:
        typer.echo(f"{issued.id}\n{issued.secret}")
        typer.echo(f"到期 / ends: {issued.expires_at:%Y-%m-%d %H:%M}Z", err=True)


@tokens.command("revoke")
@told
def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="令牌编号 / id of the token, not its secret")],
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """作废令牌。 / Revoke a token."""
    with opened() as store:
        AccountService(store).revoke(token_id)
    if as_json:
        print_json({"id": token_id, "revoked": True})
    else:
        typer.echo(f"已作废 / revoked: {token_id}")


@tokens.command("list")
@told
def list_tokens(login: Login, as_json: Annotated[bool, JsonFlag] = False) -> None:
    """列出一个账号的令牌（不含密钥）。 / List the tokens of an account, without secrets."""
    with opened() as store:
        found = AccountService(store).list_tokens(login)
    if as_json:
        print_json([{**asdict(token), "works": token.works, "ends_soon": token.ends_soon} for token in found])
        return
    for token in found:
        until = f"{token.expires_at:%Y-%m-%d %H:%M}Z" if token.expires_at else "–"
        typer.echo("\t".join((token.id, token.label, token.scope, until, *_hints(token))))


def _hints(token: TokenKept) -> Iterator[str]:
    """What should be seen about it: one that has ended, one that will soon, one that never does."""
    if token.revoked_at:
        yield f"已作废 / revoked {token.revoked_at:%Y-%m-%d}"
    elif not token.works:
        yield "已到期 / expired"
    elif token.ends_soon:
        yield "即将到期 / ends soon"
    elif token.expires_at is None:
        yield "没有期限 / never ends"
