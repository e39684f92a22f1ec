"""The words of the feature files: people as they are called, and what the rules file itself calls its acts, states and
fields. A value in a sentence is written 字段「值」; where it is a choice, a person or a unit, the value is its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest_bdd
from pytest_bdd import parsers

from engine.definition.model import START, SYSTEM, Field, FieldType, Value, Workflow
from tests import township as t
from tests.unit.files import made

#: Version 2 has every title of version 1, for the same thing: the scenarios of both are read by its words.
SPOKEN: Workflow = t.whole_book()

PEOPLE = {
    "邻长": "linzhang",
    "组长": "zuzhang",
    "片长": "pianzhang",
    "党小组组长": "party_group_leader",
    "理事会成员": "council_member",
    "村文书": "village_clerk",
    "王主任": "village_cadre1",
    "村干部": "village_cadre2",
    "村书记": "village_secretary",
    "镇党建办": "township_party_office",
    "司法所": "township_station",
    "镇分管领导": "township_leader",
    "镇党委书记": "township_secretary",
    "镇督查": "auditor_township",
    "县督查": "auditor_county",
    "香湖村文书": "village_clerk_2",
    "香湖村书记": "village_secretary_2",
    "庙前镇党委书记": "township_secretary_other",
    "庙前镇司法所": "township_station_other",
    "李婶": "lishen",
    "王小军": "wangson",
    "张三": "zhangsan",
    "镇值班室": "township_duty",
    "镇纪委": "township_discipline",
    "信访专干": "petition_clerk",
    "驻村干部": "stationed_cadre",
    "系统": SYSTEM,
}
UNITS = {
    "司法所": t.STATION,
    "陈桥村": t.VILLAGE,
    "香湖村": t.SIBLING,
    "洋泉镇": t.TOWNSHIP,
    "供电公司": t.POWER_COMPANY,
}
#: What can be uploaded, and how its bytes are made.
FILES = {"照片": made.jpeg, "语音": made.m4a}
MEETINGS = {meeting.title.zh.removeprefix("民情"): meeting.code for meeting in SPOKEN.meetings.values()}
#: Where the meetings of a level are held.
PLACES = {"wuchang": t.WUCHANG, "village": t.VILLAGE, "township": t.TOWNSHIP}
ACTS = {row.title.zh: row.trigger for row in SPOKEN.rows if row.sources != (START,)}
OPENINGS = {row.title.zh: row.trigger for row in SPOKEN.rows if row.sources == (START,)}
STATES = {state.title.zh: code for code, state in SPOKEN.states.items()}
CLOCKS = {clock.title.zh: code for code, clock in SPOKEN.clocks.items()}
#: Whatever a message can speak of: its act, or the clock that reminds.
SPEAKS = {row.title.zh: row.trigger for row in SPOKEN.rows} | CLOCKS
LEVELS = {level.title.zh: code for code, level in SPOKEN.levels.items()}
FIELDS = {field.title.zh: field for field in SPOKEN.fields.values()}
CATEGORIES = {title.zh: code for code, title in SPOKEN.fields["category"].choices.items()}
OUTCOMES = {
    "已生效": "effective", "未生效": "void", "已顺延": "carried", "已按规则处理": "consequence", "已离开会议": "left",
    "仍在等待": "waiting",
}  # fmt: skip
REPORTS = {"追认": "ratify", "补报": "told"}
#: Why a turn of a meeting stands among what is blocked.
MISSED = {"到期未开": "turn_missed", "已取消": "called_off"}

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
_SPAN_PARTS = r"(?:(\d+) 小时)? ?(?:(\d+) 分)? ?(?:(\d+) 秒)?"
_SPAN = r"\d+ (?:小时|分|秒)(?: \d+ (?:分|秒))*"

_TITLES = "|".join(sorted(map(re.escape, FIELDS), key=len, reverse=True))
_VALUE = rf"[,，] ?({_TITLES})「([^」]*)」"
_VALUES = rf"(?:[,，] ?(?:{_TITLES})「[^」]*」)*"


def moment(text: str) -> datetime:
    """`2026-03-06 09:00`, or with seconds: as the clocks of Shanghai show it."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def span(text: str) -> timedelta:
    """`2 小时 30 分 1 秒`."""
    hours, minutes, seconds = (int(each or 0) for each in re.fullmatch(_SPAN_PARTS, text).groups())  # type: ignore[union-attr]
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def values(text: str) -> dict[str, Value]:
    """`, 理由「渠又堵了」, 完成期限「2026-03-20」` as the data of a command."""
    found = ((FIELDS[title], said) for title, said in re.findall(_VALUE, text))
    return {field.code: _value(field, said) for field, said in found}


def _value(field: Field, said: str) -> Value:
    match field.type:
        case FieldType.CHOICE:
            return {title.zh: code for code, title in field.choices.items()}.get(said, said)
        case FieldType.FLAG:
            return {"是": True, "否": False}[said]
        case FieldType.PERSON:
            return PEOPLE.get(said) or _stranger(said)
        case FieldType.UNIT:
            return UNITS.get(said, said)
        case FieldType.LIST:
            return [UNITS.get(each, each) for each in said.split("、") if each]
    return said


def _stranger(said: str) -> Value:
    """Somebody who is not registered: a name, and a telephone after a space."""
    name, _, phone = said.partition(" ")
    return {"name": name} | ({"phone": phone} if phone else {})


def _named(case: str) -> str:
    """The name in `事项「水沟」`; empty for the one the scenario speaks of."""
    found = re.search("「(.*)」", case)
    return found.group(1) if found else ""


def kind(pattern: str, read: Callable[[str], Any] = str) -> Callable[[str], Any]:
    def reading(text: str) -> Any:
        return read(text)

    reading.pattern = pattern  # type: ignore[attr-defined]
    return reading


def one_of(names: dict[str, Any]) -> Callable[[str], Any]:
    """One of these names, read as what it stands for."""
    return kind("|".join(sorted(map(re.escape, names), key=len, reverse=True)), names.__getitem__)


#: What stands in a sentence -> how it is read; `affair_words` adds what other workflows call things.
KINDS = {
    "Person": one_of(PEOPLE),
    "Meeting": one_of(MEETINGS),
    "Act": one_of(ACTS),
    "ActTitle": kind("|".join(sorted(map(re.escape, ACTS), key=len, reverse=True))),
    "Opening": one_of(OPENINGS),
    "State": one_of(STATES),
    "Level": one_of(LEVELS),
    "Field": one_of(FIELDS),
    "Category": one_of(CATEGORIES),
    "Outcome": one_of(OUTCOMES),
    "Report": one_of(REPORTS),
    "Weekday": one_of({day: number for number, day in enumerate("一二三四五六日")}),
    "Clock": one_of(CLOCKS),
    "Missed": one_of(MISSED),
    "Cause": kind("|".join(sorted(map(re.escape, SPEAKS), key=len, reverse=True))),
    "Spans": kind(rf"{_SPAN}(?:、{_SPAN})*", lambda text: [span(each) for each in text.split("、")]),
    "Case": kind("(?:该)?事项(?:「[^「」]+」)?", _named),
    "About": kind("(?:对事项「[^「」]+」)?", _named),
    "Values": kind(_VALUES, values),
    "Said": kind("[^「」]*"),
    "Taps": kind("(?:「[^「」]+」)+", lambda text: re.findall("「([^「」]+)」", text)),
    "Names": kind("[^「」“”, ]+(?:、[^「」“”, ]+)*", lambda text: text.split("、")),
    "Sentence": kind(".+"),
    "N": kind(r"\d+", int),
    "Cell": kind("[A-Z]+[0-9]+"),
    "Day": kind(r"\d{4}-\d\d-\d\d"),
    "Date": kind(r"\d{4}-\d\d-\d\d", date.fromisoformat),
    "Moment": kind(_MOMENT, moment),
    "Moments": kind(rf"{_MOMENT}(?:、{_MOMENT})*", lambda text: [moment(each) for each in text.split("、")]),
}


@dataclass(frozen=True)
class Sentence:
    """One step definition: the kind of step it serves (None: any), and how its text is read."""

    type: str | None
    parser: parsers.parse


SENTENCES: list[Sentence] = []


def _sentence(type_: str | None, text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    parser = parsers.parse(text, extra_types=KINDS)
    SENTENCES.append(Sentence(type_, parser))
    return pytest_bdd.step(parser, type_)  # type: ignore[arg-type]


def act(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Somebody does something: 假如 and 当."""
    return _sentence(None, text)


def fact(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Something is so: 那么."""
    return _sentence("then", text)


def readings(type_: str, text: str) -> Iterable[Sentence]:
    """The step definitions that can read a step."""
    return [each for each in SENTENCES if each.type in (None, type_) and each.parser.is_matching(text)]
