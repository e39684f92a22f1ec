"""`rhythm`: the days and hours that units set for a meeting of their own."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from api.clock_texts import day_text
from api.commands.ending import JsonFlag, opened, print_json, told
from api.commands.moments import hour_of_day
from api.settings import load_settings
from engine.cases.office import open_office
from engine.cases.rules_folder import open_rulebook
from engine.definition.meetings import WEEKDAYS
from engine.meetings.rhythms import Change, OwnRhythm, RhythmService, Sitting, UnitRhythm
from engine.people.journal import keep_command
from engine.wiring import Store

rhythms = typer.Typer(no_args_is_help=True)


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


MeetingCode = Annotated[str, typer.Argument(help="会议代码 / code of the meeting, such as village_weekly")]
UnitCode = Annotated[str, typer.Argument(help="单位编号 / code of the unit")]
Workflow = Annotated[
    str | None, typer.Option(help="规则；默认为设置中的规则 / key of the workflow; default: the setting")
]
Apply = Annotated[bool, typer.Option("--apply", help="写入；不加则只预览 / write; without it only a preview")]


def _service(store: Store) -> RhythmService:
    settings = load_settings()
    book = open_rulebook(store, settings.workflows_dir)
    return RhythmService(open_office(store, book, default_workflow=settings.default_workflow))


@rhythms.command("set")
@told
def set_rhythm(
    meeting: MeetingCode,
    unit: UnitCode,
    week: Annotated[Weekday | None, typer.Option(help="每周星期几 / weekday, for a weekly meeting")] = None,
    month: Annotated[int | None, typer.Option(min=1, max=31, help="每月几日 / day, for a monthly meeting")] = None,
    at: Annotated[str | None, typer.Option(help="几点，如 19:30 / the hour, such as 19:30")] = None,
    workflow: Workflow = None,
    apply: Apply = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """一个单位自定例会日期。先预览，--apply 才写入。 / A unit's own day or hour; previews unless --apply is given."""
    if week is None and month is None and at is None:
        raise typer.BadParameter("须给 --week、--month 或 --at / give --week, --month or --at")
    own = OwnRhythm(
        weekday=WEEKDAYS.index(week.value) if week else None, monthday=month, at=hour_of_day(at) if at else None
    )
    _change(meeting, unit, own, workflow, apply, as_json)


@rhythms.command("clear")
@told
def clear_rhythm(
    meeting: MeetingCode,
    unit: UnitCode,
    workflow: Workflow = None,
    apply: Apply = False,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """恢复规则文件的日期。先预览，--apply 才写入。 / Go by the file again; previews unless --apply is given."""
    _change(meeting, unit, OwnRhythm(), workflow, apply, as_json)


@rhythms.command("list")
@told
def list_rhythms(as_json: Annotated[bool, JsonFlag] = False) -> None:
    """列出各单位自定的日期。 / List what units have set."""
    with opened() as store:
        found = _service(store).kept()
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    for each in found:
        typer.echo("\t".join(str(value if value is not None else "–") for value in _as_json(each).values()))


def _change(meeting: str, unit: str, own: OwnRhythm, workflow: str | None, apply: bool, as_json: bool) -> None:
    with opened() as store:
        service = _service(store)
        act = service.keep if apply else service.preview
        change = act(meeting, unit, own, workflow=workflow)
        if apply:
            keep_command(store, "rhythm_changed", unit, meeting=meeting)
    if as_json:
        before, after = ([f"{each.at:%Y-%m-%dT%H:%M}" for each in turns] for turns in (change.before, change.after))
        print_json({"written": apply, "before": before, "after": after})
        return
    for line in _lines(change):
        typer.echo(line)
    typer.echo("已写入；已排的会议在下次排期时跟着改 / written; meetings set already follow with the next planning"
               if apply else "仅预览，加 --apply 写入 / a preview only; write with --apply")  # fmt: skip


def _lines(change: Change) -> Iterator[str]:
    """Each week or month with its turn as it is and as it would be."""
    before = {each.period: each for each in change.before}
    after = {each.period: each for each in change.after}
    for period in sorted(before.keys() | after.keys()):
        old, new = _shown(before.get(period)), _shown(after.get(period))
        yield f"{'  ' if old == new else '* '}{period}\t{old}" + ("" if old == new else f"\t→ {new}")


def _shown(sitting: Sitting | None) -> str:
    if sitting is None:
        return "不开 / none"
    mark = "（暂定 / provisional）" if sitting.provisional else ""
    off = "（{}；{}）".format(*day_text(sitting.off)) if sitting.off else ""
    return f"{sitting.at:%Y-%m-%d %H:%M} {WEEKDAYS[sitting.at.weekday()]}{off}{mark}"


def _as_json(found: UnitRhythm) -> dict[str, str | int | None]:
    own = found.own
    return {
        "workflow": found.workflow,
        "meeting": found.meeting,
        "unit": found.unit,
        "week": WEEKDAYS[own.weekday] if own.weekday is not None else None,
        "month": own.monthday,
        "at": f"{own.at:%H:%M}" if own.at else None,
    }
