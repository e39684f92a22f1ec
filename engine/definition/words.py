"""How a finding names things: what was found, what is allowed, what was probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from engine.definition.nodes import Kind, ListNode, MapNode, Node, Scalar

_LONGEST_SHOWN = 40
_LONGEST_GUESSED = 64
_MOST_LISTED = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Noun:
    """A word of the language in both tongues: 状态, state."""

    zh: str
    en: str


LEVEL = Noun(zh="层级", en="level")
ROLE = Noun(zh="角色", en="role")
PEOPLE = Noun(zh="角色、群组或关系", en="role, group or relation")
FIELD = Noun(zh="字段", en="field")
CHOICE = Noun(zh="选项", en="choice")
COUNTER = Noun(zh="计数", en="counter")
CLOCK = Noun(zh="时限", en="clock")
STATE = Noun(zh="状态", en="state")
MEETING = Noun(zh="会议", en="meeting")
TRIGGER = Noun(zh="动作", en="trigger")
GROUP = Noun(zh="群组", en="group")
EVENT = Noun(zh="事件", en="event")


def shown(text: str) -> str:
    """Text from a file, fit to stand in a sentence: quoted, cut to 40 characters, no control characters."""
    short = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return "'" + "".join(mark if mark.isprintable() else " " for mark in short) + "'"


def shown_key(key: str) -> str:
    """A key as a step of a path."""
    return key if key.isidentifier() and len(key) <= _LONGEST_GUESSED else shown(key)[1:-1]


def guess(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    if len(name) > _LONGEST_GUESSED:
        return None
    close = get_close_matches(name.lower().replace("-", "_"), list(known), n=1)
    return close[0] if close else None


def listing(names: Collection[str], joint: str) -> str:
    """At most twelve names in their order, then `…`."""
    some = list(names)[:_MOST_LISTED]
    return joint.join(some + (["…"] if len(names) > _MOST_LISTED else []))


def allowed(names: Collection[str], suggestion: str | None) -> tuple[str, str]:
    """The tail of a sentence about a word that is not known, in zh and en: the suggestion, else what there is."""
    if suggestion:
        return f"，是否指 '{suggestion}'？", f", did you mean '{suggestion}'?"
    if names:
        return f"；可用：{listing(names, '、')}", f"; there are: {listing(names, ', ')}"
    return "；文件中一个也没有定义", "; the file defines none"


def found(node: Node) -> tuple[str, str]:
    """What stands at a place, in zh and en."""
    if isinstance(node, MapNode):
        return "一个映射 {…}", "a map {…}"
    if isinstance(node, ListNode):
        return "一个列表 […]", "a list […]"
    return _scalar(node) if isinstance(node, Scalar) else ("引用", "an alias")


def _scalar(node: Scalar) -> tuple[str, str]:
    text = shown(node.text)[1:-1]
    return {
        Kind.TEXT: (f"文字 '{text}'", f"the text '{text}'"),
        Kind.FLAG: (f"是非值 {text}", f"the flag {text}"),
        Kind.INTEGER: (f"整数 {text}", f"the integer {text}"),
        Kind.DECIMAL: (f"小数 {text}", f"the decimal number {text}"),
        Kind.HUGE: (f"过长的整数 {text}", f"an integer that is too long ({text})"),
        Kind.NOTHING: ("空", "nothing"),
    }[node.kind]
