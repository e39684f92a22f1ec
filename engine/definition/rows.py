"""The section `transitions`: rows, each an act that may happen to a case."""

from __future__ import annotations

from engine.definition.conditions import read_conditions
from engine.definition.declared import refuse_reserved
from engine.definition.model import BACK, CLOSER, SAME, Condition, Row, Setting, Target
from engine.definition.names import Names, refer
from engine.definition.nodes import ListNode, Unread
from engine.definition.properties import Properties, each, properties, title
from engine.definition.reading import Place, code, word
from engine.definition.values import read_sets
from engine.definition.words import STATE, TRIGGER

KEYS = (
    "trigger",
    "ref",
    "title",
    "from",
    "to",
    "by",
    "never",
    "needs",
    "takes",
    "when",
    "via",
    "at_once_if",
    "sets",
    "hands_over_by",
    "restarts",
    "extends",
    "reports_to",
    "tells",
    "pages",
    "notice",
    "handles",
    "reopens",
)
REQUIRED = ("trigger", "title", "from", "to", "by")
TARGET_KEYS = ("to", "when", "sets")


def read_rows(place: Place, names: Names) -> tuple[Row, ...]:
    if not isinstance(place.node, ListNode):
        place.wrong("流转行的列表（每行以 - 开头）", "a list of rows (each begins with -)")
        return ()
    return tuple(_row(index, entry, names) for index, entry in enumerate(each(place, is_section=True)))


def _row(index: int, place: Place, names: Names) -> Row:
    keys = properties(place, KEYS, required=REQUIRED)
    targets = keys.read("to", lambda entry: _targets(entry, names), ())
    _refuse_misplaced(keys, targets)
    return Row(
        index=index,
        trigger=keys.read("trigger", _trigger, ""),
        ref=keys.read("ref", word, None),
        title=keys.title(),
        sources=keys.read("from", names.source_list, ()),
        targets=targets,
        by=keys.read("by", names.people_list, ()),
        never=keys.read("never", names.people_list, ()),
        needs=keys.read("needs", names.field_list, ()),
        takes=keys.read("takes", names.field_list, ()),
        when=_conditions(keys, "when", names),
        via=keys.read("via", names.meeting_list, ()),
        at_once_if=_conditions(keys, "at_once_if", names),
        sets=_sets(keys, names),
        hands_over_by=keys.read("hands_over_by", names.trigger, None),
        restarts=keys.read("restarts", names.clock_list, ()),
        extends=keys.read("extends", names.clock_list, ()),
        reports_to=keys.read("reports_to", names.meeting_list, ()),
        tells=keys.read("tells", names.people_list, ()),
        pages=keys.read("pages", names.people_list, ()),
        notice=keys.read("notice", title, None),
        handles=keys.flag("handles"),
        reopens=keys.flag("reopens"),
        mark=place.node.mark,
    )


def _trigger(place: Place) -> str:
    name = code(place)
    refuse_reserved(place, TRIGGER, name, place.node.mark)
    return name


def _conditions(keys: Properties, key: str, names: Names) -> tuple[Condition, ...]:
    return keys.read(key, lambda place: read_conditions(place, names), ())


def _sets(keys: Properties, names: Names) -> tuple[Setting, ...]:
    return keys.read("sets", lambda place: read_sets(place, names), ())


def _refuse_misplaced(keys: Properties, targets: tuple[Target, ...]) -> None:
    if "via" not in keys:
        keys.misplaced("at_once_if", "只与 via 同用", "stands beside `via` only")
    if any(target.sets for target in targets):
        keys.misplaced("sets", "不能写在行上：去向里已有 sets", "cannot stand on the row: a destination has its own")


def _targets(place: Place, names: Names) -> tuple[Target, ...]:
    """A word, or a list of entries each with `to`."""
    if isinstance(place.node, ListNode):
        return tuple(_target(entry, names) for entry in each(place))
    return (Target(to=_destination(place, names), mark=place.node.mark),)


def _target(place: Place, names: Names) -> Target:
    keys = properties(place, TARGET_KEYS, required=("to",))
    return Target(
        to=keys.read("to", lambda entry: _destination(entry, names), ""),
        when=_conditions(keys, "when", names),
        sets=_sets(keys, names),
        mark=place.node.mark,
    )


def _destination(place: Place, names: Names) -> str:
    if isinstance(place.node, Unread):
        return ""
    return refer(place, STATE, (*names.states, SAME, BACK, CLOSER))
