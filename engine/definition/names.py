"""The names a file declares, and the readers of references to them: whoever refers to a name asks here (S01)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from engine.definition.findings import Code
from engine.definition.model import EVERY, RELATIONS, START, SYSTEM, Field, Groups
from engine.definition.reading import Place, unknown, word
from engine.definition.several import named
from engine.definition.words import CLOCK, COUNTER, FIELD, LEVEL, MEETING, PEOPLE, STATE, TRIGGER, Noun, shown


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """In the order written, each once."""
    return tuple(dict.fromkeys(names))


def refer(place: Place, noun: Noun, known: Collection[str]) -> str:
    """The name that stands here, if it is known; "" as stand-in."""
    name = word(place)
    if name and name not in known:
        unknown(place, noun.zh, noun.en, name, known)
        return ""
    return name


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Codes by section, whether or not what they stand for could be read; `fields` holds None for those that could not.

    `words` are the state words `open` and `handling` with the states they stand for.
    """

    levels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    fields: Mapping[str, Field | None] = field(default_factory=dict)
    counters: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meetings: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    groups: Groups = field(default_factory=Groups)

    def level(self, place: Place) -> str:
        return refer(place, LEVEL, self.levels)

    def level_list(self, place: Place) -> tuple[str, ...]:
        return _listed(place, self.level)

    def field(self, place: Place) -> str:
        return refer(place, FIELD, self.fields)

    def field_list(self, place: Place) -> tuple[str, ...]:
        return _listed(place, self.field)

    def counter(self, place: Place) -> str:
        return refer(place, COUNTER, self.counters)

    def clock(self, place: Place) -> str:
        return refer(place, CLOCK, self.clocks)

    def clock_list(self, place: Place) -> tuple[str, ...]:
        return _expanded(place, CLOCK, (*self.clocks, *self.groups.clocks), self.groups.clocks)

    def meeting(self, place: Place) -> str:
        return refer(place, MEETING, self.meetings)

    def meeting_list(self, place: Place) -> tuple[str, ...]:
        return _listed(place, self.meeting)

    def trigger(self, place: Place) -> str:
        return refer(place, TRIGGER, self.triggers)

    def counted(self, place: Place) -> tuple[str, ...]:
        """Triggers, or `every` alone."""
        names = _listed(place, lambda item: refer(item, TRIGGER, (*self.triggers, EVERY)))
        return _alone(place, names, EVERY)

    def state(self, place: Place) -> str:
        return refer(place, STATE, self.states)

    def state_list(self, place: Place) -> tuple[str, ...]:
        """States, groups of them, `open`, `handling`."""
        groups = {**self.groups.states, **self.words}
        return _expanded(place, STATE, (*self.states, *groups), groups)

    def source_list(self, place: Place) -> tuple[str, ...]:
        """What `from` may hold: as `state_list`, or `start` alone."""
        groups = {**self.groups.states, **self.words}
        return _alone(place, _expanded(place, STATE, (*self.states, *groups, START), groups), START)

    def people_list(self, place: Place) -> tuple[str, ...]:
        """Roles, groups of people, relations and `system`."""
        groups = self.groups.people
        return _expanded(place, PEOPLE, (*self.roles, *groups, *RELATIONS, SYSTEM), groups)

    def role_list(self, place: Place) -> tuple[str, ...]:
        """Roles and groups of roles; a relation or `system` has no place here."""
        result = self.people_list(place)
        if others := [name for name in result if name not in self.roles]:
            names = "、".join(others)
            place.fail(
                Code.S01, f"这里只能写角色，{names} 不是角色", f"only roles may stand here, not {', '.join(others)}"
            )
        return tuple(name for name in result if name in self.roles)


def _listed(place: Place, reader: Callable[[Place], str]) -> tuple[str, ...]:
    return unique(name for item in named(place) if (name := reader(item)))


def _expanded(
    place: Place, noun: Noun, known: Collection[str], groups: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """The names of the list, groups written out; `known` holds the names of the groups too."""
    names = [refer(item, noun, known) for item in named(place)]
    place.report.groups_used.update(name for name in names if name in groups)
    return unique(member for name in names if name for member in groups.get(name, (name,)))


def _alone(place: Place, names: tuple[str, ...], single: str) -> tuple[str, ...]:
    if single in names and len(names) > 1:
        place.fail(Code.S11, f"{shown(single)} 只能单独写", f"{shown(single)} stands alone")
        return (single,)
    return names
