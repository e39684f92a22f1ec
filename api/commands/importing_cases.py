"""`import cases`: old cases from a list and its map; preview first, `--apply` opens them row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer

from api.commands.ending import Exit, failed, opened, print_json
from api.import_texts_cases import case_problem_text
from api.settings import load_settings
from engine.cases.importing.outcome import CaseImport, MapRefused, OpenedRow, RowProblem
from engine.cases.importing.service import CaseImportService, Given
from engine.cases.importing.sheet import SIZE_LIMIT
from engine.cases.office import open_office
from engine.cases.rules_folder import open_rulebook
from engine.definition.decoding import MAX_BYTES
from engine.people.errors import Wrong
from engine.people.journal import keep_command

_SHOWN = 200


def import_cases(file: Path, map_file: Path | None, *, apply: bool, as_json: bool) -> NoReturn:
    """Always ends in typer.Exit: 0 where every row is a case or would be, 1 where any is not, 2 without a map."""
    if map_file is None:
        raise failed("导入事项须用 --map 指明对照文件", "import cases needs --map", Exit.WRONG_USAGE)
    given = Given(
        data=_start_of(file, SIZE_LIMIT),
        name=file.name,
        map_data=_start_of(map_file, MAX_BYTES),
        map_name=str(map_file),
    )
    try:
        outcome = _imported(given, apply=apply)
    except MapRefused as refused:
        _tell_findings(refused, as_json=as_json)
        raise typer.Exit(Exit.NOT_SO) from refused
    if as_json:
        print_json(_as_json(outcome))
    else:
        for line in _lines(outcome):
            typer.echo(line)
    raise typer.Exit(Exit.NOT_SO if outcome.problems else Exit.DONE)


def _start_of(file: Path, limit: int) -> bytes:
    """So much that the reader sees it is too much."""
    with file.open("rb") as source:
        return source.read(limit + 1)


def _imported(given: Given, *, apply: bool) -> CaseImport:
    settings = load_settings()
    with opened(settings) as store:
        try:
            receivers = tuple(each.name for each in settings.webhooks)
            office = open_office(store, open_rulebook(store, settings.workflows_dir), receivers=receivers)
        except LookupError as error:
            raise Wrong("not_set_up") from error
        service = CaseImportService(office)
        if not apply:
            return service.preview(given)
        outcome = service.apply(given)
        sha256 = hashlib.sha256(given.data).hexdigest()
        keep_command(store, "imported", "cases", sha256=sha256, added=len(outcome.opened), already=outcome.already)
        return outcome


def _tell_findings(refused: MapRefused, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"kind": "cases", "written": False, "findings": [_finding_json(found) for found in refused.findings]}
        )
        return
    for finding in refused.findings:
        typer.echo(f"{finding.text('zh')} / {finding.en}")
    count = len(refused.findings)
    typer.echo(f"未写入：对照文件有 {count} 个问题 / nothing written: {count} problems in the map")


def _finding_json(finding: Any) -> dict[str, Any]:
    place = {"line": finding.mark.line, "column": finding.mark.column, "path": finding.path}
    return {"code": finding.code, "file": finding.file, **place, "zh": finding.zh, "en": finding.en}


def _lines(outcome: CaseImport) -> Iterator[str]:
    for row in outcome.opened[:_SHOWN]:
        yield f"+ {row.row}  {row.number or '–'}  {row.unit}  {row.person}"
    if len(outcome.opened) > _SHOWN:
        yield f"… 还有 {len(outcome.opened) - _SHOWN} 行 / more rows"
    for problem in outcome.problems:
        zh, en = (case_problem_text(problem, language) for language in ("zh", "en"))
        yield f"! {problem.cell or problem.row}  {zh} / {en}"
    yield _summary(outcome)


def _summary(outcome: CaseImport) -> str:
    opened, already, failed_rows = len(outcome.opened), outcome.already, outcome.failed
    zh = f"共 {outcome.rows} 行：开立 {opened}，已导入过 {already}，未成 {failed_rows}"
    en = f"{outcome.rows} rows: {opened} opened, {already} imported before, {failed_rows} failed"
    if outcome.written:
        return f"已写入：{zh} / written: {en}"
    if not outcome.rows and outcome.problems:
        return "未写入：文件无法读取 / nothing written: the file cannot be read"
    return f"预览：{zh}。加 --apply 写入 / preview: {en}; add --apply to write"


def _as_json(outcome: CaseImport) -> dict[str, Any]:
    return {
        "kind": "cases",
        "written": outcome.written,
        "rows": outcome.rows,
        "opened": len(outcome.opened),
        "already": outcome.already,
        "failed": outcome.failed,
        "cases": [_row_json(row) for row in outcome.opened],
        "problems": [_problem_json(problem) for problem in outcome.problems],
    }


def _row_json(row: OpenedRow) -> dict[str, Any]:
    return {"row": row.row, "id": row.case_id, "number": row.number, "unit": row.unit, "person": row.person}


def _problem_json(problem: RowProblem) -> dict[str, Any]:
    texts = {language: case_problem_text(problem, language) for language in ("zh", "en")}
    field = problem.field_problem.field if problem.field_problem else None
    return {"row": problem.row, "cell": problem.cell, "field": field, "code": problem.code, **texts}
