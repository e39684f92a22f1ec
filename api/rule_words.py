"""The values of a rules file in words: people, states, durations, steps, destinations … each as (zh, en)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from api.condition_texts import Text, people_titles
from api.condition_words import asked
from engine.definition.model import (
    BACK,
    CLOSER,
    EVERY,
    SAME,
    START,
    CarryOver,
    Duration,
    Row,
    Setting,
    Step,
    Target,
    TimeUnit,
    Title,
    Turn,
    Workflow,
)
from engine.definition.values import TYPE_NAMES

NOTHING: Text = ("无", "none")
_WORDS: dict[str, Text] = {
    START: ("开立之前", "the start"),
    SAME: ("不动", "stay"),
    BACK: ("返回原状态", "back where it was"),
    CLOSER: ("本级办理状态", "the level's handling state"),
    EVERY: ("全部动作", "every trigger"),
    "stay": ("每次停留", "each stay"),
    "level": ("每个层级", "each level"),
    "case": ("每件事项", "the whole case"),
    "days": ("按天数", "days"),
    "people": ("按人数", "people"),
    "any": ("不限", "any day"),
    "past": ("今天或以前", "today or before"),
    "future": ("今天或以后", "today or after"),
    "previous_working_day": ("提前到前一工作日", "the working day before"),
    "next_working_day": ("顺延到后一工作日", "the working day after"),
    "previous_working_day_same_week_else_skip": (
        "只提前到同一周，否则不开",
        "the working day before in the same week, else none",
    ),
    "skip": ("不开", "no meeting"),
    **{str(kind): (zh, str(kind)) for kind, zh in TYPE_NAMES.items()},
}
_UNITS: dict[TimeUnit, str] = {
    TimeUnit.MINUTES: "分钟",
    TimeUnit.HOURS: "小时",
    TimeUnit.BUSINESS_HOURS: "工作小时",
    TimeUnit.NATURAL_DAYS: "个自然日",
    TimeUnit.WORKING_DAYS: "个工作日",
}
_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def both(title: Title) -> Text:
    return title.zh, title.en


def listed(texts: Iterable[Text], zh: str = "、", en: str = ", ") -> Text:
    """Several in one; `none` where there is nothing."""
    found = list(texts)
    return (zh.join(text[0] for text in found), en.join(text[1] for text in found)) if found else NOTHING


def plain(value: Any) -> Text:
    """A word of the language, a flag, a number or a text."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    return _WORDS.get(str(value), (str(value), str(value)))


def duration(value: Duration | None) -> Text:
    if value is None:
        return "不限", "no limit"
    unit = value.unit.value.removesuffix("s") if value.number == 1 else value.unit.value
    return f"{value.number} {_UNITS[value.unit]}", f"{value.number} {unit}"


def person(workflow: Workflow, code: str) -> Text:
    return people_titles(workflow, (code,))


def state(workflow: Workflow, code: str) -> Text:
    return both(workflow.states[code].title) if code in workflow.states else plain(code)


def states(workflow: Workflow, codes: tuple[str, ...]) -> Text:
    """Their titles; all open states by the word for them."""
    if len(codes) > 1 and set(codes) == {each.code for each in workflow.states.values() if not each.final}:
        return "任何未办结状态", "any open state"
    return listed(state(workflow, code) for code in codes)


def trigger(workflow: Workflow, code: str) -> Text:
    """The titles of its rows, each once."""
    titles = dict.fromkeys(both(row.title) for row in workflow.rows if row.trigger == code)
    return listed(titles, "／", " / ") if titles else plain(code)


def named(section: str) -> Callable[[Workflow, str], Text]:
    """How a code of this section is told: by its title."""
    return lambda workflow, code: both(getattr(workflow, section)[code].title)


def row(workflow: Workflow, told: Row) -> Text:
    """`「T07 上报碰头会」（refer_to_village，自 已上报待受理）`."""
    zh, en = states(workflow, told.sources)
    ref = f"{told.ref} " if told.ref else ""
    return (
        f"「{ref}{told.title.zh}」（{told.trigger}，自 {zh}）",
        f'"{ref}{told.title.en}" ({told.trigger}, from {en})',
    )


def value(workflow: Workflow, field: str, given: Any) -> Text:
    """A value that a file gives to a field."""
    choices = workflow.fields[field].choices
    return both(choices[given]) if isinstance(given, str) and given in choices else plain(given)


def setting(workflow: Workflow, given: Setting) -> Text:
    title = workflow.fields[given.field].title
    if given.actor:
        zh, en = "办理人", "the acting person"
    elif given.role:
        zh, en = person(workflow, given.role)
    else:
        zh, en = value(workflow, given.field, given.value)
    return f"「{title.zh}」={zh}", f"{title.en} = {en}"


def target(workflow: Workflow, given: Target) -> Text:
    """A destination with its conditions and what it sets."""
    zh, en = state(workflow, given.to)
    if given.when:
        if_zh, if_en = listed((asked(workflow, each) for each in given.when), "，且", " and ")
        zh, en = f"{zh}（如{if_zh}）", f"{en} (if {if_en})"
    if given.sets:
        set_zh, set_en = listed(setting(workflow, each) for each in given.sets)
        zh, en = f"{zh}，并写定{set_zh}", f"{en}, setting {set_en}"
    return zh, en


def targets(workflow: Workflow, given: tuple[Target, ...]) -> Text:
    return listed((target(workflow, each) for each in given), "；否则 ", "; else ")


def step(workflow: Workflow, given: Step) -> Text:
    zh, en = action(workflow, given)
    zh, en = f"{given.at}% 时{zh}", f"at {given.at}% {en}"
    if given.when:
        if_zh, if_en = listed((asked(workflow, each) for each in given.when), "，且", " and ")
        zh, en = f"{zh}（如{if_zh}）", f"{en} (if {if_en})"
    return zh, en


def action(workflow: Workflow, given: Step) -> Text:
    """Who is reminded, or what is fired with which values."""
    if given.fire is None:
        zh, en = listed(person(workflow, code) for code in given.remind)
        return f"催办{zh}", f"remind {en}"
    zh, en = trigger(workflow, given.fire)
    parts = [(both(workflow.fields[code].title), value(workflow, code, one)) for code, one in given.with_values.items()]
    if parts:
        with_zh, with_en = listed((f"{name[0]}={one[0]}", f"{name[1]} = {one[1]}") for name, one in parts)
        zh, en = f"{zh}（{with_zh}）", f"{en} ({with_en})"
    return f"自动办理「{zh}」", f"fire {en}"


def turn(given: Turn | None) -> Text:
    if given is None:
        return "临时召集", "when called"
    at = given.at.strftime("%H:%M")
    if given.weekday is not None:
        return f"每周星期{_DAYS_ZH[given.weekday]} {at}", f"every {_DAYS_EN[given.weekday]} {at}"
    return f"每月 {given.monthday} 日 {at}", f"day {given.monthday} of the month {at}"


def carry_over(workflow: Workflow, given: CarryOver | None) -> Text:
    if given is None:
        return NOTHING
    zh, en = trigger(workflow, given.trigger)
    if given.at_most is not None:
        zh, en = f"{zh}，至多 {given.at_most} 次", f"{en}, at most {given.at_most} times"
    if given.then is not None:
        then_zh, then_en = action(workflow, given.then)
        zh, en = f"{zh}，此后{then_zh}", f"{en}, then {then_en}"
    return zh, en
