"""Checkpoints that come by themselves: one each night in every home with something new, and those that the closing of a
meeting could not take. Where nothing can be signed that stands in the blocked queue until it can (law 5)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.audit.checkpoints import NIGHTLY, CheckpointService, NoKey
from engine.audit.signing import read_key
from engine.cases.attending import attend_by
from engine.cases.office import Office
from engine.definition.model import Workflow
from engine.rules.attempt import Unit
from engine.store.blockedbook import PROOF, Blocked, block, blocked_of_kind, unblock
from engine.store.casefile import home_of
from engine.store.checkpointbook import CheckpointRow, homes_without, meetings_without
from engine.store.db import Tx, retried
from engine.store.register import find_units

log = logging.getLogger("minqing.audit")

#: The night's checkpoint is due at this time of the rules' day.
_HOUR, _MINUTE = 0, 30
#: A meeting that found nobody to sign gets its checkpoint when somebody does, within this time.
_BACK, _AT_ONCE = timedelta(days=31), 200
_SUBJECT = "checkpoint"


@dataclass(frozen=True, kw_only=True, slots=True)
class Witnessed:
    """How many checkpoints were taken."""

    taken: int = 0


class Witness:
    """For one installation. It remembers for which night all was done: in most homes nothing is written by day."""

    def __init__(self, office: Office) -> None:
        self.office, self._checkpoints = office, CheckpointService(office)
        self._night: datetime | None = None

    def sweep(self) -> Witnessed:
        """Take what is due. Raises Unavailable."""
        try:
            read_key(self.office.signing_key)
            taken = self._meetings() + self._nightly()
        except NoKey as none:
            self._blocked(none.code)
            return Witnessed()
        self._mended()
        return Witnessed(taken=taken)

    def _meetings(self) -> int:
        with self.office.store.read() as tx:
            waiting = self._without(tx, self.office.clock.now(tx))
        return _each(waiting, self._checkpoints.witness)

    def _without(self, tx: Tx, now: datetime) -> list[str]:
        """Meetings that were closed without a checkpoint."""
        return meetings_without(tx, now - _BACK, _AT_ONCE)

    def _nightly(self) -> int:
        with self.office.store.read() as tx:
            night = self.night(self.office.clock.now(tx))
            if night == self._night:
                return 0
            homes = homes_without(tx, NIGHTLY, night)
        taken = _each(homes, lambda home: self._checkpoints.take(home, NIGHTLY))
        self._night = night
        return taken

    def night(self, now: datetime) -> datetime:
        """When the night's checkpoint was last due, by the timezone of the rules."""
        workflows = self.office.rulebook.all()
        zone = ZoneInfo(workflows[0].workflow.timezone) if workflows else now.tzinfo
        here = now.astimezone(zone)
        due = here.replace(hour=_HOUR, minute=_MINUTE, second=0, microsecond=0)
        return due if due <= here else due - timedelta(days=1)

    # --- where nothing signs -----------------------------------------------------------------------------------------

    @retried
    def _blocked(self, code: str) -> None:
        """In every home whose night or meeting waits."""
        rules = next((each.workflow for each in self.office.rulebook.all()), None)
        if rules is None:
            return
        with self.office.store.begin() as tx:
            now = self.office.clock.now(tx)
            waiting = {*homes_without(tx, NIGHTLY, self.night(now)), *map(home_of, self._without(tx, now))}
            for _, home in sorted(find_units(tx, sorted(waiting)).items()):
                block(tx, self._entry(rules, home, code, now))

    def _entry(self, rules: Workflow, home: Unit, code: str, now: datetime) -> Blocked:
        return Blocked(
            home=home.code,
            kind=PROOF,
            subject=_SUBJECT,
            unit=home.code,
            code="key_" + code,
            facts={"workflow": rules.key, "version": rules.version},
            since=now,
            attend_by=attend_by(self.office, rules.key, rules.version, home, now),
            tried_at=now,
        )

    @retried
    def _mended(self) -> None:
        with self.office.store.read() as tx:
            found = blocked_of_kind(tx, PROOF)
        if not found:
            return
        with self.office.store.begin() as tx:
            for each in found:
                unblock(tx, each.home, each.kind, each.subject)


def _each(names: list[str], take: Callable[[str], list[CheckpointRow]]) -> int:
    return sum(len(take(name)) for name in names)
