"""An old list of matters: tried, and brought in row by row."""

from __future__ import annotations

from api.import_texts_cases import case_problem_text
from engine.cases.importing.service import CaseImportService, Given
from engine.cases.narrowing import CaseFilter
from tests import township as t
from tests.features.words import act, fact
from tests.unit.importing.files import book

MAP = f"""\
source: 旧台账
workflow: {{rules}}
key: [编号]
by: village_clerk
unit: {{{{column: 村, under: "{t.TOWNSHIP}", kind: village, spread: wuchang}}}}
fields:
  category: {{{{constant: unclear}}}}
  gist: {{{{column: 详情, first: 60}}}}
  source: {{{{constant: visit}}}}
  heard_on: {{{{column: 日期, formats: [YYYY.M.D]}}}}
  reporter: {{{{name: 反映人, phone: 电话}}}}
"""
ROWS = (
    ("编号", "村", "日期", "反映人", "电话", "详情"),
    (1, "陈桥村", "2024.3.5", "李婶", 10000000001, "村口路灯坏了三盏"),
    (2, "陈桥村  ", "2024-03-06  ", "邓老五 ", None, "渠道淤塞进不了水  "),
    (3, "陈桥村", "2024年3月7日", "张三", None, "垃圾没人清运"),
    (4, "西湖村", "2024/3/8", "赵生", None, "桥面塌了一块"),
)


@act(
    "一份旧台账, 第 2 行日期为「2024.3.5」、手机号为数字, 第 3 行末尾有空格, 第 4 行村名是合并单元格, 第 5 行没有这个村"
)
def an_old_list(world):
    data = book(*ROWS, then=lambda made: made.active.merge_cells("B3:B4"))
    chart = MAP.format(rules=world.rules.name).encode()
    world.old_list = Given(data=data, name="old.xlsx", map_data=chart, map_name="map.yaml")


@act("预检旧台账")
def the_list_is_tried(world):
    world.brought = CaseImportService(world.office).preview(world.old_list)


@act("导入旧台账")
def the_list_is_brought_in(world):
    world.brought = CaseImportService(world.office).apply(world.old_list)


@act("打开从旧台账导入的第 {number:N} 条事项")
def one_of_them(world, number):
    world.cases[""] = world.brought.opened[number - 1].case_id


@fact("旧台账 {rows:N} 行, 可以开立 {opened:N} 行, 已在册 {already:N} 行")
def so_many_rows(world, rows, opened, already):
    found = world.brought
    assert (found.rows, len(found.opened), found.already) == (rows, opened, already)


@fact("旧台账 {cell:Cell} 有问题, 提示“{sentence:Sentence}”")
def a_cell_is_wrong(world, cell, sentence):
    told = {problem.cell: case_problem_text(problem, "zh") for problem in world.brought.problems}
    assert told[cell] == sentence


@fact("清单里有 {count:N} 条事项")
def the_list_has(world, count):
    assert len(world.queries.page("township_party_office", CaseFilter()).cases) == count
