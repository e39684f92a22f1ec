"""The words of the pages in two languages: gettext with the Chinese text as the key, English from `locale/en/*.po`.

A catalogue may be cut into several files, one a noun; the texts of all stand side by side. A test keeps them complete.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"


def N_(text: str) -> str:  # noqa: N802 - gettext's name for a text that is translated where it is shown
    return text


class Chinese(gettext.NullTranslations):
    """The key is the text; a number changes nothing in it."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - the signature is gettext's
        return msgid1


def catalogue(language: str) -> Catalog:
    """All texts of a language in one. Raises ValueError where two files say one text differently."""
    whole = Catalog(locale=language)
    for file in sorted((LOCALE / language).glob("*.po")):
        with file.open("rb") as text:
            for message in read_po(text, locale=language):
                if message.id:
                    _add(whole, message.id, message.string, file.name)
    return whole


def _add(whole: Catalog, key: object, text: object, file: str) -> None:
    known = whole.get(key)  # type: ignore[arg-type]
    if known is not None and known.string != text:
        raise ValueError(f"{file}: {key!r}: {text!r}, elsewhere {known.string!r}")
    whole.add(key, text)  # type: ignore[arg-type]


@lru_cache(2)
def translations(english: bool) -> gettext.NullTranslations:
    """What speaks the language."""
    if not english:
        return Chinese()
    compiled = BytesIO()
    write_mo(compiled, catalogue("en"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
