"""Maps: what is read, and every fault with line and column, all at once."""

from __future__ import annotations

import re

import pytest

from engine.cases.importing.columns import find_columns
from engine.cases.importing.mapfile import read_map
from engine.cases.importing.mapping import Constant, FromColumn, FromPerson, ImportMap
from engine.cases.importing.outcome import MapRefused
from engine.cases.importing.sheet import Sheet
from engine.rules.rulebook import Rulebook
from tests.store.world import HELP, rules
from tests.township import WORKFLOWS, default_rules

HEAD = """\
source: 旧台账
workflow: issue-escalation/1
by: village_clerk
unit: {column: 村, under: "430482109", kind: village, spread: wuchang}
"""
FIELDS = """\
fields:
  category: {column: 类别, values: {邻里: dispute, 路灯: infra}, default: other}
  gist: {column: 详情, first: 60}
  source: {constant: visit}
  heard_on: {column: 时间, formats: [DD.MM.YYYY]}
"""
SOUND = (
    HEAD
    + """\
trigger: report
sheet: 台账
header: 2
key: [编号, B]
note: {text: 二〇二〇年台账, columns: [编号]}
occurred_at: 时间
on_behalf_of: {name: 反映人, phone: 电话}
"""
    + FIELDS
    + "  reporter: {name: 反映人}\n  content: 详情\n"
)


def chart(text: str) -> ImportMap:
    return read_map(text.encode(), "map.yaml", Rulebook.of(default_rules()))


def faults(text: str) -> list[str]:
    with pytest.raises(MapRefused) as caught:
        chart(text)
    return [finding.text("en") for finding in caught.value.findings]


def test_a_sound_map_is_read_whole():
    found = chart(SOUND)

    assert (found.source, found.name, found.row.ref, found.by) == (
        "旧台账",
        "issue-escalation/1",
        "T01",
        "village_clerk",
    )
    assert (found.sheet, found.header) == ("台账", 2)
    assert [column.name for column in found.key] == ["编号", "B"]
    assert (found.note.text, [column.name for column in found.note.columns]) == ("二〇二〇年台账", ["编号"])
    assert (found.place.kind, found.place.under, found.place.spread) == ("village", "430482109", ("wuchang",))
    assert found.fields["source"] == Constant("visit")
    assert isinstance(found.fields["reporter"], FromPerson)
    gist, category = found.fields["gist"], found.fields["category"]
    assert isinstance(gist, FromColumn) and isinstance(category, FromColumn)
    assert (gist.first, category.values, category.default) == (60, {"邻里": "dispute", "路灯": "infra"}, "other")


@pytest.mark.parametrize("page", ["operator.md", "operator.zh-CN.md"])
def test_the_map_in_the_documentation_is_sound(page: str):
    text = (WORKFLOWS.parent / "docs" / page).read_text(encoding="utf-8")

    assert chart(re.findall(r"```yaml\n(source:.*?)```", text, re.DOTALL)[0]).source == "旧台账2020"


def test_what_may_be_left_out_has_its_ordinary_meaning():
    found = chart(HEAD + FIELDS)

    assert (found.row.trigger, found.sheet, found.header, found.key) == ("report", 1, 1, ())
    assert (found.occurred_at, found.behalf) == (None, None)


def test_no_map_at_all_is_told():
    assert "the file is empty" in faults("")[0]
    assert "a map of properties" in faults("- a list")[0]
    assert "anchors (&x) are not allowed" in " ".join(faults(SOUND + "key2: &x 1"))


def test_all_faults_of_a_map_are_told_at_once_with_their_places():
    text = """\
source: 旧台账
workflow: issue-escalation/1
by: village_clark
sheets: 1
unit: {column: 村, under: 430482109}
fields:
  category: {column: 类别, values: {邻里: quarrel}}
  gist: {column: 详情, first: 3}
  source: {constant: visits}
  colour: 颜色
"""

    found = faults(text)

    assert [line.split("  ")[0] for line in found] == [
        f"map.yaml:{place}" for place in ("3:5", "4:1", "5:26", "6:1", "7:39", "8:29", "9:22", "10:3")
    ]
    assert "did you mean 'village_clerk'" in found[0]
    assert "did you mean 'sheet'" in found[1]
    assert "expected a text, found the integer 430482109" in found[2]
    assert "heard_on" in found[3]
    assert "at least 6" in found[5]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  heard_on: {constant: 2020-02-30}", "a date"),
        ("  heard_on: {column: 时间, formats: [MM-DD]}", "YYYY"),
        ("  heard_on: {column: 时间, first: 10}", "text fields only"),
        ("  heard_on: {column: 时间, constant: 2020-02-03}", "cannot go with `constant`"),
        ("  heard_on: {default: 2020-02-03}", "the column it comes from"),
        ("  heard_on: {name: 时间}", "person fields only"),
        ("  heard_on: [时间]", "expected"),
        ("  due: {constant: 2020-02-03}", "unknown field"),
    ],
)
def test_a_field_is_held_against_the_rules(line: str, told: str):
    others = FIELDS.replace("  heard_on: {column: 时间, formats: [DD.MM.YYYY]}\n", "")

    assert any(told in found for found in faults(HEAD + others + line + "\n"))


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("{spread: wuchang}", "which column names units"),
        ("{column: 村, values: [陈桥]}", "a map from what the sheet writes"),
        ("{under: v, default: x}", "goes with `column` only"),
        ("{column: 村, spread: []}", "the list is empty"),
        ("[村]", "expected"),
    ],
)
def test_a_place_is_a_column_or_somewhere_below_a_unit(unit: str, told: str):
    text = HEAD.replace('{column: 村, under: "430482109", kind: village, spread: wuchang}', unit) + FIELDS

    assert any(told in found for found in faults(text))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("workflow: nothing/1", "unknown workflow"),
        ("workflow: issue-escalation/1\ntrigger: accept", "unknown trigger"),
        ("workflow: issue-escalation/1\nheader: 0", "at least 1"),
        ("workflow: issue-escalation/1\nkey: []", "the list is empty"),
        ("workflow: issue-escalation/1\nnote: 5", "expected a text"),
        ("workflow: issue-escalation/1\nsource2: x", "did you mean 'source'"),
    ],
)
def test_a_map_is_held_against_the_rules_it_names(line: str, told: str):
    text = (HEAD + FIELDS).replace("workflow: issue-escalation/1", line)

    assert any(told in found for found in faults(text))


def test_the_name_of_a_list_has_its_length():
    assert "at most 80 characters" in faults(HEAD.replace("旧台账", "长" * 81) + FIELDS)[0]


def test_a_list_of_values_is_none_of_a_cell():
    helpers = rules(
        **(HELP | {"transitions": HELP["transitions"].replace("takes: [helpers,", "needs: [helpers], takes: [")})
    )
    text = "source: x\nworkflow: small/1\nby: zuzhang\nunit: 村\nnote: 台账\nfields: {helpers: 单位}\n"

    with pytest.raises(MapRefused, match="a list field cannot be imported"):
        read_map(text.encode(), "map.yaml", Rulebook.of([helpers]))


@pytest.mark.parametrize("line", ["", "trigger: begin\n"])
def test_what_pages_people_opens_no_old_case(line: str):
    opening = (
        "- {trigger: begin, title: {zh: 特急直报, en: Alarm}, from: start, to: new, by: zuzhang, pages: village_clerk}"
    )
    rest = "- {trigger: finish, T, from: new, to: done, by: zuzhang}"
    paging = rules(
        fields="text: {T, type: text}",
        states="new: {T, level: wuchang}\ndone: {T, final: true}",
        transitions=f"{opening}\n{rest}",
    )
    text = f"source: x\nworkflow: small/1\n{line}by: zuzhang\nunit: 村\nfields: {{}}\n"

    with pytest.raises(MapRefused, match="no old case is opened by 'Alarm', which pages people") as caught:
        read_map(text.encode(), "map.yaml", Rulebook.of([paging]))

    assert [finding.mark.line for finding in caught.value.findings] == [3 if line else 2]


# --- columns ---------------------------------------------------------------------------------------------------------


def test_columns_are_found_by_their_header_or_their_letter():
    heads = {1: "编号", 2: "村", 3: "类　别", 4: "详情", 5: "时间", 6: "反映人", 7: "电话"}
    found = chart(SOUND.replace("类别", "类 别"))

    columns = find_columns(found, Sheet(header=heads, rows=()))

    assert columns["类 别"] == 3
    assert columns["B"] == 2
    assert found.report.findings == ()


def test_columns_that_are_not_there_or_there_twice_are_told_at_their_line():
    heads = {1: "编号", 2: "村", 3: "类型", 4: "详情", 5: "时间", 6: "反映人", 7: "电话", 8: "村"}
    found = chart(SOUND)

    find_columns(found, Sheet(header=heads, rows=()))

    told = [finding.text("en") for finding in found.report.findings]
    assert len(told) == 2
    assert told[0].startswith("map.yaml:4:16")
    assert "(B, H)" in told[0]
    assert told[1].startswith("map.yaml:13:22")
    assert "'类别'" in told[1]
