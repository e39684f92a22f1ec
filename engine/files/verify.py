"""Whether the bytes that acts attached are still the ones: the hash in the case's chain against what lies in the depot.

Goes with `engine.audit.verify`, which holds the chain itself together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.definition.model import Value, Workflow
from engine.files.depots import Depot, Gone
from engine.rules.rulebook import Rulebook, RulesMissing
from engine.rules.state import Event
from engine.store.casefile import read_events
from engine.store.db import Store, Tx
from engine.store.filebook import read_file
from engine.store.tables import cases


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFlaw:
    """`what`: gone (no bytes), changed (other bytes), row (the upload's row is gone, or tells another hash or case),
    rules (the rules of the case are not here)."""

    case_id: str
    file_id: str | None
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FilesVerdict:
    """How many attachments were looked at, and what does not add up."""

    files: int
    flaws: tuple[FileFlaw, ...]


def verify_files(store: Store, rulebook: Rulebook, depot: Depot, *, home: str | None = None) -> FilesVerdict:
    """Read every attachment of every case (of one home, or of all). What was erased is not looked for.

    Raises Unavailable where the depot does not answer.
    """
    looked, flaws = 0, []
    with store.read() as tx:
        for case in tx.execute(_all_cases(home)).all():
            try:
                workflow = rulebook.pinned(case.workflow, case.workflow_version, case.file_hash).workflow
            except RulesMissing:
                flaws.append(FileFlaw(case_id=case.id, file_id=None, what="rules"))
                continue
            attached = _attached(workflow, read_events(tx, case.id))
            looked += len(attached)
            flaws += [flaw for upload in attached.values() for flaw in _flaws(tx, depot, case.id, upload)]
    return FilesVerdict(files=looked, flaws=tuple(flaws))


def _all_cases(home: str | None) -> sa.Select[tuple[object, ...]]:
    query = sa.select(cases).order_by(cases.c.home, cases.c.id)
    return query if home is None else query.where(cases.c.home == home)


def _attached(workflow: Workflow, events: list[Event]) -> dict[str, Mapping[str, Value]]:
    """Every upload that a row of the case names, by id and hash: two rows may not tell two stories of one upload."""
    found = {}
    for event in events:
        for upload in uploads_in(workflow, event.payload.get("data", {})):
            found[f"{upload['id']} {upload['sha256']}"] = upload
    return found


def uploads_in(workflow: Workflow, data: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    """The uploads among the values of one row, in order."""
    for name, value in data.items():
        if workflow.fields[name].entry_type == "file":
            yield from value if isinstance(value, list) else [value]


def _flaws(tx: Tx, depot: Depot, case_id: str, upload: Mapping[str, Value]) -> Iterator[FileFlaw]:
    row = read_file(tx, upload["id"])
    if row is None or (row.sha256, row.case_id) != (upload["sha256"], case_id):
        yield FileFlaw(case_id=case_id, file_id=upload["id"], what="row")
    try:
        data = depot.get(upload["id"])
    except Gone:
        yield FileFlaw(case_id=case_id, file_id=upload["id"], what="gone")
        return
    if hashlib.sha256(data).hexdigest() != upload["sha256"]:
        yield FileFlaw(case_id=case_id, file_id=upload["id"], what="changed")
