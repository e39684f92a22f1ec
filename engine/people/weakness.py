"""Which passwords are refused: too short, too long, among the first that would be tried, or made of what everybody
knows about its owner. Nothing is asked about kinds of characters.

How many guesses a password takes is reckoned with the word lists and the arithmetic of zxcvbn. Its own entry is not
used: it keeps the words about one person in a global, and tries letters for signs so often that a long password of
signs takes seconds.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.people.common_passwords import KNOWN_HERE

LEAST, MOST = 8, 128
#: A thief who may try ten times in a quarter of an hour needs a year for 350 000.
_ENOUGH = 10**7
_ENOUGH_DISGUISED = 10**6
#: Beside what everybody knows about somebody there must be this many letters and digits.
_OWN_SIGNS = 6
#: More of a password than any raw form of `MOST` characters takes, and little enough to bring into form.
_RAW_MOST = 1024
_ABOUT_US = ("minqing", "民情", "屋场", "湾场", "碰头会", "分析会", "mima", "密码")
_SIGNS_FOR_LETTERS = str.maketrans("0134578@$!", "oieastbasi")
_REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)
_Ranks = Mapping[str, int]


def normal(password: str) -> str:
    """As it is hashed and compared: composed (NFC), without the blanks around it that a telephone adds."""
    if len(password) > _RAW_MOST:
        return password  # nobody's: no password is kept that is so long
    return unicodedata.normalize("NFC", password).strip()


def weakness(password: str, words: Collection[str]) -> str | None:
    """Why the password is refused: `too_short`, `too_long`, `context`, `common`; None where it is good.

    `words` are what everybody knows about its owner: login, name, telephone, places.
    """
    text = normal(password)
    if len(text) < LEAST:
        return "too_short"
    if len(text) > MOST or len(password) > _RAW_MOST:
        return "too_long"
    known = _worth_knowing({*words, *_ABOUT_US})
    if _made_of(text, known):
        return "context"
    return "common" if _is_guessed(text, known) else None


def _worth_knowing(words: Collection[str]) -> list[str]:
    """In small letters, letters and digits alone, the longest first; what is too short says nothing."""
    plain = {_signs(word) for word in words}
    return sorted((word for word in plain if len(word) >= (3 if word.isascii() else 2)), key=lambda w: (-len(w), w))


def _signs(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _made_of(text: str, known: list[str]) -> bool:
    """Little is left of it without the known words."""
    left = whole = _signs(text)
    for word in known:
        left = left.replace(word, "")
    return left != whole and len(left) < _OWN_SIGNS


def _is_guessed(text: str, known: list[str]) -> bool:
    ranked = {**_ranks(), "about": {word: rank for rank, word in enumerate(known, 1)}}
    if _guesses(text, ranked) < _ENOUGH:
        return True
    return any(_guesses(plain, ranked) < _ENOUGH_DISGUISED for plain in _undisguised(text))


def _undisguised(text: str) -> Iterator[str]:
    """Without repetitions, with letters where signs stand for them, and with nothing between letters and digits where
    these would do for a password."""
    signs = _signs(text)
    for plain in (
        _REPEATED.sub(r"\1", text),
        text.translate(_SIGNS_FOR_LETTERS),
        signs if len(signs) >= LEAST else text,
    ):
        if plain != text:
            yield plain


def _guesses(text: str, ranked: Mapping[str, _Ranks]) -> float:
    from zxcvbn import matching, scoring

    finders = (
        matching.dictionary_match,
        matching.reverse_dictionary_match,
        matching.spatial_match,
        matching.sequence_match,
        matching.regex_match,
        matching.date_match,
    )
    found: list[Any] = [match for find in finders for match in find(text, _ranked_dictionaries=ranked)]
    found.sort(key=lambda match: (match["i"], match["j"]))
    return float(scoring.most_guessable_match_sequence(text, found)["guesses"])


@functools.cache
def _ranks() -> dict[str, _Ranks]:
    """Word lists by name, each word with its rank. Read at first use: most processes never judge a password."""
    from zxcvbn import matching

    here = {word: rank for rank, word in enumerate(KNOWN_HERE, 1)}
    return {**matching.RANKED_DICTIONARIES, "here": here}
