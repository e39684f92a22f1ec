"""`doctor`: whether this installation is set up as it should be, and what to do where it is not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.checking import Language
from api.commands.ending import Exit, JsonFlag, connected, print_json, told
from api.doctor_texts import advice, severity_word, told_of
from api.settings import Settings, load_settings
from engine.audit import access
from engine.audit.keys import key_beside
from engine.doctor import gathering
from engine.doctor.checks import examine
from engine.doctor.facts import Configured, Facts, Finding, Severity
from engine.doctor.machine import machine
from engine.doctor.rule_facts import rules
from engine.files.depots import folder_beside
from engine.wiring import Store, database_file

app = typer.Typer()


@app.command("doctor")
@told
def doctor(
    lang: Annotated[Language, typer.Option(help="说明的语言 / language of the findings")] = Language.ZH,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """体检：设置、数据库、磁盘、权限、备份等是否妥当；只看不改。 / Look for what is set up wrongly; changes nothing."""
    settings = load_settings()
    with connected(settings) as store:
        found = examine(gathered(settings, store))
    errors = sum(each.severity is Severity.ERROR for each in found)
    if as_json:
        print_json({"ok": not errors, "findings": [_as_json(each) for each in found]})
    else:
        for each in found:
            typer.echo(f"[{severity_word(each, lang)}] {told_of(each, lang)}\n    {advice(each, lang)}")
        zh, en = f"{errors} 个错误，共 {len(found)} 条", f"{errors} errors, {len(found)} findings"
        typer.echo(zh if lang is Language.ZH else en)
    raise typer.Exit(Exit.NOT_SO if errors else Exit.DONE)


def gathered(settings: Settings, store: Store) -> Facts:
    """All that is known. What is behind a database that does not answer, or is of another release, is not asked."""
    key = settings.signing_key or key_beside(store)
    database = gathering.database(store)
    answers = database.trouble is None and database.current
    return Facts(
        now=gathering.real_now(),
        configured=_configured(settings),
        machine=machine(_places(settings, store, key)),
        database=database,
        people=gathering.people(store) if answers else None,
        trust=gathering.trust(store, key) if answers else None,
        work=gathering.work(store) if answers else None,
        rules=rules(store, settings.workflows_dir, settings.default_workflow) if answers else None,
    )


def _configured(settings: Settings) -> Configured:
    return Configured(
        host=settings.host,
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        webhooks={each.name: each.url for each in settings.webhooks},
        webhooks_private=settings.webhooks_private,
        worker=settings.worker,
        access_log_days=settings.access_log_days,
    )


def _places(settings: Settings, store: Store, key: Path | None) -> Mapping[str, Path]:
    config, files = os.environ.get("MINQING_CONFIG"), settings.files or folder_beside(store)
    found = {
        "database": database_file(store),
        "key": key if key and key.exists() else None,
        "config": Path(config) if config else None,
        "files": None if "://" in files else Path(files),
        "spool": settings.spool_folder or access.folder_beside(store),
    }
    return {name: path for name, path in found.items() if path is not None}


def _as_json(found: Finding) -> dict[str, Any]:
    return {
        "code": found.code,
        "severity": found.severity,
        "facts": found.facts,
        "zh": told_of(found, "zh"),
        "en": told_of(found, "en"),
        "advice": {"zh": advice(found, "zh"), "en": advice(found, "en")},
    }
