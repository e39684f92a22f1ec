"""Which file of which version is in use: its hash is stored at first use and never changes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from engine.definition.model import Workflow
from engine.store.db import Tx
from engine.store.tables import workflow_versions


def pinned_hash(tx: Tx, workflow: str, version: int) -> str | None:
    here = (workflow_versions.c.workflow == workflow, workflow_versions.c.version == version)
    return tx.execute(sa.select(workflow_versions.c.sha256).where(*here)).scalar()


def pinned_hashes(tx: Tx) -> dict[tuple[str, int], str]:
    """(workflow, version) -> hash of every published file under which cases were opened."""
    rows = tx.execute(sa.select(workflow_versions)).all()
    return {(row.workflow, row.version): row.sha256 for row in rows}


def first_uses(tx: Tx) -> dict[tuple[str, int], datetime]:
    """(workflow, version) -> when the first case was opened under it."""
    rows = tx.execute(sa.select(workflow_versions)).all()
    return {(row.workflow, row.version): row.first_used_at for row in rows}


def pin(tx: Tx, workflow: Workflow, now: datetime) -> bool:
    """Store the file's hash at first use. False when another file of this version is in use already. A draft may be
    edited, so nothing is stored of it."""
    if workflow.draft:
        return True
    found = pinned_hash(tx, workflow.key, workflow.version)
    if found is None:
        tx.execute(
            sa.insert(workflow_versions).values(
                workflow=workflow.key, version=workflow.version, sha256=workflow.sha256, first_used_at=now
            )
        )
    return found in (None, workflow.sha256)
