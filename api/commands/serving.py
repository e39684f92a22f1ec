"""`serve`: the web application and API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
import uvicorn

from api.commands.ending import opened, told
from api.commands.moments import moment
from api.commands.workers import LogForm, worker_of
from api.logs import Form, set_up
from api.settings import Settings, load_settings
from engine.audit.access import AccessLog
from engine.cases.office import Office
from engine.people.errors import Wrong
from engine.people.journal import keep_command
from engine.people.setup import SetupService
from engine.wiring import Store

app = typer.Typer()
_HEAD = 32_768  # bytes of a request before its body: address, query and headers


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
    log: LogForm = None,
) -> None:
    """启动服务。 / Serve the application."""
    settings = load_settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=given)
    with opened(settings) as store:
        _prepare(store, clock)
    run(settings, log)


def _prepare(store: Store, clock: datetime | None) -> None:
    service = SetupService(store)
    if service.setup() is None:
        raise Wrong("not_set_up")
    if clock is not None:
        service.hold_clock(clock)
        keep_command(store, "clock_moved", None, to=clock.isoformat())


def run(settings: Settings, log: Form | None = None) -> None:
    """Serve until stopped, and carry out what falls due unless the settings leave that to `minqing worker`. Raises
    RulesRefused where the rules of the folder cannot be used."""
    from api.app import create_app  # here: the other commands need no web framework

    app = create_app(settings)
    served = app.state.services
    set_up(log)
    with _keeping(served.access), _working(served.office, served.access, settings):
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            http="h11",  # it bounds what comes before a body; another might not
            h11_max_incomplete_event_size=_HEAD,
            ws="none",
            server_header=False,
            forwarded_allow_ips=list(settings.trusted_proxies),
            log_config=None,
        )


@contextmanager
def _keeping(access: AccessLog) -> Iterator[None]:
    """Calls go into the log of access as they come; what waits at the end goes last of all."""
    stop = threading.Event()
    with _beside(access.run, stop, "access"):
        try:
            yield
        finally:
            access.end(stop)


@contextmanager
def _working(office: Office, access: AccessLog, settings: Settings) -> Iterator[None]:
    if not settings.worker:
        yield
        return
    stop = threading.Event()
    worker = worker_of(office, settings, settings.worker_every, access)
    with _beside(worker.run, stop, "worker"):
        try:
            yield
        finally:
            stop.set()


@contextmanager
def _beside(run: Callable[[threading.Event], None], stop: threading.Event, name: str) -> Iterator[None]:
    """In a thread of its own, which has ended when the block has."""
    thread = threading.Thread(target=run, args=(stop,), name=name)
    thread.start()
    try:
        yield
    finally:
        thread.join()
