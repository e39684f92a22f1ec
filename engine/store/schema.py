"""Bringing a database to the present schema, and telling whether it is there."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store.db import Store, Tx
from engine.store.tables import APPEND_ONLY, metadata, settings

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


# --- for making a database from a backup ------------------------------------------------------------------------------

_OURS = sa.text(
    "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    "WHERE n.nspname = current_schema() AND p.proname LIKE 'minqing\\_%'"
)

_OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


def revision_of(tx: Tx) -> str | None:
    """The revision of this database; None where it has none."""
    return MigrationContext.configure(tx).get_current_revision()


def knows(revision: str) -> bool:
    """This release can make a database of that revision, and bring it up to date."""
    return revision in {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}


def migrate_to(tx: Tx, revision: str) -> None:
    """As `migrate`, as far as that revision (`head` for all), within a transaction."""
    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, revision)


def is_empty(tx: Tx) -> bool:
    """No table of ours has a row (of an SQLite file no table at all), but for what migrations write themselves. What
    `init` was run on has a mark."""
    found = set(sa.inspect(tx).get_table_names())
    if "settings" in found and tx.execute(sa.select(settings).where(settings.c.name == "mark")).first():
        return False
    there = found - {"alembic_version", "settings", "register_state"}
    names = there if tx.dialect.name == "sqlite" else there & set(metadata.tables)
    return not any(tx.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() for name in names)


def wipe(tx: Tx) -> None:
    """PostgreSQL: take every table of ours away, and what they need. Nothing else of the database is touched."""
    ours = {*metadata.tables, "alembic_version"}
    for name in ours & set(sa.inspect(tx).get_table_names()):
        tx.execute(sa.text(f'DROP TABLE "{name}" CASCADE'))
    for name in tx.execute(_OURS).scalars().all():
        tx.execute(sa.text(f'DROP FUNCTION "{name}" CASCADE'))


def others_connected(tx: Tx) -> int:
    """PostgreSQL: how many other sessions this database has."""
    return int(tx.execute(_OTHERS).scalar_one())
