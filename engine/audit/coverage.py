"""How much of a case is covered by signed states, for the file of that case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.audit.log_access import Auditor, reads
from engine.cases.office import Office
from engine.store.casefile import home_of
from engine.store.checkpointbook import CheckpointRow, first_over
from engine.store.db import Tx
from engine.store.treebook import LOGS, leaves_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """Rows of the case (`seqs`, in order) that one signed state covers: the first that covers them all."""

    seqs: tuple[int, ...]
    checkpoint: CheckpointRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """`waiting` are rows that no signature covers yet. Rows in a log that the reader may not read are in neither."""

    covered: tuple[Covered, ...]
    waiting: tuple[int, ...]


def coverage_of(tx: Tx, office: Office, person: str, case_id: str, seqs: Sequence[int]) -> Coverage:
    """Of these rows of the case, which the person may read."""
    home = home_of(case_id)
    leaves = leaves_of(tx, home, case_id)
    logs = [log for log in LOGS if reads(tx, office, Auditor(person=person), home, log)]
    found = (_covered(tx, home, log, [seq for seq in seqs if _log(leaves, seq) == log], leaves) for log in logs)
    return Coverage(
        covered=tuple(each for each in found if each is not None),
        waiting=tuple(seq for seq in seqs if seq not in leaves),
    )


def _log(leaves: Mapping[int, tuple[str, int]], seq: int) -> str | None:
    return leaves[seq][0] if seq in leaves else None


def _covered(tx: Tx, home: str, log: str, seqs: Sequence[int],
             leaves: Mapping[int, tuple[str, int]]) -> Covered | None:  # fmt: skip
    if not seqs:
        return None
    signed = first_over(tx, home, log, max(leaves[seq][1] for seq in seqs))
    return Covered(seqs=tuple(seqs), checkpoint=signed) if signed else None
