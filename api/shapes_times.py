"""Moments and days as requests give them, in the writing of RFC 3339 alone."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, WithJsonSchema


def _sensible(moment: datetime) -> datetime:
    """Between 1900 and 2200: what lies beyond cannot be carried through every timezone and database."""
    if not 1900 < moment.year < 2200:
        raise ValueError("not a sensible time")
    return moment


_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII)


def _written(moment: object) -> object:
    """As RFC 3339 writes it: a bare number is no time. That an offset is missing is told by the next in line."""
    if not isinstance(moment, str) or not _RFC_3339.fullmatch(moment):
        raise ValueError("not written as RFC 3339")
    return moment


#: As a reader of the OpenAPI document learns of it: RFC 3339, in the years that are sensible.
_MOMENT = {"type": "string", "format": "date-time", "pattern": r"^(190[1-9]|19[1-9]\d|2[01]\d\d)-"}
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_sensible), WithJsonSchema(_MOMENT)]


def _written_day(day: object) -> object:
    """`2026-03-06`: a bare number is no day."""
    if not isinstance(day, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII):
        raise ValueError("not written as RFC 3339")
    return day


def _sensible_day(day: date) -> date:
    """Between 1900 and 2200, as moments are."""
    if not 1900 < day.year < 2200:
        raise ValueError("not a sensible day")
    return day


_DAY = {**_MOMENT, "format": "date"}
Day = Annotated[date, BeforeValidator(_written_day), AfterValidator(_sensible_day), WithJsonSchema(_DAY)]
