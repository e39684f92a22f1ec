"""Identity numbers (GB 11643): found in what people type, however they space it, so that none is ever kept.

Eighteen signs: six of a place, eight of a day of birth, three of a sequence, one that checks the others (a digit or X).
The old ones had fifteen and checked nothing, so any order number could be one: they count only where the words before
them say that they are.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_GAP = r"[\s\-－—–·._]{0,2}"
_NEW = re.compile(rf"(?<![0-9])(?:[0-9]{_GAP}){{17}}[0-9X](?![0-9A-Z])", re.IGNORECASE)
_OLD = re.compile(
    rf"(?:身份证|证件号|证号|ID ?card|ID ?no)[^0-9]{{0,12}}((?:[0-9]{_GAP}){{14}}[0-9])(?![0-9])", re.IGNORECASE
)
_NO_DIGIT = re.compile(r"[^0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def has_identity_number(text: str) -> bool:
    """The text holds one, in digits of any width, with blanks or dashes between them or without."""
    plain = unicodedata.normalize("NFKC", text)
    if any(_is_new(_bare(found.group())) for found in _NEW.finditer(plain)):
        return True
    return any(_is_old(_bare(found.group(1))) for found in _OLD.finditer(plain))


def _bare(written: str) -> str:
    return _NO_DIGIT.sub("", written.upper())


def _is_new(number: str) -> bool:
    return _is_day(number[6:14]) and check_sign(number[:17]) == number[17]


def _is_old(number: str) -> bool:
    return _is_day("19" + number[6:12])


def check_sign(digits: str) -> str:
    """The eighteenth sign that goes with the first seventeen."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def _is_day(written: str) -> bool:
    try:
        return 1850 < date(int(written[:4]), int(written[4:6]), int(written[6:])).year < 2150
    except ValueError:
        return False
