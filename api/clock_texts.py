"""Clocks in words: amounts of time in their unit, why time was granted, what a day was to a clock."""

from __future__ import annotations

from datetime import timedelta

from api.condition_texts import UNITS, Text, span_text
from engine.definition.calendar import Day, DayKind
from engine.definition.model import Duration
from engine.rules.days import Note
from engine.rules.reckoning import Reckoning, Why

WHYS: dict[Why, Text] = {
    Why.LIMIT: ("规定时限", "the limit"),
    Why.START_DAY: ("当天不计", "the day it began is not counted"),
    Why.GRACE: ("退回后保底", "the least that is left on return"),
    Why.DUE: ("议定期限", "the date decided"),
    Why.EXTENSION: ("延期", "extended"),
}
NOTES: dict[Note, Text] = {
    Note.START: ("起算当日，不计", "the day it began, not counted"),
    Note.COUNTED: ("计入", "counted"),
    Note.OFF: ("非工作日，不计", "no working day, not counted"),
    Note.PAUSED: ("暂停，不计", "paused, not counted"),
    Note.ROLLED: ("最后一日为休息日，顺延", "the last day was a day off: moved on"),
}
KINDS: dict[DayKind, Text] = {
    DayKind.WORKING: ("工作日", "working day"),
    DayKind.WEEKEND: ("周末", "weekend"),
    DayKind.HOLIDAY: ("法定节假日", "public holiday"),
    DayKind.MADE_UP: ("调休上班", "worked in exchange"),
    DayKind.LOCAL_OFF: ("本地放假", "local day off"),
    DayKind.LOCAL_WORK: ("本地上班", "local working day"),
}
_WEEKDAYS: tuple[Text, ...] = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)


def amount(reckoning: Reckoning, span: timedelta) -> str:
    """`2.5`: so many of the clock's unit, rounded to hundredths, less than nothing with a minus."""
    one = reckoning.work.length_of_one(reckoning.unit)
    return f"{round(span / one, 2):g}"


def amount_text(reckoning: Reckoning, span: timedelta) -> Text:
    zh, en = UNITS[reckoning.unit.value]
    number = amount(reckoning, span)
    return f"{number} {zh}", f"{number} {en.removesuffix('s') if number == '1' else en}"


def limit_text(limit: Duration | None) -> Text:
    """`5 个工作日`, `5 working days`."""
    return span_text(limit) if limit else ("不限", "none")


def day_text(day: Day) -> Text:
    """`3月7日 周六 周末`, with the name of the holiday where there is one."""
    kind, weekday = KINDS[day.kind], _WEEKDAYS[day.date.weekday()]
    title = (f"（{day.title.zh}）", f" ({day.title.en})") if day.title else ("", "")
    unsure = ("，暂定", ", provisional") if day.provisional else ("", "")
    return (
        f"{day.date.month}月{day.date.day}日 {weekday[0]} {kind[0]}{title[0]}{unsure[0]}",
        f"{day.date:%d %b} {weekday[1]}, {kind[1]}{title[1]}{unsure[1]}",
    )
