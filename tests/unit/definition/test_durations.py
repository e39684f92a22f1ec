"""Durations, offsets, shares and hours."""

from __future__ import annotations

from datetime import time

import pytest

from engine.definition.durations import duration, hour, offset, share
from engine.definition.model import NOWHERE, Duration, TimeUnit
from engine.definition.nodes import resolve
from engine.definition.reading import Place
from engine.definition.report import Report


def read(reader, text, *, quoted=False):
    """What the reader makes of a scalar, and the codes of what it finds."""
    report = Report("f")
    value = reader(Place(resolve(text, NOWHERE, quoted=quoted), "x", NOWHERE, report))
    return value, [finding.code.value for finding in report.findings]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("15 minutes", 15, TimeUnit.MINUTES),
        ("1 minute", 1, TimeUnit.MINUTES),
        ("2 hours", 2, TimeUnit.HOURS),
        ("2 business hours", 2, TimeUnit.BUSINESS_HOURS),
        ("1 business hour", 1, TimeUnit.BUSINESS_HOURS),
        ("3 natural days", 3, TimeUnit.NATURAL_DAYS),
        ("5 working days", 5, TimeUnit.WORKING_DAYS),
        ("1 working day", 1, TimeUnit.WORKING_DAYS),
        ("1 working days", 1, TimeUnit.WORKING_DAYS),
        ("0 natural days", 0, TimeUnit.NATURAL_DAYS),
        ("9999 hours", 9999, TimeUnit.HOURS),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, number, unit):
    assert read(duration, text) == (Duration(number=number, unit=unit), [])


@pytest.mark.parametrize(
    "text",
    [
        "5", "days", "5 days", "5 workdays", "2 working day", "-1 hours", "10000 hours", "5  hours", " 5 hours",
        "5 hours ", "5hours", "5 Hours", "１ hours", "5 hours before", "5 hours 3 minutes", "80%", "true", "", "0x5",
    ],
)  # fmt: skip
def test_nothing_else_is_a_duration(text):
    assert read(duration, text)[1] == ["S12"]
    assert read(duration, text, quoted=True)[1] == ["S12"]


@pytest.mark.parametrize("reader", [duration, offset, share])
def test_a_decimal_number_is_a_wrong_type(reader):
    assert read(reader, "1.5")[1] == ["S11"]


def test_an_offset_ends_in_before():
    assert read(offset, "3 hours before") == (Duration(number=3, unit=TimeUnit.HOURS), [])
    assert read(offset, "1 working day before") == (Duration(number=1, unit=TimeUnit.WORKING_DAYS), [])


@pytest.mark.parametrize("text", ["3 hours", "before", "3 hours  before", "3 days before", "3 hours after", "3"])
def test_nothing_else_is_an_offset(text):
    assert read(offset, text)[1] == ["S12"]


@pytest.mark.parametrize(("text", "number"), [("80%", 80), ("0%", 0), ("300%", 300), ("9999%", 9999)])
def test_a_share_is_a_number_and_a_sign(text, number):
    assert read(share, text) == (number, [])


@pytest.mark.parametrize("text", ["80", "80 %", "80.5%", "-8%", "%", "10000%", "８%", "half"])
def test_nothing_else_is_a_share(text):
    assert read(share, text)[1] == ["S12"]


@pytest.mark.parametrize(("text", "value"), [("08:30", time(8, 30)), ("00:00", time(0)), ("23:59", time(23, 59))])
def test_an_hour_has_two_digits_twice(text, value):
    assert read(hour, text) == (value, [])


@pytest.mark.parametrize("text", ["8:30", "24:00", "12:60", "0830", "noon", "", "08:30:00", "０8:30"])
def test_nothing_else_is_an_hour(text):
    assert read(hour, text)[1] == ["S11"]
