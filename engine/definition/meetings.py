"""The sections `meetings` and `visibility`."""

from __future__ import annotations

from engine.definition.conditions import VISIBILITY_WHEN, read_conditions
from engine.definition.durations import hour, offset, quorum
from engine.definition.findings import Code
from engine.definition.model import CarryOver, Meeting, OnHoliday, Turn, VisibilityRule
from engine.definition.names import Names
from engine.definition.properties import Properties, each, entries, properties
from engine.definition.reading import Place, integer, natural, one_of, word
from engine.definition.steps import read_action
from engine.definition.words import allowed, guess, shown

MEETING_KEYS = ("title", "level", "members", "chair", "quorum", "every", "on_holiday", "cutoff", "carry_over")
REQUIRED = ("title", "level", "members", "chair", "quorum")
TURN_KEYS = ("week", "month", "at")
CARRY_OVER_KEYS = ("trigger", "at_most", "then")
VISIBILITY_KEYS = ("title", "when", "only_to", "never_to")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_meetings(place: Place, names: Names) -> dict[str, Meeting]:
    return {code: _meeting(code, entry, names) for code, entry in entries(place)}


def _meeting(code: str, place: Place, names: Names) -> Meeting:
    keys = properties(place, MEETING_KEYS, required=REQUIRED)
    _check_rhythm(keys)
    meeting = Meeting(
        code=code,
        title=keys.title(),
        level=keys.read("level", names.level, ""),
        members=keys.read("members", names.role_list, ()),
        chair=keys.read("chair", names.role_list, ()),
        quorum=keys.read("quorum", quorum, 100),
        every=keys.read("every", _turn, None),
        on_holiday=keys.read("on_holiday", lambda entry: one_of(entry, OnHoliday), None),
        cutoff=keys.read("cutoff", offset, None),
        carry_over=keys.read("carry_over", lambda entry: _carry_over(entry, names), None),
        mark=place.start,
    )
    _refuse_outsiders(keys, meeting)
    return meeting


def _check_rhythm(keys: Properties) -> None:
    if "every" in keys:
        keys.lacking(
            ("on_holiday",), "会议有固定日期时须写明逢假如何", "a meeting with fixed days says what a holiday does"
        )
    else:
        keys.misplaced("on_holiday", "只与 every 同用", "stands beside `every` only")


def _refuse_outsiders(keys: Properties, meeting: Meeting) -> None:
    """S21: whoever chairs is a member."""
    outsiders = [role for role in meeting.chair if role not in meeting.members]
    if outsiders and meeting.members:
        zh = f"主持人 {'、'.join(outsiders)} 不在成员（members）中"
        keys["chair"].fail(Code.S21, zh, f"the chair {', '.join(outsiders)} is not among the members")


def _turn(place: Place) -> Turn:
    keys = properties(place, TURN_KEYS, required=("at",))
    keys.lacking(("week", "month"), "须写星期几或每月几日", "a weekday or a day of the month")
    if "week" in keys:
        keys.misplaced("month", "与 week 只能写一个", "and `week` exclude each other")
    return Turn(
        weekday=keys.read("week", _weekday, None),
        monthday=keys.read("month", lambda entry: integer(entry, least=1, most=31), None),
        at=keys.read("at", hour, Turn().at),
    )


def _weekday(place: Place) -> int:
    name = word(place)
    if name in WEEKDAYS:
        return WEEKDAYS.index(name)
    if name:
        zh, en = allowed(WEEKDAYS, guess(name, WEEKDAYS))
        place.fail(Code.S11, f"不认识的星期 {shown(name)}{zh}", f"{shown(name)} is no weekday{en}")
    return 0


def _carry_over(place: Place, names: Names) -> CarryOver:
    keys = properties(place, CARRY_OVER_KEYS, required=("trigger",))
    if "at_most" not in keys:
        keys.misplaced("then", "须有 at_most：超过几次才触发", "needs `at_most`: after how many times")
    return CarryOver(
        trigger=keys.read("trigger", names.trigger, ""),
        at_most=keys.read("at_most", natural, None),
        then=keys.read("then", lambda entry: read_action(entry, names), None),
        mark=place.node.mark,
    )


# --- visibility ----------------------------------------------------------------------------------------------------


def read_visibility(place: Place, names: Names) -> tuple[VisibilityRule, ...]:
    """One rule or a list of them."""
    return tuple(_rule(entry, names) for entry in each(place, is_section=True))


def _rule(place: Place, names: Names) -> VisibilityRule:
    keys = properties(place, VISIBILITY_KEYS, required=("title", "when"))
    keys.lacking(("only_to", "never_to"), "须写明谁可见或谁不可见", "who may see it, or who may not")
    if "only_to" in keys:
        keys.misplaced("never_to", "与 only_to 只能写一个", "and `only_to` exclude each other")
    return VisibilityRule(
        title=keys.title(),
        when=keys.read("when", lambda entry: read_conditions(entry, names, VISIBILITY_WHEN), ()),
        only_to=keys.read("only_to", names.people_list, ()),
        never_to=keys.read("never_to", names.people_list, ()),
        mark=place.node.mark,
    )
