"""Commands on cases. One public method is one transaction; refusals are recorded in their own afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.cases.door import Act, Outcome, fire_all
from engine.cases.lookups import Lookups, cases_named
from engine.cases.office import Office
from engine.cases.opening import OpenCase, opening_act, opening_trigger
from engine.cases.reading import attempt_to_read, found
from engine.cases.refusing import Refused, record
from engine.definition.model import Value
from engine.rules.attempt import Command
from engine.rules.fold import fold
from engine.rules.reading import is_kept_from, may_read
from engine.rules.refusals import (
    FieldProblem,
    FieldsRefused,
    KeyReused,
    NotFound,
    Refusal,
)
from engine.store import register
from engine.store.answers import Kept, Key, find_answer, forget_answers, keep_answer, keep_answers
from engine.store.casefile import Held, read_case, read_events
from engine.store.clock import real_now
from engine.store.db import Tx, retried
from engine.store.pins import pin

__all__ = ["Caller", "CaseHeld", "CaseService", "OpenCase"]

T = TypeVar("T")
CaseHeld = Held  #: a case as the door left it, for `CaseQueries.present`


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who sends a command, and the key under which its answer is kept (absent: not kept). `request` is what the key
    stands for: the same key with another request is refused."""

    person: str
    token: str = ""
    key: str | None = None
    request: Value = None


class CaseService:
    """The commands of cases for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @retried
    def open(self, caller: Caller, wanted: OpenCase, *, beside: Callable[[Tx, Held], None] | None = None) -> Held:
        """Open a case. `beside` keeps something more in the same transaction; what it raises undoes the opening.
        Raises Refusal."""

        def body(tx: Tx) -> Held:
            unit = register.find_unit(tx, wanted.unit)
            kept = self._kept(tx, self.office.home_of(unit), caller) if unit else None
            if kept is not None:
                return self._as_answered(tx, kept, caller.person)
            lookups = Lookups(tx, self.office)
            act = opening_act(tx, self.office, lookups, caller.person, wanted)
            assert act.opening is not None
            home = self.office.home_of(act.opening.unit)
            if not pin(tx, act.opening.compiled.workflow, real_now()):
                raise FieldsRefused((FieldProblem(field="workflow", code="unknown_workflow"),))
            forget_answers(tx, home, real_now())
            held = self._done(tx, caller, fire_all(tx, self.office, [act], lookups)[0])
            if beside is not None:
                beside(tx, held)
            return held

        trigger = opening_trigger(self.office, wanted)
        return self._recording(Refused(person=caller.person, trigger=trigger, unit=wanted.unit), body)

    @retried
    def fire(self, caller: Caller, case_id: str, command: Command, expected: int) -> Held:
        """Fire a trigger at a case that the caller saw at version `expected`. Raises Refusal."""

        def body(tx: Tx) -> Held:
            lookups = Lookups(tx, self.office)
            held = lookups.lock([case_id, *cases_named(command)]).get(case_id)
            key = self._key(caller)
            kept = self._told_of(tx, held, key, caller.person, lookups) if held and key else None
            if kept is not None and key is not None:
                _must_be_same(kept, key)
                return self._as_answered(tx, kept, caller.person)
            act = Act(person=caller.person, command=command, case_id=case_id, expected=expected)
            return self._done(tx, caller, fire_all(tx, self.office, [act], lookups)[0])

        return self._recording(Refused(person=caller.person, trigger=command.trigger, case_id=case_id), body)

    @retried
    def fire_many(self, acts: Sequence[Act], *, atomic: bool = False, caller: Caller | None = None) -> list[Outcome]:
        """Many acts in one transaction, each with its own outcome; `atomic` raises the first refusal, `at` its place,
        and does nothing. With a caller's key each act that was done under it is answered as then, the others are tried
        again; KeyReused where the key came with another request.

        Refused acts are recorded, in a transaction of their own.
        """
        outcomes: list[Outcome] = []
        try:
            with self.office.store.begin() as tx:
                outcomes = self._each_once(tx, acts, caller) if caller else fire_all(tx, self.office, acts)
                place, refused = next(((n, each.refusal) for n, each in enumerate(outcomes) if each.refusal), (0, None))
                if isinstance(refused, KeyReused):
                    raise refused
                if atomic and refused is not None:
                    refused.at = f"items[{place}]"
                    raise refused
        finally:
            record(self.office, [(_refused(each.act), each.refusal) for each in outcomes if each.refusal])
        return outcomes

    # --- many under one key ------------------------------------------------------------------------------------------

    def _each_once(self, tx: Tx, acts: Sequence[Act], caller: Caller) -> list[Outcome]:
        """Each act's outcome; where the key came with another request only that, and nothing is done."""
        lookups = Lookups(tx, self.office)
        keys = [self._key(caller, place) for place in range(len(acts))]
        kept = self._kept_each(tx, acts, keys, lookups)
        reused = next((n for n, each in kept.items() if (key := keys[n]) and each.request != key.request), None)
        if reused is not None:
            return [Outcome(act=acts[reused], held=None, refusal=KeyReused())]
        fresh = iter(fire_all(tx, self.office, [act for n, act in enumerate(acts) if n not in kept], lookups))
        outcomes = [self._again(tx, act, kept[n]) if n in kept else next(fresh) for n, act in enumerate(acts)]
        keep_answers(tx, list(_answered(outcomes, keys)), real_now())
        return outcomes

    def _kept_each(self, tx: Tx, acts: Sequence[Act], keys: Sequence[Key | None], lookups: Lookups) -> dict[int, Kept]:
        """Place -> what was answered under its key, as far as who acts may hear of it."""
        locked = lookups.lock([act.case_id for act in acts if act.case_id])
        found = {}
        for place, (act, key) in enumerate(zip(acts, keys, strict=True)):
            held = locked.get(act.case_id or "")
            kept = self._told_of(tx, held, key, act.person, lookups) if held and key else None
            if kept is not None:
                found[place] = kept
        return found

    def _again(self, tx: Tx, act: Act, kept: Kept) -> Outcome:
        try:
            return Outcome(act=act, held=self._as_answered(tx, kept, act.person))
        except NotFound as refusal:
            return Outcome(act=act, held=None, refusal=refusal)

    # --- what was answered before ------------------------------------------------------------------------------------

    def _told_of(self, tx: Tx, held: Held, key: Key, person: str, lookups: Lookups) -> Kept | None:
        """What the key answered. Who may not read the case hears of that only by sending the very request again: else a
        key used elsewhere in the home would tell that the case exists."""
        kept = find_answer(tx, held.identity.home, key, real_now())
        if kept is None or may_read(attempt_to_read(tx, self.office, held, person, lookups=lookups)):
            return kept
        return kept if (kept.request, kept.case_id) == (key.request, held.identity.id) else None

    def _kept(self, tx: Tx, home: str, caller: Caller) -> Kept | None:
        key = self._key(caller)
        kept = find_answer(tx, home, key, real_now()) if key else None
        if kept is not None and key is not None:
            _must_be_same(kept, key)
        return kept

    def _key(self, caller: Caller, place: int | None = None) -> Key | None:
        """Of one of several acts under one key: its place has a key of its own, which nobody can send."""
        if caller.key is None:
            return None
        key = caller.key if place is None else self.office.fingerprint([caller.key, place])
        return Key(token=caller.token, key=key, request=self.office.fingerprint(caller.request))

    def _as_answered(self, tx: Tx, kept: Kept, person: str) -> Held:
        """The case as it was right after the row that was answered with: folded from its history up to there. Raises
        NotFound for who may no longer read it, unless that very row hid it from him: then nothing was shown anyway."""
        held = found(read_case(tx, kept.case_id))
        attempt = attempt_to_read(tx, self.office, held, person)
        then = replace(held, state=fold(attempt.workflow, read_events(tx, kept.case_id, until=kept.seq)))
        if not may_read(attempt) and not is_kept_from(attempt_to_read(tx, self.office, then, person)):
            raise NotFound("case")
        return then

    def _done(self, tx: Tx, caller: Caller, outcome: Outcome) -> Held:
        if outcome.refusal is not None:
            raise outcome.refusal
        assert outcome.held is not None
        assert outcome.event is not None
        identity, key = outcome.held.identity, self._key(caller)
        if key is not None:
            keep_answer(tx, identity.home, key, identity.id, outcome.event.seq, real_now())
        return outcome.held

    # --- refusals ----------------------------------------------------------------------------------------------------

    def _recording(self, refused: Refused, body: Callable[[Tx], T]) -> T:
        """Run the body in its transaction; when it refuses, record that in another and raise it."""
        try:
            with self.office.store.begin() as tx:
                return body(tx)
        except Refusal as refusal:
            record(self.office, [(refused, refusal)])
            raise


def _must_be_same(kept: Kept, key: Key) -> None:
    """Raises KeyReused."""
    if kept.request != key.request:
        raise KeyReused


def _answered(outcomes: Sequence[Outcome], keys: Sequence[Key | None]) -> Iterator[tuple[str, Key, str, int]]:
    """(home, key, case, seq) of every act that was done just now."""
    for outcome, key in zip(outcomes, keys, strict=True):
        if key and outcome.held and outcome.event:
            identity = outcome.held.identity
            yield identity.home, key, identity.id, outcome.event.seq


def _refused(act: Act) -> Refused:
    unit = act.opening.unit.code if act.opening else None
    return Refused(person=act.person, trigger=act.command.trigger, case_id=act.case_id, unit=unit)
