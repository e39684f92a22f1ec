"""How long the log of access is kept: never under 200 days, which the database holds by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.audit.access import AccessLog
from engine.store.accessbook import drop_accesses, old_accesses
from engine.store.clock import real_now
from engine.store.trust_tables import KEPT_DAYS

__all__ = ["KEPT_DAYS", "AccessRetention"]

_AT_ONCE = 500  # rows in one transaction
_MOST = 40  # transactions in one sweep: the next goes on
_NIGHT = timedelta(hours=2)  # after midnight, in the timezone of the rules


class AccessRetention:
    """Drops what is older than `days`, once a night of real time, some at a time. Any number may run at once."""

    def __init__(self, access: AccessLog, days: int = KEPT_DAYS) -> None:
        self.access, self.days = access, max(days, KEPT_DAYS)
        self._done: date | None = None

    def sweep(self) -> int:
        """Drop what is old, if that was not done since two o'clock; returns how many rows. Raises Unavailable."""
        now = real_now()
        night = self._night(now)
        if self._done == night:
            return 0
        dropped, whole = self._drop(now - timedelta(days=self.days))
        self._done = night if whole else None
        if dropped:
            self._note(dropped)
        return dropped

    def _night(self, now: datetime) -> date:
        """The last night that came."""
        workflows = self.access.office.rulebook.all()
        zone = ZoneInfo(workflows[0].workflow.timezone) if workflows else now.tzinfo
        return (now.astimezone(zone) - _NIGHT).date()

    def _drop(self, before: datetime) -> tuple[int, bool]:
        """How many rows went, and whether those were all."""
        dropped = 0
        for _ in range(_MOST):
            with self.access.office.store.begin() as tx:
                old = old_accesses(tx, before, _AT_ONCE)
                gone = sum(drop_accesses(tx, home, ids) for home, ids in old.items())
            dropped += gone
            if sum(map(len, old.values())) < _AT_ONCE:
                return dropped, True
        return dropped, False

    def _note(self, dropped: int) -> None:
        """Dropping is itself an entry, written at once: the worker may have no flusher."""
        days = f"dropped:{dropped} older:{self.days}"
        self.access.note(way="command", method="sweep", what="worker purge", status=0, login="worker", code=days)
        self.access.flush()
