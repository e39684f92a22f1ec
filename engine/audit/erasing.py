"""Erasing the personal text of somebody, or of cases closed long ago: payloads are emptied, the chain stays whole.

One transaction a home. What the person's id stands for goes last, so that an erasure which broke off is simply run
again: it finds what is left by the same name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from engine.audit.erasable import Erasable, FoundCase, InHome, Wanted, erasable, found_in, subject_of
from engine.cases.indexing import index_held
from engine.cases.office import Office
from engine.cases.reading import today
from engine.people.errors import Wrong
from engine.people.forgetting import Registered, end_person, forget_person, forget_typed
from engine.rules.erasing import Cause, Reason, Subject, uploads_of
from engine.store import erasurebook as book
from engine.store.casefile import by_home, lock_cases
from engine.store.clock import real_now
from engine.store.db import Tx, retried
from engine.store.tidying import tidy

__all__ = ["COMMAND", "WORKER", "Erasable", "EraseService", "FoundCase", "Wanted"]

#: Who ordered it, where that is no account: somebody at the command line, the worker by its settings.
COMMAND, WORKER = "@command", "@worker"
_AT_ONCE = 50


class EraseService:
    """Erasing, for one installation. Commands raise `Wrong`, and Unavailable."""

    def __init__(self, office: Office) -> None:
        self.office = office

    # --- of a person -------------------------------------------------------------------------------------------------

    def preview(self, wanted: Wanted) -> Erasable:
        """What `erase` would take away; nothing is written."""
        with self.office.store.read() as tx:
            subject, known = subject_of(tx, wanted)
            found = [found_in(tx, self.office, home, subject) for home in _homes(tx, wanted)]
        return erasable(found, registered=_forgets(wanted, known))

    def erase(self, wanted: Wanted, reason: Reason, *, login: str, also_open: bool = False) -> Erasable:
        """Take it away, home by home, and then the person from the register. Refused where a case is still open, unless
        `also_open`. The files of the database hold old bytes until `tidy`, uploads until they are swept."""
        before = self.preview(wanted)
        if (still := tuple(each.number for each in before.cases if each.open)) and not also_open:
            raise Wrong("cases_still_open", cases=still)
        with self.office.store.read() as tx:
            subject, known = subject_of(tx, wanted)
            homes = _homes(tx, wanted)
        if _forgets(wanted, known):
            self._end(known)
        done = [each for home in homes for each in self._erase_in(home, subject, reason, login)]
        self._forget(wanted, subject, known, reason, login)
        return erasable(done, registered=_forgets(wanted, known))

    def tidy(self) -> tuple[str, ...]:
        """Take the old bytes out of the files of the database; the tables where that could not be done."""
        return tidy(self.office.store, book.TOUCHED)

    @retried
    def _end(self, known: Registered | None) -> None:
        if known is not None:
            with self.office.store.begin() as tx:
                end_person(tx, known.id, today(tx, self.office))

    def _erase_in(self, home: str, subject: Subject, reason: Reason, login: str) -> list[InHome]:
        """Until nothing is left: somebody may have written of him meanwhile."""
        done: list[InHome] = []
        while (found := self._erase_once(home, subject, reason, login)) is not None:
            done.append(found)
        return done

    @retried
    def _erase_once(self, home: str, subject: Subject, reason: Reason, login: str) -> InHome | None:
        with self.office.store.begin() as tx:
            found = found_in(tx, self.office, home, subject)
            told = book.forget_inbox(tx, home, subject.person) if subject.person else 0
            if not (found.rows or found.said or found.waiting or told):
                return None
            self._empty(tx, home, found)
            self._record(tx, home, found, subject.person, reason, login)
            return found

    @retried
    def _forget(self, wanted: Wanted, subject: Subject, known: Registered | None, reason: Reason, login: str) -> None:
        with self.office.store.begin() as tx:
            forget_typed(tx, [word for word in (subject.name, subject.phone) if word])
            if known is not None and _forgets(wanted, known):
                forget_person(tx, known)
                book.record_erasures(tx, [self._entry("", None, ("people",), known.id, reason, login)])

    # --- of cases closed long ago ------------------------------------------------------------------------------------

    def expire(self, before: datetime) -> Erasable:
        """Take the personal text of all cases closed before the moment; some at a time, each few in a transaction."""
        with self.office.store.read() as tx:
            homes = book.homes(tx)
        return erasable([found for home in homes for found in self._expired(home, before)])

    def _expired(self, home: str, before: datetime) -> Iterable[InHome]:
        while (found := self._expire_some(home, before)) is not None:
            yield found

    @retried
    def _expire_some(self, home: str, before: datetime) -> InHome | None:
        with self.office.store.begin() as tx:
            ids = book.closed_before(tx, home, before, _AT_ONCE)
            if not ids:
                return None
            held = lock_cases(tx, ids)
            found = InHome(held=held, rows={}, uploads={})
            for case_id, event in book.held_rows(tx, home, ids):
                found.rows.setdefault(case_id, {})[event.seq] = Cause.RETENTION
                found.uploads.setdefault(case_id, set()).update(uploads_of(event.payload))
            self._empty(tx, home, found)
            self._record(tx, home, found, None, Reason.RETENTION_OVER, WORKER)
            return found

    # --- both --------------------------------------------------------------------------------------------------------

    def _empty(self, tx: Tx, home: str, found: InHome) -> None:
        held = lock_cases(tx, found.rows)
        for case_id, rows in found.rows.items():
            book.empty_payloads(tx, home, case_id, rows)
        for said in found.said:
            book.empty_said(tx, home, said)
        for ids in (found.waiting, *found.uploads.values()):
            _free(tx, ids)
        index_held(tx, self.office.rulebook, self.office.names, list(held.values()))

    def _record(self, tx: Tx, home: str, found: InHome, person: str | None, reason: Reason, login: str) -> None:
        done = [
            self._entry(home, case, tuple(sorted(rows)), person, reason, login) for case, rows in found.rows.items()
        ]
        if tables := tuple(sorted({each.table.name for each in found.said})):
            done.append(self._entry(home, None, tables, person, reason, login))
        book.record_erasures(tx, done)

    def _entry(self, home: str, case_id: str | None, rows: tuple[int, ...] | tuple[str, ...], person: str | None,
               reason: Reason, login: str) -> book.Erasure:  # fmt: skip
        return book.Erasure(
            home=home, id=self.office.new_id(home or "all"), at=real_now(), login=login, person=person,
            case_id=case_id, rows=rows, reason=reason,
        )  # fmt: skip


def _free(tx: Tx, ids: Collection[str]) -> None:
    """An upload lies in the home it was sent from, which may be another than that of its case."""
    for home, mine in by_home(ids).items():
        book.free_uploads(tx, home, mine)


def _forgets(wanted: Wanted, known: Registered | None) -> bool:
    """Narrowed to one home, the register keeps him."""
    return known is not None and wanted.home is None


def _homes(tx: Tx, wanted: Wanted) -> list[str]:
    return [each for each in book.homes(tx) if wanted.home in (None, each)]
