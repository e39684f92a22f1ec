"""Letters to people: from the outbox into the inboxes of those who may read the case, each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.cases.attending import attend_by
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import Workflow
from engine.messages.addressing import Address
from engine.messages.hours import digest_day, shown_at
from engine.messages.ringing import Ringing, is_urgent
from engine.messages.waiting import NOBODY, RULES_MISSING, wait_for_people
from engine.rules.fold import local_day
from engine.rules.reading import reads_whole
from engine.rules.rulebook import RulesMissing
from engine.store.blockedbook import MESSAGE, Blocked, block, unblock
from engine.store.casefile import Held, read_case
from engine.store.db import Tx, retried
from engine.store.inbox import Message, put
from engine.store.outbox import Letter, claim, due_letters, forget, give_up, put_off, settle

#: How long letters that were delivered are kept; what came into the inboxes stays.
KEPT = timedelta(days=30)
#: Somebody was found, but he did it himself or may not read the case: that is as it should be.
NOBODY_ELSE = "nobody_else"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of the letters of one round: `told` reached somebody, `passed` concerned nobody else, `blocked` wait
    to be tried again, `dead` were given up. `messages` are what came into inboxes."""

    told: int = 0
    passed: int = 0
    blocked: int = 0
    dead: int = 0
    messages: int = 0

    def plus(self, other: Delivery) -> Delivery:
        return Delivery(
            told=self.told + other.told,
            passed=self.passed + other.passed,
            blocked=self.blocked + other.blocked,
            dead=self.dead + other.dead,
            messages=self.messages + other.messages,
        )


class LetterService:
    """Delivers what waits in the outbox. Any number of workers may call it at once."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def deliver(self, limit: int = 200) -> Delivery:
        """Try up to `limit` letters that are due by the time of the rules, each in a transaction of its own."""
        with self.office.store.read() as tx:
            found = due_letters(tx, self.office.clock.now(tx), limit)
        report = Delivery()
        for letter in found:
            report = report.plus(self._deliver(letter))
        self._forget({letter.home for letter in found})
        return report

    @retried
    def _forget(self, homes: set[str]) -> None:
        for home in sorted(homes):
            with self.office.store.begin() as tx:
                forget(tx, home, self.office.clock.now(tx) - KEPT)

    @retried
    def _deliver(self, due: Letter) -> Delivery:
        with self.office.store.begin() as tx:
            now = self.office.clock.now(tx)
            letter = claim(tx, due, now)
            held = read_case(tx, letter.case_id) if letter else None
            if letter is None or held is None:
                return Delivery()
            try:
                return self._tell(tx, letter, held, now)
            except RulesMissing:
                return _wait(tx, self.office, letter, held, now, RULES_MISSING)

    def _tell(self, tx: Tx, letter: Letter, held: Held, now: datetime) -> Delivery:
        """Raises RulesMissing."""
        workflow, urgent = workflow_of(self.office, held), is_urgent(letter, held)
        named, told = self._people(tx, letter, held, now)
        if not named:
            return _wait(tx, self.office, letter, held, now, NOBODY)
        if told:
            put(tx, self._messages(letter, told, _shown(workflow, now, urgent=urgent), urgent=urgent))
        settle(tx, letter, now, code=None if told else NOBODY_ELSE)
        if letter.tries:  # it waited in the queue
            unblock(tx, letter.home, MESSAGE, letter.id)
        return Delivery(told=bool(told), passed=not told, messages=len(told))

    def _people(self, tx: Tx, letter: Letter, held: Held, now: datetime) -> tuple[tuple[str, ...], list[str]]:
        """Who is named, and who of them is to be told: not who did it, nor who may not read the case."""
        lookups, workflow = Lookups(tx, self.office), workflow_of(self.office, held)
        address = Address(
            tx=tx,
            home=letter.home,
            case_id=letter.case_id,
            workflow=workflow,
            unit=held.unit,
            state=held.state,
            day=local_day(workflow, now),
        )

        def reads(person: str) -> bool:
            return reads_whole(lookups.reading(held, person, now))

        if is_urgent(letter, held):
            named = Ringing(address=address, letter=letter, now=now, reads=reads).people()
        else:
            named = address.people(letter.names)
        return named, [each for each in named if each != letter.actor and reads(each)]

    def _messages(self, letter: Letter, people: list[str], shown: tuple[datetime, date], *,
                  urgent: bool) -> list[Message]:  # fmt: skip
        moment, day = shown
        new_id = self.office.new_id
        return [
            Message(id=new_id(letter.home), letter=letter, person=each, shown_at=moment, day=day, urgent=urgent)
            for each in people
        ]


def workflow_of(office: Office, held: Held) -> Workflow:
    """The rules of a case. Raises RulesMissing."""
    identity = held.identity
    return office.rulebook.pinned(*identity.file).workflow


def _shown(workflow: Workflow, now: datetime, *, urgent: bool) -> tuple[datetime, date]:
    """From when on it is seen, and the day whose digest it belongs to."""
    zone = ZoneInfo(workflow.timezone)
    moment = shown_at(now, zone, urgent=urgent)
    return moment, digest_day(moment, zone)


def _wait(tx: Tx, office: Office, letter: Letter, held: Held, now: datetime, code: str) -> Delivery:
    """It cannot be delivered: into the queue where that is seen, and tried again until it was often enough."""
    later = wait_for_people(letter.tries + 1)
    found = Blocked(
        home=letter.home,
        kind=MESSAGE,
        subject=letter.id,
        case_id=letter.case_id,
        unit=held.unit.code,
        code=code,
        facts={"kind": letter.kind, "names": list(letter.names), "cause": letter.cause, "given_up": later is None},
        since=now,
        attend_by=attend_by(office, *held.identity.rules, held.unit, now),
        tried_at=now,
    )
    block(tx, found)
    if later is None:
        give_up(tx, letter, now, code=code)
        return Delivery(dead=1)
    put_off(tx, letter, now + later, code=code)
    return Delivery(blocked=1)
