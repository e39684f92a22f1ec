"""How a command ends: its exit code, and what it says on the way out."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, ParamSpec, TypeVar

import typer

from api.commands.noting import noted, running
from api.import_texts import wrong_text
from api.settings import BadSettings, Settings, load_settings
from engine.cases.rules_folder import RulesRefused
from engine.people.errors import Wrong
from engine.wiring import Store, Unavailable, is_current, open_database

P = ParamSpec("P")
T = TypeVar("T")
_OF_THE_ENVIRONMENT = {
    "bad_database_url",
    "missing_driver",
    "bad_files_url",
    "no_database",
    "no_folder",
    "no_signing_key",
    "unknown_revision",
    "not_set_up",
}

JsonFlag = typer.Option("--json", help="输出 JSON / print JSON")


class Exit(IntEnum):
    DONE = 0
    NOT_SO = 1
    WRONG_USAGE = 2
    ENVIRONMENT = 3


def told(command: Callable[P, T]) -> Callable[P, T]:
    """What a command cannot do becomes one sentence on stderr and an exit code, never a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with running(run, kwargs):
                return command(*args, **kwargs)
        except Wrong as wrong:
            code = Exit.ENVIRONMENT if wrong.code in _OF_THE_ENVIRONMENT else Exit.NOT_SO
            raise failed(wrong_text(wrong, "zh"), wrong_text(wrong, "en"), code) from wrong
        except BadSettings as bad:
            reasons = "; ".join(bad.reasons)
            raise failed(f"设置有误：{reasons}", "the settings are wrong", Exit.ENVIRONMENT) from bad
        except RulesRefused as refused:
            raise _rules_refused(refused) from refused
        except Unavailable as gone:
            raise failed("无法使用数据库", f"{gone}: {_reason(gone)}", Exit.ENVIRONMENT) from gone

    return run


def _rules_refused(refused: RulesRefused) -> typer.Exit:
    for finding in refused.findings:
        typer.echo(finding.text("zh"), err=True)
    reasons = "; ".join(refused.reasons) or f"{len(refused.findings)}"
    return failed(f"规则文件不能使用：{reasons}", "the rules cannot be used", Exit.ENVIRONMENT)


def _reason(gone: Unavailable) -> str:
    """The driver's own words: neither statement nor parameters."""
    return " ".join(str(getattr(gone.__cause__, "orig", gone.__cause__)).split())


def failed(zh: str, en: str, code: Exit) -> typer.Exit:
    """Says why on stderr; the caller raises what it gets."""
    typer.echo(f"{zh} / {en}", err=True)
    return typer.Exit(code)


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Store]:
    """The migrated database of the settings; ends the command with 3 where it is not migrated."""
    with connected(settings or load_settings()) as store:
        if not is_current(store):
            raise failed(
                "数据库结构不是当前版本，请运行 minqing migrate",
                "the database is not migrated; run minqing migrate",
                Exit.ENVIRONMENT,
            )
        yield store


@contextmanager
def connected(settings: Settings) -> Iterator[Store]:
    """The database of the settings, whatever state it is in. What the block changes is noted in the log of access."""
    store = open_database(settings.database_url)
    code = Exit.NOT_SO
    try:
        yield store
        code = Exit.DONE
    except typer.Exit as ended:
        code = Exit(ended.exit_code)
        raise
    finally:
        noted(store, code)
        store.dispose()


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
