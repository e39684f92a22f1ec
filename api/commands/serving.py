"""`serve`: the web application and API."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
import uvicorn

from api.commands.ending import opened, told
from api.commands.moments import moment
from api.commands.workers import worker_of
from api.settings import Settings, load_settings
from engine.cases.office import Office
from engine.people.errors import Wrong
from engine.people.journal import keep_command
from engine.people.setup import SetupService
from engine.wiring import Store

app = typer.Typer()


@app.command("serve")
@told
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址 / address to listen on")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="端口 / port")] = None,
    clock: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="TIME",
            help="从此刻起模拟时间（仅 demo、test 库）/ hold the time of the rules here (demo and test databases only)",
        ),
    ] = None,
) -> None:
    """启动服务。 / Serve the application."""
    settings = load_settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=given)
    with opened(settings) as store:
        _prepare(store, clock)
    run(settings)


def _prepare(store: Store, clock: datetime | None) -> None:
    service = SetupService(store)
    if service.setup() is None:
        raise Wrong("not_set_up")
    if clock is not None:
        service.hold_clock(clock)
        keep_command(store, "clock_moved", None, to=clock.isoformat())


def run(settings: Settings) -> None:
    """Serve until stopped, and carry out what falls due unless the settings leave that to `minqing worker`. Raises
    RulesRefused where the rules of the folder cannot be used."""
    from api.app import create_app  # here: the other commands need no web framework

    app = create_app(settings)
    logging.getLogger("uvicorn.access").addFilter(_without_query)
    with _working(app.state.services.office, settings):
        uvicorn.run(app, host=settings.host, port=settings.port, server_header=False)


def _without_query(record: logging.LogRecord) -> bool:
    """What people search for may be a name or a telephone: the log says the path alone."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        client, method, path, version, status = record.args
        record.args = (client, method, str(path).partition("?")[0], version, status)
    return True


@contextmanager
def _working(office: Office, settings: Settings) -> Iterator[None]:
    if not settings.worker:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(
        target=worker_of(office, settings, settings.worker_every).run, args=(stop,), name="worker"
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
