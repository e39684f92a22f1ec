"""All of the real list through the command line, in a process of its own whose memory is watched."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa

from engine.cases.importing.outcome import CaseImport
from engine.cases.importing.service import CaseImportService, Given
from engine.store.casefile import ON_PAYLOAD
from engine.store.db import Store
from engine.store.tables import history, payloads
from tests.real_input.messages import FILE
from tests.township import open_test_office

MAP = Path(__file__).parent / "citizen_messages.map.yaml"
ROOT = Path(__file__).parents[2]
_RUN = """
import sys
from pathlib import Path
from api.cli import app
app(sys.argv[1:], standalone_mode=False)
status = Path("/proc/self/status")  # ru_maxrss would tell the largest of the process that started this one, too
told = status.read_text().splitlines() if status.exists() else ["VmHWM: 0 kB"]
sys.stderr.write("peak " + next(line.split()[1] for line in told if line.startswith("VmHWM")) + " kB")
"""
_NUMBER = re.compile(r"留言编号：(\d+)")


@dataclass(frozen=True, kw_only=True)
class Run:
    """`told` is the command's JSON; `peak` the most memory it held, in bytes (0 where the system does not tell)."""

    told: dict[str, Any]
    peak: int


def run(store: Store, *flags: str, chosen: Path = MAP) -> Run:
    command = [sys.executable, "-c", _RUN, "import", "cases", str(FILE), "--map", str(chosen), "--json", *flags]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MINQING_")}
    done = subprocess.run(
        command, cwd=ROOT, env=clean | {"MINQING_DATABASE_URL": store.url}, capture_output=True, text=True, check=False
    )
    found = re.search(r"peak (\d+) kB", done.stderr)
    assert found, done.stderr
    return Run(told=json.loads(done.stdout), peak=int(found[1]) * 1024)


def again(store: Store) -> CaseImport:
    """The same list once more, in this process."""
    given = Given(data=FILE.read_bytes(), name=FILE.name, map_data=MAP.read_bytes(), map_name=MAP.name)
    return CaseImportService(open_test_office(store)[0]).apply(given)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the list as the test reads it itself."""

    number: str
    subject: str
    text: str


def lines() -> dict[int, Line]:
    """By row of the sheet."""
    sheet = openpyxl.load_workbook(FILE, read_only=True).worksheets[0]
    rows = enumerate(sheet.iter_rows(min_row=2, max_col=6, values_only=True), start=2)
    return {
        at: Line(number=str(row[0]), subject=str(row[2]), text=str(row[4]).replace("_x000D_", "\r"))
        for at, row in rows
        if any(cell is not None for cell in row)
    }


def entered(store: Store) -> list[dict[str, Any]]:
    """The payload of every case's first line."""
    query = sa.select(payloads.c.body).join(history, ON_PAYLOAD).where(history.c.seq == 1)
    with store.read() as tx:
        return [dict(body) for body in tx.execute(query).scalars()]


def numbers(bodies: list[dict[str, Any]]) -> Counter[str]:
    """The list's own numbers, from the notes."""
    found = [_NUMBER.search(body["note"]) for body in bodies]
    return Counter(match[1] for match in found if match)
