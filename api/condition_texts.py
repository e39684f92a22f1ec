"""The standard sentence of a refused condition (language.md section 6), with titles and present values filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.definition.model import (
    RELATIONS,
    ActorIs,
    AllOf,
    AnyOf,
    Condition,
    CounterBound,
    Duration,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
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
_UNITS: dict[str, Text] = {
    "minutes": ("分钟", "minutes"),
    "hours": ("小时", "hours"),
    "business hours": ("工作小时", "business hours"),
    "natural days": ("日", "days"),
    "working days": ("个工作日", "working days"),
}


def sentence(workflow: Workflow, condition: Condition, facts: Facts) -> Text:
    """(zh, en): what the file says in `refuse`, else the standard text."""
    if condition.refuse is not None:
        return condition.refuse.zh, condition.refuse.en
    return _TEXTS[type(condition)](workflow, condition, facts)


def people_titles(workflow: Workflow, names: tuple[str, ...]) -> Text:
    titles = [_person(workflow, name) for name in names]
    return "、".join(zh for zh, _ in titles), " or ".join(en for _, en in titles)


def _person(workflow: Workflow, name: str) -> Text:
    if name in RELATION_TITLES and (name in RELATIONS or name == "system"):
        return RELATION_TITLES[name]
    return _pair(workflow.roles[name].title)


def _pair(title: Title) -> Text:
    return title.zh, title.en


def _field(workflow: Workflow, code: str) -> Text:
    return _pair(workflow.fields[code].title)


def _values(workflow: Workflow, code: str, values: tuple[Value, ...]) -> Text:
    choices = workflow.fields[code].choices
    titles = [_value(choices, value) for value in values]
    return "、".join(zh for zh, _ in titles), ", ".join(en for _, en in titles)


def _value(choices: Mapping[str, Title], value: Value) -> Text:
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    return _pair(choices[value]) if value in choices else (str(value), str(value))


def _is(workflow: Workflow, asked: FieldIs, _: Facts) -> Text:
    (zh, en), (v_zh, v_en) = _field(workflow, asked.field), _values(workflow, asked.field, asked.values)
    return f"「{zh}」须为{v_zh}", f"{en} must be {v_en}"


def _given(workflow: Workflow, asked: FieldGiven, _: Facts) -> Text:
    zh, en = _field(workflow, asked.field)
    return f"请填写「{zh}」", f"Fill in {en}"


def _bound(workflow: Workflow, asked: FieldBound, _: Facts) -> Text:
    zh, en = _field(workflow, asked.field)
    low, high = asked.at_least, asked.at_most
    least = ("不得早于" if isinstance(low, Duration) else "不得少于", "must not be under")
    parts = [(f"{least[0]}{_amount(low)[0]}", f"{least[1]} {_amount(low)[1]}")] if low is not None else []
    if high is not None:
        parts.append((f"不得超过{_amount(high)[0]}", f"must not be over {_amount(high)[1]}"))
    return f"「{zh}」" + "，".join(p[0] for p in parts), f"{en} " + " and ".join(p[1] for p in parts)


def _amount(bound: int | Duration) -> Text:
    if isinstance(bound, Duration):
        zh, en = _span(bound)
        return f"今日起{zh}", f"{en} from today"
    return str(bound), str(bound)


def _span(span: Duration) -> Text:
    zh, en = _UNITS[span.unit.value]
    singular = en.removesuffix("s") if span.number == 1 else en
    return f"{span.number}{zh}" if zh.startswith("个") else f"{span.number} {zh}", f"{span.number} {singular}"


def _change(workflow: Workflow, asked: FieldChange, _: Facts) -> Text:
    zh, en = _field(workflow, asked.field)
    return f"「{zh}」只能{'调高' if asked.up else '调低'}", f"{en} may only go {'up' if asked.up else 'down'}"


def _counter(workflow: Workflow, asked: CounterBound, facts: Facts) -> Text:
    zh, en = _pair(workflow.counters[asked.counter].title)
    found = facts.get(f"counter:{asked.counter}", 0)
    parts = []
    if asked.at_least is not None:
        parts.append((f"至少 {asked.at_least}", f"at least {asked.at_least}"))
    if asked.at_most is not None:
        parts.append((f"至多 {asked.at_most}", f"at most {asked.at_most}"))
    return (
        f"「{zh}」为 {found}，" + "、".join(p[0] for p in parts),
        f"{en} is {found}, must be " + " and ".join(p[1] for p in parts),
    )


def _since(workflow: Workflow, asked: Since, _: Facts) -> Text:
    zh, en = _event(workflow, asked.event)
    parts = []
    if asked.at_least is not None:
        parts.append((f"须满 {_span(asked.at_least)[0]}", f"must be at least {_span(asked.at_least)[1]}"))
    if asked.at_most is not None:
        parts.append((f"不超过 {_span(asked.at_most)[0]}", f"must be at most {_span(asked.at_most)[1]}"))
    return f"距「{zh}」" + "，".join(p[0] for p in parts), f"the time since {en} " + " and ".join(p[1] for p in parts)


def _event(workflow: Workflow, event: str) -> Text:
    if event in _EVENTS:
        return _EVENTS[event]
    return next(_pair(row.title) for row in workflow.rows if row.trigger == event)


def _level(workflow: Workflow, asked: LevelIs, _: Facts) -> Text:
    titles = [_pair(workflow.levels[level].title) for level in asked.levels]
    return f"仅限{'、'.join(zh for zh, _ in titles)}一级", f"only at level {', '.join(en for _, en in titles)}"


def _actor(workflow: Workflow, asked: ActorIs, _: Facts) -> Text:
    zh, en = people_titles(workflow, asked.people)
    return f"须由{zh}办理", f"only {en} may do this"


def _whose(workflow: Workflow, asked: PersonIs, _: Facts) -> Text:
    (zh, en), (p_zh, p_en) = _field(workflow, asked.field), people_titles(workflow, asked.people)
    return f"「{zh}」须为{p_zh}", f"{en} must be {p_en}"


def _any(workflow: Workflow, asked: AnyOf, facts: Facts) -> Text:
    texts = [sentence(workflow, each, facts) for each in asked.conditions]
    return "以下须有一项：" + "；".join(t[0] for t in texts), "one of: " + "; ".join(t[1] for t in texts)


def _all(workflow: Workflow, asked: AllOf, facts: Facts) -> Text:
    texts = [sentence(workflow, each, facts) for each in asked.conditions]
    return "以下须全部满足：" + "；".join(t[0] for t in texts), "all of: " + "; ".join(t[1] for t in texts)


def _not(workflow: Workflow, asked: Not, facts: Facts) -> Text:
    zh, en = sentence(workflow, asked.condition, facts)
    for old, new in _NEGATIVES:
        if old[0] in zh:
            return zh.replace(old[0], new[0], 1), en.replace(old[1], new[1], 1)
    return f"不得出现：{zh}", f"this must not hold: {en}"


#: (zh, en) of a text and of its negative, the first that occurs.
_NEGATIVES: tuple[tuple[Text, Text], ...] = (
    (("须为", "must be"), ("不得为", "must not be")),
    (("请填写", "Fill in"), ("不得填写", "Leave out")),
    (("只能", "may only go"), ("不能", "may not go")),
    (("仅限", "only at level"), ("不得在", "not at level")),
    (("须由", "only "), ("不得由", "not ")),
    (("须满", "must be at least"), ("不得满", "must be under")),
    (("不超过", "must be at most"), ("须超过", "must be over")),
)

_TEXTS: dict[type[Condition], Callable[[Workflow, Any, Facts], Text]] = {
    FieldIs: _is,
    FieldGiven: _given,
    FieldBound: _bound,
    FieldChange: _change,
    CounterBound: _counter,
    Since: _since,
    LevelIs: _level,
    ActorIs: _actor,
    PersonIs: _whose,
    AnyOf: _any,
    AllOf: _all,
    Not: _not,
}
