"""The tree of a file before anybody asks what it means: scalars, lists and maps, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from engine.definition.model import Mark

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})

#: More digits than any count here needs; longer ones are no integers for us.
MAX_DIGITS = 15


class Kind(StrEnum):
    """What a scalar is by the core rules of YAML 1.2."""

    TEXT = "text"
    FLAG = "flag"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NOTHING = "nothing"
    HUGE = "huge"  #: an integer of more than `MAX_DIGITS` digits


@dataclass(frozen=True, slots=True)
class Scalar:
    """`text` is as written; `value` is a str, bool or int by `kind`, None for the other kinds."""

    mark: Mark
    text: str
    kind: Kind
    value: str | bool | int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a map; `mark` is where the key stands."""

    key: str
    mark: Mark
    node: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    mark: Mark
    entries: tuple[Entry, ...]

    def get(self, key: str) -> Node | None:
        return next((entry.node for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True, slots=True)
class ListNode:
    mark: Mark
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Something already refused (an alias): whoever meets it says nothing more."""

    mark: Mark


Node = Scalar | MapNode | ListNode | Unread


def resolve(text: str, mark: Mark, *, quoted: bool) -> Scalar:
    """What a scalar means by YAML 1.2 core: `on`, `NO`, `12:30` are text, `0755` is 755, what is quoted is text."""
    if quoted:
        return Scalar(mark, text, Kind.TEXT, text)
    if text in _NOTHING:
        return Scalar(mark, text, Kind.NOTHING, None)
    if text in _FLAGS:
        return Scalar(mark, text, Kind.FLAG, _FLAGS[text])
    return _number(text, mark) or Scalar(mark, text, Kind.TEXT, text)


def _number(text: str, mark: Mark) -> Scalar | None:
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.match(text):
            if len(text.lstrip("+-0ox")) > MAX_DIGITS:
                return Scalar(mark, text, Kind.HUGE, None)
            return Scalar(mark, text, Kind.INTEGER, int(text, base))
    return Scalar(mark, text, Kind.DECIMAL, None) if _DECIMAL.match(text) else None
