"""The triggers that hold history, as migrations make them, against those that are there."""

from __future__ import annotations

import tempfile
from pathlib import Path

import sqlalchemy as sa

from engine.store.db import Store, Tx
from engine.store.schema import migrate

#: PostgreSQL: table -> its triggers, without the table's name. A test holds this against what migrations make.
_HELD = {
    "access_log": "no_truncate no_update old_enough",
    "accounts": "no_person",
    "administration": "append_only no_truncate",
    "administrators": "apart no_update",
    "checkpoints": "append_only no_truncate",
    "erasures": "append_only no_truncate",
    "history": "append_only no_truncate",
    "payloads": "no_delete no_truncate only_emptied",
    "refusals": "append_only no_truncate",
    "reveals": "append_only no_truncate",
    "settings": "still_combined still_combined_gone",
    "tree_leaves": "append_only no_truncate",
    "tree_nodes": "append_only no_truncate",
}
POSTGRES = frozenset((table, f"{table}_{name}") for table, names in _HELD.items() for name in names.split())
_THERE = sa.text(
    "SELECT c.relname AS held, t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
    "AND p.prosrc LIKE '%RAISE EXCEPTION%'"
)
_IN_FILE = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")


def missing_triggers(tx: Tx) -> tuple[str, ...]:
    """Those that are gone, disabled, or no longer refuse anything, by name; the database must be current."""
    return _missing_in_file(tx) if tx.dialect.name == "sqlite" else _missing_on_server(tx)


def _missing_on_server(tx: Tx) -> tuple[str, ...]:
    return tuple(sorted(f"{held}.{name}" for held, name in POSTGRES - there(tx)))


def there(tx: Tx) -> set[tuple[str, str]]:
    """PostgreSQL: table and name of every trigger that refuses something."""
    return {(row.held, row.name) for row in tx.execute(_THERE)}


def _missing_in_file(tx: Tx) -> tuple[str, ...]:
    """Word for word: against a fresh file."""
    made, found = _as_migrations_make_them(), {row.name: row.sql for row in tx.execute(_IN_FILE)}
    return tuple(sorted(name for name, sql in made.items() if found.get(name) != sql))


def _as_migrations_make_them() -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="minqing-doctor-") as folder:
        fresh = Store(f"sqlite:///{Path(folder) / 'fresh.db'}", throwaway=True)
        try:
            migrate(fresh)
            with fresh.read() as tx:
                return {row.name: row.sql for row in tx.execute(_IN_FILE)}
        finally:
            fresh.dispose()
