"""Who may read the checkpoints of which log.

Those of the log `open` are for everybody whose sight includes the home. Those of `veiled` count rows that others must
not even suspect (law 10): they are for holders of posts at the home or above it to whom every rule that keeps cases to
posts alone shows them. Administrators of audit read both, of every home.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.cases.office import Office
from engine.cases.reading import reader
from engine.rules.attempt import Actor, Unit
from engine.rules.reading import keeps_to_posts
from engine.rules.refusals import Forbidden, NotFound
from engine.store.db import Tx
from engine.store.register import find_units
from engine.store.trust_tables import OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Auditor:
    """Who asks: a person by his posts, or an administrator of audit (`audits`)."""

    person: str
    audits: bool = False


def must_read(tx: Tx, office: Office, who: Auditor, home: str, log: str) -> None:
    """Raises NotFound for a home out of sight; Forbidden for the log `veiled` of one in sight: every home has it, so
    that this tells nothing."""
    if not reads(tx, office, who, home, OPEN):
        raise NotFound("unit")
    if not reads(tx, office, who, home, log):
        raise Forbidden("veiled_log")


def reads(tx: Tx, office: Office, who: Auditor, home: str, log: str) -> bool:
    """He may read the checkpoints of this log of the home."""
    unit = find_units(tx, [home]).get(home)
    if unit is None or office.home_of(unit) != home:
        return False
    if who.audits:
        return True
    actor = reader(tx, office, who.person)
    if log == OPEN:
        return any(office.home_of(own) == home or unit.lies_in(own.code) for post in actor.posts for own in post.units)
    return _reads_all_veiled(office, actor, unit)


def _reads_all_veiled(office: Office, actor: Actor, home: Unit) -> bool:
    """Each rule that keeps cases to posts names a post of his that contains the home: who may not read one of the
    cases in this log learns nothing of how many there are."""
    mine = {post.role for post in actor.posts if any(home.lies_in(own.code) for own in post.units)}
    rules = [rule for each in office.rulebook.all() for rule in each.workflow.visibility if keeps_to_posts(rule)]
    return bool(rules) and all(mine.intersection(rule.only_to) for rule in rules)
