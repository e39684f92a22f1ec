"""The worker: sweeps again and again for what fell due, until it is told to stop.

Any number may run at once, in processes of their own (`minqing worker`) or inside `serve`: what is due is taken case by
case under the case's lock (`engine/cases/timekeeping.py`), letters one by one (`engine/messages/`). Receivers of
webhooks are told each by a thread of its own, so that one who hangs delays no clock, no inbox and no other receiver.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from engine.audit.personal_retention import PersonalRetention
from engine.audit.retention import AccessRetention
from engine.audit.witnessing import Witness, Witnessed
from engine.cases.office import Office
from engine.cases.recounting import Recounted, Recounting
from engine.cases.timekeeping import Timekeeper
from engine.meetings.series import Planned, SeriesService
from engine.meetings.watching import MeetingWatch, Watched
from engine.messages.delivery import Delivery, LetterService
from engine.messages.webhooks import Sending, WebhookService
from engine.store.db import Unavailable

log = logging.getLogger("minqing.worker")

#: Meetings are set so long ahead; they are looked at so often.
_AHEAD, _BETWEEN_LOOKS = timedelta(weeks=8), timedelta(minutes=10)


class Worker:
    """`every` is the time between two sweeps, in seconds. Without `webhooks` nobody outside is told,
    without `retention` the log of access only grows, without `personal` nothing of closed cases is erased."""

    def __init__(self, office: Office, every: float, webhooks: WebhookService | None = None,
                 retention: AccessRetention | None = None,
                 personal: PersonalRetention | None = None) -> None:  # fmt: skip
        self.keeper = Timekeeper(office, random.randrange)  # others may sweep at once: each begins somewhere else
        self.letters, self.every = LetterService(office), every
        self.webhooks, self.looks, self.retention = webhooks, _Looks(office), retention
        self.personal = personal

    def sweep(self) -> Counter[str]:
        """Carry out what is due now and deliver what it says to whom; returns what became of how many. Raises
        Unavailable."""
        done = self.looks.look()  # first: what falls due goes by the calendar that is here
        done.update({end.value: count for end, count in self.keeper.run_due().items()})
        while said := _named("letters", self.letters.deliver()):
            done.update(said)
        if self.webhooks:
            done.update(_named("webhooks", self.webhooks.pass_over()))
        if self.retention and (dropped := self.retention.sweep()):
            done["access dropped"] = dropped
        if self.personal and (erased := self.personal.sweep()):
            done["personal erased"] = erased
        return done

    def once(self) -> Counter[str]:
        """One sweep, and one round of webhooks. Raises Unavailable."""
        done = self.sweep()
        return done + _named("webhooks", self.webhooks.send()) if self.webhooks else done

    def tell(self, receiver: str) -> Counter[str]:
        """Tell one receiver of webhooks all that waits for it, up to its first failure; returns what became of how
        many. Raises Unavailable."""
        done: Counter[str] = Counter()
        while self.webhooks and (told := _named("webhooks", self.webhooks.send_to(receiver))):
            done.update(told)
            if told["webhooks failed"] or told["webhooks dead"]:
                break
        return done

    def run(self, stop: threading.Event) -> None:
        """Sweep until `stop` is set."""
        threads = [threading.Thread(target=self._again, args=(work, stop)) for work in self._tellings()]
        for thread in threads:
            thread.start()
        self._again(self.sweep, stop)
        for thread in threads:
            thread.join()

    def _tellings(self) -> list[Callable[[], Counter[str]]]:
        return [partial(self.tell, name) for name in self.webhooks.receivers] if self.webhooks else []

    def _again(self, work: Callable[[], Counter[str]], stop: threading.Event) -> None:
        """A database that is away is waited for; a defect ends one round and is logged, so that it does not end them
        all."""
        while True:
            try:
                done = work()
                if done:
                    log.info("carried out: %s", ", ".join(f"{name} {count}" for name, count in sorted(done.items())))
            except Unavailable as gone:
                log.warning("not now, trying again: %s", gone)
            except Exception:
                log.exception("a sweep broke off")
            if stop.wait(self.every):
                return


class _Looks:
    """Now and then, by the rules' time: counts by a new calendar what an old one counted, sets the meetings of the
    rhythm some weeks ahead, looks for missed ones, and takes the checkpoints of the night and of closed meetings."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.recounting = Recounting(office)
        self.series, self.watch, self.witness = SeriesService(office), MeetingWatch(office), Witness(office)
        self.looked: datetime | None = None

    def look(self) -> Counter[str]:
        with self.office.store.read() as tx:
            now = self.office.clock.now(tx)
        if self.looked is not None and now - self.looked < _BETWEEN_LOOKS:
            return Counter()
        done = _named("calendar", self.recounting.sweep())
        done += _named("meetings", self.series.plan_ahead(now + _AHEAD)) + _named("meetings", self.watch.sweep())
        done += _named("checkpoints", self.witness.sweep())
        self.looked = now  # not before it is done: held time may stand still
        return done


def _named(what: str, report: Delivery | Sending | Planned | Watched | Recounted | Witnessed) -> Counter[str]:
    """What became of how many; empty where there was nothing."""
    return +Counter({f"{what} {name}": count for name, count in asdict(report).items()})
