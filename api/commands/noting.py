"""Commands that began to change something are in the log of access like calls: who on this machine, which command, with
which options by name, and how it ended."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from inspect import signature
from typing import Any

import typer

from engine.audit.access import note_command
from engine.wiring import Store

#: Arguments that name what a command is about.
_ABOUT = ("login", "token_id", "turn_id", "case", "unit")
_CODE = re.compile(r"[A-Za-z0-9_.@-]{1,80}", re.ASCII)
_UNSAID = re.compile(r"[^A-Za-z0-9_.-]")


Command = Callable[..., Any]
#: The command that runs, as it was registered, with what it was given.
_RUNNING: ContextVar[tuple[Command, Mapping[str, Any]] | None] = ContextVar("running", default=None)


@contextmanager
def running(command: Command, given: Mapping[str, Any]) -> Iterator[None]:
    token = _RUNNING.set((command, given))
    try:
        yield
    finally:
        _RUNNING.reset(token)


def noted(store: Store, code: int) -> None:
    """Note the command that runs, with its exit code, if it began to change something."""
    found = _RUNNING.get()
    if found is None or not store.began_to_write:
        return
    command, given = found
    said = {name: value for name, value in given.items() if value != signature(command).parameters[name].default}
    about = next((str(said[name]) for name in _ABOUT if name in said), None)
    note_command(
        store,
        login=system_user(),
        what=name_of(command),
        about=about if about and _CODE.fullmatch(about) else None,
        asked=sorted(said),
        status=code,
    )


def name_of(command: Command) -> str:
    """As it is typed after `minqing`."""
    from api.cli import app  # here: it imports every command, and they this

    return next((name for name, callback in _commands(app, "") if callback is command), command.__name__)


def _commands(app: typer.Typer, before: str) -> Iterator[tuple[str, Command | None]]:
    yield from ((f"{before}{each.name}", each.callback) for each in app.registered_commands)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(
                group.typer_instance, f"{before}{group.name} " if isinstance(group.name, str) else before
            )


def system_user() -> str:
    """The account of the system, as no login of ours can be written: `os:minqing`, and `os:root:li` where li became
    root by sudo."""
    behind = os.environ.get("SUDO_USER", "")
    return ":".join(["os", *(_UNSAID.sub("_", each)[:30] for each in (_user(), behind) if each)])


def _user() -> str:
    """By the number of the process, not by what its environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
