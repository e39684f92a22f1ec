"""Bringing a database to the present schema, and telling whether it is there."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store.db import Store
from engine.store.tables import APPEND_ONLY, metadata

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def migrate(store: Store) -> None:
    """Bring the database to the newest revision; does nothing where it is there already."""
    config = _config()
    with store.begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "head")


def is_current(store: Store) -> bool:
    with store.read() as tx:
        found = MigrationContext.configure(tx).get_current_revision()
    return found == ScriptDirectory.from_config(_config()).get_current_head()


def differences(store: Store) -> list[object]:
    """What the migrated database has otherwise than `metadata` says; a test holds that it is nothing."""
    with store.read() as tx:
        return list(compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata))


def grant(store: Store, role: str) -> None:
    """PostgreSQL: let the application's role read and write, but never change or delete the append-only tables."""
    quoted = '"' + role.replace('"', '""') + '"'
    with store.begin() as tx:
        for table in metadata.sorted_tables:
            tx.execute(sa.text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table.name} TO {quoted}"))
        for table in APPEND_ONLY:
            tx.execute(sa.text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table.name} FROM {quoted}"))
        tx.execute(sa.text(f"GRANT DELETE ON access_log TO {quoted}"))  # of old rows: a trigger holds the younger
        tx.execute(sa.text(f"GRANT UPDATE (words) ON reveals TO {quoted}"))  # to empty them: a trigger holds the rest
        tx.execute(sa.text(f"REVOKE DELETE, TRUNCATE ON payloads FROM {quoted}"))
        tx.execute(sa.text(f"GRANT SELECT ON alembic_version TO {quoted}"))
