"""Which of the two languages a reader asked for."""

from __future__ import annotations

import re


def wants_english(accept: str | None) -> bool:
    """English is asked for with a higher weight than Chinese; Chinese is spoken otherwise."""
    weights = {"zh": 0.0, "en": 0.0}
    for part in (accept or "").lower().split(","):
        language, _, quality = part.strip().partition(";")
        match = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{1,3})?)\s*", quality) if quality else None
        primary = language.split("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], float(match.group(1)) if match else 1.0)
    return weights["en"] > weights["zh"]
