"""`calendar`: which calendars are in use, what they lack, and which cases are to be counted by a new version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from api.commands.ending import JsonFlag, opened, print_json, told
from api.settings import load_settings
from engine.cases.calendar_queries import CalendarInUse, CalendarQueries
from engine.cases.office import open_office
from engine.cases.recounting import Recounted, Recounting
from engine.cases.rules_folder import open_rulebook
from engine.people.journal import keep_command

app = typer.Typer()


@app.command("calendar")
@told
def calendar(
    apply: Annotated[
        bool, typer.Option("--apply", help="现在就重算；不加则由 worker 重算 / count anew now, as the worker would")
    ] = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """在用的日历、缺的年份、待重算的事项。 / Calendars in use, years they lack, cases to be counted anew."""
    settings = load_settings()
    with opened(settings) as store:
        receivers = tuple(each.name for each in settings.webhooks)
        office = open_office(store, open_rulebook(store, settings.workflows_dir), receivers=receivers)
        done = Recounting(office).sweep() if apply else None
        if done:
            keep_command(store, "counted_anew", None, **asdict(done))
        found = CalendarQueries(office).in_use()
    if as_json:
        print_json({"calendars": [_as_json(each) for each in found], "done": asdict(done) if done else None})
        return
    for each in found:
        for line in _lines(each):
            typer.echo(line)
    if done:
        typer.echo(_told(done))


def _lines(found: CalendarInUse) -> Iterator[str]:
    calendar, names = found.calendar, "、".join(found.used_by) or "–"
    yield f"{calendar.code}/{calendar.version}\t{calendar.title.zh} / {calendar.title.en}\t{calendar.sha256[:12]}"
    yield f"  年份 / years: {'; '.join(f'{y.number} {y.source.number}' for y in calendar.years.values())}"
    yield f"  用于 / counts for: {names}"
    versions = (f"{each.version}（{each.first_used_at:%Y-%m-%d}）" for each in found.kept)
    yield f"  用过的版本（起用日）/ versions in use (since): {' '.join(versions) or '–'}"
    yield f"  待重算 / to be counted anew: {found.waiting}；期限暂定 / provisional deadlines: {found.provisional}"
    for code, name in found.places.items():
        place = name or "没有这个单位 / no such unit"
        yield f"  本地 / local: {code} {place}: {len(calendar.local[code])} 天 / days"


def _told(done: Recounted) -> str:
    zh = f"已重算：期限有变 {done.changed}，不变 {done.same}，未成 {done.failed}"
    return f"{zh} / counted anew: {done.changed} changed, {done.same} the same, {done.failed} failed"


def _as_json(found: CalendarInUse) -> dict[str, Any]:
    calendar = found.calendar
    return {
        "calendar": calendar.code,
        "version": calendar.version,
        "sha256": calendar.sha256,
        "years": sorted(calendar.years),
        "counts_for": list(found.used_by),
        "kept": [
            {"version": each.version, "sha256": each.sha256, "since": each.first_used_at.isoformat()}
            for each in found.kept
        ],
        "waiting": found.waiting,
        "provisional": found.provisional,
        "local": [
            {"unit": code, "name": name, "days": len(calendar.local[code])} for code, name in found.places.items()
        ],
    }
