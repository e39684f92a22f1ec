"""The few settings that live in the database, so that server, worker and command line agree.

`mark`: production, demo or test. `home_level`: the kind of unit whose code every case carries as `home`.
`secret`: hex key of the case numbers and of the fingerprints of requests. `clock`: the held time, absent when real.
"""

from __future__ import annotations

import sqlalchemy as sa

from engine.definition.model import Value
from engine.store.db import Tx
from engine.store.tables import settings

#: When the last backup was made. It is about this database, not about what is in it.
LAST_BACKUP = "last_backup"
_VALUE = sa.select(settings.c.value).where(settings.c.name == sa.bindparam("name"))


def read_setting(tx: Tx, name: str) -> Value:
    """The value, or None where it was never set."""
    return tx.execute(_VALUE, {"name": name}).scalar()


def write_setting(tx: Tx, name: str, value: Value) -> None:
    changed = tx.execute(sa.update(settings).where(settings.c.name == name).values(value=value))
    if changed.rowcount == 0:
        tx.execute(sa.insert(settings).values(name=name, value=value))


def remove_setting(tx: Tx, name: str) -> None:
    tx.execute(sa.delete(settings).where(settings.c.name == name))
