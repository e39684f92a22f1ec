"""Masking of personal text (language.md section 10): names and telephones by pattern, addresses down to the group,
in free text telephones, id-like digits and the names that the caller knows to be on record there.

A text field that its rules file does not class is masked like free text wherever texts are masked: what an author did
not think of must not be what leaves the house.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from engine.definition.model import Field, Pii, Value, Workflow

#: Digits and the marks between them, as they are written with a Chinese keyboard too; `\d` knows full-width digits.
_GAP = r"[ \-－—]?"
_PHONE = re.compile(
    rf"(?<!\d)((?:(?:[+＋]|[0０]{{2}})?[8８][6６]{_GAP})?[1１]\d{{2}}){_GAP}\d{{4}}{_GAP}(\d{{4}})(?!\d)"
)
_LAND_LINE = re.compile(rf"(?<!\d)([(（]?[0０]\d{{2,3}}[)）]?{_GAP})\d{{3,4}}{_GAP}(\d{{4}})(?!\d)")
_ID_LIKE = re.compile(
    rf"(?<!\d)(\d{{6}}){_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}(\d{{3}}[\dXxＸｘ])(?![\dXxＸｘ])"
    r"|(?<!\d)(\d{6})\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(\d{3})(?!\d)"  # the old ones, of fifteen digits
)
_DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐")
_GROUP = re.compile(r"^.*?(?:(?:村|社区)(?:.{1,8}?屋场)?(?:.{1,6}?组(?!长))?|屋场(?:.{1,6}?组(?!长))?|组(?!长))")


#: In place of a name of which nothing may be told.
NO_NAME = "***"


class Sight(Enum):
    """How much a reader sees: lists and `read_only` roles everything masked, others all but telephones."""

    MASKED = "masked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names to look for in a text: by their first two signs the longest first, and a pattern of first signs."""

    by_start: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    firsts: re.Pattern[str] | None = None

    def found(self, text: str) -> Iterator[tuple[int, str]]:
        """(where, the longest name there) for every place where one begins."""
        for start in self.firsts.finditer(text) if self.firsts else ():
            at = start.start()
            name = next((each for each in self.by_start.get(text[at : at + 2], ()) if text.startswith(each, at)), None)
            if name is not None:
                yield at, name


def index_of(names: Iterable[str]) -> NameIndex:
    """Of the names those of two signs and more: a single one stands in any text."""
    by_start: dict[str, list[str]] = {}
    for name in sorted({each.strip() for each in names}, key=lambda each: (-len(each), each)):
        if len(name) > 1:
            by_start.setdefault(name[:2], []).append(name)
    firsts = "".join(sorted({re.escape(start[0]) for start in by_start}))
    pattern = re.compile(f"[{firsts}]") if firsts else None
    return NameIndex({start: tuple(same) for start, same in by_start.items()}, pattern)


@dataclass(frozen=True, slots=True)
class Names:
    """Who is on record for a text: of the case, of the village. `kept` are words in which no name is looked for: the
    names of the units on the case's own line. `nameless`: the case is kept to a few people, so that what is masked of
    it holds not even a part of a name."""

    indexes: tuple[NameIndex, ...] = ()
    kept: tuple[str, ...] = ()
    nameless: bool = False

    def hide(self, text: str) -> str:
        """The text with each of these names as `name_pattern` shows it, the longest first."""
        found = [each for index in self.indexes for each in index.found(text)]
        if not found:
            return text
        guarded = [span for word in self.kept for span in _spans(text, word)]
        out, done = [], 0
        for at, name in sorted(found, key=lambda each: (each[0], -len(each[1]))):
            end = at + len(name)
            if at >= done and not any(first < end and at < last for first, last in guarded):
                out += [text[done:at], NO_NAME if self.nameless else name_pattern(name)]
                done = end
        return "".join((*out, text[done:]))


def _spans(text: str, word: str) -> Iterator[tuple[int, int]]:
    at = text.find(word) if word else -1
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


NO_NAMES = Names()


def masked(workflow: Workflow, values: Mapping[str, Value], sight: Sight, names: Names = NO_NAMES) -> dict[str, Value]:
    """The values of a case as this reader may see them."""
    return {name: _value(workflow.fields[name], value, sight, names) for name, value in values.items()}


def _value(field: Field, value: Value, sight: Sight, names: Names) -> Value:
    if field.entry_type == "file":
        return value
    if isinstance(value, list):
        return [_value(field, entry, sight, names) for entry in value]
    if isinstance(value, dict):
        return stranger(value, sight, names)
    nameless = names.nameless and sight is Sight.MASKED
    if nameless and isinstance(value, str) and field.pii is Pii.NAME:
        return {"name": NO_NAME} if field.entry_type == "person" else NO_NAME
    if not isinstance(value, str) or field.entry_type != "text":
        return value
    return _open(field.pii, value) if sight is Sight.OPEN else _hidden(field.pii, value, names)


def stranger(value: Mapping[str, Value], sight: Sight, names: Names = NO_NAMES) -> dict[str, Value]:
    """A person who is not registered: {name, phone}."""
    if names.nameless and sight is Sight.MASKED:
        return {"name": NO_NAME}
    name = value["name"] if sight is Sight.OPEN else name_pattern(value["name"])
    return {"name": name} | ({"phone": phone_pattern(value["phone"])} if "phone" in value else {})


def _open(pii: Pii | None, text: str) -> str:
    """A telephone hides in any text: who works on the case asks for it with a reason."""
    return phone_pattern(text) if pii is Pii.PHONE else telephones(text)


def _hidden(pii: Pii | None, text: str, names: Names) -> str:
    if pii is Pii.NAME:
        return name_pattern(text)
    if pii is Pii.PHONE:
        return phone_pattern(text)
    return free_text(address_pattern(text) if pii is Pii.ADDRESS else text, names)


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


def free_text(text: str, names: Names = NO_NAMES) -> str:
    return telephones(_ID_LIKE.sub(_hidden_id, names.hide(text)))


def _hidden_id(found: re.Match[str]) -> str:
    """The place and the last four are kept, of old ones the last three."""
    return f"{found[1] or found[3]}********{found[2] or found[4]}"


def seen(note: str | None, sight: Sight, names: Names = NO_NAMES) -> str | None:
    """A note or other text beside the fields, as this reader may see it."""
    if note is None:
        return None
    return free_text(note, names) if sight is Sight.MASKED else telephones(note)


def hides(workflow: Workflow, values: Mapping[str, Value], shown: Mapping[str, Value]) -> frozenset[str]:
    """Fields of which a reader is shown less than is on record. Of a registered person in a personal field the register
    may know a telephone, which no case shows."""
    known = {name for name, value in values.items() if _knows_more(workflow.fields[name], value)}
    return frozenset(known | {name for name, value in values.items() if shown[name] != value})


def _knows_more(field: Field, value: Value) -> bool:
    entries = value if isinstance(value, list) else [value]
    personal = field.entry_type == "person" and field.pii is not None
    return personal and any(isinstance(entry, str) for entry in entries)
