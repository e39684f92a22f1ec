"""The chain of one case: what a history row commits to, and how rows hang together.

`commitment` = SHA-256(salt ‖ canonical payload): it binds personal text without holding it. `hash` = SHA-256 of the
canonical row without `hash`, `previous` included. Canonical JSON is UTF-8, keys sorted, no spaces, no floats; times are
UTC with six digits of a second. The first row's `previous` is 64 zeros.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.definition.model import Value
from engine.rules.state import Event

ROW_FORMAT = 1
GENESIS = "0" * 64


def canonical(value: Value) -> bytes:
    """Raises ValueError where the value holds a float or anything JSON has no one form for."""
    _refuse_floats(value)
    return _written(value)


def canonical_text(text: str) -> tuple[bytes, Any]:
    """The canonical form of a value that is written as JSON, and the value: floats are seen as it is read, so that
    nobody need look for them afterwards. Raises ValueError as `canonical` does, and as `value_of`."""
    value = value_of(text)
    return _written(value), value


def value_of(text: str) -> Any:
    """What is written as JSON. Raises ValueError where it is none, holds a float, or a name stands twice in an object:
    some readers would take the first value and others, like us, the last."""
    return _READER.decode(text)


def _refuse(_: str) -> Value:
    raise ValueError("a float has no canonical form")


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_READER = json.JSONDecoder(object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)


def _written(value: Value) -> bytes:
    return _WRITER.encode(value).encode("utf-8")


def _refuse_floats(value: Value) -> None:
    if isinstance(value, float):
        raise ValueError("a float has no canonical form")
    if isinstance(value, dict):
        for each in value.values():
            _refuse_floats(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_floats(each)


def commitment(salt: str, payload: Mapping[str, Value]) -> str:
    """`salt` is hex; the payload is what may be erased."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(payload)).hexdigest()


def moment(at: datetime | None) -> str | None:
    if at is None:
        return None
    here = at if at.tzinfo is UTC else at.astimezone(UTC)
    return here.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def row_facts(home: str, case_id: str, event: Event) -> dict[str, Value]:
    """The event as it is hashed: everything a row keeps but the payload itself."""
    post = event.post
    return {
        "home": home,
        "case_id": case_id,
        "seq": event.seq,
        "trigger": event.trigger,
        "ref": event.ref,
        "line": event.line,
        "move": event.move.value,
        "source": event.source,
        "target": event.target,
        "level_from": event.level_from,
        "level_to": event.level_to,
        "unit": event.unit,
        "actor": event.actor,
        "post": post.id if post else None,
        "post_role": post.role if post else None,
        "post_place": post.place if post else None,
        "behalf": event.behalf,
        "proxy": event.proxy,
        "responsible": {"people": list(event.responsible.people), "units": list(event.responsible.units)},
        "successor": {"people": list(event.successor.people), "units": list(event.successor.units)},
        "facts": dict(event.facts),
        "texts": list(event.texts),
        "occurred_at": moment(event.occurred_at),
        "recorded_at": moment(event.recorded_at),
        "client_at": moment(event.client_at),
        "meeting": event.meeting,
        "agenda_no": event.agenda_no,
        "workflow": event.workflow,
        "workflow_version": event.workflow_version,
        "file_hash": event.file_hash,
        "row_format": ROW_FORMAT,
    }


def row_hash(facts: Mapping[str, Value], committed: str, previous: str) -> str:
    """The hash of one row; `facts` as `row_facts` makes them."""
    return hashlib.sha256(canonical({**facts, "commitment": committed, "previous": previous})).hexdigest()
