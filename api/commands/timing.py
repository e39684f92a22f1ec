"""`worker` and `clock`: carry out what falls due, and tell a case's deadlines day by day."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from api import present_clocks
from api.commands.checking import Language
from api.commands.ending import Exit, failed, opened, print_json, told
from api.commands.workers import LogForm, worker_of
from api.logs import set_up
from api.settings import Settings, load_settings
from engine.audit.access import AccessLog
from engine.audit.keys import key_beside
from engine.cases.clock_queries import ClockQueries
from engine.cases.office import Office, open_office
from engine.cases.rules_folder import open_rulebook
from engine.rules.refusals import NotFound
from engine.wiring import Store

app = typer.Typer()


def _office(store: Store, settings: Settings) -> Office:
    receivers = tuple(each.name for each in settings.webhooks)
    rulebook = open_rulebook(store, settings.workflows_dir)
    return open_office(
        store, rulebook, default_workflow=settings.default_workflow, receivers=receivers,
        signing_key=settings.signing_key or key_beside(store),
    )  # fmt: skip


@app.command("worker")
@told
def worker(
    once: Annotated[bool, typer.Option("--once", help="只跑一遍 / one sweep, then stop")] = False,
    every: Annotated[float, typer.Option(min=0.1, max=3600, help="间隔秒数 / seconds between sweeps")] = 5.0,
    log: LogForm = None,
) -> None:
    """到期的步骤逐一执行，直到停止。 / Carry out what falls due, until stopped."""
    settings = load_settings()
    set_up(log)
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    with opened(settings) as store:
        office = _office(store, settings)
        found = worker_of(office, settings, every, AccessLog(office, settings.spool_folder))
        if not once:
            found.run(stop)
            return
        for end, count in sorted(found.once().items()):
            typer.echo(f"{end} {count}")


@app.command("clock")
@told
def clock(
    case: Annotated[str, typer.Argument(help="事项的编号 id / id of the case")],
    person: Annotated[str, typer.Option(help="以谁的眼光 / as whom")],
    lang: Annotated[Language, typer.Option(help="说明的语言 / language of the words")] = Language.ZH,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """逐日说明一件事项的各个时限。 / Tell each deadline of a case day by day."""
    settings = load_settings()
    with opened(settings) as store:
        try:
            found = ClockQueries(_office(store, settings)).clocks(person, case)
        except NotFound as error:
            raise failed("没有这件事项", "no such case", Exit.NOT_SO) from error
    if as_json:
        print_json(present_clocks.clocks(found, english=lang is Language.EN))
        return
    for line in present_clocks.lines(found, english=lang is Language.EN):
        typer.echo(line)
