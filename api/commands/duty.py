"""`duty`: who of a role is on duty at a unit from one hand-over to the next, and the hours nobody has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import typer

from api.commands.ending import Exit, JsonFlag, failed, opened, print_json, told
from api.problems import detail, field_text
from api.settings import load_settings
from engine.cases.office import Office, open_office
from engine.cases.rules_folder import open_rulebook
from engine.duty.checking import zone_of
from engine.duty.importing import read_moment
from engine.duty.service import DutyService, DutyTurn, Gap, NewTurn, TurnView
from engine.people.errors import Wrong
from engine.people.journal import keep_command
from engine.rules.refusals import FieldsRefused, NotFound
from engine.wiring import Store

rosters = typer.Typer(no_args_is_help=True)

UnitOption = Annotated[str | None, typer.Option("--unit", help="只看这个单位 / this unit alone")]


def office_of(store: Store) -> Office:
    """The office of the settings. Raises Wrong where the database was not set up."""
    settings = load_settings()
    book = open_rulebook(store, settings.workflows_dir)
    try:
        return open_office(store, book, default_workflow=settings.default_workflow)
    except LookupError as error:
        raise Wrong("not_set_up") from error


@rosters.command("add")
@told
def add(
    role: Annotated[str, typer.Argument(help="岗位代码 / code of the role, such as township_duty")],
    unit: Annotated[str, typer.Argument(help="单位编号 / code of the unit")],
    person: Annotated[str, typer.Argument(help="值班人编号 / id of the person")],
    since: Annotated[str, typer.Option("--from", help="接班时间，如 2026-03-07 08:00 / from")],
    until: Annotated[str, typer.Option("--until", help="交班时间 / until the hand-over")],
) -> None:
    """排一班。值班人须在整班时间里担任这个岗位。 / Enter one turn; who is on duty must hold the post all through."""
    with opened() as store:
        service = DutyService(office_of(store))
        first, last = (_moment(service, text) for text in (since, until))
        turn = NewTurn(role=role, unit=unit, person=person, starts_at=first, ends_at=last)
        try:
            entered = service.enter(None, turn)
        except FieldsRefused as refused:
            raise _wrong(refused) from refused
        keep_command(store, "duty_changed", entered.id, unit=unit, role=role, person=person)
    typer.echo(entered.id)


@rosters.command("call-off")
@told
def call_off(turn: Annotated[str, typer.Argument(help="这一班的编号 / id of the turn")]) -> None:
    """取消一班；已开始的到现在为止。 / Call a turn off; one that has begun counts until now."""
    with opened() as store:
        try:
            DutyService(office_of(store)).call_off(None, turn)
        except NotFound as absent:
            raise failed(*detail(absent), Exit.NOT_SO) from absent
        keep_command(store, "duty_changed", turn, called_off=True)
    typer.echo("已取消 / called off")


@rosters.command("list")
@told
def list_turns(unit: UnitOption = None, as_json: Annotated[bool, JsonFlag] = False) -> None:
    """列出今后一周的值班。 / List the turns of the coming week."""
    with opened() as store:
        service = DutyService(office_of(store))
        found = service.turns(None, unit=unit)
        rows = [_turn(service, view) for view in found]
    _tell(rows, as_json)


@rosters.command("gaps")
@told
def list_gaps(unit: UnitOption = None, as_json: Annotated[bool, JsonFlag] = False) -> None:
    """列出今后一周无人值班的时段；有则以 1 结束。 / List the hours of the coming week without anybody; 1 if any."""
    with opened() as store:
        service = DutyService(office_of(store))
        rows = [_gap(service, gap) for gap in service.gaps(None, unit=unit)]
    _tell(rows, as_json)
    if rows:
        raise typer.Exit(Exit.NOT_SO)


def _tell(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(list(rows))
        return
    for row in rows:
        typer.echo("\t".join(str(value) for value in row.values()))


def _turn(service: DutyService, view: TurnView) -> dict[str, Any]:
    turn: DutyTurn = view.turn
    where = {"id": turn.id, "role": turn.role, "unit": turn.unit, "unit_name": view.unit_name}
    who = {"person": turn.person, "name": view.person_name}
    return {**where, **who, "from": _shown(service, turn.starts_at), "until": _shown(service, turn.until)}


def _gap(service: DutyService, gap: Gap) -> dict[str, Any]:
    where = {"role": gap.role, "unit": gap.unit, "unit_name": gap.unit_name}
    return {**where, "from": _shown(service, gap.starts_at), "until": _shown(service, gap.ends_at)}


def _shown(service: DutyService, moment: datetime) -> str:
    return f"{moment.astimezone(zone_of(service.office)):%Y-%m-%d %H:%M}"


def _moment(service: DutyService, text: str) -> datetime:
    found = read_moment(text, zone_of(service.office))
    if found is None:
        raise typer.BadParameter(f"{text}: 不是时间 / not a time, such as 2026-03-07 08:00")
    return found


def _wrong(refused: FieldsRefused) -> typer.Exit:
    texts = [field_text(None, each) for each in refused.problems]
    return failed("；".join(zh for zh, _ in texts), "; ".join(en for _, en in texts), Exit.NOT_SO)
