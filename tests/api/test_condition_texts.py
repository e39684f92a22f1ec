"""The standard sentence of every condition and its negative, in both languages (language.md section 6)."""

from __future__ import annotations

import re

import pytest

from api import condition_texts
from api.condition_texts import sentence
from engine.definition.model import (
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
    StateIs,
    TimeUnit,
    Title,
)
from engine.rules.conditions import runs_now
from tests import township as t
from tests.api.fields_workflow import register_workflow
from tests.unit.rules.small import workflow

(RULES,) = t.default_rules()
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def hours(number: int) -> Duration:
    return Duration(number=number, unit=TimeUnit.HOURS)


def days(number: int) -> Duration:
    return Duration(number=number, unit=TimeUnit.NATURAL_DAYS)


DISPUTE = FieldIs(field="category", values=("dispute",))
VILLAGE = LevelIs(levels=("village",))
SENTENCES: list[tuple[Condition, str, str]] = [
    (DISPUTE, "「类别」须为矛盾纠纷", "Category must be Dispute"),
    (FieldIs(field="category", values=("dispute", "hazard")), "「类别」须为矛盾纠纷、安全隐患",
     "Category must be Dispute, Hazard"),
    (FieldIs(field="told_reporter", values=(True,)), "「已告知反映人」须为是", "Reporter told must be yes"),
    (FieldGiven(field="reporter"), "请填写「反映人」", "Fill in Reporter"),
    (FieldGiven(field="reporter", now=True), "请在本次填写「反映人」", "Fill in Reporter this time"),
    (FieldChange(field="urgency", up=True), "「紧急程度」只能调高", "Urgency may only go up"),
    (FieldChange(field="urgency", up=False), "「紧急程度」只能调低", "Urgency may only go down"),
    (CounterBound(counter="redone", at_least=2), "「不满意次数」为 1，至少 2",
     "Times dissatisfied is 1, must be at least 2"),
    (CounterBound(counter="redone", at_most=0), "「不满意次数」为 1，至多 0",
     "Times dissatisfied is 1, must be at most 0"),
    (CounterBound(counter="redone", at_least=2, at_most=3), "「不满意次数」为 1，至少 2、至多 3",
     "Times dissatisfied is 1, must be at least 2 and at most 3"),
    (Since(event="opened", at_most=hours(24)), "距「开立」不超过 24 小时",
     "the time since the opening must be at most 24 hours"),
    (Since(event="entered", at_least=hours(1)), "距「进入当前状态」须满 1 小时",
     "the time since entering this state must be at least 1 hour"),
    (Since(event="accept", at_least=days(3)), "距「受理」须满 3 日", "the time since Accept must be at least 3 days"),
    (VILLAGE, "仅限村一级", "only at level Village"),
    (LevelIs(levels=("village", "township")), "仅限村、镇一级", "only at level Village, Township"),
    (ActorIs(people=("village_clerk",)), "须由村文书办理", "only Village clerk may do this"),
    (ActorIs(people=("superior", "township_secretary")), "须由上一级干部、镇党委书记办理",
     "only a post of a higher level or Township Party secretary may do this"),
    (PersonIs(field="responsible", people=("village_cadre",)), "「责任人」须为村两委干部",
     "Responsible person must be Village cadre"),
    (CaseIs(field="gist", kinds=("open", "other", "alike_sealed")), "「事由」须为未办结、另一件、同等密级的事项",
     "Gist must be a case that is open, another, equally sealed"),
    (Not(condition=CaseIs(field="gist", kinds=("open",))), "「事由」不得为未办结的事项",
     "Gist must not be a case that is open"),
    (AnyOf(conditions=(DISPUTE, VILLAGE)), "以下须有一项：「类别」须为矛盾纠纷；仅限村一级",
     "one of: Category must be Dispute; only at level Village"),
    (AllOf(conditions=(DISPUTE, VILLAGE)), "以下须全部满足：「类别」须为矛盾纠纷；仅限村一级",
     "all of: Category must be Dispute; only at level Village"),
    (Not(condition=DISPUTE), "「类别」不得为矛盾纠纷", "Category must not be Dispute"),
    (Not(condition=FieldGiven(field="reporter")), "不得填写「反映人」", "Leave out Reporter"),
    (
        Not(condition=FieldGiven(field="reporter", now=True)),
        "本次不得填写「反映人」",
        "Leave out Reporter this time",
    ),
    (Not(condition=FieldChange(field="urgency", up=False)), "「紧急程度」不能调低", "Urgency may not go down"),
    (Not(condition=VILLAGE), "不得在村一级", "not at level Village"),
    (Not(condition=ActorIs(people=("village_clerk",))), "不得由村文书办理", "Village clerk may not do this"),
    (Not(condition=PersonIs(field="responsible", people=("village_cadre",))), "「责任人」不得为村两委干部",
     "Responsible person must not be Village cadre"),
    (Not(condition=Since(event="opened", at_most=hours(24))), "距「开立」须超过 24 小时",
     "the time since the opening must be over 24 hours"),
    (Not(condition=Since(event="opened", at_least=hours(24))), "距「开立」须未满 24 小时",
     "the time since the opening must be under 24 hours"),
]  # fmt: skip
IN_REGISTER: list[tuple[Condition, str, str]] = [
    (FieldBound(field="number", at_least=2), "「人数」不得少于 2", "Number must not be under 2"),
    (FieldBound(field="number", at_most=9), "「人数」不得超过 9", "Number must not be over 9"),
    (FieldBound(field="number", at_least=2, at_most=9), "「人数」不得少于 2，不得超过 9",
     "Number must not be under 2 and must not be over 9"),
    (FieldBound(field="day", at_least=days(3)), "「日期」不得早于今日起 3 日",
     "Day must not be before 3 days from today"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "zh", "en"), SENTENCES)
def test_every_condition_has_its_sentence_and_its_negative(condition, zh, en):
    assert sentence(RULES, condition, {"counter:redone": 1}) == (zh, en)


WITH_CLOCKS: list[tuple[Condition, str, str]] = [
    (ClockPast(clock="handle", past=80), "「办理时限」尚未用到 80%", "Handling has not used 80% yet"),
    (Not(condition=ClockPast(clock="handle", past=100)), "「办理时限」已用到 100%", "Handling has used 100% already"),
    (FieldShare(field="due", at_most=200, clock="handle"), "「期限」最晚到 2026-03-20（「办理时限」时限的 200%）",
     "Due may be 2026-03-20 at the latest (200% of Handling)"),
    (Not(condition=FieldShare(field="due", at_most=200, clock="handle")),
     "「期限」须晚于 2026-03-20（「办理时限」时限的 200%）", "Due must be later than 2026-03-20 (200% of Handling)"),
]  # fmt: skip
CLOCKED = workflow(
    business_hours='{open: "08:30", close: "17:30"}',
    fields="due: {title: {zh: 期限, en: Due}, type: date}\ntext: {T, type: text}",
    clocks="handle: {title: {zh: 办理时限, en: Handling}, per: case, limits: 5 working days}\n",
)


@pytest.mark.parametrize(("condition", "zh", "en"), WITH_CLOCKS)
def test_what_a_clock_says_has_its_sentence(condition, zh, en):
    assert sentence(CLOCKED, condition, {"latest:due": "2026-03-20"}) == (zh, en)


@pytest.mark.parametrize(("condition", "zh", "en"), IN_REGISTER)
def test_bounds_of_numbers_and_dates_have_their_sentence(condition, zh, en):
    assert sentence(register_workflow(), condition, {}) == (zh, en)


def test_what_the_file_says_is_said_instead():
    said = Not(condition=DISPUTE, refuse=Title(zh="纠纷另行办理", en="Disputes go elsewhere"))

    assert sentence(RULES, said, {}) == ("纠纷另行办理", "Disputes go elsewhere")


def test_every_condition_that_this_release_judges_has_words():
    spoken_of = {type(condition) for condition, _, _ in SENTENCES + IN_REGISTER + WITH_CLOCKS}

    judged = {kind for kind in Condition.__subclasses__() if runs_now(kind)} - {StateIs}  # only in visibility

    assert judged == spoken_of == set(condition_texts._TEXTS)


def test_every_condition_of_the_rules_reads_in_both_languages():
    for row in RULES.rows:
        for condition in (*row.when, *row.at_once_if):
            for each in (condition, Not(condition=condition)):
                zh, en = sentence(RULES, each, {})
                assert CHINESE.search(zh)
                assert not CHINESE.search(en)


def test_a_date_is_not_later_than_its_bound():
    zh, _ = sentence(register_workflow(), FieldBound(field="day", at_most=days(3)), {})

    assert "晚于" in zh


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (AnyOf, "以下须有一项：「类别」不得为矛盾纠纷；「紧急程度」须为一般"),
        (AllOf, "以下须全部满足：「类别」不得为矛盾纠纷；「紧急程度」须为一般"),
    ],
)
def test_the_negative_of_several_negates_them_all(kind, said):
    """not (a or b) asks that neither holds; what is said asks for one of (not a, b), which is another thing."""
    several = kind(conditions=(DISPUTE, FieldIs(field="urgency", values=("normal",))))

    assert sentence(RULES, Not(condition=several), {})[0] != said


@pytest.mark.parametrize(
    "bound",
    [
        FieldBound(field="number", at_least=2),
        FieldBound(field="number", at_most=9),
        FieldBound(field="day", at_least=days(3)),
    ],
)
def test_a_bound_has_its_negative(bound):
    """`不得出现：「人数」不得少于2` says no twice where 须少于 2 is meant."""
    assert "不得出现" not in sentence(register_workflow(), Not(condition=bound), {})[0]


@pytest.mark.parametrize("bound", [{"at_least": 2}, {"at_most": 3}])
def test_the_bound_of_a_counter_has_its_negative(bound):
    assert "不得出现" not in sentence(RULES, Not(condition=CounterBound(counter="redone", **bound)), {})[0]


def test_the_negative_of_a_span_negates_both_its_ends():
    between = Since(event="opened", at_least=hours(1), at_most=hours(5))

    assert sentence(RULES, Not(condition=between), {})[0] != "距「开立」不得满 1 小时，不超过 5 小时"
