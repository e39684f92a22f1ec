"""Times on the command line: RFC 3339 with an offset, nothing else."""

from __future__ import annotations

from datetime import datetime, time

import typer

from engine.definition.durations import HOUR


def moment(text: str | datetime) -> datetime:
    """`2026-03-06T08:00:00+08:00`; a time without offset is wrong usage."""
    try:
        found = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: 不是时间 / not a time, such as 2026-03-06T08:00:00+08:00") from error
    if found.utcoffset() is None:
        raise typer.BadParameter(f"{text}: 缺少时区 / no offset such as +08:00")
    return found


def hour_of_day(text: str) -> time:
    """`19:30`, on the 24-hour clock; anything else is wrong usage."""
    if not HOUR.match(text):
        raise typer.BadParameter(f"{text}: 不是时刻 / not an hour, such as 19:30")
    return time.fromisoformat(text)
