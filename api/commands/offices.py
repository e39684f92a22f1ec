"""`user appoint`, `dismiss`, `offices` and `mode`: administrators are appointed here and nowhere else."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from api.administration_texts import COMBINED_WARNING, OFFICE_TEXTS
from api.commands.accounts import Login, users
from api.commands.ending import JsonFlag, opened, print_json, told
from engine.people.administrators import COMBINED, AdministratorService
from engine.people.beginning import First

app = users  #: all commands of `user`, those of this file among them


class Office(StrEnum):
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


class Mode(StrEnum):
    APART = "apart"
    COMBINED = "combined"


OfficeArgument = Annotated[Office, typer.Argument(help="system 系统 / security 安全 / audit 审计")]


@users.command("appoint")
@told
def appoint(
    login: Login,
    office: OfficeArgument,
    holder: Annotated[
        str | None, typer.Option(help="由谁担任：登记人员的编号 / who holds it: id of a registered person")
    ] = None,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """任命管理员。账号不能属于登记人员，三种管理员须由不同的人担任。 / Appoint an administrator: the account is
    nobody's, and the three offices are for three people."""
    with opened() as store:
        AdministratorService(store).appoint(login, office, holder)
    if as_json:
        print_json({"login": login, "office": office, "holder": holder})
    else:
        typer.echo(f"已任命 / appointed: {login} {_title(office)}")


@users.command("dismiss")
@told
def dismiss(login: Login, office: OfficeArgument, as_json: Annotated[bool, JsonFlag] = False) -> None:
    """免去管理员；账号还在。 / Dismiss an administrator; the account stays."""
    with opened() as store:
        AdministratorService(store).dismiss(login, office)
    if as_json:
        print_json({"login": login, "office": office, "dismissed": True})
    else:
        typer.echo(f"已免去 / dismissed: {login} {_title(office)}")


@users.command("offices")
@told
def list_offices(as_json: Annotated[bool, JsonFlag] = False) -> None:
    """谁担任哪种管理员。 / Who holds which office."""
    with opened() as store:
        service = AdministratorService(store)
        mode, found = service.mode(), service.list()
    if as_json:
        print_json({"mode": mode, "administrators": [asdict(each) for each in found]})
        return
    for each in found:
        ended = ["已停用 / ended"] * (not each.active)
        typer.echo("\t".join((each.office, each.login, each.holder_name or "–", f"{each.since:%Y-%m-%d}", *ended)))
    warn_if_combined(mode)


@users.command("mode")
@told
def set_mode(
    mode: Annotated[Mode, typer.Argument(help="apart 分任 / combined 兼任")], as_json: Annotated[bool, JsonFlag] = False
) -> None:
    """三种管理员分任还是可以兼任；有人兼任时不能改回分任。 / Whether the three offices are apart or may be combined;
    never apart again while somebody holds two."""
    with opened() as store:
        AdministratorService(store).set_mode(mode)
    if as_json:
        print_json({"mode": mode})
        return
    typer.echo("已改为分任 / the offices are apart" if mode is Mode.APART else "已改为可兼任 / they may be combined")
    warn_if_combined(mode)


def tell_first(found: tuple[First, ...]) -> None:
    """The fresh accounts of `init`, with their passwords."""
    for each in found:
        typer.echo(
            "\t".join((each.login, each.password, "、".join(OFFICE_TEXTS[office][0] for office in each.offices)))
        )
    if found:
        typer.echo("密码只显示这一次，七天内登录并更改 / shown this once: sign in within 7 days and change it")


def warn_if_combined(mode: str) -> None:
    """On stderr: what is printed may be read by a program."""
    if mode == COMBINED:
        typer.echo(f"注意：{COMBINED_WARNING[0]} / warning: {COMBINED_WARNING[1]}", err=True)


def _title(office: str) -> str:
    zh, en = OFFICE_TEXTS[office]
    return f"{zh} / {en}"
