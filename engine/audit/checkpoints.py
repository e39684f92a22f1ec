"""Taking checkpoints: rows of history that have no leaf yet get one, and the state of the log is signed.

It happens after a meeting's closing, each night, and when somebody asks; never inside a transition. Each checkpoint is
one transaction that holds the heads of its home. Rows written meanwhile come with the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from engine.audit import keys
from engine.audit.signing import NoKey, SigningKey, read_key
from engine.cases.office import Office
from engine.cases.reading import today
from engine.rules.reading import keeps_to_posts
from engine.rules.signed_note import Checkpoint, signed
from engine.store import reach, veils
from engine.store.checkpointbook import (
    ASKED,
    BACKLOG,
    MEETING,
    NIGHTLY,
    CheckpointRow,
    homes_moved,
    insert_checkpoint,
)
from engine.store.db import Tx, Unavailable, retried
from engine.store.tables import cases, history, units
from engine.store.treebook import (
    LOGS,
    UNCOVERED,
    Head,
    Leaf,
    append,
    earliest_uncovered,
    lock_heads,
    recorded_until,
)
from engine.store.trust_tables import OPEN, VEILED

__all__ = ["ASKED", "BACKLOG", "MEETING", "NIGHTLY", "CheckpointService", "NoKey"]

log = logging.getLogger("minqing.audit")

#: So many rows at most become leaves in one transaction: a writer that waits for it waits a second, not a minute.
MOST = 5_000
#: A row is written at most so long after the moment it is recorded with; the nightly look finds any other.
_LATE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    """One checkpoint about to be taken."""

    home: str
    cause: str
    meeting_id: str | None
    now: datetime
    installation: str
    key: SigningKey


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A row that has no leaf yet, and the log in which it is to have one."""

    log: str
    leaf: Leaf
    recorded_at: datetime


class CheckpointService:
    """For one installation; the key lies where the office says."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def take(self, home: str, cause: str, meeting_id: str | None = None) -> list[CheckpointRow]:
        """Cover what is not covered in the home, and sign. For a meeting there is a checkpoint also where nothing is
        new. Where very much is new, several are taken. Raises NoKey, Unavailable."""
        key = read_key(self.office.signing_key)
        since = self._first_uncovered(home) if cause == NIGHTLY else None
        taken: list[CheckpointRow] = []
        while True:
            rows, since = self._one(key, home, cause, meeting_id, since)
            taken += rows
            if since is None:
                return taken

    def after_meeting(self, meeting_id: str) -> None:
        """Of every home that the meeting touched. Never raises: the meeting is closed, whatever becomes of this; the
        worker comes back to it."""
        try:
            self.witness(meeting_id)
        except (NoKey, Unavailable) as error:
            log.warning("no checkpoint for meeting %s: %s", meeting_id, error)
        except Exception:
            log.exception("no checkpoint for meeting %s", meeting_id)

    def witness(self, meeting_id: str) -> list[CheckpointRow]:
        """The checkpoints of a closed meeting: its own home's last, so that who finds that one finds all. Raises NoKey,
        Unavailable."""
        with self.office.store.read() as tx:
            homes = homes_moved(tx, meeting_id)
        own = meeting_id.rpartition("-")[0]
        ordered = sorted(homes, key=lambda home: (home == own, home))
        return [row for home in ordered for row in self.take(home, MEETING, meeting_id)]

    def _first_uncovered(self, home: str) -> datetime | None:
        with self.office.store.read() as tx:
            return earliest_uncovered(tx, home)

    @retried
    def _one(self, key: SigningKey, home: str, cause: str, meeting_id: str | None,
             since: datetime | None) -> tuple[list[CheckpointRow], datetime | None]:  # fmt: skip
        """One transaction: what it took, and from when on to look for what it left; None where it left nothing."""
        with self.office.store.begin() as tx:
            name = keys.registered(tx, key)
            heads = lock_heads(tx, home)
            found = self._uncovered(tx, home, since or _from(tx, home, heads))
            rows, more = found[:MOST], len(found) > MOST
            turn = _Turn(
                home=home,
                cause=BACKLOG if more else cause,
                meeting_id=None if more else meeting_id,
                now=self.office.clock.now(tx),
                installation=name,
                key=key,
            )
            taken = [row for log_name in LOGS for row in self._grown(tx, turn, log_name, heads[log_name], rows)]
            return taken, rows[-1].recorded_at if more else None

    def _grown(self, tx: Tx, turn: _Turn, name: str, head: Head, found: Iterable[_Row]) -> list[CheckpointRow]:
        """The checkpoint of one log, where it has something new; of what everybody reads also for a meeting's sake."""
        leaves = [row.leaf for row in found if row.log == name]
        if not leaves and (turn.meeting_id is None or name != OPEN):
            return []
        row = self._signed(turn, name, append(tx, turn.home, name, head, leaves))
        insert_checkpoint(tx, row)
        return [row]

    def _signed(self, turn: _Turn, name: str, head: Head) -> CheckpointRow:
        origin = keys.origin(turn.installation, turn.home, name)
        checkpoint = Checkpoint(origin=origin, size=head.size, root=head.root)
        return CheckpointRow(
            home=turn.home,
            id=self.office.new_id(turn.home),
            log=name,
            size=head.size,
            root=head.root.hex(),
            taken_at=turn.now,
            cause=turn.cause,
            meeting_id=turn.meeting_id,
            text=signed(checkpoint, turn.key.public, turn.key.sign),
        )

    def _uncovered(self, tx: Tx, home: str, since: datetime | None) -> list[_Row]:
        """What has no leaf, in the order of leaves; one more than a checkpoint takes, where there is more. Rows whose
        rules are not here wait: without them nobody can tell from whom they are to be kept."""
        known = sa.or_(sa.false(), *(reach.under(each.workflow) for each in self.office.rulebook.all()))
        here = [history.c.home == home, UNCOVERED, known]
        here += [history.c.recorded_at >= since] if since is not None else []
        order = (history.c.recorded_at, history.c.case_id, history.c.seq)
        query = sa.select(*order, history.c.hash, self._veiled(tx).label("veiled")).select_from(_JOINED)
        rows = tx.execute(query.where(*here).order_by(*order).limit(MOST + 1)).all()
        return [
            _Row(
                log=VEILED if row.veiled else OPEN,
                leaf=Leaf(case_id=row.case_id, seq=row.seq, hash=row.hash),
                recorded_at=row.recorded_at,
            )
            for row in rows
        ]

    def _veiled(self, tx: Tx) -> sa.ColumnElement[int]:
        """The case is kept to some posts alone, as it stands now."""
        day = today(tx, self.office)
        kept = [
            sa.and_(reach.under(each.workflow), veils.holds(rule, day))
            for each in self.office.rulebook.all()
            for rule in each.workflow.visibility
            if keeps_to_posts(rule)
        ]
        return sa.case((sa.or_(sa.false(), *kept), 1), else_=0)


_JOINED = history.join(cases, sa.and_(cases.c.home == history.c.home, cases.c.id == history.c.case_id)).join(
    units, units.c.code == cases.c.unit
)


def _from(tx: Tx, home: str, heads: dict[str, Head]) -> datetime | None:
    """From when on to look for rows without a leaf: some time before the last one that has one."""
    last = recorded_until(tx, home, heads)
    return last - _LATE if last else None
