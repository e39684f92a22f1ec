"""Personal data that a file does not class: S38.

Only what is personal for certain is told: who is a party, and whom a matter is kept from. Whether a text is, its author
knows better; texts without a class are masked in lists like all others.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.model import Slot

_PERSONAL = (Slot.PARTY, Slot.RECUSED)


def of_personal(at: At) -> Iterator[Finding]:
    for code, field in at.workflow.fields.items():
        if field.fills in _PERSONAL and field.pii is None:
            zh = f"这个字段写当事人或须回避的人（fills: {field.fills}），却没有 pii"
            en = f"this field names a party or somebody recused (fills: {field.fills}) and has no `pii`"
            yield at.place(Code.S38, field.mark, f"fields.{code}", zh, en)
