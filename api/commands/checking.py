"""`check`: whether a rules file, or a calendar, is sound."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from api.commands import comparing
from api.commands.ending import Exit, JsonFlag, failed, print_json, told
from engine.cases.rules_folder import beside, calendar_beside
from engine.definition.calendar_file import is_calendar, read_calendar
from engine.definition.check import examine
from engine.definition.findings import Finding
from engine.definition.loader import Reading
from engine.definition.model import Workflow
from engine.rules.check_calendar import check_calendar

app = typer.Typer()


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


@app.command("check")
@told
def check_file(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="规则文件或日历（YAML）/ rules file or calendar"
        ),
    ],
    against: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, readable=True, help="与旧版比较 / compare with an older version"),
    ] = None,
    today: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="以哪天起算期限；默认今天 / the day that deadlines begin; default: today"
        ),
    ] = None,
    lang: Annotated[Language, typer.Option(help="说明的语言 / language of the findings")] = Language.ZH,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """检查规则文件或日历，每个问题注明 文件:行:列。 / Check rules or a calendar; findings name file:line:column."""
    workflow, findings = _read(file, today, compared=against is not None)
    errors = sum(finding.code.is_error for finding in findings)
    found = comparing.differences(workflow, against) if against else ()
    if as_json:
        compared = {"differences": comparing.as_json(found)} if against and workflow else {}
        told_findings = [_as_json(finding) for finding in findings]
        print_json({"file": str(file), "ok": not errors, "findings": told_findings, **compared})
    else:
        for finding in findings:
            typer.echo("\n    ".join((finding.text(lang), *finding.details(lang))))
        typer.echo(_summary(errors, len(findings) - errors, lang))
        for line in comparing.as_lines(found, lang) if against and workflow else ():
            typer.echo(line)
    raise typer.Exit(Exit.NOT_SO if errors else Exit.DONE)


def _read(file: Path, today: datetime | None, *, compared: bool) -> tuple[Workflow | None, tuple[Finding, ...]]:
    """The workflow and what is wrong with the file; a calendar gives no workflow, and is compared with nothing."""
    data = file.read_bytes()
    if not is_calendar(data):
        reading = examine(data, str(file), beside(file))
        return reading.workflow, (*reading.findings, *_on_calendar(file, reading, today))
    if compared:
        raise failed("日历不能比较", "calendars are not compared", Exit.WRONG_USAGE)
    return None, read_calendar(data, str(file)).findings


def _on_calendar(file: Path, reading: Reading, today: datetime | None) -> tuple[Finding, ...]:
    """What the calendar beside a file without errors says of it."""
    workflow = reading.workflow
    calendar = calendar_beside(file, workflow.calendar) if workflow else None
    if workflow is None or calendar is None or any(finding.code.is_error for finding in reading.findings):
        return ()
    day = today or datetime.now(ZoneInfo(workflow.timezone))
    return check_calendar(workflow, calendar, day.date())


def _summary(errors: int, warnings: int, lang: Language) -> str:
    if lang is Language.ZH:
        return f"{errors} 个错误，{warnings} 个提醒"
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "error": finding.code.is_error,
        "line": finding.mark.line,
        "column": finding.mark.column,
        "path": finding.path,
        "trigger": finding.trigger or None,
        "zh": finding.zh,
        "en": finding.en,
        "hint": {"zh": finding.advice("zh"), "en": finding.advice("en")},
        "witness": [asdict(step) for step in finding.witness],
    }
