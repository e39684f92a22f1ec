"""The sections `levels`, `roles` and `states`: where a case can be, and who is there."""

from __future__ import annotations

from engine.definition.findings import Code
from engine.definition.model import Level, Role, Slot, State
from engine.definition.names import Names
from engine.definition.properties import Properties, entries, properties, title
from engine.definition.reading import Place

ROLE_KEYS = ("title", "level", "by_unit", "read_only")
ROLE_REQUIRED = ("title", "level")
STATE_KEYS = ("title", "level", "handling", "gate", "runs", "final", "follows")
STATE_REQUIRED = ("title",)


def read_levels(place: Place) -> dict[str, Level]:
    """Lowest first, as written."""
    return {
        code: Level(code=code, title=title(entry), rank=rank, mark=entry.start)
        for rank, (code, entry) in enumerate(entries(place, least=1))
    }


def read_roles(place: Place, names: Names) -> dict[str, Role]:
    return {code: _role(code, entry, names) for code, entry in entries(place)}


def _role(code: str, place: Place, names: Names) -> Role:
    keys = properties(place, ROLE_KEYS, required=ROLE_REQUIRED)
    return Role(
        code=code,
        title=keys.title(),
        level=keys.read("level", names.level, ""),
        by_unit=keys.flag("by_unit"),
        read_only=keys.flag("read_only"),
        mark=place.start,
    )


def read_states(place: Place, names: Names) -> dict[str, State]:
    return {code: _state(code, entry, names) for code, entry in entries(place)}


def _state(code: str, place: Place, names: Names) -> State:
    keys = properties(place, STATE_KEYS, required=STATE_REQUIRED)
    state = State(
        code=code,
        title=keys.title(),
        level=keys.read("level", names.level, "") or None,
        handling=keys.flag("handling"),
        gate=keys.read("gate", names.meeting_list, ()),
        runs=keys.read("runs", names.clock_list, ()),
        final=keys.flag("final"),
        follows=keys.read("follows", lambda entry: _primary(entry, names), None),
        mark=place.start,
    )
    _refuse_contradictions(keys, state)
    return state


def _primary(place: Place, names: Names) -> str:
    """`follows` names the field that says which case is the primary one."""
    code = names.field(place)
    field = names.fields.get(code)
    if field is not None and field.fills is not Slot.PRIMARY:
        zh, en = "follows 须指一个 fills: primary 的字段", "follows names a field that `fills: primary`"
        place.fail(Code.S11, zh, en)
    return code


def _refuse_contradictions(keys: Properties, state: State) -> None:
    if state.final:
        for key in ("handling", "gate", "runs"):
            if key != "handling" or state.handling:
                keys.misplaced(key, "不能用于终结状态", "has no place in a final state")
    else:
        keys.misplaced("follows", "只用于终结状态", "is only for a final state")
    if state.handling:
        keys.lacking(("level",), "办理状态（handling）须写明层级", "a handling state says its level")
