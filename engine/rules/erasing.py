"""Whose personal text is to be erased, and which rows of a case hold it. Pure.

A row is about somebody when he said it (he acted, or it was done for him), when a personal field names him, or when its
texts say his name or telephone. What is erased is the whole payload of the row: nothing of it can be cut out without
making the commitment a lie.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.definition.model import FieldType, Slot, Value, Workflow
from engine.rules.fold import as_list
from engine.rules.state import Event

#: What stands where a name or a text was: in the register, and in the texts of meetings.
ERASED = "已依法删除"
_GAPS = re.compile(r"(?<=\d)[\s()（）\-－—–]+(?=\d)")
_BLANK = re.compile(r"\s+")
_PARTIES = (Slot.PARTY, Slot.RECUSED)


class Reason(StrEnum):
    """Why personal text is erased (personal information law, article 47)."""

    PURPOSE_ACHIEVED = "purpose_achieved"
    RETENTION_OVER = "retention_over"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"
    OTHER_LAW = "other_law"


class Cause(StrEnum):
    """Why a row is among those that are erased."""

    HIS_WORDS = "his_words"
    NAMED_BY_ID = "named_by_id"
    IN_TEXT = "in_text"
    SAME_FILE = "same_file"  #: another row names an upload that goes with an erased one
    RETENTION = "retention"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Whose text it is: a registered person with what the register says of him, or a name with a telephone."""

    person: str | None = None
    name: str | None = None
    phone: str | None = None

    def is_in(self, value: Value) -> bool:
        """His name or telephone stands anywhere in the value. Somebody of the same name with another telephone is
        another person."""
        if isinstance(value, str):
            return self._is_said(value)
        if isinstance(value, Mapping):
            return self._is_stranger(value) if set(value) == {"name", "phone"} else any(map(self.is_in, value.values()))
        return isinstance(value, list | tuple) and any(map(self.is_in, value))

    def _is_stranger(self, value: Mapping[str, Value]) -> bool:
        if self.phone and isinstance(value["phone"], str):
            return _digits(value["phone"]) == _digits(self.phone)
        return self._is_said(str(value["name"]))

    def _is_said(self, text: str) -> bool:
        plain = unicodedata.normalize("NFKC", text)
        if self.name and _BLANK.sub("", unicodedata.normalize("NFKC", self.name)) in _BLANK.sub("", plain):
            return True
        return bool(self.phone) and _digits(self.phone or "") in _GAPS.sub("", plain)


def _digits(phone: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", phone) if each.isdigit())


def rows_about(subject: Subject, events: Iterable[Event], workflow: Workflow | None) -> dict[int, Cause]:
    """seq -> why, of those events whose payload holds anything and is about him. `workflow` is None where the rules are
    not here: then every field counts as personal."""
    held = [event for event in events if event.payload]
    found = {event.seq: cause for event in held if (cause := _cause(subject, event, workflow))}
    return found | dict.fromkeys(_sharing(held, set(found)), Cause.SAME_FILE)


def _cause(subject: Subject, event: Event, workflow: Workflow | None) -> Cause | None:
    if subject.person is not None and subject.person in (event.actor, event.behalf):
        return Cause.HIS_WORDS
    if subject.person is not None and subject.person in _named(event, workflow):
        return Cause.NAMED_BY_ID
    return Cause.IN_TEXT if subject.is_in(event.payload) else None


def _named(event: Event, workflow: Workflow | None) -> Iterator[Value]:
    """Registered people that personal fields of the row name; who is in charge of a case is no personal field."""
    for name, value in event.facts.items():
        field = workflow.fields.get(name) if workflow else None
        personal = field is None or field.pii is not None or field.fills in _PARTIES
        if personal and (field is None or field.entry_type is FieldType.PERSON):
            yield from as_list(value)


def _sharing(held: Iterable[Event], erased: set[int]) -> set[int]:
    """Rows that name an upload of an erased row, and so on: bytes cannot be there for one row and gone for another."""
    by_row = {event.seq: frozenset(uploads_of(event.payload)) for event in held}
    more = set(erased)
    while True:
        gone = frozenset().union(*(by_row[seq] for seq in more))
        next_ones = {seq for seq, named in by_row.items() if named & gone} | more
        if next_ones == more:
            return more - erased
        more = next_ones


def uploads_of(payload: Mapping[str, Value]) -> Iterator[str]:
    """Ids of the uploads that a payload names."""
    for value in (payload.get("data") or {}).values():
        for entry in as_list(value):
            if isinstance(entry, Mapping) and "sha256" in entry and isinstance(entry.get("id"), str):
                yield entry["id"]
