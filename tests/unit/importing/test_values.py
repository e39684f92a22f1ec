"""From cells to values: dates in all their forms, choices by their names, amounts, texts, telephones."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.cases.importing.cells import field_value, phone_number
from engine.cases.importing.mapping import Column, FromColumn
from engine.cases.importing.moments import form, moment
from engine.cases.importing.outcome import CellFault
from engine.cases.importing.sheet import Cell, CellValue, as_text
from engine.definition.model import NOWHERE, Field, FieldType, Title, Value
from engine.definition.nodes import Unread
from engine.definition.reading import Place
from engine.definition.report import Report

EPOCH = datetime(1899, 12, 30)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NAME = Title(zh="名", en="Name")
EVENING = datetime(2020, 1, 6, 19, 9, 38)
COLUMN = Column("A", Place(Unread(NOWHERE), "", NOWHERE, Report("map.yaml")))


def told(value: CellValue | None, *forms: str, epoch: datetime = EPOCH) -> datetime | None:
    found = moment(Cell(value), map(form, forms), epoch, SHANGHAI)
    assert found is None or found.utcoffset() == EVENING.replace(tzinfo=SHANGHAI).utcoffset()
    return found.replace(tzinfo=None) if found else None


@pytest.mark.parametrize(
    "written",
    [
        EVENING,
        datetime(2020, 1, 6, 19, 9, 37, 999_997),
        43836.798356481,
        "43836.798356481",
        "2020/1/6 19:09:38",
        "2020-01-06T19:09:38",
        " 2020.1.6　19:9:38 ",
        "2020年1月6日 19时09分38秒",
        "２０２０年１月６日１９：０９：３８",
    ],
)
def test_every_usual_form_of_a_time_is_read(written):
    assert told(written) == EVENING


@pytest.mark.parametrize(
    "written", [date(2020, 1, 6), 43836, "43836", "2020/1/6", "2020年1月6日", "2020年1月6号", "20200106", 20200106]
)
def test_a_date_alone_is_its_midnight(written):
    assert told(written) == datetime(2020, 1, 6)


@pytest.mark.parametrize(
    "written", ["昨天", "2020.2.30", "2020/13/1", "6.1.2020", "2020-1/6", "0020/1/1", "25:00", 7, 1e9, True, time(8, 0)]
)
def test_what_is_no_time_is_told(written):
    with pytest.raises(CellFault, match="bad_moment"):
        told(written)


def test_nothing_is_no_moment_at_all():
    assert told(None) is None
    assert told("  ") is None


def test_other_forms_are_those_that_the_map_names():
    assert told("6.1.2020 19:09", "D.M.YYYY H:mm") == datetime(2020, 1, 6, 19, 9)
    assert told("01-06-2020", "MM-DD-YYYY") == datetime(2020, 1, 6)
    assert told("2020/1/6", "DD.MM.YYYY") == datetime(2020, 1, 6)


@pytest.mark.parametrize("pattern", ["DD.MM", "YYYY-MM-MM", "YYYY MM D DD", "年月日"])
def test_a_form_without_year_month_and_day_is_none(pattern: str):
    with pytest.raises(ValueError):
        form(pattern)


def test_serial_numbers_count_from_the_epoch_of_the_workbook():
    assert told(42374, epoch=datetime(1904, 1, 1)) == datetime(2020, 1, 6)


# --- fields ----------------------------------------------------------------------------------------------------------


def value(kind: FieldType, written: CellValue | None, choices: dict[str, Title] | None = None, **origin) -> Value:
    field = Field(code="f", title=NAME, type=kind, choices=choices or {})
    return field_value(field, FromColumn(column=COLUMN, **origin), Cell(written), EPOCH, SHANGHAI)


KINDS = {"dispute": Title(zh="矛盾纠纷", en="Dispute"), "other": Title(zh="其他", en="Other")}


@pytest.mark.parametrize("written", ["dispute", "矛盾纠纷", " Dispute ", "邻里"])
def test_a_choice_is_known_by_its_code_its_names_and_the_translations_of_the_map(written: str):
    assert value(FieldType.CHOICE, written, KINDS, values={"邻里": "dispute"}) == "dispute"


def test_a_choice_that_is_not_known_takes_the_default_or_is_told():
    assert value(FieldType.CHOICE, "天气", KINDS, default="other") == "other"
    assert value(FieldType.CHOICE, None, KINDS, default="other") == "other"
    assert value(FieldType.CHOICE, None, KINDS) is None
    with pytest.raises(CellFault) as caught:
        value(FieldType.CHOICE, "天气", KINDS)
    assert caught.value.facts == {"value": "天气", "known": ("矛盾纠纷", "其他")}


def test_a_text_stays_as_it_was_typed_unless_only_its_beginning_is_wanted():
    long = "  关于\t村口\n路灯的问题，请尽快修复  "

    assert value(FieldType.TEXT, long) == long
    assert value(FieldType.TEXT, long, first=14) == "关于 村口 路灯的问题，请尽"
    assert value(FieldType.TEXT, long, first=6) == "关于 村口"


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (FieldType.FLAG, "是", True),
        (FieldType.FLAG, False, False),
        (FieldType.INTEGER, 12.0, 12),
        (FieldType.INTEGER, "1,200", 1200),
        (FieldType.MONEY, 12, "12.00"),
        (FieldType.MONEY, 0.1 + 0.2, "0.30"),
        (FieldType.MONEY, "¥1,250.5元", "1250.50"),
        (FieldType.DATE, "2020/1/6 19:09:38", "2020-01-06"),
        (FieldType.PERSON, " p001 ", "p001"),
        (FieldType.TEXT, 37042.0, "37042"),
        (FieldType.TEXT, EVENING, "2020-01-06 19:09:38"),
    ],
)
def test_values_take_the_form_the_rules_read(kind: FieldType, written: CellValue, expected: Value):
    assert value(kind, written) == expected


@pytest.mark.parametrize(
    ("kind", "written", "code"),
    [
        (FieldType.FLAG, "也许", "not_a_flag"),
        (FieldType.INTEGER, "12.5", "not_an_integer"),
        (FieldType.MONEY, "约三千", "not_money"),
        (FieldType.MONEY, "3.456", "not_money"),
        (FieldType.DATE, "明天", "bad_moment"),
        (FieldType.TEXT, 430482199001011234, "number_too_long"),
    ],
)
def test_values_of_the_wrong_kind_are_told(kind: FieldType, written: CellValue, code: str):
    with pytest.raises(CellFault, match=code):
        value(kind, written)


@pytest.mark.parametrize(
    "written",
    [float("inf"), float("nan"), 1e308, -(10**400), timedelta(9), time.max, date.max, datetime.max, "9" * 500, "\x00"],
)
@pytest.mark.parametrize("kind", [FieldType.TEXT, FieldType.DATE, FieldType.INTEGER, FieldType.MONEY, FieldType.FLAG])
def test_no_value_of_a_cell_is_a_crash(kind: FieldType, written: CellValue):
    try:
        value(kind, written)
        phone_number(Cell(written))
    except CellFault as fault:
        assert len(str(fault.facts.get("value", ""))) <= 40


@pytest.mark.parametrize("fault", ["merged_cell", "formula_without_value", "error_value"])
def test_a_cell_whose_value_nobody_knows_says_why(fault: str):
    with pytest.raises(CellFault, match=fault):
        as_text(Cell(fault=fault))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (13800000001.0, "13800000001"),
        ("138 0000 0001", "13800000001"),
        ("+86 138-0000-0001", "13800000001"),
        ("0734-7222222", "0734-7222222"),
        ("　", None),
    ],
)
def test_telephones_lose_what_only_divides_them(written: CellValue, number: str | None):
    assert phone_number(Cell(written)) == number
