"""`demo`: a township to try, built once, then served."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.ending import told
from api.commands.serving import run
from api.demo.building import build, is_built
from api.demo.personas import open_accounts
from api.settings import load_settings
from engine.people.accounts import AccountService
from engine.people.passwords import PasswordService
from engine.wiring import open_database

app = typer.Typer()


@app.command("demo")
@told
def demo(
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="端口 / port")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址 / address to listen on")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="重新生成 / build it anew")] = False,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="生成后启动服务 / serve it then")] = True,
) -> None:
    """生成并启动演示镇（全部为演示数据）。 / Build and serve a demo township; all its people are invented."""
    folder = Path.cwd() / ".minqing"
    folder.mkdir(exist_ok=True)
    settings = load_settings()
    file = folder / "demo.db"
    given = {"database_url": f"sqlite:///{file}", "host": host or settings.host, "port": port or settings.port}
    settings = settings.model_copy(update=given)
    if fresh or not is_built(file, settings.workflows_dir):
        _built(file, settings.workflows_dir)
    store = open_database(settings.database_url)
    accounts = folder / "demo-accounts.json"
    told = open_accounts(AccountService(store), PasswordService(store), _told_before(accounts))
    _write_private(accounts, json.dumps(told, ensure_ascii=False, indent=2))
    store.dispose()
    typer.echo(f"账号、密码和令牌 / accounts, passwords and tokens: {accounts}")
    if serve:
        _welcome(told, f"http://{settings.host}:{settings.port}")
        run(settings)


def _welcome(told: dict[str, Any], address: str) -> None:
    """One line a persona; those of the other places end in `_2` and `_other` and stand in the file."""
    for persona, account in told.items():
        if not persona.endswith(("_2", "_other")):
            places = "，".join(post["name"] for post in account["posts"]) or "–"
            typer.echo(f"{persona:<24} {account['password']:<24} {account['name'] or '–'}  {places}")
    typer.echo(f"登录 / sign in: {address}   API: {address}/docs   (演示数据 / demo data, 2026-12-25 08:00)")


def _built(file: Path, workflows: Path) -> None:
    started = time.monotonic()
    typer.echo("正在生成演示镇 … / building the demo township …")
    found = build(file, workflows)
    seconds = time.monotonic() - started
    typer.echo(
        f"{found.units} 个单位，{found.posts} 个岗位，{found.cases} 件事项，{found.rows} 条历史，{seconds:.0f} 秒"
    )
    typer.echo(f"{found.units} units, {found.posts} posts, {found.cases} cases, {found.rows} history rows")


def _told_before(file: Path) -> dict[str, Any]:
    """What the file of accounts said at the start before; nothing where it is missing or was spoilt."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    whole = isinstance(found, dict) and all(isinstance(account, dict) for account in found.values())
    return found if whole else {}


def _write_private(file: Path, text: str) -> None:
    """Readable by its owner alone from its first byte: it holds passwords and tokens."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text + "\n", encoding="utf-8")
