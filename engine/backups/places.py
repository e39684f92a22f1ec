"""Where a backup is written to: under another name until it is whole and on the disk, its owner's alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.people.errors import Wrong


@contextmanager
def new_file(file: Path) -> Iterator[IO[bytes]]:
    """The file appears when the block has ended well, and never half of it. Raises Wrong where it is there already,
    OSError."""
    if file.exists():
        raise Wrong("backup_exists", file=str(file))
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _put(fresh, file)
    finally:
        fresh.unlink(missing_ok=True)


def _put(fresh: Path, file: Path) -> None:
    """Raises Wrong where another put one there meanwhile."""
    try:
        os.link(fresh, file)
    except FileExistsError as error:
        raise Wrong("backup_exists", file=str(file)) from error
    except OSError:  # a disk that knows no second name for a file, as a stick has
        if file.exists():
            raise Wrong("backup_exists", file=str(file)) from None
        fresh.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
