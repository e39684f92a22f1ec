"""Whom an urgent letter reaches: first who is on duty, the others when nobody has answered (ADR 0027).

Nobody is left out for good. A role is rung through who is on duty only while another call follows within the hour; it
is rung whole when it is named again, and the last call rings everybody whom the calls before it passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.definition.model import Role
from engine.messages.addressing import Address
from engine.rules.paging import SOON, Fired, chain, reminds
from engine.rules.running import running_sum
from engine.rules.timers import Timer
from engine.store import register
from engine.store.casefile import Held
from engine.store.dutybook import on_duty
from engine.store.inbox import called
from engine.store.outbox import PAGE, REMIND, Letter
from engine.store.timerbook import fired_steps, steps_to_come


def is_urgent(letter: Letter, held: Held) -> bool:
    """Somebody is paged, or reminded by a clock that still runs while the case is where somebody was paged for it."""
    if letter.kind != REMIND:
        return letter.kind == PAGE
    runs = running_sum(held.state.clocks.get(letter.cause, ())) is not None
    return held.state.is_paging and runs


@dataclass(frozen=True, kw_only=True, slots=True)
class Ringing:
    """One urgent letter on its way. `reads`: may this person read the case?"""

    address: Address
    letter: Letter
    now: datetime
    reads: Callable[[str], bool]

    def people(self) -> tuple[str, ...]:
        """Ids of whom it reaches, each once; nobody where all posts are vacant."""
        before = self._named_before()
        if not self._is_followed():
            return self._everybody(before)
        found = (person for name in self.letter.names for person in self._first(name, before))
        return tuple(dict.fromkeys(found))

    def _everybody(self, before: Iterable[str]) -> tuple[str, ...]:
        """All whom it names, and whom the calls before it passed over."""
        named = self.address.people(self.letter.names)
        if not before:
            return named
        paging = self.address.state.paging
        rung = called(self.address.tx, self.letter.home, self.letter.case_id, paging.seq if paging else 0)
        passed_over = (each for each in self.address.people(before) if each not in rung)
        return tuple(dict.fromkeys((*named, *passed_over)))

    def _first(self, name: str, before: Collection[str]) -> Iterable[str]:
        role = self.address.workflow.roles.get(name)
        return self.address.people([name]) if role is None or name in before else self._on_duty(role)

    def _on_duty(self, role: Role) -> Iterator[str]:
        """At each unit who is on duty there, holds the post and may read the case; all of the unit where nobody is."""
        places = self.address.where(role)
        held = register.placed(self.address.tx, places, role.code, self.address.day)
        turns = on_duty(self.address.tx, places, [role.code], self.now)
        rostered = {(turn.unit, turn.person) for turn in turns}
        fit = {pair for pair in rostered if pair in held and self.reads(pair[1])}
        covered = {place for place, _ in fit}
        yield from (person for place, person in held if place not in covered or (place, person) in fit)

    def _named_before(self) -> tuple[str, ...]:
        """The names of the calls just before this one."""
        address, paging = self.address, self.address.state.paging
        if self.letter.kind == PAGE or paging is None:
            return ()
        earlier = [each for each in self._fired() if each.at < self.letter.created_at]
        return chain(address.workflow, paging, earlier, self.letter.created_at)

    def _fired(self) -> tuple[Fired, ...]:
        return fired_steps(self.address.tx, self.letter.home, self.letter.case_id)

    def _is_followed(self) -> bool:
        """Another call comes within the hour, should nobody answer."""
        address, letter = self.address, self.letter
        if not address.state.is_paging:
            return False
        coming = steps_to_come(address.tx, letter.home, letter.case_id, letter.created_at + SOON)
        return any(self._calls(timer) for timer in coming)

    def _calls(self, timer: Timer) -> bool:
        """The step reminds somebody, and its clock still runs."""
        found = running_sum(self.address.state.clocks.get(timer.clock, ()))
        step = Fired(clock=timer.clock, step=timer.step, seq=timer.sum, at=timer.due_at)
        return found is not None and found.seq == timer.sum and bool(reminds(self.address.workflow, step))
