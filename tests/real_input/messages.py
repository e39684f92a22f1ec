"""The citizens' messages beside the project, as they are. Nothing of their texts is kept here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl

FOLDER = Path(os.environ.get("MINQING_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
FILE = FOLDER / "citizen_messages.xlsx"
MISSING = f"{FILE} is not here: the real input is kept beside the project (or name its folder in MINQING_SHARED_DATA)"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One row of the sheet: who wrote what, when, under which heading of the contest's own."""

    writer: str
    subject: str
    text: str
    heading: str
    written_at: datetime


def messages(count: int) -> list[Message]:
    """The first `count` rows that hold anything. Raises FileNotFoundError."""
    sheet = openpyxl.load_workbook(FILE, read_only=True).worksheets[0]
    rows = (row for row in sheet.iter_rows(min_row=2, values_only=True) if any(cell is not None for cell in row))
    return [_message(row) for row in islice(rows, count)]


def _message(row: tuple[object, ...]) -> Message:
    _, writer, subject, written, text, heading = (str(cell) for cell in row[:6])
    return Message(writer=writer, subject=subject, text=text, heading=heading, written_at=_moment(written))


def _moment(text: str) -> datetime:
    """`2020/1/6 12:09:38`; some rows are written the other way."""
    for form in ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    raise ValueError(f"{text}: no time as the sheet writes them")
