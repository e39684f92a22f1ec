"""`init`, `migrate` and `reindex`."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from api.commands.ending import JsonFlag, connected, opened, print_json, told
from api.commands.keys import prepared
from api.commands.offices import tell_first, warn_if_combined
from api.settings import Settings, load_settings
from engine.cases.indexing import index_cases, lacks_words
from engine.cases.rules_folder import open_rulebook
from engine.people.administrators import AdministratorService
from engine.people.beginning import BeginningService
from engine.people.journal import keep_command
from engine.people.passwords import PasswordService
from engine.people.setup import SetupService
from engine.wiring import Store, grant, migrate

app = typer.Typer()


class MarkName(StrEnum):
    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


@app.command("init")
@told
def init_database(
    mark: Annotated[
        MarkName, typer.Option(help="数据库标记，不能更改 / what the database is for; stays for good")
    ] = MarkName.PRODUCTION,
    home_level: Annotated[
        str, typer.Option(help="事项归属的层级，不能更改 / the kind of unit a case is kept under; stays for good")
    ] = "township",
    combined: Annotated[
        bool,
        typer.Option(
            "--combined", help="小站：一个账号兼三种管理员 / small sites: one administrator holds all offices"
        ),
    ] = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """建表并初始化数据库，建三种管理员的账号（密码只显示这一次）。重复运行无妨。 / Migrate and set up the database, and
    make the three administrators (passwords shown this once); harmless when repeated."""
    settings = load_settings()
    with connected(settings) as store:
        _bring_up(store, settings)
        setup = SetupService(store).init(mark, home_level)
        signs = prepared(store, settings)
        first = BeginningService(store, PasswordService(store)).begin(combined=combined)
        mode = AdministratorService(store).mode()
    if as_json:
        told = {"mark": setup.mark, "home_level": setup.home_level, "signs": signs}
        print_json(told | {"administrators": [asdict(each) for each in first]})
    else:
        typer.echo(f"已初始化 / set up: mark {setup.mark}, home level {setup.home_level}")
        tell_first(first)
    warn_if_combined(mode)


@app.command("migrate")
@told
def migrate_database(
    grant_to: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE", help="PostgreSQL：授权给应用的角色 / PostgreSQL: the role of the application to grant to"
        ),
    ] = None,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """把数据库升级到当前结构，补建检索索引。 / Bring the database to the present schema and search up to date."""
    settings = load_settings()
    with connected(settings) as store:
        indexed = _bring_up(store, settings)
        if grant_to:
            grant(store, grant_to)
            keep_command(store, "role_granted", None, role=grant_to)
    if as_json:
        print_json({"current": True, "granted_to": grant_to, "indexed": indexed})
    else:
        typer.echo("数据库结构已是当前版本 / the schema is current")


@app.command("reindex")
@told
def reindex(as_json: Annotated[bool, JsonFlag] = False) -> None:
    """重建检索索引。 / Read every case anew for search; the service may run meanwhile."""
    settings = load_settings()
    with opened(settings) as store:
        count = index_cases(store, open_rulebook(store, settings.workflows_dir), everything=True)
    if as_json:
        print_json({"indexed": count})
    else:
        typer.echo(f"已重建 {count} 件事项的索引 / {count} cases indexed")


def _bring_up(store: Store, settings: Settings) -> int:
    """The present schema, and every case known to search; how many were not."""
    migrate(store)
    if not lacks_words(store):
        return 0
    return index_cases(store, open_rulebook(store, settings.workflows_dir))
