"""A small workflow with a field of every type, to be served beside the rules of the township."""

from __future__ import annotations

from engine.definition.check import examine
from engine.definition.model import Workflow

TEXT = """\
workflow: register
version: 1
title: {zh: 登记, en: Register}
timezone: Asia/Shanghai
calendar: cn
currency: CNY
levels:
  wuchang: {zh: 屋场, en: Cluster}
  village: {zh: 村, en: Village}
  township: {zh: 镇, en: Township}
roles:
  linzhang: {title: {zh: 邻长, en: Neighbour head}, level: wuchang}
  zuzhang: {title: {zh: 组长, en: Group head}, level: wuchang}
  village_clerk: {title: {zh: 村文书, en: Village clerk}, level: village}
fields:
  words: {title: {zh: 事由, en: Words}, type: text, min_length: 2, max_length: 30, pii: free_text}
  kind: {title: {zh: 类别, en: Kind}, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
  sure: {title: {zh: 确认, en: Sure}, type: flag}
  number: {title: {zh: 人数, en: Number}, type: integer, at_least: 1, at_most: 99}
  cost: {title: {zh: 费用, en: Cost}, type: money, at_least: 0, at_most: 5000}
  day: {title: {zh: 日期, en: Day}, type: date}
  after: {title: {zh: 期限, en: Until}, type: date, range: future}
  who: {title: {zh: 人员, en: Person}, type: person}
  chief: {title: {zh: 责任人, en: Chief}, type: person, fills: responsible}
  villager: {title: {zh: 反映人, en: Villager}, type: person, pii: name, fills: party}
  where: {title: {zh: 单位, en: Where}, type: unit}
  home: {title: {zh: 户, en: Household}, type: household, pii: name}
  tags: {title: {zh: 标签, en: Tags}, type: list, of: text, max_length: 3}
  places: {title: {zh: 各单位, en: Places}, type: list, of: unit}
states:
  noted: {title: {zh: 已登记, en: Noted}, level: wuchang, handling: true}
  filed: {title: {zh: 已归档, en: Filed}, final: true}
transitions:
  - trigger: enter
    title: {zh: 登记, en: Enter}
    from: start
    to: noted
    by: [linzhang, village_clerk]
    takes: [words, kind, sure, number, cost, day, after, who, chief, villager, where, home, tags, places]
  - {trigger: add, title: {zh: 补充, en: Add}, from: noted, to: same, by: [zuzhang, responsible], needs: words}
  - {trigger: file, title: {zh: 归档, en: File}, from: noted, to: filed, by: village_clerk}
"""


def register_workflow() -> Workflow:
    reading = examine(TEXT.encode(), "register.yaml")
    assert reading.workflow is not None, [finding.en for finding in reading.findings]
    return reading.workflow
