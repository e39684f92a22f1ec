"""How long personal text of closed cases is kept, where the settings say so. Histories stay for good, without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.audit.erasing import EraseService
from engine.cases.office import Office

_BETWEEN = timedelta(hours=20)  # it is looked once a day, by the time of the rules


class PersonalRetention:
    """Erases the personal text of cases that were closed more than `years` ago. `sweep_uploads` removes the bytes of
    uploads that nothing names any more."""

    def __init__(self, office: Office, years: int, sweep_uploads: Callable[[], int]) -> None:
        self.eraser, self.years, self._sweep_uploads = EraseService(office), years, sweep_uploads
        self._office = office
        self._looked: datetime | None = None

    def sweep(self) -> int:
        """How many rows were emptied; none where it was looked today already. Raises Unavailable."""
        with self._office.store.read() as tx:
            now = self._office.clock.now(tx)
        if self._looked is not None and now - self._looked < _BETWEEN:
            return 0
        erased = self.eraser.expire(years_before(now, self.years))
        if erased.uploads:
            self._sweep_uploads()
        self._looked = now
        return erased.rows


def years_before(now: datetime, years: int) -> datetime:
    """The same day so many years ago; of 29 February the 28th where there was none."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)
