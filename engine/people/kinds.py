"""The kinds of places and bodies, and how codes and names may look."""

from __future__ import annotations

import re
import unicodedata

UNIT_KINDS = ("county", "township", "village", "wuchang", "group", "neighbourhood", "station", "department")
BODY_KINDS = ("party_group", "council")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
WORD = re.compile(r"[a-z_]{1,64}", re.ASCII)
NAME_LENGTH = 60


def has_control(text: str) -> bool:
    """Control, format and separator characters: what does not show and does not belong in a name."""
    return not text.isprintable() and any(
        unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for sign in text
    )
