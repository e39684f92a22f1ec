"""What the process says of itself: one event a line on stderr, JSON for machines or plain for a terminal.

Nothing that somebody sent can begin a line, move the cursor or turn the direction of writing: whatever does not show is
escaped. Nobody's words and numbers are in it: exceptions are told by their kind and place, of their text what is plain
English; calls by the network they come from and their path without its query.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any

from engine.audit.access import network_of

_ROOT = Path(__file__).parent.parent
_MOST = 300  # signs of an exception's text
#: What may be somebody's: anything but plain English signs, and numbers as long as a telephone's.
_WORDS = re.compile(r"[^\x20-\x7e]+|\d{7,}")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.~-]*", re.ASCII)


class Form(StrEnum):
    JSON = "json"
    PLAIN = "plain"


def set_up(form: Form | None) -> None:
    """Every logger of the process writes to stderr in this form; without one plain to a terminal and JSON elsewhere."""
    form = form or (Form.PLAIN if sys.stderr.isatty() else Form.JSON)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form is Form.JSON else PlainLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("minqing", "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)
    access = logging.getLogger("uvicorn.access")
    access.filters = [discreet]
    logging.captureWarnings(True)


class JsonLines(logging.Formatter):
    """`time` (UTC), `level`, `logger`, `message`, and `exception` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        event = {"time": _time(record), "level": record.levelname.lower(), "logger": record.name,
                 "message": _message(record)}  # fmt: skip
        if record.exc_info and record.exc_info[1]:
            event["exception"] = "\n".join(_told(record.exc_info[1]))
        return visible(json.dumps(event, ensure_ascii=False))


class PlainLines(logging.Formatter):
    """The same to be read: an exception follows in lines that no event begins with."""

    def format(self, record: logging.LogRecord) -> str:
        first = f"{_time(record)} {record.levelname.lower():<8} {record.name}: {_message(record)}"
        told = _told(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ()
        return "\n".join([visible(first), *(f"    | {visible(line)}" for line in told)])


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)  # a defect in a call must not take the event away


def visible(text: str) -> str:
    """What does not show, as JSON escapes it: controls, line separators, marks of direction, halves of signs."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    pair = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{pair[at : at + 4]}" for at in range(0, len(pair), 4))


def _told(error: BaseException) -> Iterator[str]:
    """The kinds, texts and places of an exception and of what it came from, the first cause first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _told(cause)
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_WORDS.sub('…', str(error))[:_MOST]}"
    yield from _places(error.__traceback__)
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _told(each)


def _places(found: TracebackType | None) -> Iterator[str]:
    for frame in extract_tb(found):
        file = frame.filename.removeprefix(f"{_ROOT}/")
        yield f"  {file}:{frame.lineno} {frame.name}"


def discreet(record: logging.LogRecord) -> bool:
    """What people search for may be a name or a telephone, and an address is somebody's: a line about a call says the
    network and the path alone, and of the path nothing that is no address of ours."""
    args: Any = record.args
    if isinstance(args, tuple) and len(args) == 5:
        client, method, path, version, status = args
        plain = str(path).partition("?")[0]
        host = str(client).rpartition(":")[0].strip("[]")
        shown = plain if _PLAIN_PATH.fullmatch(plain) else "?"
        record.args = (network_of(host) or "-", method, shown, version, status)
    return True
