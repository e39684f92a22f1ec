"""Letters to receivers: each to its receiver at least once, with its id as key. No network in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from engine.cases.attending import attend_by
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.messages.delivery import workflow_of
from engine.messages.feed import fact_of, read_row
from engine.messages.receivers import Receiver, cloud_event, headers_of
from engine.messages.sending import Sender, Undelivered
from engine.messages.waiting import RULES_MISSING, UNDELIVERED, wait_for_receiver
from engine.rules.reading import reads_whole
from engine.rules.rulebook import RulesMissing
from engine.store.blockedbook import MESSAGE, Blocked, block, unblock
from engine.store.casefile import read_case
from engine.store.clock import real_now
from engine.store.db import Tx, retried
from engine.store.names import people_names
from engine.store.outbox import Letter, claim, due_events, give_up, lease, put_off, receivers_due, settle

#: The receiver may not read the case, or is on the list no more: that is as it should be.
NOT_FOR_IT, NOT_LISTED = "not_for_it", "not_listed"
#: Who sends has so long; should he be gone, another tries then.
_LEASE = timedelta(minutes=2)
#: A failure or two are no reason to look; the third is.
_SEEN_AFTER = 3
_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What became of the letters of one round: `sent`, `passed` (not for that receiver), `failed` (tried again later),
    `dead` (given up)."""

    sent: int = 0
    passed: int = 0
    failed: int = 0
    dead: int = 0

    def plus(self, other: Sending) -> Sending:
        return Sending(
            sent=self.sent + other.sent,
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            dead=self.dead + other.dead,
        )


class WebhookService:
    """Tells the receivers. Any number of workers may call it at once."""

    def __init__(self, office: Office, receivers: Sequence[Receiver], sender: Sender) -> None:
        self.office, self.sender = office, sender
        self.receivers = {each.name: each for each in receivers}

    def send(self, limit: int = 100) -> Sending:
        """Try up to `limit` letters of each receiver that are due, the receivers beside one another: one that hangs or
        fails holds back nobody else, and has no more than one failure a round. Takes as long as the slowest."""
        with self.office.store.read() as tx:
            due = receivers_due(tx, real_now())
        if not due:
            return Sending()
        with ThreadPoolExecutor(min(len(due), _AT_ONCE)) as pool:
            reports = pool.map(lambda name: self.send_to(name, limit), due)
            return reduce(Sending.plus, reports, Sending())

    def pass_over(self) -> Sending:
        """Settle what waits for receivers that are on the list no more."""
        with self.office.store.read() as tx:
            gone = [name for name in receivers_due(tx, real_now()) if name not in self.receivers]
        return reduce(Sending.plus, map(self.send_to, gone), Sending())

    def send_to(self, name: str, limit: int = 100) -> Sending:
        """The same for one receiver; ends with its first failure."""
        with self.office.store.read() as tx:
            letters = due_events(tx, name, real_now(), limit)
        report = Sending()
        for letter in letters:
            report = report.plus(self._send(letter))
            if report.failed or report.dead:
                break
        return report

    def _send(self, due: Letter) -> Sending:
        letter = self._claim(due)
        if letter is None:
            return Sending()
        receiver = self.receivers.get(letter.receiver or "")
        if receiver is None:
            return self._settle(letter, NOT_LISTED)
        try:
            return self._settle(letter, self._tell(letter, receiver))
        except RulesMissing:
            return self._failed(letter, RULES_MISSING, None)
        except Undelivered as error:
            return self._failed(letter, UNDELIVERED, error)

    def _tell(self, letter: Letter, receiver: Receiver) -> str | None:
        """Why it is not told; None where it was. Raises Undelivered, RulesMissing."""
        body = self._body(letter, receiver)
        if body is None:
            return NOT_FOR_IT
        headers = headers_of(receiver, letter.id, int(real_now().timestamp()), body)
        self.sender.send(receiver.url, headers, body)
        return None

    @retried
    def _claim(self, due: Letter) -> Letter | None:
        with self.office.store.begin() as tx:
            now = real_now()
            letter = claim(tx, due, now)
            if letter is not None:
                lease(tx, letter, now + _LEASE)
            return letter

    def _body(self, letter: Letter, receiver: Receiver) -> bytes | None:
        """None where the receiver may not read the case. Raises RulesMissing, and Undelivered where its person is none:
        that is a slip in the settings, not a right that is missing."""
        with self.office.store.read() as tx:
            if not people_names(tx, [receiver.person]):
                raise Undelivered("unknown_person")
            held = read_case(tx, letter.case_id)
            assert held is not None
            workflow = workflow_of(self.office, held)
            if not reads_whole(Lookups(tx, self.office).reading(held, receiver.person, self.office.clock.now(tx))):
                return None
            return cloud_event(letter.home, fact_of(workflow, read_row(tx, letter.case_id, letter.home, letter.seq)))

    @retried
    def _settle(self, letter: Letter, code: str | None) -> Sending:
        with self.office.store.begin() as tx:
            settle(tx, letter, self.office.clock.now(tx), code=code)
            unblock(tx, letter.home, MESSAGE, letter.id)
            return Sending(passed=1) if code else Sending(sent=1)

    @retried
    def _failed(self, letter: Letter, code: str, error: Undelivered | None) -> Sending:
        with self.office.store.begin() as tx:
            now, tries = self.office.clock.now(tx), letter.tries + 1
            later = wait_for_receiver(tries)
            if tries >= _SEEN_AFTER or later is None:
                self._block(tx, letter, now, code, error, given_up=later is None)
            if later is None:
                give_up(tx, letter, now, code=code)
                return Sending(dead=1)
            put_off(tx, letter, real_now() + later, code=code)
            return Sending(failed=1)

    def _block(self, tx: Tx, letter: Letter, now: datetime, code: str, error: Undelivered | None, *,
               given_up: bool) -> None:  # fmt: skip
        held = read_case(tx, letter.case_id)
        assert held is not None
        why = {"reason": error.reason, "status": error.status} if error else {}
        found = Blocked(
            home=letter.home,
            kind=MESSAGE,
            subject=letter.id,
            case_id=letter.case_id,
            unit=held.unit.code,
            code=code,
            facts={
                "kind": letter.kind,
                "receiver": letter.receiver,
                "cause": letter.cause,
                "given_up": given_up,
                **why,
            },
            since=now,
            attend_by=attend_by(self.office, *held.identity.rules, held.unit, now),
            tried_at=now,
            tries=letter.tries + 1,
        )
        block(tx, found)
