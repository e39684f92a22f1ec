"""Masking of personal text (language.md section 10): names and telephones by pattern, addresses down to the group,
in free text telephones and id-like digits. Names in free text come with the register of a later release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from engine.definition.model import Field, Pii, Value, Workflow

#: Digits and the marks between them, as they are written with a Chinese keyboard too; `\d` knows full-width digits.
_GAP = r"[ \-－—]?"
_PHONE = re.compile(
    rf"(?<!\d)((?:(?:[+＋]|[0０]{{2}})?[8８][6６]{_GAP})?[1１]\d{{2}}){_GAP}\d{{4}}{_GAP}(\d{{4}})(?!\d)"
)
_LAND_LINE = re.compile(rf"(?<!\d)([(（]?[0０]\d{{2,3}}[)）]?{_GAP})\d{{3,4}}{_GAP}(\d{{4}})(?!\d)")
_ID_LIKE = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?![\dXx])")
_DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐")
_GROUP = re.compile(r"^.*?(?:(?:村|社区)(?:.{1,8}?屋场)?(?:.{1,6}?组(?!长))?|屋场(?:.{1,6}?组(?!长))?|组(?!长))")


class Sight(Enum):
    """How much a reader sees: lists and `read_only` roles everything masked, others all but telephones."""

    MASKED = "masked"
    OPEN = "open"


def masked(workflow: Workflow, values: Mapping[str, Value], sight: Sight) -> dict[str, Value]:
    """The values of a case as this reader may see them."""
    return {name: _value(workflow.fields[name], value, sight) for name, value in values.items()}


def _value(field: Field, value: Value, sight: Sight) -> Value:
    if field.entry_type == "file":
        return value
    if isinstance(value, list):
        return [_value(field, entry, sight) for entry in value]
    if isinstance(value, dict):
        return stranger(value, sight)
    if not isinstance(value, str) or field.pii is None or field.entry_type != "text":
        return value
    return _open(field.pii, value) if sight is Sight.OPEN else _hidden(field.pii, value)


def stranger(value: Mapping[str, Value], sight: Sight) -> dict[str, Value]:
    """A person who is not registered: {name, phone}."""
    name = value["name"] if sight is Sight.OPEN else name_pattern(value["name"])
    return {"name": name} | ({"phone": phone_pattern(value["phone"])} if "phone" in value else {})


def _open(pii: Pii, text: str) -> str:
    if pii is Pii.PHONE:
        return phone_pattern(text)
    return telephones(text) if pii is Pii.FREE_TEXT else text


def _hidden(pii: Pii, text: str) -> str:
    if pii is Pii.NAME:
        return name_pattern(text)
    if pii is Pii.PHONE:
        return phone_pattern(text)
    if pii is Pii.ADDRESS:
        return address_pattern(text)
    return free_text(text)


def name_pattern(name: str) -> str:
    """张明 -> 张*, 张小明 -> 张*明, 欧阳明 -> 欧阳*: two characters keep the surname, three and more first and last."""
    surname = next((double for double in _DOUBLE_SURNAMES if name.startswith(double)), name[:1])
    rest = name[len(surname) :]
    if len(rest) < 2:
        return surname + "*" * len(rest) if rest else "*"
    return surname + "*" * (len(rest) - 1) + rest[-1]


def phone_pattern(phone: str) -> str:
    """13812341234 -> 138****1234; land lines keep the area code and the last four."""
    digits = phone.strip()
    if _LAND_LINE.fullmatch(digits):
        return telephones(digits)
    if len(digits) <= 7:
        return "*" * len(digits)
    return digits[:3] + "****" + digits[-4:]


def address_pattern(address: str) -> str:
    """Down to the group: what follows the 组 is hidden, without one what follows the 屋场, else the 村 or 社区; without
    any of them everything is."""
    found = _GROUP.match(address)
    kept = found.group(0) if found else ""
    return kept + "***" if len(kept) < len(address) else kept


def telephones(text: str) -> str:
    return _LAND_LINE.sub(r"\1****\2", _PHONE.sub(r"\1****\2", text))


def free_text(text: str) -> str:
    return telephones(_ID_LIKE.sub(r"\1********\2", text))


def seen(note: str | None, sight: Sight) -> str | None:
    """A note or other text beside the fields, as this reader may see it."""
    if note is None:
        return None
    return free_text(note) if sight is Sight.MASKED else telephones(note)
