"""Checkpoints and proofs as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from api.blocked_texts import REASON_TEXTS
from api.condition_texts import Text
from engine.audit.proofs import CheckpointRow, Consistency, Inclusion
from engine.rules.signed_note import parse_checkpoint

Json = dict[str, Any]

#: What is said of a row that the tree asked for does not hold.
NOT_YET: Text = (
    "这一行是最近一次核对点之后写入的，还没有签名覆盖它",
    "This row was written after the last checkpoint: no signature covers it yet",
)
NOT_THEN: Text = (
    "这一行是之后写入的，不在所问大小的树里",
    "This row came later: the tree of the size asked for does not hold it",
)


def checkpoint(row: CheckpointRow) -> Json:
    return {
        "id": row.id,
        "home": row.home,
        "log": row.log,
        "origin": parse_checkpoint(row.text).origin,
        "size": row.size,
        "root": row.root,
        "taken_at": moment(row.taken_at),
        "cause": row.cause,
        "meeting": row.meeting_id,
        "text": row.text,
        "url": f"/v1/audit/checkpoints/{row.id}",
    }


def signing(trouble: str | None, english: bool) -> Json:
    message = REASON_TEXTS[f"key_{trouble}"][english] if trouble else None
    return {"signs": trouble is None, "trouble": trouble, "message": message}


def inclusion(found: Inclusion, english: bool) -> Json:
    late = NOT_YET if found.leaf is None else NOT_THEN
    return {
        "case": found.case_id,
        "seq": found.seq,
        "hash": found.hash,
        "leaf_hash": found.leaf_hash.hex(),
        "covered": found.covered,
        "message": None if found.covered else late[english],
        "log": found.log,
        "origin": found.origin,
        "leaf": found.leaf,
        "size": found.size,
        "root": found.root.hex() if found.root is not None else None,
        "proof": [each.hex() for each in found.proof] if found.covered else None,
        "checkpoint": checkpoint(found.checkpoint) if found.checkpoint else None,
    }


def consistency(found: Consistency) -> Json:
    return {
        "home": found.home,
        "log": found.log,
        "origin": found.origin,
        "old": found.old,
        "new": found.new,
        "old_root": found.old_root.hex(),
        "new_root": found.new_root.hex(),
        "proof": [each.hex() for each in found.proof],
    }


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
