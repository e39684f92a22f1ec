"""What two versions of one thing differ in: two values compared key by key, wherever they stand in their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from engine.definition.model import (
    NOWHERE,
    Clock,
    Counter,
    Field,
    Level,
    Meeting,
    Role,
    Row,
    State,
    VisibilityRule,
    Workflow,
)

Thing = Level | Role | Field | State | Row | Counter | Clock | Meeting | VisibilityRule | Workflow

#: The keys of each kind that can be told apart, the weightiest first. `trigger` and `ref` of a row are its meaning.
KEYS: Mapping[type, tuple[str, ...]] = {
    Workflow: ("draft", "title", "timezone", "calendar", "business_hours", "currency"),
    Level: ("rank", "title"),
    Role: ("level", "by_unit", "read_only", "title"),
    State: ("level", "final", "handling", "gate", "runs", "follows", "title"),
    Row: (
        "sources",
        "targets",
        "by",
        "never",
        "via",
        "at_once_if",
        "when",
        "needs",
        "takes",
        "sets",
        "hands_over_by",
        "handles",
        "reopens",
        "restarts",
        "extends",
        "reports_to",
        "pages",
        "tells",
        "notice",
        "title",
    ),
    Field: (
        "type",
        "of",
        "choices",
        "min_length",
        "max_length",
        "at_least",
        "at_most",
        "range",
        "pii",
        "default",
        "fills",
        "title",
    ),
    Counter: ("of", "per", "where", "distinct", "title"),
    Clock: ("per", "by", "limits", "until", "when", "grace", "total", "steps", "title"),
    Meeting: ("level", "members", "chair", "quorum", "every", "on_holiday", "cutoff", "carry_over", "title"),
    VisibilityRule: ("when", "only_to", "never_to", "title"),
}

#: Keys whose values say nothing else in another order.
_UNORDERED = frozenset(
    {
        "sources",
        "by",
        "never",
        "via",
        "needs",
        "takes",
        "restarts",
        "extends",
        "reports_to",
        "pages",
        "tells",
        "runs",
        "of",
        "members",
        "chair",
        "only_to",
        "never_to",
        "when",
        "at_once_if",
        "where",
        "steps",
        "sets",
    }
)
_ORDERED_MAPS = frozenset({"choices"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One key whose value is another; both values without their places in the files."""

    key: str
    before: Any
    after: Any


def changes(old: Thing, new: Thing) -> tuple[Change, ...]:
    """The keys in which two things of one kind differ, the weightiest first; empty where they mean the same."""
    found = [Change(key=key, before=bare(getattr(old, key)), after=bare(getattr(new, key))) for key in KEYS[type(old)]]
    return tuple(change for change in found if _differs(change))


def _differs(change: Change) -> bool:
    before, after = change.before, change.after
    if before == after:
        return change.key in _ORDERED_MAPS and list(before) != list(after)
    if change.key in _UNORDERED and isinstance(before, tuple):
        return bool(only_in(before, after) or only_in(after, before))
    return True


def only_in(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """What the one holds and the other does not, in its order."""
    return tuple(each for each in one if each not in other)


def bare(value: Any) -> Any:
    """The value without the places in the file."""
    if is_dataclass(value) and not isinstance(value, type):
        inner: dict[str, Any] = {each.name: bare(getattr(value, each.name)) for each in fields(value)}
        return replace(value, **{key: NOWHERE if key == "mark" else part for key, part in inner.items()})
    if isinstance(value, Mapping):
        return {key: bare(part) for key, part in value.items()}
    return tuple(bare(part) for part in value) if isinstance(value, tuple) else value
