"""`erase`: the personal text of one person, taken out of cases, meetings and the register; histories still verify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from api.commands.duty import office_of
from api.commands.ending import Exit, JsonFlag, failed, opened, print_json, told
from api.personal_texts import ERASURE_CAUSES
from api.settings import load_settings
from engine.audit.erasing import COMMAND, Erasable, EraseService, FoundCase, Wanted
from engine.files.depots import folder_beside, open_depot
from engine.files.service import FileService
from engine.people.journal import keep_command
from engine.rules.erasing import Reason
from engine.wiring import Store

app = typer.Typer()


@app.command("erase")
@told
def erase(
    person: Annotated[str | None, typer.Option(help="登记人员的编号 / id of a registered person")] = None,
    name: Annotated[str | None, typer.Option(help="未登记的人：姓名 / the name of one who is not registered")] = None,
    phone: Annotated[str | None, typer.Option(help="未登记的人：电话 / and his telephone")] = None,
    reason: Annotated[Reason | None, typer.Option(help="依据（个人信息保护法第四十七条） / on which ground")] = None,
    home: Annotated[
        str | None, typer.Option(metavar="CODE", help="只在这个归属单位内删除 / in this home alone; the register stays")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会删除什么 / tell what it would take away")] = False,
    also_open: Annotated[bool, typer.Option("--also-open", help="未办结的事项也删 / in open cases, too")] = False,
    tidy: Annotated[
        bool,
        typer.Option("--tidy", help="只清理数据库文件中的旧数据 / take old bytes out of the database's files only"),
    ] = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """依法删除一个人的个人信息：历史保持完整、可校验，文字、附件、登记的姓名电话不再存在。备份须另行处理。

    Erase a person: texts, uploads and the registered name are gone, the history stays whole and verifies. Backups are
    not touched.
    """
    wanted = None if tidy else _wanted(person, name, phone, home, reason, dry_run=dry_run)
    with opened() as store:
        service = EraseService(office_of(store))
        if wanted is not None and (dry_run or reason is None):
            _tell(service.preview(wanted), [], as_json, done=False)
            return
        found = _erased(store, service, wanted, reason, also_open=also_open) if wanted and reason else Erasable()
        _files(store, service).sweep_everywhere()
        left = service.tidy()
        _tell(found, left, as_json, done=True)
    if left:
        raise _untidy(left)


def _erased(store: Store, service: EraseService, wanted: Wanted, reason: Reason, *, also_open: bool) -> Erasable:
    """Kept with the acts of administration, too: by whom on this machine, without a name."""
    found = service.erase(wanted, reason, login=COMMAND, also_open=also_open)
    counted = {"cases": len(found.cases), "rows": found.rows, "texts": found.texts, "uploads": found.uploads}
    keep_command(store, "erased", wanted.person, reason=reason.value, home=wanted.home, **counted)
    return found


def _wanted(person: str | None, name: str | None, phone: str | None, home: str | None, reason: Reason | None, *,
            dry_run: bool) -> Wanted:  # fmt: skip
    if bool(person) == bool(name and phone) or (person and (name or phone)):
        raise typer.BadParameter("--person，或 --name 与 --phone 一起 / give --person, or --name together with --phone")
    if reason is None and not dry_run:
        raise typer.BadParameter("请给出 --reason / give a --reason")
    return Wanted(person=person, name=name, phone=phone, home=home)


def _files(store: Store, service: EraseService) -> FileService:
    settings = load_settings()
    return FileService(service.office, open_depot(settings.files or folder_beside(store)))


def _tell(found: Erasable, left: tuple[str, ...] | list[str], as_json: bool, *, done: bool) -> None:
    if as_json:
        print_json({**_facts(found), "done": done, "untidied": list(left)})
        return
    for line in _lines(found):
        typer.echo(line)
    if not done:
        typer.echo("以上是预览，没有删除任何内容 / a preview: nothing was erased")


def _facts(found: Erasable) -> dict[str, Any]:
    cases = [
        {"case": each.case_id, "number": each.number, "unit": each.unit, "open": each.open, "rows": dict(each.rows)}
        for each in found.cases
    ]
    return {"cases": cases, "texts": found.texts, "uploads": found.uploads, "register": found.registered}


def _lines(found: Erasable) -> Iterator[str]:
    for each in found.cases:
        yield "\t".join((each.number, each.unit, "未办结 / open" if each.open else "–", *_rows(each)))
    yield (
        f"事项 {len(found.cases)} 件，记录 {found.rows} 条，会议等文字 {found.texts} 处，附件 {found.uploads} 个"
        f" / {len(found.cases)} cases, {found.rows} rows, {found.texts} texts beside them, {found.uploads} uploads"
    )
    if found.registered:
        yield "登记的姓名、电话、账号、岗位、亲属关系 / the registered name, telephone, account, posts, relatives"


def _rows(case: FoundCase) -> Iterator[str]:
    for seq, cause in case.rows.items():
        zh, en = ERASURE_CAUSES[cause]
        yield f"{seq}: {zh} / {en}"


def _untidy(left: tuple[str, ...]) -> typer.Exit:
    names = ", ".join(left)
    return failed(
        f"这些表的文件里可能还有旧数据：{names}。请在无人使用时以表的所有者身份再运行 minqing erase --tidy",
        f"the files of {names} may hold old bytes; run minqing erase --tidy as their owner when all is quiet",
        Exit.NOT_SO,
    )
