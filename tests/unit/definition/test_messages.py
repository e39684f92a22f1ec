"""What a clerk with a text editor reads: where a key belongs, how it is written, what decides a condition."""

from __future__ import annotations

import re

import pytest

from engine.definition import clocks, counters, fields, header, loader, meetings, rows, states
from engine.definition.examples import EXAMPLES, example
from engine.definition.loader import read_workflow
from engine.definition.subjects import SUBJECTS, TESTS
from engine.definition.unknown_keys import CONDITION_KEYS
from tests.unit.definition.files import SMALL, V1, full, reading_of, small

ROW = "  - {trigger: finish, title: {zh: 办结, en: Finish}, from: working, to: done, by: head"
MEETING = "weekly: {title: {zh: 甲, en: A}, level: village, members: head, chair: head, quorum: 50%"


def told(text):
    """Each finding: place, sentence, hint, in Chinese."""
    return [(finding.place, finding.zh, finding.advice("zh")) for finding in reading_of(text).findings]


def one(text, code=None):
    """Sentence and hint of the one finding (of this code)."""
    (found,) = [each for each in reading_of(text).findings if code in (None, each.code)]
    return found.zh, found.advice("zh"), found.en, found.advice("en")


def block(*lines):
    """The small file whose row `finish` is written in lines."""
    head = [
        "  - trigger: finish",
        "    title: {zh: 办结, en: Finish}",
        "    from: working",
        "    to: done",
        "    by: head",
    ]
    return SMALL[: SMALL.index("  - {trigger: finish")] + "\n".join([*head, *lines]) + "\n"


def section(text, before="states:\n"):
    return SMALL.replace(before, text + before)


# --- a key that is missing -------------------------------------------------------------------------------------------

REQUIRED = {
    *header.REQUIRED, *header.HOURS_KEYS, *loader.REQUIRED, *fields.REQUIRED, *states.ROLE_KEYS[:2], *counters.REQUIRED,
    *clocks.REQUIRED, *meetings.REQUIRED, *rows.REQUIRED,
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(REQUIRED))
def test_every_required_key_has_an_example(key):
    assert EXAMPLES[key]


def test_examples_name_no_chinese_in_english():
    for key in EXAMPLES:
        assert not re.search("[\u4e00-\u9fff]", example("", key).en)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (section(f"meetings:\n  {MEETING.replace(', quorum: 50%', '')}}}\n"), "例如 quorum: 50%"),
        (section(f"meetings:\n  {MEETING}, every: {{week: friday}}, on_holiday: skip}}\n"), '例如 at: "15:00"'),
        (section(f"meetings:\n  {MEETING}, every: {{month: 5, at: '15:00'}}}}\n"), "例如 on_holiday: next_working_day"),
        (section("counters:\n  n: {title: {zh: 甲, en: A}, per: case}\n"), "例如 of: record_measure"),
        (section("counters:\n  n: {title: {zh: 甲, en: A}, of: finish}\n"), "例如 per: case"),
        (small("type: text", "type: list"), "例如 of: file"),
        (small("{title: {zh: 事由, en: Gist}, type", "{type"), "例如 title: {zh: 上报, en: Report}"),
        (small("by: head}", "when: {since: opened}, by: head}"), "例如 at_most: 3 natural days"),
        (small("calendar: cn\n", ""), "例如 calendar: cn"),
    ],
)  # fmt: skip
def test_a_missing_key_comes_with_an_example(text, hint):
    assert hint in [advice for _, _, advice in told(text)]


def test_a_key_that_was_meant_is_not_missing_besides():
    text = small("type: text, max_length: 20", "type: choice, choice: {a: {zh: 甲, en: A}}")

    assert told(text) == [
        ("fields.gist.choice", "未知的键 'choice'，是否指 'choices'？", "改成 'choices'，或删去这个键")
    ]


@pytest.mark.parametrize(
    ("written", "sentence"), [("by:head", "'by' 的冒号后面须空一格"), ("by：head", "'by' 后面的冒号是全角的")]
)
def test_a_key_and_a_value_that_stick_together_are_told_apart(written, sentence):
    assert one(small("by: head", written))[:2] == (sentence, "写成 by: head（半角冒号加一个空格）")


# --- a key at the wrong place ----------------------------------------------------------------------------------------


def test_the_keys_of_conditions_are_those_of_the_language():
    assert {*CONDITION_KEYS, "state"} == {*SUBJECTS, *TESTS, "any", "all", "not", "refuse"}


def test_conditions_on_the_level_of_an_empty_when_are_told_once():
    text = block("    when:", "    any:", "      - {level: village}", "    refuse: {zh: 不行, en: No}")

    assert told(text) == [
        (
            "transitions[1] (finish).any",
            "'any'、'refuse' 属于 when，缩进不对：应写在第 23 行的 when 之下",
            "这几行整体右移，比 when 多空两格",
        )
    ]


def test_a_refusal_on_the_level_of_its_when_belongs_under_it():
    text = block("    when:", "      any:", "        - {level: village}", "    refuse: {zh: 不行, en: No}")

    sentence, hint, english, _ = one(text)
    assert sentence == "'refuse' 属于 when，缩进不对：应写在第 23 行的 when 之下"
    assert hint == "右移，与 when 之下条件的第一个键（如 any、field）对齐"
    assert english == "'refuse' belongs under `when` in line 23: the indentation is wrong"


def test_a_condition_without_when_is_told_where_it_belongs():
    sentence, hint, *_ = one(small("by: head", "by: head, counter: n, at_most: 1"))

    assert sentence == "'counter'、'at_most' 是条件里的键，应写在 when 之下"
    assert hint == "写成 when: {counter: …, at_most: …}"


def test_a_refusal_is_no_condition_of_its_own():
    text = block("    when:", "      - {level: village}", "      - refuse: {zh: 不行, en: No}")

    assert one(text)[0] == "'refuse' 不能单独成一项：它属于一个条件"


# --- what cannot be parsed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n  - 1\n - 2\n", "同一组的各行从同一列写起；下一层比上一层多空两格"),
        ("a:\n\t- b\n", "把行首的 Tab 换成空格，每一层两格"),
        ("a： 1\nb: 1\n", "把“：”改成半角的 : 加一个空格"),
        ("a: [1, 2\n", "从这里数起，每个 [ 和 { 都要有对应的 ] 和 }"),
        ("a: 1\nb: 2\na: 3\n", "第 1 行和第 3 行只留一处；几项写成列表 [甲, 乙]"),
    ],
)
def test_a_slip_of_the_pen_comes_with_its_remedy(text, hint):
    assert hint in [advice for _, _, advice in told(text)]


def test_punctuation_within_a_chinese_text_is_no_false_trail():
    sentence, *_ = one("a:\n  - 先记录，再上报\n - 确属无权限，请选择\n")

    assert "全角" not in sentence


# --- where a file lies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "sentences"),
    [
        ("workflows/issue-escalation/v1.yaml", []),
        ("v3.yaml", ["文件名是 v3.yaml，version 却是 1"]),
        ("rules/issue-escalation/v3.yaml", ["文件名是 v3.yaml，version 却是 1"]),
        ("workflows/other/v1.yaml", ["文件在文件夹 other 中，workflow 却是 issue-escalation"]),
        ("desk/v3.yaml", []),
        ("workflows/issue-escalation/draft.yaml", []),
    ],
)
def test_the_name_of_a_file_agrees_with_its_version(file, sentences):
    assert [found.zh for found in read_workflow(V1.read_bytes(), file).findings] == sentences


# --- conditions that say nothing -------------------------------------------------------------------------------------

WAITING = "  waiting: {title: {zh: 甲, en: A}, level: LEVEL}\n"
COUNTER = "counters:\n  notes: {title: {zh: 甲, en: A}, of: note, per: PER}\n"
BOTH = "  village: {zh: 村, en: Village}\n  town: {zh: 镇, en: Town}\n"


def counted(per, level="village"):
    """A case noted while `working` goes on to `waiting`, whose way out asks for a note."""
    text = SMALL.replace("  village: {zh: 村, en: Village}\n", BOTH)
    text = text.replace("states:\n", COUNTER.replace("PER", per) + "states:\n")
    text = text.replace("  done:", WAITING.replace("LEVEL", level) + "  done:")
    for row in (
        "trigger: note, from: working, to: same",
        "trigger: wait, from: working, to: waiting",
        "trigger: end, from: waiting, to: done",
        "trigger: leave, from: waiting, to: done, when: {counter: notes, at_least: 1}",
    ):
        text += f"  - {{{row}, by: head, title: {{zh: 甲, en: A}}}}\n"
    return text


def test_a_counter_of_a_level_where_nothing_counts_is_told_with_the_level():
    sentence, hint, english, _ = one(counted("level", "town"))

    assert sentence.endswith("永远不能成立：在 town 级（per: level）没有一行能触发 note，计数 'notes' 一直是 0")
    assert hint == (
        "要数以前的，把计数改成 per: case；或补一行 note，from 写 town 级的状态（如 waiting）；不需要就删去这个条件"
    )
    assert english.endswith("no row of note can have been fired at level town (`per: level`): the counter 'notes' is 0")


def test_a_counter_of_a_stay_is_told_with_the_stay():
    assert one(counted("stay"))[0].endswith("进入现状态以来（per: stay）没有一行能触发 note，计数 'notes' 一直是 0")
    assert reading_of(counted("case")).findings == ()


def asked(when, more="", field=""):
    """The small file with one row more, which asks this."""
    text = SMALL.replace("states:\n", field + "states:\n")
    return (
        text
        + f"  - {{trigger: drop, title: {{zh: 甲, en: A}}, from: working, to: done, by: head{more}, when: {when}}}\n"
    )


SIZE = "  size: {title: {zh: 甲, en: A}, type: choice, choices: {big: {zh: 大, en: Big}, small: {zh: 小, en: Small}}}\n"
BESIDE = "与第 1 项（第 20 行）矛盾"
LATE = "  - {trigger: late, title: {zh: 甲, en: A}, from: done, to: same, by: head, takes: size}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (asked("{field: size, is: big}", field=SIZE), "没有一行填 'size'（needs、takes、sets 里都没有它）"),
        (asked("{field: size, is: big}", field=SIZE) + LATE, "走到这里之前没有一行填 'size'，填它的是第 21 行（late）"),
        (asked("{level: village}"), "事项在这里只会在 village 级"),
        (asked("{actor: system}"), "能办的只有 head"),
        (asked("{actor: clerk}", ", never: clerk"), "never 已不让 clerk 办"),
        (asked("{since: drop, at_most: 2 hours}"), "走到这里之前没有一行能触发 drop"),
        (asked("{not: {since: closed, at_most: 2 hours}}"), "这些 from 状态都不是终结状态，事项还没有办结"),
        (asked("{field: gist, given: true}", ", needs: gist"), "本行必填 'gist'（needs）"),
        (asked("{any: [{actor: clerk}, {level: village}]}"), "第 2 项：事项在这里只会在 village 级"),
        (asked("{all: [{field: size, is: big}, {field: size, is: small}]}", ", needs: size", SIZE), "其中各项互相矛盾"),
        (asked("[{field: size, is: big}, {field: size, is: small}]", ", takes: size", SIZE), BESIDE),
        (asked("{field: size, is: [big, small]}", ", needs: size", SIZE), "'size' 这时只会是 big、small"),
        (asked("{field: size, change: up}", field=SIZE), "本行不收 'size'（needs、takes 里都没有它），改不了它"),
        (asked("{field: size, given: now}", field=SIZE), "本行不收 'size'（needs、takes 里都没有它），本次不会填写"),
    ],
)  # fmt: skip
def test_what_decides_a_condition_is_told(text, reason):
    assert one(text, "S34")[0].endswith(f"：{reason}")


# --- cycles ----------------------------------------------------------------------------------------------------------


def turning(per, more=""):
    """Out of `working` into `waiting` and back, at most once by a counter."""
    text = SMALL.replace("states:\n", COUNTER.replace("PER", per).replace("of: note", "of: redo") + "states:\n")
    text = text.replace("  done:", WAITING.replace("LEVEL", "village") + "  done:")
    for row in ("trigger: wait, from: working, to: waiting", "trigger: end, from: waiting, to: done",
                f"trigger: redo, from: waiting, to: working{more}"):  # fmt: skip
        text += f"  - {{{row}, by: head, title: {{zh: 甲, en: A}}}}\n"
    return text


def test_a_counter_that_each_stay_begins_anew_bounds_no_cycle():
    asking = ", when: {counter: notes, at_most: 1}"
    sentence, hint, english, _ = one(turning("stay", asking), "S36")

    assert sentence.endswith("；第 24 行看的计数 'notes'（per: stay）每次进入状态重新数，约束不了它")
    assert hint == "把第 14 行的计数 'notes' 改成 per: case"
    assert english.endswith("; the counter 'notes' (`per: stay`) that line 24 asks for begins anew with each stay")
    assert reading_of(turning("case", asking)).findings == ()


def test_a_cycle_without_a_counter_is_told_on_which_row_one_would_do():
    assert "在第 24 行（redo）加 when: {counter: …, at_most: 2}" in one(turning("case"), "S36")[1]


# --- what the system fires, gates, and places ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        (full("by: [head, system]", "by: head"), "S16", "的 by 中加上 system：by: [head, system]"),
        (full("fills: party", "fills: due"), "S23", "写 type: date，或去掉 fills"),
    ],
)
def test_the_hint_names_the_line_or_the_value(text, code, hint):
    assert [found for found in reading_of(text).findings if found.code == code and hint in found.advice("zh")]


def test_a_gate_that_is_missing_is_told_with_its_state_and_line():
    text = section(f"meetings:\n  {MEETING}}}\n").replace("by: head}", "by: head, via: weekly}")

    hint = one(text, "S06")[1]
    assert hint == "在第 16 行的状态 'working' 上写 gate: weekly；或去掉 via"
