"""Dates and times as lists hold them: real dates, serial numbers, `2020/1/6 19:09:38`, `2020年1月6日`, other forms
that the map names. All are local times of the rules; a date alone is its midnight."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.cases.importing.outcome import CellFault
from engine.cases.importing.sheet import Cell

_YEARS = range(1900, 2200)
#: Serial numbers of 1954 to 2119: what lies outside is no day that anybody reported something.
_SERIALS = range(20_000, 80_000)
_TIME = r"(?:[T ]*(?P<H>\d{1,2})(?:[:时点](?P<m>\d{1,2}))?(?:[:分](?P<s>\d{1,2})(?:\.\d+)?)?[时点分秒]?)?"
_USUAL = (
    re.compile(rf"(?P<Y>\d{{4}})(?P<sep>[-/.])(?P<M>\d{{1,2}})(?P=sep)(?P<D>\d{{1,2}}){_TIME}", re.ASCII),
    re.compile(rf"(?P<Y>\d{{4}})年(?P<M>\d{{1,2}})月(?P<D>\d{{1,2}})[日号]? *{_TIME}", re.ASCII),
    re.compile(r"(?P<Y>\d{4})(?P<M>\d{2})(?P<D>\d{2})", re.ASCII),
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_SIGNS = re.compile(r"YYYY|MM|DD|HH|mm|ss|M|D|H|m|s|.", re.DOTALL)
_PARTS = {"YYYY": "Y", "MM": "M", "DD": "D", "HH": "H", "mm": "m", "ss": "s"}
_PARTS |= {name[0]: part for name, part in _PARTS.items() if name != "YYYY"}


def form(pattern: str) -> re.Pattern[str]:
    """`DD.MM.YYYY HH:mm` as an expression: YYYY is four digits, MM DD HH mm ss one or two, the rest as it is written.
    Raises ValueError where year, month or day is missing or a part comes twice."""
    parts: list[str] = []
    found = "".join(_part(sign, parts) for sign in _SIGNS.findall(normal(pattern)))
    if not {"Y", "M", "D"} <= set(parts) or len(parts) != len(set(parts)):
        raise ValueError(pattern)
    return re.compile(found, re.ASCII)


def _part(sign: str, parts: list[str]) -> str:
    if sign not in _PARTS:
        return re.escape(sign)
    parts.append(_PARTS[sign])
    return rf"(?P<{_PARTS[sign]}>\d{{{4 if sign == 'YYYY' else '1,2'}}})"


def moment(cell: Cell, forms: Iterable[re.Pattern[str]], epoch: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment the cell tells, aware; None where it is empty. Raises CellFault."""
    value = cell.known()
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = _moment(value, tuple(forms), epoch)
    if found is None or found.year not in _YEARS:
        raise CellFault("bad_moment", value=str(value).strip()[:40])
    return _to_second(found).replace(tzinfo=zone)


def _moment(value: Any, forms: tuple[re.Pattern[str], ...], epoch: datetime) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _serial(value, epoch) or (_written(str(value), _USUAL) if isinstance(value, int) else None)
    if not isinstance(value, str):
        return None
    text = normal(value)
    return _written(text, (*forms, *_USUAL)) or (_serial(float(text), epoch) if _SERIAL.fullmatch(text) else None)


def _serial(number: float, epoch: datetime) -> datetime | None:
    return epoch + timedelta(days=number) if _SERIALS.start <= number < _SERIALS.stop else None


def _to_second(value: datetime) -> datetime:
    """Serial numbers are off by some microseconds."""
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)


def _written(text: str, forms: Iterable[re.Pattern[str]]) -> datetime | None:
    for each in forms:
        if match := each.fullmatch(text):
            parts = {name: int(digits) for name, digits in match.groupdict().items() if name != "sep" and digits}
            try:
                return datetime(*(parts.get(name, 0) for name in "YMDHms"))  # type: ignore[arg-type]
            except ValueError:
                return None
    return None


def normal(text: str) -> str:
    """Full-width digits and signs as plain ones, spaces one at a time."""
    return " ".join(unicodedata.normalize("NFKC", text).split())
