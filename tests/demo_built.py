"""The demo township, built once a run by the command itself and shared by all workers: it takes a quarter of a minute.

Whoever changes anything takes a copy.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app as command_line
from tests.databases import one_at_a_time, run_folder

_OURS = ("DATABASE_URL", "WORKFLOWS_DIR", "DEFAULT_WORKFLOW", "CONFIG", "PORT", "HOST")


@dataclass(frozen=True)
class BuiltDemo:
    """`folder` is where the command ran, `output` what it said."""

    folder: Path
    output: str

    @property
    def accounts_file(self) -> Path:
        return self.folder / ".minqing" / "demo-accounts.json"

    @property
    def accounts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.accounts_file.read_text(encoding="utf-8"))
        return found

    def copy_to(self, folder: Path) -> Path:
        """The database file of a copy, which lies as the command puts it, with its file of accounts."""
        there = folder / ".minqing"
        there.mkdir(parents=True)
        built = closing(sqlite3.connect(self.folder / ".minqing" / "demo.db"))
        with built as source, closing(sqlite3.connect(there / "demo.db")) as copy:
            source.backup(copy)
        shutil.copy2(self.accounts_file, there / self.accounts_file.name)
        return there / "demo.db"


def run_in(folder: Path, *more: str) -> Result:
    """`minqing demo --no-serve` started in this folder, without any setting of ours."""
    with pytest.MonkeyPatch.context() as place:
        for name in _OURS:
            place.delenv(f"MINQING_{name}", raising=False)
        place.chdir(folder)
        return CliRunner().invoke(command_line, ["demo", "--no-serve", *more])


def built_demo() -> BuiltDemo:
    """The demo of this run; the first who asks builds it."""
    folder = run_folder() / "demo"
    said = folder / "output.txt"
    with one_at_a_time("demo"):
        if not said.exists():
            folder.mkdir()
            first = run_in(folder)
            assert first.exit_code == 0, first.output
            said.write_text(first.output, encoding="utf-8")
    return BuiltDemo(folder, said.read_text(encoding="utf-8"))


def demo_at_hand() -> BuiltDemo:
    """The same, or for who runs a few tests again and again the one in the folder that MINQING_TEST_DEMO names, where
    `minqing demo` ran before."""
    known = os.environ.get("MINQING_TEST_DEMO")
    return BuiltDemo(Path(known).resolve(), "") if known else built_demo()
