"""Two versions told apart in words: every key has its words, in both languages."""

from __future__ import annotations

import pytest

from api.comparison_labels import LABELS
from api.comparison_texts import Told, tell
from engine.definition.check import examine
from engine.definition.compare import compare
from engine.definition.differences import KEYS
from engine.definition.model import Workflow
from tests.unit.definition.files import DESIGN, FULL, SMALL, V1, loaded


def told(old: str, *edits: tuple[str, str]) -> tuple[Told, ...]:
    new = old
    for before, after in edits:
        assert before in new, before
        new = new.replace(before, after)
    return tell(compare(loaded(old), loaded(new)))


def sentences(old: str, *edits: tuple[str, str]) -> list[str]:
    """What is said in Chinese of the one thing that is another, after what is said of the versions."""
    return [text[0] for each in told(old, *edits) if each.what != "warning" for text in each.sentences]


def headings(old: str, *edits: tuple[str, str]) -> list[tuple[str, str]]:
    return [each.heading for each in told(old, *edits)]


def test_nothing_is_said_where_nothing_changed():
    assert told(FULL) == ()


def test_every_key_has_its_name():
    assert {key for keys in KEYS.values() for key in keys} <= set(LABELS)


CHANGES = {
    "people": (
        ("to: working, by: clerk", "to: working, by: [head, opener]"),
        "可办的人：增加 书记、开立人；去掉 文书",
    ),
    "fields": (("by: clerk, needs: gist", "by: clerk, takes: gist"), "必填字段：去掉 事由"),
    "destination": (
        ("to: done,", "to: [{when: {field: gist, given: true}, to: done}, {to: same}],"),
        "去向：原为 已办结，现为 已办结（如请填写「事由」）；否则 不动",
    ),
    "condition": (
        ("to: done, by: head", "to: done, by: head, when: {since: opened, at_least: 2 hours}"),
        "条件：增加 “距「开立」须满 2 小时”",
    ),
    "flag": (("to: done, by: head", "to: done, by: head, handles: true"), "算作办理：原为 否，现为 是"),
    "title": (("{zh: 上报, en: Report}", "{zh: 反映, en: Report}"), "名称：原为 上报，现为 反映"),
    "length": (("max_length: 20", "max_length: 30"), "最长：原为 20，现为 30"),
    "personal data": (("max_length: 20", "max_length: 20, pii: free_text"), "个人信息：原为 无，现为 free_text"),
    "role": (("en: Head}, level: village", "en: Head}, level: village, by_unit: true"), "站所一类：原为 否，现为 是"),
}


@pytest.mark.parametrize(("edit", "said"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_told(edit: tuple[str, str], said: str):
    assert said in sentences(SMALL, edit)


CLOCKED = (
    SMALL.replace("calendar: cn\n", 'calendar: cn\nbusiness_hours: {open: "08:30", close: "17:30"}\n')
    .replace(
        "fields:\n",
        "clocks:\n  handle: {title: {zh: 办理时限, en: Handling}, per: case, by: urgency,"
        " limits: {normal: 5 working days, urgent: 24 hours}, steps: {at: 80%, remind: head}}\n"
        "counters:\n  tries: {title: {zh: 次数, en: Tries}, of: report, per: case}\n"
        "fields:\n  card: {title: {zh: 督办, en: Card}, type: choice, choices: {normal: {zh: 普通, en: Plain}}}\n"
        "  urgency: {title: {zh: 紧急程度, en: Urgency}, type: choice, default: normal,"
        " choices: {normal: {zh: 一般, en: Normal}, urgent: {zh: 紧急, en: Urgent}}}\n",
    )
    .replace("level: village}\n  done", "level: village, runs: handle}\n  done")
)


def test_a_limit_is_told_with_its_place_in_the_table():
    assert sentences(CLOCKED, ("normal: 5 working days", "normal: 3 working days")) == [
        "限额（一般）：原为 5 个工作日，现为 3 个工作日"
    ]


def test_a_default_is_told_by_its_title():
    assert sentences(CLOCKED, ("default: normal", "default: urgent")) == ["默认值：原为 一般，现为 紧急"]


def test_a_step_is_told():
    assert sentences(CLOCKED, ("remind: head", "remind: [head, clerk]")) == [
        "途中：增加 “80% 时催办书记、文书”；去掉 “80% 时催办书记”"
    ]


def test_choices_are_told_and_their_order():
    added = sentences(CLOCKED, ("urgent: {zh: 紧急, en: Urgent}", "urgent: {zh: 加急, en: Urgent}"))
    normal, urgent = "normal: {zh: 一般, en: Normal}", "urgent: {zh: 紧急, en: Urgent}"
    turned = sentences(CLOCKED, (f"{normal}, {urgent}", f"{urgent}, {normal}"))

    assert added == ["选项：「紧急」改称「加急」"]
    assert turned == ["选项：改了次序（影响升降）"]


def test_a_counted_condition_is_told_without_a_present_value():
    counted = CLOCKED.replace("to: done, by: head", "to: done, by: head, when: {counter: tries, at_most: 1}")

    assert sentences(counted, ("at_most: 1", "at_most: 2")) == ["条件：增加 “「次数」至多 2”；去掉 “「次数」至多 1”"]


def test_another_refusal_is_told_as_such():
    refused = CLOCKED.replace(
        "to: done, by: head", "to: done, by: head, when: {counter: tries, at_most: 1, refuse: {zh: 不行, en: No}}"
    )

    assert sentences(refused, ("zh: 不行", "zh: 不可以")) == ["条件：改了拒绝时的说法 “「次数」至多 1”"]


CONDITIONS = {
    "{not: {counter: tries, at_least: 2}}": ("「次数」少于 2", "Tries under 2"),
    "{clock: handle, past: 80%}": ("「办理时限」已用到 80%", "Handling has used 80%"),
    "{not: {clock: handle, past: 80%}}": ("「办理时限」尚未用到 80%", "Handling has not used 80%"),
    "{any: [{level: village}, {not: {field: gist, given: true}}]}": (
        "以下须有一项（仅限村一级；不得填写「事由」）",
        "one of (only at level Village; Leave out Gist)",
    ),
    "{not: {any: [{field: gist, given: true}]}}": ("以下须全部满足（不得填写「事由」）", "all of (Leave out Gist)"),
}


@pytest.mark.parametrize(("written", "said"), CONDITIONS.items(), ids=CONDITIONS)
def test_conditions_are_told_in_both_languages(written: str, said: tuple[str, str]):
    found = told(CLOCKED, ("to: done, by: head", f"to: done, by: head, when: {written}"))
    (sentence,) = [text for each in found if each.what == "changed" for text in each.sentences]

    assert sentence == (f"条件：增加 “{said[0]}”", f'conditions: added "{said[1]}"')


# --- versions --------------------------------------------------------------------------------------------------------


def test_the_same_number_is_warned_of():
    first = headings(SMALL, ("max_length: 20", "max_length: 30"))[0]

    assert first[0].startswith("版本号相同（1）")


def test_another_workflow_is_warned_of():
    assert headings(SMALL, ("workflow: small", "workflow: other"), ("max_length: 20", "max_length: 30"))[0][1] == (
        "not the same workflow: small and other; only what they say is compared"
    )


def test_open_cases_without_a_counterpart_are_named():
    found = told(
        SMALL,
        ("version: 1\n", "version: 2\nreplaces: {version: 1}\n"),
        ("  working: {", "  handling_it: {"),
        ("to: working", "to: handling_it"),
        ("from: working", "from: handling_it"),
    )

    assert found[0].heading[0] == "未结事项：按规则，第 1 版的事项可经预览后逐件移到第 2 版"
    assert [text[0] for text in found[0].sentences] == [
        "停在「办理中」（working）的移不过来：本版没有对应的状态，请在 replaces 的 states 中写明"
    ]


def test_a_renamed_trigger_is_warned_of_before_the_differences():
    found = told(SMALL, ("version: 1\n", "version: 2\n"), ("trigger: report", "trigger: tell"))

    assert [each.what for each in found] == ["warning", "warning"]
    assert found[1].heading[0] == "动作改名：「上报」原为 report，现为 tell；动作的代码应保持不变"


# --- real files ------------------------------------------------------------------------------------------------------


def files() -> list[Workflow]:
    paths = [V1, DESIGN / "issue-escalation.v2.yaml", DESIGN / "works-project.v1.yaml"]
    read = [examine(path.read_bytes(), path.name).workflow for path in paths if path.exists()]
    return [loaded(FULL), loaded(SMALL), *(workflow for workflow in read if workflow)]


def test_any_two_files_can_be_told_apart_in_both_languages():
    everything = files()
    for old in everything:
        for new in everything:
            for each in tell(compare(old, new)):
                assert all(zh and en for zh, en in (each.heading, *each.sentences))
