"""`audit`: whether the history adds up, and evidence of it for whoever does not take our word."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.ending import Exit, JsonFlag, failed, print_json, told
from api.flaw_texts import doubt_line, file_line, flaw_line, log_line
from api.settings import Settings, load_settings
from engine.audit.evidence import evidence
from engine.audit.verify import BadNote, Verdict, verify
from engine.cases.rules_folder import open_rulebook
from engine.files.depots import folder_beside, open_depot
from engine.files.verify import FilesVerdict, verify_files
from engine.rules.rulebook import Rulebook
from engine.wiring import Store, is_current, open_to_look

audits = typer.Typer(no_args_is_help=True)

HomeOption = Annotated[str | None, typer.Option("--home", help="只看这个归属单位 / this home alone")]
DatabaseOption = Annotated[
    str | None, typer.Option("--database-url", help="另一个数据库，例如副本 / another database, such as a copy")
]
#: More flaws than this say nothing more to a reader; `--json` has all.
_SHOWN = 50


@audits.command("verify")
@told
def verify_history(
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(help="别处留存的核对点：文本或 @文件，可多次 / one kept elsewhere: its text or @FILE; repeatable"),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="别处留存的公钥，给出后只认它 / a verifier key kept elsewhere; then no other counts"),
    ] = None,
    home: HomeOption = None,
    with_files: Annotated[bool, typer.Option("--files", help="连同附件的内容 / the bytes of attachments, too")] = False,
    database_url: DatabaseOption = None,
    workers: Annotated[
        int, typer.Option(min=1, max=32, help="用几个进程；默认每核一个，至多四个 / how many processes")
    ] = min(4, os.cpu_count() or 1),
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """从头重算历史，并与核对点相比；只读，可用于副本。 / Recompute the history against checkpoints; reads only."""
    settings, given = load_settings(), [_text(each) for each in checkpoint or ()]
    with _looked_at(settings, database_url) as store:
        try:
            book = open_rulebook(store, settings.workflows_dir)
            verdict = verify(store, book, home=home, given=given, verifier_keys=key or (), workers=workers)
            files = _files(settings, store, book, home) if with_files and not verdict.flaws else None
        except BadNote as bad:
            raise failed("不是公钥", f"this is no verifier key ({bad.reason})", Exit.WRONG_USAGE) from bad
    if as_json:
        print_json(_as_json(verdict, files))
    else:
        for line in (*_lines(verdict), *(_file_lines(files) if with_files else ())):
            typer.echo(line)
    raise typer.Exit(Exit.NOT_SO if verdict.flaws or (files and files.flaws) else Exit.DONE)


def _files(settings: Settings, store: Store, book: Rulebook, home: str | None) -> FilesVerdict:
    """Of a history that adds up: which files there are to be, and their hashes, stands in it."""
    return verify_files(store, book, open_depot(settings.files or folder_beside(store)), home=home)


@audits.command("export")
@told
def export_evidence(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="写到哪里，不能已存在 / where to; must not exist")],
    home: HomeOption = None,
    with_texts: Annotated[
        bool, typer.Option("--with-texts", help="连同文字和盐，含个人信息 / with texts and salts: personal data")
    ] = False,
    database_url: DatabaseOption = None,
) -> None:
    """导出凭据，供第三方用独立程序核对。 / Write evidence for a verifier that is not ours."""
    digest, number = hashlib.sha256(), 0
    with _looked_at(load_settings(), database_url) as store, _private(file) as out:
        for line in evidence(store, datetime.now(UTC), home=home, texts=with_texts):
            out.write(line)
            digest.update(line)
            number += 1
    typer.echo(f"{number} 行 / lines\nSHA-256 {digest.hexdigest()}")


@contextmanager
def _looked_at(settings: Settings, url: str | None) -> Iterator[Store]:
    store = open_to_look(url or settings.database_url)
    try:
        if not is_current(store):
            raise failed("数据库结构不是当前版本", "the database is of another release", Exit.ENVIRONMENT)
        yield store
    finally:
        store.dispose()


@contextmanager
def _private(file: Path) -> Iterator[Any]:
    """A new file, for its owner alone."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise failed(f"无法写 {file}", f"cannot write: {error.strerror}", Exit.ENVIRONMENT) from error
    with os.fdopen(handle, "wb") as out:
        yield out


def _text(given: str) -> str:
    """A text, or what is in the file after an @."""
    if not given.startswith("@"):
        return given.replace("\\n", "\n")
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise failed(f"无法读 {given[1:]}", f"cannot be read: {error}", Exit.WRONG_USAGE) from error


def _lines(verdict: Verdict) -> Iterator[str]:
    """First what is wrong, where it begins; then what was looked at."""
    flaws, first = verdict.flaws, verdict.first
    if first is not None:
        yield f"最先不符 / first bad place: {flaw_line(first)}"
        yield from (flaw_line(each) for each in flaws[:_SHOWN] if each is not first)
    if len(flaws) > _SHOWN:
        yield f"… 另有 {len(flaws) - _SHOWN} 处 / {len(flaws) - _SHOWN} more"
    yield from (doubt_line(each) for each in verdict.doubts[:_SHOWN])
    yield from map(log_line, verdict.logs)
    yield (
        f"核对 {verdict.cases} 件事项、{verdict.rows} 条历史（未入树 {verdict.uncovered}，文字已删 {verdict.erased}），"
        f"{len(flaws)} 处不符，{len(verdict.doubts)} 处存疑 / verified {verdict.cases} cases, {verdict.rows} rows "
        f"({verdict.uncovered} not yet covered, {verdict.erased} erased): {len(flaws)} flaws, "
        f"{len(verdict.doubts)} doubts"
    )


def _file_lines(files: FilesVerdict | None) -> Iterator[str]:
    if files is None:
        yield "附件未核对：历史先要成立 / attachments were not looked at: the history has to add up first"
        return
    yield from map(file_line, files.flaws[:_SHOWN])
    yield (
        f"核对 {files.files} 个附件，{len(files.flaws)} 处不符 / "
        f"verified {files.files} attachments: {len(files.flaws)} flaws"
    )


def _as_json(verdict: Verdict, files: FilesVerdict | None) -> dict[str, Any]:
    first = verdict.first
    return {
        "sound": not verdict.flaws and not (files and files.flaws),
        "first": asdict(first) if first else None,
        **{name: getattr(verdict, name) for name in ("cases", "rows", "covered", "uncovered", "erased")},
        "logs": [asdict(each) for each in verdict.logs],
        "flaws": [asdict(each) for each in verdict.flaws],
        "doubts": [asdict(each) for each in verdict.doubts],
        "files": asdict(files) if files else None,
    }
