"""Gathering what the machine tells: versions, disks, modes of files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from engine.doctor.facts import Machine, Place

_MOUNTS = Path("/proc/mounts")


def machine(places: Mapping[str, Path]) -> Machine:
    """`places` by what they are; the folder for temporary files is added."""
    found = {name: place_of(path) for name, path in places.items()}
    found["temporary"] = place_of(Path(tempfile.gettempdir()))
    return Machine(python=sys.version_info[:2], sqlite=_sqlite(), places=found)


def _sqlite() -> tuple[int, int, int]:
    major, minor, patch = sqlite3.sqlite_version_info
    return major, minor, patch


def place_of(path: Path) -> Place:
    """What there is to know of a file or folder; of one that is not there yet, of the folder it would be made in."""
    here = _nearest(path)
    usage = shutil.disk_usage(here)
    return Place(
        path=str(path),
        mode=stat.S_IMODE(path.stat().st_mode) if path.exists() else None,
        writable=os.access(here, os.W_OK),
        free=usage.free,
        total=usage.total,
        kind=kind_of_file_system(here.resolve(), _mounts()),
    )


def _nearest(path: Path) -> Path:
    path = path.absolute()
    return next(each for each in (path, *path.parents) if each.exists())


def _mounts() -> str:
    """Where the system says what is mounted; elsewhere nothing is known."""
    return _MOUNTS.read_text() if _MOUNTS.exists() else ""


def kind_of_file_system(path: Path, mounts: str) -> str:
    """Of the mount that the path lies under, as `/proc/mounts` names it; empty where it is not known."""
    found = [(each[1], each[2]) for each in map(str.split, mounts.splitlines()) if len(each) > 2]
    under = [(point, kind) for point, kind in found if path.is_relative_to(point.replace("\\040", " "))]
    return max(under, key=lambda each: len(each[0]), default=("", ""))[1]
