"""One event a line, whatever somebody sent: nothing of it begins a line, moves the cursor or turns the writing, and no
words, numbers or addresses of anybody are in it."""

from __future__ import annotations

import io
import json
import logging
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from api.logs import Form, JsonLines, PlainLines, discreet, set_up, visible

HOSTILE = [
    "a\nlevel=error forged",
    "a\r\nforged",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "a\u2028b\u2029c\u0085d",
    "\u202eesrever\u202c \u2066x\u2069 \u200f",
    "\x00\x08\x7f\x9b31m",
    '"}\n{"level": "info", "message": "forged"}',
    "\ud800 half a sign",
    "\U000e0041\U000e007f tags, \ufeff mark, \u200b nothing",
]
FORMATS = [pytest.param(JsonLines(), id="json"), pytest.param(PlainLines(), id="plain")]


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("minqing.x", logging.WARNING, "", 0, message, args, info)


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as found:  # noqa: BLE001 - whatever it is
        return found


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", FORMATS)
def test_an_event_is_one_line_that_shows_whole(form: logging.Formatter, text: str):
    line = form.format(record("said: %s", text))

    assert line.isprintable()
    assert line.encode()
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_json_gives_back_what_was_said(text: str):
    event = json.loads(JsonLines().format(record("said: %s", text)))

    assert event["message"] == f"said: {text}"
    assert list(event) == ["time", "level", "logger", "message"]
    assert (event["level"], event["logger"]) == ("warning", "minqing.x")
    assert event["time"].endswith("Z")
    assert datetime.fromisoformat(event["time"]).utcoffset() is not None


def test_whatever_does_not_show_is_escaped_and_nothing_else():
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    for number in (*range(0x3000), *range(0xD7F0, 0xE010), *range(0xFE00, 0x10000), *range(0xE0000, 0xE0080)):
        sign = chr(number)
        if unicodedata.category(sign) in hidden:
            assert visible(sign).startswith("\\u"), hex(number)
            assert json.loads(f'"{visible(sign)}"') == sign
    assert visible("村民反映：路灯坏了 é 🙂") == "村民反映：路灯坏了 é 🙂"


@pytest.mark.parametrize("text", HOSTILE)
def test_an_exception_is_one_field_and_cannot_forge_an_event(text: str):
    error = raised(ValueError(text))
    event = json.loads(JsonLines().format(record("broke", error=error)))
    first, *rest = PlainLines().format(record("broke", error=error)).split("\n")

    assert event["exception"].startswith("builtins.ValueError: ")
    assert "tests/unit/test_logs.py" in event["exception"]
    assert first.endswith("minqing.x: broke")
    assert all(line.startswith("    | ") and line.isprintable() for line in rest)


def test_an_exception_tells_its_causes_and_nobodys_words():
    try:
        try:
            raise KeyError("张三 13800000000")
        except KeyError as cause:
            raise RuntimeError("no row for 李娥, 0734-7222222, in posts") from cause
    except RuntimeError as error:
        told = json.loads(JsonLines().format(record("broke", error=error)))["exception"]

    assert "builtins.KeyError" in told and "builtins.RuntimeError: no row for …, 0734-…, in posts" in told
    assert told.index("KeyError") < told.index("RuntimeError")
    assert not [secret for secret in ("张三", "李娥", "13800000000", "7222222") if secret in told]


def test_a_group_of_exceptions_tells_each():
    error = raised(ExceptionGroup("both", [ValueError("one"), TypeError("two")]))
    told = json.loads(JsonLines().format(record("broke", error=error)))["exception"]

    assert "ValueError: one" in told and "TypeError: two" in told


def test_a_call_of_ours_with_wrong_arguments_still_is_an_event():
    assert json.loads(JsonLines().format(record("a %s b %s", 1)))["message"] == "a %s b %s"


@pytest.mark.parametrize(
    ("client", "path", "told"),
    [
        ("10.1.2.3:5", "/cases?q=%E6%9D%8E%E5%A8%A5", '10.1.2.0/24 - "GET /cases HTTP/1.1" 200'),
        ("2001:db8:1:2::3:5", "/v1/me", '2001:db8:1::/48 - "GET /v1/me HTTP/1.1" 200'),
        ("", "/cases/%E5%BC%A0%E4%B8%89", '- - "GET ? HTTP/1.1" 200'),
        ("10.1.2.3:5", "/a%0a%1b[31m", '10.1.2.0/24 - "GET ? HTTP/1.1" 200'),
    ],
)
def test_a_line_about_a_call_says_network_and_path_alone(client: str, path: str, told: str):
    args = (client, "GET", path, "1.1", 200)
    found = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', args, None)

    assert discreet(found)
    assert found.getMessage() == told


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """What `set_up` changes of the process is put back."""
    loggers = [logging.getLogger(name) for name in ("", "minqing", "uvicorn", "uvicorn.access")]
    kept = [(each, each.level, each.handlers[:], each.filters[:]) for each in loggers]
    yield
    logging.captureWarnings(False)
    for each, level, handlers, filters in kept:
        each.level, each.handlers, each.filters = level, handlers, filters
    logging.getLogger().manager._clear_cache()


@pytest.mark.parametrize(
    ("stream", "form", "as_json"),
    [
        (io.StringIO, None, True),
        (Terminal, None, False),
        (Terminal, Form.JSON, True),
        (io.StringIO, Form.PLAIN, False),
    ],
)
def test_the_form_is_json_unless_a_terminal_reads_it(monkeypatch, stream: Any, form: Form | None, as_json: bool):
    written = stream()
    monkeypatch.setattr(sys, "stderr", written)
    set_up(form)
    logging.getLogger("uvicorn.error").info("up")
    logging.getLogger("minqing.worker").info("done")
    logging.getLogger("somebody.else").info("chatter")
    logging.getLogger("somebody.else").warning("careful")
    lines = written.getvalue().splitlines()

    assert [line.startswith("{") for line in lines] == [as_json] * 3
    assert [line.rstrip('"}').rpartition(" ")[2].strip('"') for line in lines] == ["up", "done", "careful"]
