"""Passwords made for people: read out, written down and typed on a telephone without changing the keyboard twice."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection

from engine.people.weakness import weakness

_FIRST = ("b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "w", "y")
_LAST = ("a", "e", "i", "o", "u", "ai", "an", "ao", "en", "ou")
_SYLLABLES = 4
_DIGITS = "23456789"
_EASY = re.compile(rf"(?:[{''.join(_FIRST)}](?:{'|'.join(_LAST)})){{{_SYLLABLES}}}[{_DIGITS}]{{4}}")


def easy_password(words: Collection[str] = ()) -> str:
    """Four syllables and four digits by chance (forty bits), never one that `weakness` refuses for these words."""
    while True:
        made = _made()
        if weakness(made, words) is None:
            return made


def is_easy(text: str) -> bool:
    """It looks like one of these."""
    return _EASY.fullmatch(text) is not None


def _made() -> str:
    syllables = "".join(secrets.choice(_FIRST) + secrets.choice(_LAST) for _ in range(_SYLLABLES))
    return syllables + "".join(secrets.choice(_DIGITS) for _ in range(4))
