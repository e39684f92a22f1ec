"""From the bytes of a file to its text: UTF-8 of at most 1 MB without characters nobody sees."""

from __future__ import annotations

import re

from engine.definition.findings import Code
from engine.definition.model import NOWHERE, Mark
from engine.definition.report import Report

MAX_BYTES = 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class Stop(Exception):
    """The finding is reported; nothing after it can be read."""


def decoded(data: bytes, report: Report) -> str:
    """The text of a file, without the one byte order mark some editors put first; `Stop` where it is none."""
    if len(data) > MAX_BYTES:
        report.add(Code.S00, NOWHERE, "", "文件超过 1 MB", "the file is larger than 1 MB")
        raise Stop
    body = data.removeprefix(_BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        zh, en = "文件不是 UTF-8 编码，请另存为 UTF-8", "the file is not UTF-8: save it as UTF-8"
        report.add(Code.S00, _mark_after(before), "", zh, en)
        raise Stop from error
    _refuse_characters(text, report)
    return text


def _refuse_characters(text: str, report: Report) -> None:
    if bad := _FORBIDDEN.search(text):
        name = f"U+{ord(bad[0]):04X}"
        zh, en = f"含有不可见的控制字符 {name}，请删去", f"the invisible character {name} must be removed"
        report.add(Code.S00, _mark_after(text[: bad.start()]), "", zh, en)
        raise Stop


def _mark_after(text: str) -> Mark:
    lines = re.split("\r\n|\r|\n", text)
    return Mark(line=len(lines), column=len(lines[-1]) + 1)
