"""`backup` and `restore`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from api.commands.ending import Exit, JsonFlag, connected, failed, opened, print_json, told
from api.flaw_texts import flaw_line
from api.settings import Settings, load_settings
from engine.audit.keys import key_beside
from engine.audit.verify import Verdict, verify
from engine.backups.places import new_file
from engine.backups.reading import Contents, Nobody, read
from engine.backups.restoring import RestoreService, note_restored
from engine.backups.writing import BackupService, Written
from engine.cases.rules_folder import RulesRefused, open_rulebook
from engine.files.depots import Depot, folder_beside, open_depot
from engine.people.errors import Wrong
from engine.wiring import Store

app = typer.Typer()
_SHOWN = 20
File = Annotated[str, typer.Argument(metavar="FILE", help="备份文件，- 为标准输入输出 / the file; - for a pipe")]


@app.command("backup")
@told
def back_up(
    file: File,
    check: Annotated[
        bool, typer.Option("--check", help="只检查这个备份文件 / read and check this backup; no database is asked")
    ] = False,
    with_key: Annotated[
        bool,
        typer.Option("--with-key", help="连同签名私钥，慎用 / with the private signing key: read the docs first"),
    ] = False,
    without_files: Annotated[bool, typer.Option("--without-files", help="不含附件 / leave the uploads out")] = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """把整个数据库和附件写成一个文件，服务可照常运行。 / Write database and uploads into one file; the service may
    run."""
    if check:
        _check(file, as_json)
        return
    settings = load_settings()
    with opened(settings) as store:
        service = BackupService(store, None if without_files else _depot(settings, store))
        written = _written(service, file, _key(settings, store) if with_key else None)
        service.note()
    _tell_written(file, written, as_json)
    raise typer.Exit(Exit.NOT_SO if written.absent else Exit.DONE)


def _key(settings: Settings, store: Store) -> bytes:
    """The file of the signing key. Raises Wrong."""
    place = settings.signing_key or key_beside(store)
    try:
        if place is not None:
            return place.read_bytes()
    except OSError as error:
        raise Wrong("backup_without_key") from error
    raise Wrong("backup_without_key")


def _written(service: BackupService, file: str, key: bytes | None) -> Written:
    if file == "-" and sys.stdout.isatty():
        raise failed("备份不能写到屏幕上", "a backup is not for a screen", Exit.WRONG_USAGE)
    try:
        if file == "-":
            done = service.write(sys.stdout.buffer, key)
            sys.stdout.buffer.flush()
            return done
        with new_file(Path(file)) as out:
            return service.write(out, key)
    except OSError as error:
        raise _not_written(file, error) from error


def _not_written(file: str, error: OSError) -> typer.Exit:
    return failed(f"无法写入 {file}，没有留下备份", f"{file} was not written: {error.strerror}", Exit.ENVIRONMENT)


def _tell_written(file: str, written: Written, as_json: bool) -> None:
    """Where the backup itself goes to standard output, what is said of it goes to the other."""
    aside = file == "-"
    if as_json and not aside:
        print_json({"file": file, **asdict(written)})
        return
    zh = f"已备份 {written.rows} 行、{written.uploads} 个附件"
    typer.echo(f"{zh} / {written.rows} rows, {written.uploads} uploads", err=aside)
    typer.echo(f"清单 / manifest: {written.manifest}", err=aside)
    _tell_absent(written.absent)


def _tell_absent(absent: tuple[str, ...]) -> None:
    if absent:
        typer.echo(f"{len(absent)} 个附件缺失或已变，不在备份中 / uploads that are missing or changed:", err=True)
    for file_id in absent[:_SHOWN]:
        typer.echo(f"  {file_id}", err=True)


# --- looking at one --------------------------------------------------------------------------------------------------


def _check(file: str, as_json: bool) -> None:
    with _source(file) as source:
        contents = read(source, Nobody())
    if as_json:
        print_json({"file": file, "ok": True, **_as_json(contents)})
        return
    head = contents.head
    typer.echo(f"备份完好 / sound: {sum(contents.rows.values())} rows, {contents.uploads} uploads, {head.made_at}, "
               f"release {head.release}, revision {head.revision}, mark {head.mark}")  # fmt: skip
    typer.echo(f"清单 / manifest: {contents.manifest}")
    _tell_absent(contents.absent)


def _as_json(contents: Contents) -> dict[str, Any]:
    head = {name: value for name, value in asdict(contents.head).items() if name != "tables"}
    return {**head, **{name: value for name, value in asdict(contents).items() if name != "head"}}


@contextmanager
def _source(file: str) -> Iterator[IO[bytes]]:
    """The file, or all of standard input in a file that has no name."""
    if file != "-":
        try:
            with Path(file).open("rb") as source:
                yield source
        except OSError as error:
            raise failed(f"读不到 {file}", f"{file}: {error.strerror}", Exit.ENVIRONMENT) from error
        return
    with tempfile.TemporaryFile() as kept:
        while part := sys.stdin.buffer.read(1_000_000):
            kept.write(part)
        kept.seek(0)
        yield kept


# --- restoring -------------------------------------------------------------------------------------------------------


@app.command("restore")
@told
def restore(
    file: File,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="丢弃数据库中现有的一切 / throw away all that is in the database now"),
    ] = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """用备份建成数据库，并核对整部历史；要么全部，要么不变。 / Make the database from a backup and verify it: all of it
    or nothing."""
    settings = load_settings()
    if replace:
        typer.echo(
            "警告：数据库中现有的一切都将被备份替换 / WARNING: all that is in the database now is replaced", err=True
        )
    with connected(settings) as store:
        depot = _depot(settings, store)
        store.dispose()
        with _source(file) as source:
            done = RestoreService(settings.database_url, depot).restore(source, replace=replace)
        note_restored(store, done.contents)
        _put_key(settings.signing_key or key_beside(store), done.key)
        verdict = _verified(store, settings)
    _tell_restored(done.contents, verdict, as_json)
    raise typer.Exit(Exit.NOT_SO if verdict is None or verdict.flaws else Exit.DONE)


def _verified(store: Store, settings: Settings) -> Verdict | None:
    """None where the rules that the cases were opened under are not here, so that nobody can tell."""
    try:
        rulebook = open_rulebook(store, settings.workflows_dir)
    except RulesRefused as refused:
        reasons = "; ".join(refused.reasons) or f"{len(refused.findings)}"
        typer.echo(f"已恢复，但规则目录不是备份时的，历史未核对：{reasons}", err=True)
        typer.echo("restored, but the rules are not those of the backup: history was not verified", err=True)
        return None
    return verify(store, rulebook)


def _put_key(place: Path | None, key: bytes | None) -> None:
    """Where the settings look for it; one that is there already stays."""
    if key is None:
        return
    if place is None or place.exists():
        typer.echo("备份中的签名密钥未写出：已有一把，或未设位置", err=True)
        typer.echo("the signing key of the backup was left: one is there, or no place is set", err=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(key)


def _tell_restored(contents: Contents, verdict: Verdict | None, as_json: bool) -> None:
    if as_json:
        print_json({**_as_json(contents), "verified": _verdict(verdict)})
        return
    typer.echo(f"已恢复 / restored: {sum(contents.rows.values())} rows, {contents.uploads} uploads, "
               f"mark {contents.head.mark}")  # fmt: skip
    _tell_absent(contents.absent)
    if verdict is not None:
        told = f"{verdict.cases} cases, {verdict.rows} rows, {len(verdict.flaws)} flaws"
        typer.echo(f"历史已核对 / history verified: {told}")
        for flaw in verdict.flaws[:_SHOWN]:
            typer.echo(f"  {flaw_line(flaw)}", err=True)


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"cases": verdict.cases, "rows": verdict.rows, "flaws": [asdict(flaw) for flaw in verdict.flaws]}


def _depot(settings: Settings, store: Store) -> Depot:
    return open_depot(settings.files or folder_beside(store))
