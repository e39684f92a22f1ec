"""`import`: preview first, write with `--apply`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.duty import office_of
from api.commands.ending import Exit, JsonFlag, failed, opened, print_json, told
from api.commands.importing_cases import import_cases
from api.import_texts import problem_text
from api.settings import load_settings
from engine.cases.rules_folder import read_folder
from engine.duty.importing import DutyImport
from engine.people.imports import SIZE_LIMIT, Change, ImportService, Outcome, RowProblem
from engine.people.journal import keep_command
from engine.wiring import Store

app = typer.Typer()
_SHOWN = 200


class Kind(StrEnum):
    UNITS = "units"
    BODIES = "bodies"
    PEOPLE = "people"
    POSTS = "posts"
    HOUSEHOLDS = "households"
    RELATIVES = "relatives"
    DUTY = "duty"
    CASES = "cases"


@app.command("import")
@told
def import_file(
    kind: Annotated[Kind, typer.Argument(help="导入什么 / what the file holds")],
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="CSV（UTF-8）；事项也可用 xlsx / CSV; cases: xlsx too"
        ),
    ],
    apply: Annotated[
        bool, typer.Option("--apply", help="写入；不加则只预览 / write; without it only a preview")
    ] = False,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", exists=True, dir_okay=False, readable=True, help="事项的对照文件（YAML） / map of cases"),
    ] = None,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """导入组织、人员、旧事项。先预览，--apply 才写入。 / Import a file; previews unless --apply is given."""
    if kind is Kind.CASES:
        import_cases(file, map_file, apply=apply, as_json=as_json)
    if map_file is not None:
        raise failed("--map 只用于导入事项", "--map is for cases only", Exit.WRONG_USAGE)
    with file.open("rb") as source:
        data = source.read(SIZE_LIMIT + 1)
    with opened() as store:
        outcome, unknown = _imported(store, kind, data, apply=apply)
    if as_json:
        print_json(_as_json(outcome) | ({"unknown_roles": unknown} if kind is Kind.POSTS else {}))
    else:
        for line in (*_lines(outcome), *map(_unknown_role, unknown)):
            typer.echo(line)
    raise typer.Exit(Exit.NOT_SO if outcome.problems else Exit.DONE)


def _imported(store: Store, kind: Kind, data: bytes, *, apply: bool) -> tuple[Outcome, list[str]]:
    """What came of it, and of posts the roles that no rules name."""
    if kind is Kind.DUTY:
        rosters = DutyImport(office_of(store))
        outcome = rosters.apply(data) if apply else rosters.preview(data)
        if outcome.written:
            keep_command(store, "imported", kind, sha256=hashlib.sha256(data).hexdigest(), added=outcome.added)
        return outcome, []
    service = ImportService(store)
    outcome = service.apply(kind, data) if apply else service.preview(kind, data)
    return outcome, sorted(service.roles_named(data) - _known_roles()) if kind is Kind.POSTS else []


def _known_roles() -> set[str]:
    """Roles of all rules files here; a post of another role gives neither reach nor right."""
    workflows = read_folder(load_settings().workflows_dir)
    return {role for workflow in workflows for role in workflow.roles}


def _unknown_role(role: str) -> str:
    zh = f"没有规则文件用到角色“{role}”，这些岗位看不到也办不了事项"
    return f"? {zh} / no rules name the role “{role}”: such posts reach nothing"


def _lines(outcome: Outcome) -> Iterator[str]:
    for change in outcome.changes[:_SHOWN]:
        yield _change_line(change)
    if len(outcome.changes) > _SHOWN:
        yield f"… 还有 {len(outcome.changes) - _SHOWN} 行 / more rows"
    for problem in outcome.problems:
        yield f"! {problem.row}:{problem.column}  {problem_text(problem, 'zh')} / {problem_text(problem, 'en')}"
    yield _summary(outcome)


def _change_line(change: Change) -> str:
    if change.is_new:
        return f"+ {change.row}  {change.key}"
    fields = ", ".join(f"{name}: {_cell(old)} → {_cell(new)}" for name, (old, new) in change.fields.items())
    return f"~ {change.row}  {change.key}  {fields}"


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "–" if value is None else str(value)


def _summary(outcome: Outcome) -> str:
    counts = f"新增 {outcome.added}，更改 {outcome.changed}，不变 {outcome.unchanged}，问题 {len(outcome.problems)}"
    english = (
        f"{outcome.added} added, {outcome.changed} changed, {outcome.unchanged} unchanged, "
        f"{len(outcome.problems)} problems"
    )
    if outcome.written:
        return f"已写入：{counts} / written: {english}"
    if outcome.problems:
        return f"未写入：{counts} / nothing written: {english}"
    return f"预览：{counts}。加 --apply 写入 / preview: {english}; add --apply to write"


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "written": outcome.written,
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "changes": [{"row": change.row, "key": change.key, "fields": change.fields} for change in outcome.changes],
        "problems": [_problem_json(problem) for problem in outcome.problems],
    }


def _problem_json(problem: RowProblem) -> dict[str, Any]:
    texts = {language: problem_text(problem, language) for language in ("zh", "en")}
    return {"row": problem.row, "column": problem.column, "code": problem.code, "facts": problem.facts, **texts}
