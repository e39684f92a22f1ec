"""The first reading: which names the file declares, which of them are taken (S14), and the groups (S21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from engine.definition.findings import Code
from engine.definition.model import RELATIONS, RESERVED, SYSTEM, Groups, Mark
from engine.definition.names import Names, refer, unique
from engine.definition.nodes import ListNode, MapNode, Node, Scalar
from engine.definition.properties import Properties, entries, properties
from engine.definition.reading import Place
from engine.definition.several import named
from engine.definition.words import CLOCK, GROUP, PEOPLE, ROLE, STATE, Noun, shown

GROUP_KEYS = ("people", "states", "clocks")
TAKEN = frozenset((*RESERVED, *RELATIONS))


def declared(sections: Properties) -> Names:
    """All names of the file, groups included; `fields` are still unread."""
    names = Names(
        levels=_codes(sections, "levels"),
        roles=_codes(sections, "roles"),
        fields=dict.fromkeys(_codes(sections, "fields")),
        counters=_codes(sections, "counters"),
        clocks=_codes(sections, "clocks"),
        states=_codes(sections, "states"),
        words=_state_words(sections),
        meetings=_codes(sections, "meetings"),
        triggers=_triggers(sections),
    )
    _refuse_reserved(sections)
    return replace(names, groups=sections.read("groups", lambda place: _groups(place, names), Groups()))


def _section(sections: Properties, key: str) -> Node | None:
    return sections[key].node if key in sections else None


def _codes(sections: Properties, key: str) -> tuple[str, ...]:
    node = _section(sections, key)
    return tuple(entry.key for entry in node.entries) if isinstance(node, MapNode) else ()


def _triggers(sections: Properties) -> tuple[str, ...]:
    node = _section(sections, "transitions")
    rows = node.items if isinstance(node, ListNode) else ()
    found = (row.get("trigger") for row in rows if isinstance(row, MapNode))
    return unique(name.text for name in found if isinstance(name, Scalar))


def _state_words(sections: Properties) -> Mapping[str, tuple[str, ...]]:
    node = _section(sections, "states")
    states = node.entries if isinstance(node, MapNode) else ()
    final = {entry.key for entry in states if _is_marked(entry.node, "final")}
    return {
        "open": tuple(entry.key for entry in states if entry.key not in final),
        "handling": tuple(entry.key for entry in states if _is_marked(entry.node, "handling")),
    }


def _is_marked(node: Node, key: str) -> bool:
    value = node.get(key) if isinstance(node, MapNode) else None
    return isinstance(value, Scalar) and value.value is True


def _refuse_reserved(sections: Properties) -> None:
    for key, noun in (("roles", ROLE), ("states", STATE)):
        if isinstance(_section(sections, key), MapNode):
            for name, place in entries(sections[key]):
                refuse_reserved(place, noun, name, place.start)


def refuse_reserved(place: Place, noun: Noun, name: str, mark: Mark) -> None:
    """S14: a role, group, state or trigger must not be called like a word of the language."""
    if name in TAKEN:
        zh = f"{noun.zh}不能叫 {shown(name)}：这是语言的保留字"
        place.fail(Code.S14, zh, f"no {noun.en} may be called {shown(name)}: the language uses this word", at=mark)


def report_unused_groups(sections: Properties, names: Names) -> None:
    """S31 for a group that nothing names. To be asked when the whole file is read, and read without an error."""
    if "groups" not in sections:
        return
    groups = properties(sections["groups"], ("people", "states", "clocks"))
    kinds = {"people": names.groups.people, "states": names.groups.states, "clocks": names.groups.clocks}
    for name, place in (entry for key, known in kinds.items() if known for entry in entries(groups[key])):
        if name not in place.report.groups_used:
            place.fail(Code.S31, "没有用到这个群组", "nothing uses this group", at=place.start)


# --- groups --------------------------------------------------------------------------------------------------------


def _groups(place: Place, names: Names) -> Groups:
    keys = properties(place, GROUP_KEYS)
    people = (*names.roles, *RELATIONS, SYSTEM)
    words = tuple(names.words)
    return Groups(
        people=keys.read("people", lambda kind: _of_kind(kind, PEOPLE, ROLE, people, names.roles), {}),
        states=keys.read("states", lambda kind: _of_kind(kind, STATE, STATE, names.states, names.states, words), {}),
        clocks=keys.read("clocks", lambda kind: _of_kind(kind, CLOCK, CLOCK, names.clocks, names.clocks), {}),
    )


def _of_kind(
    place: Place, noun: Noun, rival: Noun, known: Collection[str], rivals: Collection[str], words: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """The groups of one kind; `rivals` are the codes they must not share, `words` stand for lists themselves."""
    groups = entries(place)
    inner = {name for name, _ in groups} | set(words)
    for name, entry in groups:
        refuse_reserved(entry, GROUP, name, entry.start)
        if name in rivals:
            zh = f"群组 {shown(name)} 与同名的{rival.zh}重复"
            entry.fail(Code.S14, zh, f"the group {shown(name)} is called like a {rival.en}", at=entry.start)
    return {name: _members(entry, noun, known, inner - set(known)) for name, entry in groups}


def _members(place: Place, noun: Noun, known: Collection[str], groups: Collection[str]) -> tuple[str, ...]:
    result = []
    for item in named(place):
        if isinstance(item.node, Scalar) and item.node.text in groups:
            zh = f"群组里不能再写群组 {shown(item.node.text)}"
            item.fail(Code.S21, zh, f"a group must not hold the group {shown(item.node.text)}")
        elif name := refer(item, noun, known):
            result.append(name)
    return unique(result)
