"""What a closing makes of the items, in words and numbers that add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.present import title
from engine.definition.model import Row
from engine.meetings.queries import ItemView, MeetingView

#: code of a refusal -> (zh, en); what is not here is a condition of the rules.
_VOID = {
    "state": ("会前已不在待议，现在是「{state}」", "it no longer waits: now '{state}'"),
    "role": ("议定的人已不在这个岗位", "who decided no longer holds that post"),
    "case_not_found": ("事项已不可见", "the case is out of sight"),
    "fields": ("填的内容现在不成立", "what was filled in no longer holds"),
}
_NEVER = ("议定的人须回避", "who decided must keep out of it")
_CONDITION = ("规则的条件现在不满足", "a condition of the rules no longer holds")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """One line of the table: so many items, and what they lead to. `kind` is effective, void, carried, consequence,
    left or waiting."""

    kind: str
    title: str
    count: int
    leads_to: str = ""
    often: int = 0


def summary(view: MeetingView, english: bool) -> list[Sum]:
    """Every item in exactly one line: decisions by their title, then what has none."""
    found: dict[tuple[str, str, str], list[ItemView]] = {}
    for item in view.items:
        found.setdefault(_line(view, item, english), []).append(item)
    lines = [_sum(view, key, items, english) for key, items in found.items()]
    order = ("effective", "left", "void", "carried", "consequence", "waiting")
    return sorted(lines, key=lambda each: order.index(each.kind))


def _line(view: MeetingView, item: ItemView, english: bool) -> tuple[str, str, str]:
    """(kind, title, state it leads to). What somebody decided to carry over is carried over."""
    kind = item.item.outcome or "waiting"
    row = _row(item)
    carry = view.rules.carry_over
    if kind == "effective" and row is not None and carry is not None and row.trigger == carry.trigger:
        return "carried", "", ""
    if kind == "effective" and row is not None:
        return kind, title(row.title, english), _target(item, row, english)
    if kind == "left":
        return kind, title(item.case.workflow.states[item.case.state.state].title, english), ""
    return kind, "", ""


def _row(item: ItemView) -> Row | None:
    """The row of the decision: by its trigger, from a state that this kind of meeting decides on."""
    rows = [row for row in item.case.workflow.rows if row.trigger == item.trigger]
    here = [row for row in rows if item.case.state.state in row.sources]
    return next(iter([*here, *rows]), None)


def _target(item: ItemView, row: Row, english: bool) -> str:
    state = item.case.workflow.states.get(row.targets[-1].to)
    return title(state.title, english) if state else ""


def _sum(view: MeetingView, key: tuple[str, str, str], items: list[ItemView], english: bool) -> Sum:
    kind, words, leads_to = key
    carry = view.rules.carry_over
    most = carry.at_most if carry else None
    carried = kind == "carried" and most is not None
    often = sum(_times(view, item) >= (most or 0) for item in items) if carried else 0
    if kind == "consequence":
        leads_to = next(iter(_consequences(view, english)), "")
    return Sum(kind=kind, title=words, count=len(items), leads_to=leads_to, often=often)


def _times(view: MeetingView, item: ItemView) -> int:
    """How often it will have been carried over after this closing."""
    before = view.meeting.status == "open"
    return item.case.state.stay.carried + before


def _consequences(view: MeetingView, english: bool) -> Iterator[str]:
    carry = view.rules.carry_over
    if carry is None or carry.then is None:
        return
    for row in view.workflow.rows:
        if row.trigger == carry.then.fire:
            yield title(row.title, english)


def why_void(item: ItemView, english: bool) -> str:
    """Why a decision does not take effect."""
    code = item.item.refusal or ""
    text = _NEVER if code.startswith("never:") else _VOID.get(code, _CONDITION)
    return text[english].format(state=title(item.case.workflow.states[item.case.state.state].title, english))
