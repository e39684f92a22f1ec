"""How search reads a text and cuts it. Pure.

A text is cut at every place into a *gram*: two characters, or where it stands on letters and digits of ASCII up to four
of these. So whatever is looked for, from one character up, is a gram or begins one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

GRAM_MOST = 4
_WIDE, _NARROW = 2, GRAM_MOST


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """A gram that a text must have to hold what is looked for; `exact` is False where it only has to begin so."""

    gram: str
    exact: bool


def normal(text: str) -> str:
    """NFKC, so that full-width forms are half-width; case folded; blanks and control characters as one blank; marks
    that nobody sees left out."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(_kept(character) for character in folded).split())


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    return "" if kind == "Cf" else " " if kind == "Cc" else character


def grams(text: str) -> set[str]:
    """All grams of a normal text; none reaches across a blank."""
    return {_gram(word, place) for word in text.split() for place in range(len(word))}


def needs(words: Iterable[str]) -> list[Need]:
    """What a text with all these words must have, each once, in their order."""
    return list(dict.fromkeys(need for word in words for need in _needs(word)))


def _needs(word: str) -> Iterator[Need]:
    """The grams that are whole; of a word too short to have one, what its gram begins with."""
    cut = [(_gram(word, place), place) for place in range(len(word))]
    whole = [gram for gram, place in cut if place + len(gram) < len(word) or len(gram) == _longest(gram)]
    yield from (Need(gram=gram, exact=True) for gram in whole)
    if not whole:
        yield Need(gram=cut[0][0], exact=False)


def _gram(word: str, place: int) -> str:
    most = word[place : place + _longest(word[place])]
    if not most[0].isascii():
        return most
    return most[: next((end for end, sign in enumerate(most) if not sign.isascii()), len(most))]


def _longest(gram: str) -> int:
    return _NARROW if gram[0].isascii() else _WIDE
