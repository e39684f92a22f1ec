"""What the routes of running the system are given beside the rest: who acts, and which day it is for posts."""

from __future__ import annotations

from datetime import date

from api.deps import Services
from engine.people.accounts import Principal
from engine.people.acting import By
from engine.people.sessions import Session
from engine.rules.fold import local_day


def rules_day(served: Services) -> date:
    """The local day of the rules; posts count by it."""
    now, _ = served.setup.clock()
    workflows = served.office.rulebook.all()
    return local_day(workflows[0].workflow, now) if workflows else now.date()


def by_of(who: Principal | Session) -> By:
    """Who changes something in running the system, or about himself."""
    return By(login=who.login, offices=who.offices, person=who.person)
