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


@pytest.mark.parametrize(
    ("text", "hint", "english"),
    [
        (small("max_length: 20", "quarter: 1"), "删去这个键，或换成可用的", "drop the key, or use one there is"),
        (small("final: true", "final: yes"), "写 true 或 false，不加引号", "write true or false, without quotes"),
        (small("type: text, max_length: 20", "type: photo"), "换成可用的一个", "use one there is"),
        (small("timezone: Asia/Shanghai", "timezone: 8"), '当文字用的加引号："8"', 'quote what is meant as text: "8"'),
        (small("by: head}", "by: head, at_once_if: {level: village}}"), "照这句话改", "do as the sentence says"),
    ],
)  # fmt: skip
def test_quotes_are_advised_where_a_text_is_wanted_and_nowhere_else(text, hint, english):
    assert one(text, "S11")[1::2] == (hint, english)


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


# --- several names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "sentence", "hint"),
    [
        ("by: 'clerk, head'", "'clerk, head' 是几个名字，却没有写成列表", "by: [clerk, head]"),
        ("by: clerk，head", "'clerk，head' 是几个名字，却没有写成列表：其中的“，”是全角逗号", "by: [clerk, head]"),
        ("by: [clerk、head]", "'clerk、head' 是几个名字，却连成了一个：其中的“、”不是半角逗号", "by: [clerk, head]"),
        ("by: [clerk，head, head]", "'clerk，head' 是几个名字，却连成了一个：其中的“，”是全角逗号",
         "by: [clerk, head, head]"),
    ],
)  # fmt: skip
def test_names_run_into_one_are_told_as_several_and_not_as_one_misspelt(written, sentence, hint):
    assert one(small("by: head}", written + "}"))[:2] == (
        sentence,
        f"几个名字写成 {hint}（方括号，半角逗号加一个空格）",
    )


def test_several_names_on_a_line_of_their_own_need_brackets():
    text = block().replace("    by: head", "    by: clerk, head")

    *_, english, hint = one(text)
    assert english == "'clerk, head' are several names, but no list"
    assert hint == "several names are written by: [clerk, head]: brackets, plain commas"


def test_of_several_names_run_into_one_those_unknown_are_told_besides():
    sentences = [sentence for _, sentence, _ in told(small("by: head}", "by: [clerk，haed]}"))]

    assert len(sentences) == 2 and "未知角色、群组或关系 'haed'，是否指 'head'？" in sentences


def test_choices_run_into_one_are_several():
    asking = "{field: size, is: 'big, small'}"
    hint = one(asked(asking, ", needs: size", SIZE))[1]

    assert hint.startswith("几个名字写成 is: [big, small]")


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


def unread(text):
    """Place, sentence and hint of the one finding of a text that cannot be parsed."""
    (found,) = reading_of(text).findings
    return f"{found.mark.line}:{found.mark.column}", found.zh, found.advice("zh")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("{zh: 办结, en: Done at last: the end}", '给这段文字加引号：en: "Done at last: …"'),
        ("{zh: 办结, en: “Done: at last”}", '给这段文字加引号：en: "Done: …"（直引号；“ ” 不是引号）'),
    ],
)
def test_a_colon_within_a_text_wants_quotes(written, hint):
    assert unread(small("{zh: 办结, en: Finish}", written))[1:] == ("文字里含有冒号，又没有加引号", hint)


def test_a_colon_within_a_text_on_its_own_line_may_be_another_key():
    hint = '给这段文字加引号：b: "say this: …"；若是另一个键，另起一行'
    assert unread("a:\n  b: say this: that\n") == ("2:14", "文字里含有冒号，又没有加引号", hint)


def test_a_comma_that_is_missing_before_a_key_is_no_colon_in_a_text():
    assert "逗号" in unread(small("{zh: 办结, en: Finish}", "{zh: 办结 en: Finish}"))[1]


def test_a_quote_left_open_is_told_where_it_begins():
    text = small("en: Clerk}", 'en: "Clerk}').replace("en: Finish}", 'en: "Finish"}')

    assert unread(text) == (
        "9:31",
        "这里开始的引号，到第 18 行的下一个引号才结束：可能漏了收尾的引号",
        "在第 9 行这段文字的末尾补上同样的引号；若没有漏，看第 18 行",
    )


def test_a_text_in_quotes_over_several_lines_is_no_slip():
    assert not reading_of(small("en: Finish}", 'en: "Fi\n      nish"}')).findings


@pytest.mark.parametrize(("text", "place"), [("a:\n  b: {c: 1}}\n", "2:12"), ("{c: 1}}\n", "1:7")])
def test_a_brace_too_many_is_called_so(text, place):
    assert unread(text) == (place, "多了一个 }", "删去这个 }，或在前面补上与它配对的 {")


def test_a_bracket_that_closes_another_is_told_with_the_one_that_is_open():
    assert unread("a: {b: [1, 2}}\n") == (
        "1:13",
        "这里是 }，但第 1 行第 8 列开始的 [ 还没有用 ] 结束",
        "多写了 } 就删去；漏了 ] 就在它前面补上",
    )


@pytest.mark.parametrize("indent", ["    ", "  "])
def test_a_row_without_its_dash_is_told_once(indent):
    again = f"{indent}trigger: drop\n    title: {{zh: 甲, en: A}}\n    from: working\n    to: done\n    by: head\n"
    place, sentence, hint = unread(block() + again)

    assert place == f"23:{len(indent) + 1}"
    assert sentence == "第 23 行像是新的一行流转的开头，却没有“- ”"
    assert hint == "新的一行以“- ”开头：在第 23 行写成 - trigger: …，与上面各行的 - 对齐"


def test_one_key_twice_in_a_row_is_no_new_row():
    assert unread(block("    by: clerk"))[1] == "键 'by' 重复，第 22 行已有"


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
    text = turning("case").replace("of: redo", "of: finish")

    assert one(text, "S36")[1] == (
        "如在 counters 中加一个 {title: …, of: redo, per: case}，在第 24 行（redo）加 when: {counter: …, at_most: 2}"
    )


def test_a_counter_that_is_there_already_is_to_be_used_and_not_written_again():
    _, hint, _, english = one(turning("case"), "S36")

    assert hint == "用第 14 行的计数：在第 24 行（redo）加 when: {counter: notes, at_most: 2}"
    assert english == "use the counter in line 14: when: {counter: notes, at_most: 2} in line 24 (redo)"


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


def two_meetings(level):
    """`working` waits for one meeting, both its rows are decisions of another; `early` sits at `level`."""
    early = MEETING.replace("weekly", "early").replace("level: village", f"level: {level}")
    text = SMALL.replace("  village: {zh: 村, en: Village}\n", BOTH).replace(
        "states:\n", f"meetings:\n  {early}}}\n  {MEETING}}}\nstates:\n"
    )
    text = text.replace("Working}, level: village", "Working}, level: village, gate: early")
    return text.replace("by: head}", "by: head, via: weekly}") + (
        "  - {trigger: drop, title: {zh: 甲, en: A}, from: working, to: done, by: head, via: weekly}\n"
    )


@pytest.mark.parametrize(
    ("level", "more", "english"),
    [("town", "", ""), ("village", "；或在那些行的 via 写 early", ", or name early in `via` of those rows")],
)
def test_a_gate_that_no_row_names_is_told_once_with_the_meeting_the_rows_name(level, more, english):
    assert one(two_meetings(level)) == (
        "在此等候会议 'early'（gate），由此转出的行（第 22、23 行）via 的却是 'weekly'",
        f"在第 18 行改成 gate: weekly{more}",
        "waits for the meeting 'early', but the rows from here (lines 22, 23) are `via` 'weekly'",
        f"write `gate: weekly` in line 18{english}",
    )


def fired(row):
    """The meeting of `working` fires the row `drop`, which is written like this, when a case was carried over twice."""
    carrying = "carry_over: {trigger: carry, at_most: 1, then: {fire: drop}}"
    text = SMALL.replace("states:\n", f"meetings:\n  {MEETING}, {carrying}}}\nstates:\n")
    text = text.replace("Working}, level: village", "Working}, level: village, gate: weekly")
    for each in ("trigger: carry, to: same, by: [head, system], via: weekly", f"trigger: drop, to: done, {row}"):
        text += f"  - {{{each}, from: working, title: {{zh: 甲, en: A}}}}\n"
    return text


def test_all_that_keeps_the_system_from_a_row_is_told_together():
    sentence, hint, english, advice = one(fired("by: head, via: weekly, needs: gist"), "S16")

    assert sentence.endswith("：该行的 by 没有 system；该行只能在会上决定（via）；该行必填 gist，这里没有给出")
    assert hint == (
        "另写一个动作的行，from: working，by: system，不写 via，在这里触发它；"
        "或者，第 22 行（drop）须一并改：by: [head, system]、去掉 via、gist 写进 with 或移到 takes"
    )
    assert english.endswith(
        "its row does not let `system` act; its row is only `via` a meeting; it needs gist, not given here"
    )
    assert advice.endswith(
        "line 22 (drop) needs all of this: `by: [head, system]`, no `via`, gist given in `with` or moved to `takes`"
    )


def test_one_thing_that_keeps_the_system_from_a_row_is_told_with_its_own_hint():
    hint = one(fired("by: [head, system], via: weekly"), "S16")[1]

    assert hint == "换一个不经会议的动作；或去掉第 22 行（drop）的 via"


# --- who handled it --------------------------------------------------------------------------------------------------


def test_the_row_that_handles_is_named_and_lies_on_the_way_that_shows_it():
    rows = (
        "trigger: wait, from: working, to: waiting",
        "trigger: settle, handles: true, from: working, to: waiting",
        "trigger: end, from: waiting, to: done",
    )
    text = SMALL.replace("  done:", WAITING.replace("LEVEL", "village") + "  done:")
    text += "".join(f"  - {{{row}, by: head, title: {{zh: 甲, en: A}}}}\n" for row in rows)

    (found,) = [each for each in reading_of(text).findings if each.code == "S37"]
    assert (
        found.zh == "办理（handles: true，第 21 行 settle）之后所到的状态 waiting 由此可以办结，却没有 never: handler"
    )
    assert found.en.startswith("ends a case from waiting, where a handler brought it by line 21 (settle),")
    assert [step.trigger for step in found.witness] == ["report", "settle", "end"]


# --- no end ----------------------------------------------------------------------------------------------------------


def test_a_row_to_an_end_that_can_never_be_fired_is_named_where_no_end_is_reached():
    text = counted("case").replace("trigger: end, from: waiting", "trigger: end, from: working")
    text = text.replace("trigger: note, from: working", "trigger: note, from: done")

    sentence, hint, english, _ = one(text, "S03")
    assert sentence == "从这个状态到不了任何终结状态：第 26 行（leave）的条件在这里永远不能成立"
    assert hint == "改第 26 行（leave）的条件，让它在这里有时能成立；或另补一行"
    assert english == ("no end can be reached from this state: the conditions of line 26 (leave) can never hold here")


def test_where_no_row_leads_to_an_end_one_is_wanted():
    text = counted("case")
    text = "\n".join(line for line in text.split("\n") if "trigger: end" not in line and "trigger: leave" not in line)

    assert one(text, "S03")[:2] == ("从这个状态到不了任何终结状态", "补一行通向终结状态（final: true）")
