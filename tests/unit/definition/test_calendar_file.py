"""The loader of a calendar: what it reads, and that each mistake is told with its place, all at once."""

from __future__ import annotations

import random
import re
from datetime import date

import pytest

from engine.definition.calendar import DayKind
from engine.definition.calendar_file import is_calendar, read_calendar
from tests.unit.definition.files import SMALL

GOOD = """\
calendar: cn
version: 2
title: {zh: 日历, en: Calendar}
years:
  - year: 2026
    source: {title: {zh: 通知, en: Notice}, number: 7号, date: 2025-11-04}
    holidays:
      - {title: {zh: 元旦, en: New Year}, off: 2026-01-01}
      - {title: {zh: 春节, en: Spring Festival}, off: {from: 2026-02-15, to: 2026-02-23},
         worked: [2026-02-14, 2026-02-28]}
local:
  "430482109": {title: {zh: 防汛, en: Flood}, off: [2026-06-24, {from: 2026-07-01, to: 2026-07-03}]}
  v1:
    - {title: {zh: 赶圩, en: Market}, off: 2026-03-03}
    - {title: {zh: 双抢, en: Harvest}, worked: 2026-07-18}
"""


def changed(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


def told(data: bytes) -> list[tuple[str, str, str, str]]:
    calendar, findings = read_calendar(data, "cn.yaml")
    assert (calendar is None) is any(finding.code.is_error for finding in findings)
    return [(found.code.value, f"{found.mark.line}:{found.mark.column}", found.path, found.zh) for found in findings]


def test_a_good_file_has_no_findings():
    calendar, findings = read_calendar(GOOD.encode(), "cn.yaml")

    assert not findings
    assert calendar
    assert (calendar.code, calendar.version, list(calendar.years)) == ("cn", 2, [2026])
    assert len(calendar.years[2026].holidays) == 10
    assert sorted(calendar.years[2026].made_up) == [date(2026, 2, 14), date(2026, 2, 28)]
    assert {
        code: {day.isoformat(): kind for day, (kind, _) in days.items()} for code, days in calendar.local.items()
    } == {
        "430482109": dict.fromkeys(("2026-06-24", "2026-07-01", "2026-07-02", "2026-07-03"), DayKind.LOCAL_OFF),
        "v1": {"2026-03-03": DayKind.LOCAL_OFF, "2026-07-18": DayKind.LOCAL_WORK},
    }


NEW_YEAR = "off: 2026-01-01}"

WRONG = {
    "a day in two places": (
        NEW_YEAR, "off: 2026-02-16}",
        "S11", "9:53", "years[0].holidays[1].off", "2026-02-16 在第 8 行已有，一天只能写一次",
    ),
    "twice in one list": (
        NEW_YEAR, "off: [2026-01-01, 2026-01-01]}",
        "S11", "8:59", "years[0].holidays[0].off[1]", "2026-01-01 在第 8 行已有，一天只能写一次",
    ),
    "a holiday that is worked": (
        NEW_YEAR, "off: 2026-02-28}",
        "S11", "10:31", "years[0].holidays[1].worked[1]", "2026-02-28 在第 8 行已有，一天只能写一次",
    ),
    "a day of another year": (
        NEW_YEAR, "off: {from: 2025-12-31, to: 2026-01-02}}",
        "S11", "8:46", "years[0].holidays[0].off", "2025-12-31 不在 2026 年，请写到那一年",
    ),
    "a worked day of another year": (
        NEW_YEAR, "off: 2026-01-01, worked: 2025-12-28}",
        "S11", "8:66", "years[0].holidays[0].worked", "2025-12-28 不在 2026 年，请写到那一年",
    ),
    "a worked day that is no weekend": (
        "[2026-02-14, 2026-02-28]", "[2026-02-13, 2026-02-28]",
        "S11", "10:19", "years[0].holidays[1].worked[0]", "2026-02-13 是星期五，调休上班的应为周末",
    ),
    "a year twice": (
        "local:", "  - {year: 2026, source: {title: {zh: 甲, en: A}, number: 1号, date: 2025-11-04},"
        " holidays: {title: {zh: 乙, en: B}, off: 2026-05-01}}\nlocal:",
        "S11", "11:5", "years[1]", "2026 年前面已经写过",
    ),
    "a local day twice": (
        "worked: 2026-07-18", "worked: 2026-07-18, off: 2026-03-03",
        "S11", "15:63", "local.v1[1].off", "2026-03-03 在第 14 行已有，一天只能写一次",
    ),
    "no such day": (
        NEW_YEAR, "off: 2026-02-30}",
        "S11", "8:46", "years[0].holidays[0].off", "应为日期，如 2026-03-06，却是文字 '2026-02-30'",
    ),
    "a day written as a number": (
        NEW_YEAR, "off: 20260101}",
        "S11", "8:46", "years[0].holidays[0].off", "应为日期，如 2026-03-06，却是整数 20260101",
    ),
    "a stretch that ends before it begins": (
        "{from: 2026-02-15, to: 2026-02-23}", "{from: 2026-02-23, to: 2026-02-15}",
        "S11", "9:53", "years[0].holidays[1].off", "2026-02-23 至 2026-02-15 应为 2 到 100 天；只有一天的直接写日期",
    ),
    "a stretch of a year": (
        "{from: 2026-07-01, to: 2026-07-03}", "{from: 2026-07-01, to: 2027-07-03}",
        "S11", "12:63", "local.430482109.off[1]", "2026-07-01 至 2027-07-03 应为 2 到 100 天；只有一天的直接写日期",
    ),
    "half a stretch": (
        "{from: 2026-02-15, to: 2026-02-23}", "{from: 2026-02-15}",
        "S11", "9:48", "years[0].holidays[1].off.to", "缺少必填的 'to'",
    ),
    "neither off nor worked": (
        ", worked: 2026-07-18", "",
        "S11", "15:7", "local.v1[1].off", "缺少 'off' 或 'worked'：写放假或上班的日子",
    ),
    "no title": (
        "{title: {zh: 元旦, en: New Year}, off", "{off",
        "S13", "8:9", "years[0].holidays[0].title", "缺少 'title'：名称须有中英文 {zh: …, en: …}",
    ),
    "a title in one language": (
        "{zh: 赶圩, en: Market}", "{zh: 赶圩}",
        "S13", "14:15", "local.v1[0].title", "缺少英文（en）",
    ),
    "a notice without number": (
        "number: 7号, ", "",
        "S11", "6:5", "years[0].source.number", "缺少必填的 'number'",
    ),
    "a unit that is no code": (
        "  v1:", "  陈桥村:",
        "S11", "13:3", "local.陈桥村", "'陈桥村' 不是单位编号",
    ),
    "a unit in plain digits": (
        '"430482109"', "430482109",
        "S11", "12:3", "local.430482109", "键应为一个英文小写的词，却是整数 430482109",
    ),
    "an unknown key": (
        "version: 2", "version: 2\nholiday: 3",
        "S11", "3:1", "holiday", "未知的键 'holiday'；可用：calendar、version、title、years、local",
    ),
    "local days of nobody": (
        GOOD[GOOD.index("local:") :], "local: [2026-03-03, 2026-03-08]\n",
        "S11", "11:8", "local", "应为从单位编号到日子的映射，却是一个列表 […]",
    ),
    "no years": (
        GOOD[GOOD.index("years:") : GOOD.index("local:")], "",
        "S11", "1:1", "years", "缺少必填的 'years'",
    ),
    "a code with capitals": (
        "calendar: cn", "calendar: CN",
        "S11", "1:11", "calendar", "'CN' 应为英文小写字母、数字、- 和 _，以字母开头",
    ),
    "an anchor": (
        "{zh: 春节, en: Spring Festival}", "&spring {zh: 春节, en: Spring Festival}",
        "S00", "9:17", "years[0].holidays[1].title", "不能用锚点（&spring）",
    ),
    "a list of one is no error": (
        NEW_YEAR, "off: [2026-01-01]}",
        "S35", "8:46", "years[0].holidays[0].off", "只有一项，直接写即可，不用列表",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_with_code_place_and_sentence(name):
    old, new, *expected = WRONG[name]

    assert told(changed(old, new)) == [tuple(expected)]


@pytest.mark.parametrize("name", WRONG)
def test_the_english_sentence_needs_no_chinese(name):
    old, new, *_ = WRONG[name]

    (finding,) = read_calendar(changed(old, new), "cn.yaml").findings

    assert not re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", re.sub(r"'[^']*'", "", finding.en))


def test_all_mistakes_are_told_at_once_in_the_order_of_their_places():
    text = GOOD.replace("version: 2", "version: two").replace("off: 2026-01-01", "off: 2025-01-01")
    text = text.replace("worked: 2026-07-18", "worked: soon").replace("{zh: 赶圩, en: Market}", "赶圩")

    assert [(code, place) for code, place, _, _ in told(text.encode())] == [
        ("S11", "2:10"), ("S11", "8:46"), ("S13", "14:15"), ("S11", "15:46"),
    ]  # fmt: skip


def test_a_finding_names_the_file():
    (finding,) = read_calendar(changed("version: 2", "version: 0"), "calendars/cn.yaml").findings

    assert finding.text("en") == "calendars/cn.yaml:2:10  S11  version: 0 is too small, at least 1"


@pytest.mark.parametrize("data", [b"", b"[1, 2]", b"text", b"calendar: [", b"\xff", b"#" * 2_000_000, b"calendar: *a"])
def test_what_is_no_calendar_at_all_is_refused_and_never_a_crash(data):
    assert told(data)


def test_nothing_in_the_bytes_makes_it_raise():
    chance, good = random.Random(4), GOOD.encode()
    for _ in range(60):
        start = chance.randrange(len(good))
        spoilt = good[:start] + bytes(chance.choices(b"{}[]:,-#&*\n 09a", k=3)) + good[start + chance.randrange(9) :]
        calendar, findings = read_calendar(spoilt, "cn.yaml")
        assert calendar or findings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, True),
        ("# words\ncalendar: cn\n", True),
        ("{calendar: cn}", True),
        (SMALL, False),
        ("calendar: cn\nworkflow: small\n", False),
        ("version: 1\ncalendar: cn\n", False),
        ("calendar", False),
        ("calendar: [", False),
    ],
)
def test_a_calendar_is_told_by_its_first_key(text, expected):
    assert is_calendar(text.encode()) is expected
