"""Evidence of one home, or of all: what proves its history, as lines of JSON for a verifier that is not ours.

The rows stand exactly as they are hashed, so whoever has the lines needs no database and no code of ours. No text of
anybody is among them unless it is asked for; without, commitments are merely carried along.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.audit import keys
from engine.audit.verify_cases import UNREADABLE
from engine.audit.verify_reading import Block, homes_in, ranges_of, read_block
from engine.definition.model import Value
from engine.rules.chain import canonical, canonical_text, moment
from engine.rules.signed_note import VerifierKey
from engine.store.db import Store, Tx
from engine.store.plainrows import hashed_form
from engine.store.treebook import LOGS
from engine.store.trust_tables import checkpoints, tree_leaves

FORMAT = "minqing evidence 1"


def evidence(store: Store, now: datetime, *, home: str | None = None, texts: bool = False) -> Iterator[bytes]:
    """Lines of JSON, each with its end, all of one moment. Each is an object whose `kind` is one of: `manifest` (the
    first), `key`, `checkpoint`, `leaf` (in order, by log), `case`, `row`, `payload` (only where `texts`), `end`, which
    counts the others."""
    counted: dict[str, int] = {}
    with store.read() as tx:
        for line in _lines(tx, now, [home] if home is not None else homes_in(tx), texts):
            kind = str(line["kind"])
            counted[kind] = counted.get(kind, 0) + 1
            yield canonical(dict(line)) + b"\n"
    yield canonical({"kind": "end", "lines": dict(counted)}) + b"\n"


Line = Mapping[str, Value]


def _lines(tx: Tx, now: datetime, homes: Sequence[str], texts: bool) -> Iterator[Line]:
    name = keys.installation(tx)
    yield {"kind": "manifest", "format": FORMAT, "installation": name, "homes": list(homes), "texts": texts,
           "made_at": moment(now)}  # fmt: skip
    for home in homes:
        yield from _witnesses(tx, name or "", home)
        for each in ranges_of(tx, home):
            yield from _block(read_block(tx, each), home, texts)


def _witnesses(tx: Tx, installation: str, home: str) -> Iterator[Line]:
    """The verifier keys, checkpoints and leaves of the home."""
    for log in LOGS:
        origin = keys.origin(installation, home, log)
        for known in keys.known_keys(tx):
            vkey = str(VerifierKey(name=origin, public=known.public))
            yield {"kind": "key", "home": home, "log": log, "vkey": vkey, "since": moment(known.since)}
    here = sa.select(checkpoints).where(checkpoints.c.home == home)
    for row in tx.execute(here.order_by(checkpoints.c.log, checkpoints.c.size, checkpoints.c.id)):
        yield {"kind": "checkpoint", "home": home, "log": row.log, "id": row.id, "text": row.text,
               "cause": row.cause, "meeting": row.meeting_id, "taken_at": moment(row.taken_at)}  # fmt: skip
    query = sa.select(*tree_leaves.c["log", "leaf", "case_id", "seq"]).where(tree_leaves.c.home == home)
    for row in tx.execute(query.order_by(tree_leaves.c.log, tree_leaves.c.leaf)):
        yield {"kind": "leaf", "home": home, **row._mapping}


def _block(block: Block, home: str, texts: bool) -> Iterator[Line]:
    for kept in block.cases:
        case: Any = kept.case
        if case is not None:
            yield {"kind": "case", "home": home, "id": case.id, "number": case.number, "version": case.version,
                   "last_hash": case.last_hash}  # fmt: skip
        for row in kept.rows:
            yield {"kind": "row", "hash": str(row.hash), "row": _form(row)}
            payload = kept.payloads.get(row.seq)
            if texts and payload is not None:
                yield _payload(row, payload)


def _form(row: Any) -> Value:
    """As it is hashed; of a row that cannot be read its name alone, whose hash will be another."""
    try:
        form: Value = hashed_form(row)
        canonical(form)
    except UNREADABLE:
        return {"home": row.home, "case_id": row.case_id, "seq": row.seq, "unreadable": True}
    return form


def _payload(row: Any, payload: Any) -> Line:
    """Erased ones as null, and a text that cannot be read as one that no commitment fits."""
    try:
        body = canonical_text(payload.body)[1] if payload.body is not None else None
    except UNREADABLE:
        body = {"unreadable": True}
    return {"kind": "payload", "case_id": row.case_id, "seq": row.seq, "salt": payload.salt, "body": body}


def count(line: bytes) -> Mapping[str, int]:
    """What the last line says: how many lines of each kind there are."""
    found: Mapping[str, int] = json.loads(line)["lines"]
    return found
