"""The kinds of places and bodies, and how codes and names may look."""

from __future__ import annotations

import re
import unicodedata

UNIT_KINDS = ("county", "township", "village", "wuchang", "group", "neighbourhood", "station", "department")
BODY_KINDS = ("party_group", "council")
_LADDER = UNIT_KINDS[: UNIT_KINDS.index("station")]  #: each below the one before; stations and departments stand beside
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
WORD = re.compile(r"[a-z_]{1,64}", re.ASCII)
NAME_LENGTH = 60


def has_control(text: str) -> bool:
    """Control, format and separator characters: what does not show and does not belong in a name."""
    return not text.isprintable() and any(
        unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for sign in text
    )


def kinds_from(level: str) -> tuple[str, ...]:
    """The kind itself and those below it: where cases belong that are decided at this level first."""
    return _LADDER[_LADDER.index(level) :] if level in _LADDER else (level,)
