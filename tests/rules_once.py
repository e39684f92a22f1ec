"""The same rules folder is checked once a run, however many workers, commands and servers of the tests read it.

A check takes seconds and its answer hangs on nothing but the bytes: of the file, and of its neighbours, one of which it
may replace. `engine.definition.check.examine` itself, which the tests of the check call, is as it was.
"""

from __future__ import annotations

import pickle
from hashlib import sha256
from pathlib import Path

from engine.cases import rules_folder
from engine.definition.check import examine
from engine.definition.check_replaces import Former
from engine.definition.loader import Reading
from tests.databases import kept_for_the_run

_beside = rules_folder.beside


def _placed(file: Path) -> Former:
    """Looks for former versions as ever, and knows where."""
    find = _beside(file)
    find.place = file  # type: ignore[attr-defined]
    return find


def _once(data: bytes, file: str, former: Former, *, warnings: bool) -> Reading:
    neighbours = former.place.parent.glob("v*.yaml")  # type: ignore[attr-defined]
    around = tuple((path.name, path.read_bytes()) for path in sorted(neighbours))
    key = data, file, around, warnings
    if key not in _readings:
        made = kept_for_the_run(_name(key), lambda: pickle.dumps(examine(data, file, former, warnings=warnings)))
        _readings[key] = pickle.loads(made)
    return _readings[key]


def _name(key: object) -> str:
    return f"reading-{sha256(repr(key).encode()).hexdigest()}"


_readings: dict[object, Reading] = {}


def pytest_configure() -> None:
    rules_folder.beside = _placed
    rules_folder.examine = _once  # type: ignore[attr-defined]
