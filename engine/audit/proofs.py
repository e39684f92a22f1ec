"""What checkpoints prove, for whoever may read them: signed states, that a row is in a log, that a log only grew.

Checkpoints hold no personal data. Who may read those of which log: `engine/audit/log_access.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from engine.audit import keys
from engine.audit.keys import KnownKey
from engine.audit.log_access import Auditor as Auditor
from engine.audit.log_access import must_read, reads
from engine.cases.office import Office
from engine.cases.reading import as_read, asked_for
from engine.rules.merkle import consistency, inclusion, leaf_hash, range_hash
from engine.rules.refusals import Conflict, FieldProblem, FieldsRefused, Forbidden, NotFound
from engine.rules.signed_note import VerifierKey
from engine.store import checkpointbook as book
from engine.store.casefile import home_of
from engine.store.checkpointbook import CheckpointRow as CheckpointRow
from engine.store.db import Tx
from engine.store.tables import history
from engine.store.treebook import LOGS as LOGS
from engine.store.treebook import Head, TreeBroken, leaf_at, read_heads, subtrees


@dataclass(frozen=True, kw_only=True, slots=True)
class Inclusion:
    """That a row is in a log. `leaf` is None where it has none yet, `size` None where nothing was ever signed; `proof`
    is empty where the tree of `size` does not hold it. `checkpoint`: the first signed state of that size."""

    case_id: str
    seq: int
    hash: str
    log: str | None
    origin: str | None
    leaf: int | None
    size: int | None
    root: bytes | None = None
    proof: tuple[bytes, ...] = ()
    checkpoint: CheckpointRow | None = None

    @property
    def covered(self) -> bool:
        return self.root is not None

    @property
    def leaf_hash(self) -> bytes:
        return leaf_hash(bytes.fromhex(self.hash))


@dataclass(frozen=True, kw_only=True, slots=True)
class Consistency:
    """That the tree of `old` leaves begins the one of `new`."""

    home: str
    log: str
    origin: str | None
    old: int
    new: int
    old_root: bytes
    new_root: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a log stands: its last signed state, and what is in the way of the next one (as NoKey says it)."""

    latest: CheckpointRow | None
    trouble: str | None


def vkey(installation: str, home: str, log: str, key: KnownKey) -> str:
    """The verifier key of a log as it is handed on."""
    return str(VerifierKey(name=keys.origin(installation, home, log), public=key.public))


class ProofQueries:
    """For one installation. What a reader may not see is NotFound, but for the log `veiled` of a home he sees, which
    every home has: that is Forbidden."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def page(self, who: Auditor, home: str, log: str, *, after: tuple[int, str] | None = None,
             limit: int = 50) -> tuple[list[CheckpointRow], tuple[int, str] | None]:  # fmt: skip
        """The latest first; the second value is the cursor of the next page."""
        with self.office.store.read() as tx:
            must_read(tx, self.office, who, home, log)
            rows = book.list_checkpoints(tx, home, log, after, limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        return rows[:limit], (last.size, last.id) if last else None

    def standing(self, who: Auditor, home: str, log: str) -> Standing:
        with self.office.store.read() as tx:
            must_read(tx, self.office, who, home, log)
            return Standing(latest=book.latest(tx, home, log), trouble=keys.trouble(tx, self.office.signing_key))

    def latest(self, who: Auditor, home: str, log: str) -> CheckpointRow:
        """Raises NotFound also where nothing was signed yet."""
        found_here = self.standing(who, home, log).latest
        if found_here is None:
            raise NotFound("checkpoint")
        return found_here

    def get(self, who: Auditor, checkpoint_id: str) -> CheckpointRow:
        with self.office.store.read() as tx:
            row = book.read_checkpoint(tx, checkpoint_id)
            if row is None or not reads(tx, self.office, who, row.home, row.log):
                raise NotFound("checkpoint")
            return row

    def vkeys(self, who: Auditor, home: str, log: str) -> list[tuple[str, datetime]]:
        """(verifier key, since when it signs), the oldest first."""
        with self.office.store.read() as tx:
            must_read(tx, self.office, who, home, log)
            name = keys.installation(tx) or ""
            return [(vkey(name, home, log, key), key.since) for key in keys.known_keys(tx)]

    # --- proofs ------------------------------------------------------------------------------------------------------

    def inclusion(self, who: Auditor, case_id: str, seq: int, size: int | None = None) -> Inclusion:
        """That the row is in the tree of this size, or of the last signed one. Raises NotFound where the case, or that
        row of it, is not his to read; FieldsRefused for a size that the log never had."""
        home = home_of(case_id)
        with self.office.store.read() as tx:
            hashed = self._row(tx, who, case_id, seq)
            placed = leaf_at(tx, home, case_id, seq)
            if placed is None:
                return Inclusion(case_id=case_id, seq=seq, hash=hashed, log=None, origin=None, leaf=None, size=None)
            log, leaf = placed
            if not reads(tx, self.office, who, home, log):
                raise Forbidden("veiled_log")
            size = _within(read_heads(tx, home)[log], size, FieldProblem(field="size", code="out_of_bounds"))
            answer = Inclusion(
                case_id=case_id,
                seq=seq,
                hash=hashed,
                log=log,
                origin=self._origin(tx, home, log),
                leaf=leaf,
                size=size,
                checkpoint=book.of_size(tx, home, log, size),
            )
            return self._proved(tx, answer) if leaf < size else answer

    def consistency(self, who: Auditor, home: str, log: str, old: int, new: int | None = None) -> Consistency:
        """That the tree of `old` leaves begins the one of `new`, or the last signed one. Raises FieldsRefused for sizes
        that the log never had, and for an empty tree, of which nothing can be said."""
        with self.office.store.read() as tx:
            must_read(tx, self.office, who, home, log)
            new = _within(read_heads(tx, home)[log], new, FieldProblem(field="new", code="out_of_bounds"))
            if not 0 < old <= new:
                raise FieldsRefused((FieldProblem(field="old", code="out_of_bounds"),))
            subtree = subtrees(tx, home, log)
            try:
                return Consistency(
                    home=home,
                    log=log,
                    origin=self._origin(tx, home, log),
                    old=old,
                    new=new,
                    old_root=range_hash(subtree, 0, old),
                    new_root=range_hash(subtree, 0, new),
                    proof=tuple(consistency(subtree, old, new)),
                )
            except TreeBroken as error:
                raise Conflict("tree_broken") from error

    # --- what these stand on -----------------------------------------------------------------------------------------

    def _row(self, tx: Tx, who: Auditor, case_id: str, seq: int) -> str:
        """The hash of the row, as far as he reads the case."""
        held, attempt = asked_for(tx, self.office, case_id, who.person)
        last = as_read(tx, held, attempt).state.version
        here = (history.c.home == home_of(case_id), history.c.case_id == case_id, history.c.seq == seq)
        hashed: str | None = tx.execute(sa.select(history.c.hash).where(*here)).scalar() if seq <= last else None
        if hashed is None:
            raise NotFound("row")
        return hashed

    def _origin(self, tx: Tx, home: str, log: str) -> str | None:
        name = keys.installation(tx)
        return keys.origin(name, home, log) if name else None

    def _proved(self, tx: Tx, answer: Inclusion) -> Inclusion:
        assert answer.log is not None
        assert answer.leaf is not None
        assert answer.size is not None
        subtree = subtrees(tx, home_of(answer.case_id), answer.log)
        try:
            root = range_hash(subtree, 0, answer.size)
            return replace(answer, root=root, proof=tuple(inclusion(subtree, answer.leaf, answer.size)))
        except TreeBroken as error:
            raise Conflict("tree_broken") from error


def _within(head: Head, wanted: int | None, problem: FieldProblem) -> int:
    """The size asked for, or that of the last checkpoint. Raises FieldsRefused, of the problem, beyond that."""
    if wanted is not None and not 0 <= wanted <= head.size:
        raise FieldsRefused((problem,))
    return head.size if wanted is None else wanted
