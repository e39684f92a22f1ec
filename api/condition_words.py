"""What a condition asks, told where nobody acts: without present values and without the author's own refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from api.condition_texts import Text, sentence
from engine.definition.model import (
    AllOf,
    AnyOf,
    ClockPast,
    Condition,
    CounterBound,
    FieldShare,
    Not,
    StateIs,
    Workflow,
)


def asked(workflow: Workflow, condition: Condition, *, negated: bool = False) -> Text:
    """(zh, en): the condition in words, or its negative."""
    teller = _TELLERS.get(type(condition))
    if teller is not None:
        return teller(workflow, condition, negated)
    return sentence(workflow, replace(condition, refuse=None), {}, negated=negated)


def _counter(workflow: Workflow, condition: CounterBound, negated: bool) -> Text:
    title = workflow.counters[condition.counter].title
    low, high = condition.at_least, condition.at_most
    if negated:
        bounds = [(f"少于 {low}", f"under {low}")] * (low is not None) + [(f"超过 {high}", f"over {high}")] * (
            high is not None
        )
        return _bounded(title.zh, title.en, bounds, (" 或", " or "))
    bounds = [(f"至少 {low}", f"at least {low}")] * (low is not None) + [(f"至多 {high}", f"at most {high}")] * (
        high is not None
    )
    return _bounded(title.zh, title.en, bounds, ("、", " and "))


def _bounded(zh: str, en: str, bounds: list[Text], joint: Text) -> Text:
    return f"「{zh}」{joint[0].join(text[0] for text in bounds)}", f"{en} {joint[1].join(text[1] for text in bounds)}"


def _clock(workflow: Workflow, condition: ClockPast, negated: bool) -> Text:
    title = workflow.clocks[condition.clock].title
    zh, en = ("尚未用到", "has not used") if negated else ("已用到", "has used")
    return f"「{title.zh}」{zh} {condition.past}%", f"{title.en} {en} {condition.past}%"


def _share(workflow: Workflow, condition: FieldShare, negated: bool) -> Text:
    field, clock = workflow.fields[condition.field].title, workflow.clocks[condition.clock].title
    zh, en = ("须超过", "must be over") if negated else ("不得超过", "must not be over")
    share = condition.at_most
    return f"「{field.zh}」{zh}「{clock.zh}」时限的 {share}%", f"{field.en} {en} {share}% of the limit of {clock.en}"


def _state(workflow: Workflow, condition: StateIs, negated: bool) -> Text:
    titles = [workflow.states[code].title for code in condition.states]
    zh, en = "、".join(title.zh for title in titles), " or ".join(title.en for title in titles)
    return (f"状态不是{zh}", f"the state is not {en}") if negated else (f"状态为{zh}", f"the state is {en}")


def _any(workflow: Workflow, condition: AnyOf, negated: bool) -> Text:
    return _several(workflow, condition.conditions, negated, one=not negated)


def _all(workflow: Workflow, condition: AllOf, negated: bool) -> Text:
    return _several(workflow, condition.conditions, negated, one=negated)


def _several(workflow: Workflow, conditions: tuple[Condition, ...], negated: bool, *, one: bool) -> Text:
    texts = [asked(workflow, each, negated=negated) for each in conditions]
    zh, en = "；".join(text[0] for text in texts), "; ".join(text[1] for text in texts)
    return (f"以下须有一项（{zh}）", f"one of ({en})") if one else (f"以下须全部满足（{zh}）", f"all of ({en})")


def _not(workflow: Workflow, condition: Not, negated: bool) -> Text:
    return asked(workflow, condition.condition, negated=not negated)


_TELLERS: dict[type[Condition], Callable[[Workflow, Any, bool], Text]] = {
    CounterBound: _counter,
    ClockPast: _clock,
    FieldShare: _share,
    StateIs: _state,
    AnyOf: _any,
    AllOf: _all,
    Not: _not,
}
