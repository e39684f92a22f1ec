"""The standard sentence of a refused condition (language.md section 6), with titles and present values filled in. Each
kind of condition has its sentence and its negative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.definition.model import (
    RELATIONS,
    ActorIs,
    AllOf,
    AnyOf,
    CaseIs,
    ClockPast,
    Condition,
    CounterBound,
    Duration,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldShare,
    LevelIs,
    Not,
    PersonIs,
    Since,
    Title,
    Value,
    Workflow,
)

Text = tuple[str, str]
Facts = Mapping[str, Value]

RELATION_TITLES: dict[str, Text] = {
    "opener": ("开立人", "who opened it"),
    "reporter_side": ("反映人一方", "the reporter's side"),
    "party": ("当事人", "a party"),
    "relative_of_party": ("当事人的亲属", "a relative of a party"),
    "recused": ("已回避的人", "who is recused"),
    "responsible": ("责任人", "who is responsible"),
    "successor": ("待签收的责任人", "who is to sign for it"),
    "handler": ("办理人", "a handler"),
    "holder": ("当前层级的干部", "a post of the present level"),
    "superior": ("上一级干部", "a post of a higher level"),
    "paged": ("已通知的人", "who was paged"),
    "reader": ("可查看本事项的人员", "who may read it"),
    "system": ("系统", "the system"),
}
_EVENTS: dict[str, Text] = {
    "opened": ("开立", "the opening"),
    "entered": ("进入当前状态", "entering this state"),
    "closed": ("办结销号", "the closing"),
}
UNITS: dict[str, Text] = {
    "minutes": ("分钟", "minutes"),
    "hours": ("小时", "hours"),
    "business hours": ("工作小时", "business hours"),
    "natural days": ("日", "days"),
    "working days": ("个工作日", "working days"),
}


def sentence(workflow: Workflow, condition: Condition, facts: Facts, *, negated: bool = False) -> Text:
    """(zh, en): what the file says in `refuse`, else the standard text, or its negative."""
    if condition.refuse is not None:
        return condition.refuse.zh, condition.refuse.en
    return _TEXTS[type(condition)](_Asked(workflow, facts, negated), condition)


class _Asked:
    """Where and how a sentence is spoken."""

    def __init__(self, workflow: Workflow, facts: Facts, negated: bool) -> None:
        self.workflow, self.facts, self.negated = workflow, facts, negated

    def field(self, code: str) -> Text:
        return _pair(self.workflow.fields[code].title)

    def either(self, plain: Text, negative: Text) -> Text:
        return negative if self.negated else plain


def people_titles(workflow: Workflow, names: tuple[str, ...]) -> Text:
    titles = [_person(workflow, name) for name in names]
    return "、".join(zh for zh, _ in titles), " or ".join(en for _, en in titles)


def _person(workflow: Workflow, name: str) -> Text:
    if name in RELATION_TITLES and (name in RELATIONS or name == "system"):
        return RELATION_TITLES[name]
    return _pair(workflow.roles[name].title)


def _pair(title: Title) -> Text:
    return title.zh, title.en


# --- fields ----------------------------------------------------------------------------------------------------------


def _is(asked: _Asked, condition: FieldIs) -> Text:
    zh, en = asked.field(condition.field)
    v_zh, v_en = _values(asked.workflow, condition.field, condition.values)
    return asked.either(
        (f"「{zh}」须为{v_zh}", f"{en} must be {v_en}"), (f"「{zh}」不得为{v_zh}", f"{en} must not be {v_en}")
    )


def _values(workflow: Workflow, code: str, values: tuple[Value, ...]) -> Text:
    choices = workflow.fields[code].choices
    titles = [_value(choices, value) for value in values]
    return "、".join(zh for zh, _ in titles), ", ".join(en for _, en in titles)


def _value(choices: Mapping[str, Title], value: Value) -> Text:
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    return _pair(choices[value]) if value in choices else (str(value), str(value))


def _given(asked: _Asked, condition: FieldGiven) -> Text:
    zh, en = asked.field(condition.field)
    if condition.now:
        return asked.either(
            (f"请在本次填写「{zh}」", f"Fill in {en} this time"), (f"本次不得填写「{zh}」", f"Leave out {en} this time")
        )
    return asked.either((f"请填写「{zh}」", f"Fill in {en}"), (f"不得填写「{zh}」", f"Leave out {en}"))


def _bound(asked: _Asked, condition: FieldBound) -> Text:
    zh, en = asked.field(condition.field)
    dated = isinstance(condition.at_least, Duration) or isinstance(condition.at_most, Duration)
    under, over = (("早于", "before"), ("晚于", "after")) if dated else (("少于", "under"), ("超过", "over"))
    bounds = [(word, _amount(bound)) for word, bound in ((under, condition.at_least), (over, condition.at_most))
              if bound is not None]  # fmt: skip
    plain = _joined([(f"不得{w[0]}{n[0]}", f"must not be {w[1]} {n[1]}") for w, n in bounds], "，", " and ")
    negative = _joined([(f"须{w[0]}{n[0]}", f"must be {w[1]} {n[1]}") for w, n in bounds], " 或", " or ")
    text = asked.either(plain, negative)
    return f"「{zh}」{text[0]}", f"{en} {text[1]}"


def _joined(parts: list[Text], zh: str, en: str) -> Text:
    return zh.join(part[0] for part in parts), en.join(part[1] for part in parts)


def _amount(bound: int | Duration) -> Text:
    if isinstance(bound, Duration):
        zh, en = span_text(bound)
        return f"今日起 {zh}", f"{en} from today"
    return f" {bound}", str(bound)


def span_text(span: Duration) -> Text:
    zh, en = UNITS[span.unit.value]
    singular = en.removesuffix("s") if span.number == 1 else en
    return f"{span.number} {zh}", f"{span.number} {singular}"


def _change(asked: _Asked, condition: FieldChange) -> Text:
    zh, en = asked.field(condition.field)
    way = ("调高", "up") if condition.up else ("调低", "down")
    plain = f"「{zh}」只能{way[0]}", f"{en} may only go {way[1]}"
    return asked.either(plain, (f"「{zh}」不能{way[0]}", f"{en} may not go {way[1]}"))


# --- counters, time, level -------------------------------------------------------------------------------------------


def _counter(asked: _Asked, condition: CounterBound) -> Text:
    zh, en = _pair(asked.workflow.counters[condition.counter].title)
    found = asked.facts.get(f"counter:{condition.counter}", 0)
    low, high = condition.at_least, condition.at_most
    plain = [(f"至少 {low}", f"at least {low}")] * (low is not None) + [(f"至多 {high}", f"at most {high}")] * (
        high is not None
    )
    negative = [(f"须少于 {low}", f"under {low}")] * (low is not None) + [(f"须超过 {high}", f"over {high}")] * (
        high is not None
    )
    text = asked.either(_joined(plain, "、", " and "), _joined(negative, " 或", " or "))
    return f"「{zh}」为 {found}，{text[0]}", f"{en} is {found}, must be {text[1]}"


def _since(asked: _Asked, condition: Since) -> Text:
    zh, en = _event(asked.workflow, condition.event)
    low, high = (span_text(bound) if bound else None for bound in (condition.at_least, condition.at_most))
    plain = [(f"须满 {low[0]}", f"at least {low[1]}")] if low else []
    plain += [(f"不超过 {high[0]}", f"at most {high[1]}")] if high else []
    negative = [(f"须未满 {low[0]}", f"under {low[1]}")] if low else []
    negative += [(f"须超过 {high[0]}", f"over {high[1]}")] if high else []
    text = asked.either(_joined(plain, "，", " and "), _joined(negative, " 或", " or "))
    return f"距「{zh}」{text[0]}", f"the time since {en} must be {text[1]}"


def _event(workflow: Workflow, event: str) -> Text:
    if event in _EVENTS:
        return _EVENTS[event]
    return next(_pair(row.title) for row in workflow.rows if row.trigger == event)


def _level(asked: _Asked, condition: LevelIs) -> Text:
    zh, en = _joined([_pair(asked.workflow.levels[level].title) for level in condition.levels], "、", ", ")
    return asked.either((f"仅限{zh}一级", f"only at level {en}"), (f"不得在{zh}一级", f"not at level {en}"))


# --- people ----------------------------------------------------------------------------------------------------------


def _actor(asked: _Asked, condition: ActorIs) -> Text:
    zh, en = people_titles(asked.workflow, condition.people)
    return asked.either((f"须由{zh}办理", f"only {en} may do this"), (f"不得由{zh}办理", f"{en} may not do this"))


def _whose(asked: _Asked, condition: PersonIs) -> Text:
    zh, en = asked.field(condition.field)
    p_zh, p_en = people_titles(asked.workflow, condition.people)
    return asked.either(
        (f"「{zh}」须为{p_zh}", f"{en} must be {p_en}"), (f"「{zh}」不得为{p_zh}", f"{en} must not be {p_en}")
    )


_CASES: dict[str, Text] = {
    "open": ("未办结", "open"),
    "other": ("另一件", "another"),
    "alike_sealed": ("同等密级", "equally sealed"),
}


def _which(asked: _Asked, condition: CaseIs) -> Text:
    zh, en = asked.field(condition.field)
    kinds = [_CASES[kind] for kind in condition.kinds]
    words = "、".join(kind for kind, _ in kinds), ", ".join(kind for _, kind in kinds)
    plain = f"「{zh}」须为{words[0]}的事项", f"{en} must be a case that is {words[1]}"
    return asked.either(plain, (f"「{zh}」不得为{words[0]}的事项", f"{en} must not be a case that is {words[1]}"))


def _past(asked: _Asked, condition: ClockPast) -> Text:
    zh, en = _pair(asked.workflow.clocks[condition.clock].title)
    share = condition.past
    return asked.either(
        (f"「{zh}」尚未用到 {share}%", f"{en} has not used {share}% yet"),
        (f"「{zh}」已用到 {share}%", f"{en} has used {share}% already"),
    )


def _share(asked: _Asked, condition: FieldShare) -> Text:
    zh, en = asked.field(condition.field)
    clock = _pair(asked.workflow.clocks[condition.clock].title)
    day, share = asked.facts.get(f"latest:{condition.field}", "…"), condition.at_most
    return asked.either(
        (
            f"「{zh}」最晚到 {day}（「{clock[0]}」时限的 {share}%）",
            f"{en} may be {day} at the latest ({share}% of {clock[1]})",
        ),
        (
            f"「{zh}」须晚于 {day}（「{clock[0]}」时限的 {share}%）",
            f"{en} must be later than {day} ({share}% of {clock[1]})",
        ),
    )


# --- several ---------------------------------------------------------------------------------------------------------


def _any(asked: _Asked, condition: AnyOf) -> Text:
    return _several(asked, condition.conditions, one=not asked.negated)


def _all(asked: _Asked, condition: AllOf) -> Text:
    return _several(asked, condition.conditions, one=asked.negated)


def _several(asked: _Asked, conditions: tuple[Condition, ...], *, one: bool) -> Text:
    """Not any is: all not; not all is: one not."""
    texts = [sentence(asked.workflow, each, asked.facts, negated=asked.negated) for each in conditions]
    zh, en = _joined(texts, "；", "; ")
    return (f"以下须有一项：{zh}", f"one of: {en}") if one else (f"以下须全部满足：{zh}", f"all of: {en}")


def _not(asked: _Asked, condition: Not) -> Text:
    return sentence(asked.workflow, condition.condition, asked.facts, negated=not asked.negated)


_TEXTS: dict[type[Condition], Callable[[_Asked, Any], Text]] = {
    FieldIs: _is,
    FieldGiven: _given,
    FieldBound: _bound,
    FieldChange: _change,
    FieldShare: _share,
    ClockPast: _past,
    CounterBound: _counter,
    Since: _since,
    LevelIs: _level,
    ActorIs: _actor,
    PersonIs: _whose,
    CaseIs: _which,
    AnyOf: _any,
    AllOf: _all,
    Not: _not,
}
