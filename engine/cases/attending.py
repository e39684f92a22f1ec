"""By when somebody should have looked at what is blocked: one working day there, whatever it is that waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.cases.office import Office
from engine.rules.attempt import Unit
from engine.rules.machine import Compiled


def attend_by(office: Office, workflow: str, version: int, unit: Unit, since: datetime) -> datetime:
    """The end of the next working day [A] by the calendar of the unit and the hours of these rules; where they are gone
    or count no working time, of the first that do; where none do, a day later."""
    works = (each.work(unit) for each in _rules(office, workflow, version))
    work = next((each for each in works if each is not None), None)
    return work.end_of_next(since) if work else since + timedelta(days=1)


def _rules(office: Office, workflow: str, version: int) -> tuple[Compiled, ...]:
    """Its own first."""
    own = office.rulebook.versions.get((workflow, version))
    return (*([own] if own else []), *office.rulebook.all())
