"""The closed lists of words, each word with what it means, as an editor offers them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.definition.meetings import WEEKDAYS
from engine.definition.model import (
    ACTOR,
    BACK,
    CLOSED,
    CLOSER,
    ENTERED,
    EVERY,
    NO_LIMIT,
    OPENED,
    RELATIONS,
    SAME,
    START,
    SYSTEM,
    DateRange,
    Distinct,
    FieldType,
    OnHoliday,
    Per,
    Pii,
    Slot,
)
from engine.definition.subjects import CASE_KINDS
from engine.definition.values import TYPE_NAMES

Words = Mapping[str, tuple[str, str]]

PEOPLE: Words = {
    "opener": ("开立事项的人", "who opened the case"),
    "reporter_side": ("开立人、被代报的人、登录的反映人", "opener, the person opened for, the reporter signed in"),
    "party": ("当事人和反映人", "parties and the reporter"),
    "relative_of_party": ("当事人的亲属", "a relative of a party"),
    "recused": ("已回避的人", "who is recused"),
    "responsible": ("责任人，或责任单位的岗位", "who is in charge, or a post at the unit in charge"),
    "successor": ("已指定、尚未签收的责任人", "named and not yet signed for"),
    "handler": ("曾任责任人或办过 handles 行的人", "was responsible or did a row that handles"),
    "holder": ("以当前层级的角色办理的人", "acts through a role of the present level"),
    "superior": ("以更高层级的角色办理的人", "acts through a role of a higher level"),
    "paged": ("最近一次 pages 及其后催办所通知的人", "told by the last `pages` or a reminder after it"),
    "reader": ("能以非只读的岗位看到事项的人", "reads it through a post that is not read only"),
    SYSTEM: ("系统：时限到期、会议未议", "clocks, and the closing of a meeting"),
}
STATES: Words = {
    "open": ("全部未终结的状态", "all states that are not final"),
    "handling": ("全部办理状态", "all states marked handling"),
}
SOURCES: Words = {START: ("开立之前（单独写）", "before opening (alone)"), **STATES}
DESTINATIONS: Words = {
    SAME: ("不动", "stay"),
    BACK: ("回到进入现状态之前的状态", "the state from which this one was entered"),
    CLOSER: ("当前层级的办理状态", "the handling state of the level"),
}
EVENTS: Words = {
    OPENED: ("开立", "the opening"),
    ENTERED: ("进入现状态", "entering the present state"),
    CLOSED: ("办结", "the closing"),
}
COUNTED: Words = {EVERY: ("全部动作（单独写）", "all triggers (alone)")}
UNLIMITED: Words = {NO_LIMIT: ("没有时限", "no limit")}
ACTING: Words = {ACTOR: ("办理人自己", "the acting person")}
WAYS: Words = {"up": ("调高", "up"), "down": ("调低", "down")}
DIMENSIONS: Words = {"level": ("层级", "the level")}
TYPES: Words = {kind.value: (TYPE_NAMES[kind], kind.value) for kind in FieldType}
SLOTS: Words = {
    Slot.RESPONSIBLE: ("责任人和责任单位", "who is responsible"),
    Slot.PARTY: ("当事人", "a party"),
    Slot.RECUSED: ("须回避的人", "who is recused"),
    Slot.UNITS: ("涉及单位", "units concerned"),
    Slot.DUE: ("期限", "the deadline"),
    Slot.PRIMARY: ("并入的主事项", "the case this one follows"),
}
PII: Words = {
    Pii.NAME: ("姓名", "a name"),
    Pii.PHONE: ("电话", "a telephone"),
    Pii.ADDRESS: ("地址", "an address"),
    Pii.FREE_TEXT: ("自由文字", "free text"),
}
RANGES: Words = {
    DateRange.ANY: ("不限", "any day"),
    DateRange.PAST: ("今天或以前", "today or before"),
    DateRange.FUTURE: ("今天或以后", "today or after"),
}
PERS: Words = {
    Per.STAY: ("每次停留", "each stay in a state"),
    Per.LEVEL: ("每个层级", "each level"),
    Per.CASE: ("每件事项", "the whole case"),
}
DISTINCT: Words = {Distinct.DAYS: ("按天数", "days"), Distinct.PEOPLE: ("按人数", "people")}
HOLIDAYS: Words = {
    OnHoliday.PREVIOUS: ("提前到前一工作日", "the working day before"),
    OnHoliday.NEXT: ("顺延到后一工作日", "the working day after"),
    OnHoliday.PREVIOUS_SAME_WEEK: ("只提前到同一周，否则不开", "the working day before in the same week, else none"),
    OnHoliday.SKIP: ("不开", "no meeting"),
}
CASES: Words = {
    "open": ("未办结", "not closed"),
    "other": ("不是本件", "not this one"),
    "alike_sealed": ("同等密级", "equally sealed"),
}
DAYS: Words = {day: (f"星期{zh}", day) for day, zh in zip(WEEKDAYS, "一二三四五六日", strict=True)}

#: Each closed list of the language, and the words told of above: they must be the same.
_COMPLETE: tuple[tuple[Collection[str], Words], ...] = (
    ((*RELATIONS, SYSTEM), PEOPLE),
    (list(Slot), SLOTS),
    (list(Pii), PII),
    (list(DateRange), RANGES),
    (list(Per), PERS),
    (list(Distinct), DISTINCT),
    (list(OnHoliday), HOLIDAYS),
    (CASE_KINDS, CASES),
)


def one_of(words: Words) -> dict[str, Any]:
    """A choice among words, each with its meaning."""
    meanings = [f"{zh} / {en}" for zh, en in words.values()]
    return {"enum": [str(word) for word in words], "enumDescriptions": meanings}


def forgotten() -> list[str]:
    """Words of the language without a meaning here, and meanings of words that the language has no more."""
    return sorted(word for known, told in _COMPLETE for word in set(known) ^ set(told))
