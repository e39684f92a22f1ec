"""A small workflow in which every right of the language occurs, as a plain document: the engine reads it as a file, the
model of permissions as it stands here. Version 2 knows one role more than version 1."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from engine.definition.check import examine
from engine.definition.model import Workflow

KEY = "rights"
Document = dict[str, Any]
_T = {"title": {"zh": "名", "en": "Name"}}
_OPEN = ["new", "waits", "above", "checked"]
_CHARGE = ["worker", "station"]
_WARDENS = ["township_secretary", "village_secretary"]

ROLES: Document = {
    "zuzhang": {**_T, "level": "wuchang"},
    "pianzhang": {**_T, "level": "wuchang"},
    "village_clerk": {**_T, "level": "village"},
    "village_secretary": {**_T, "level": "village"},
    "township_secretary": {**_T, "level": "township"},
    "township_station": {**_T, "level": "township", "by_unit": True},
    "auditor_county": {**_T, "level": "county", "read_only": True},
}
#: Named by version 2 alone.
LATER = {"township_duty": {**_T, "level": "township"}}

FIELDS: Document = {
    "kind": {**_T, "type": "choice", "default": "plain", "choices": {"plain": _T["title"], "child": _T["title"]}},
    "past": {**_T, "type": "flag", "default": False},
    "words": {**_T, "type": "text", "pii": "free_text"},
    "reporter": {**_T, "type": "person", "fills": "party"},
    "about": {**_T, "type": "person", "fills": "recused"},
    "worker": {**_T, "type": "person", "fills": "responsible"},
    "station": {**_T, "type": "unit", "fills": "responsible"},
    "helpers": {**_T, "type": "list", "of": "unit", "fills": "units"},
    "primary": {**_T, "type": "case", "fills": "primary"},
}
STATES: Document = {
    "new": {**_T, "level": "wuchang", "handling": True},
    "waits": {**_T, "level": "village", "gate": "board"},
    "above": {**_T, "level": "township", "handling": True},
    "checked": {**_T},
    "sealed": {**_T, "final": True},
    "merged": {**_T, "final": True, "follows": "primary"},
    "done": {**_T, "final": True},
}
MEETINGS: Document = {
    "board": {
        **_T, "level": "village", "members": ["village_clerk", "village_secretary"], "chair": ["village_secretary"],
        "quorum": "1%", "carry_over": {"trigger": "carry"},
    },
}  # fmt: skip
VISIBILITY: list[Document] = [
    {**_T, "when": {"state": "sealed"}, "only_to": ["township_secretary"]},
    {**_T, "when": {"field": "kind", "is": "child"},
     "only_to": ["opener", "responsible", "village_secretary", "auditor_county"]},
    {**_T, "when": {"field": "past", "is": True}, "never_to": ["village_clerk", "village_secretary"]},
]  # fmt: skip


def _row(trigger: str, source: Any, to: str, by: list[str], **more: Any) -> Document:
    return {**_T, "trigger": trigger, "from": source, "to": to, "by": by, **more}


ROWS: list[Document] = [
    _row("begin", "start", "new", ["zuzhang", "pianzhang", "village_clerk", "township_secretary"],
         takes=["kind", "past", "words", "reporter", "about", *_CHARGE, "helpers"]),
    _row("seal", "start", "sealed", ["zuzhang", "village_clerk"], takes=["words"]),
    _row("note", "open", "same", ["reader", "reporter_side"], takes=["words"]),
    _row("assign", "open", "same", [*_WARDENS, "superior"], takes=_CHARGE),
    _row("hand", "open", "same", ["holder", "responsible"], takes=_CHARGE, hands_over_by="take"),
    _row("take", "open", "same", ["successor"]),
    _row("help", "open", "same", ["township_station", "handler"], handles=True),
    _row("concern", "open", "same", ["holder", "opener"], takes=["helpers", "reporter"]),
    _row("guard", "open", "same", [*_WARDENS, "zuzhang"], takes=["kind", "past"]),
    _row("recuse", "open", "same", [*_WARDENS, "pianzhang"], takes=["about"]),
    _row("up", "new", "waits", ["zuzhang", "pianzhang", "responsible", "opener"], never=["party", "relative_of_party"]),
    _row("settle", "waits", "checked", ["village_secretary"], via="board", never=["party"], takes=_CHARGE),
    _row("raise", "waits", "above", ["village_secretary"], via="board"),
    _row("carry", "waits", "same", ["village_secretary", "system"], via="board"),
    _row("finish", ["new", "above"], "checked", ["responsible", "township_station"], handles=True,
         never=["party", "relative_of_party"]),
    _row("confirm", "checked", "done", ["village_clerk", "township_secretary", "reporter_side"], never=["handler"]),
    _row("reopen", "done", "new", ["village_secretary", "superior"], reopens=True),
    _row("merge", ["new", "above", "checked"], "merged", ["zuzhang", *_WARDENS], needs=["primary"],
         when={"case": "primary", "is": ["open", "other", "alike_sealed"]}),
    _row("split", "merged", "back", _WARDENS, reopens=True),
    _row("seal", "open", "sealed", ["zuzhang", "township_secretary"]),
]  # fmt: skip


def document(version: int) -> Document:
    return {
        "workflow": KEY,
        "version": version,
        "title": _T["title"],
        "timezone": "Asia/Shanghai",
        "calendar": "cn",
        "levels": dict.fromkeys(("wuchang", "village", "township", "county"), _T["title"]),
        "roles": ROLES | (LATER if version > 1 else {}),
        "fields": FIELDS,
        "states": STATES,
        "transitions": ROWS if version == 1 else [*ROWS, _row("watch", "open", "same", ["township_duty"])],
        "meetings": MEETINGS,
        "visibility": VISIBILITY,
    }


@lru_cache(maxsize=4)
def workflow(version: int) -> Workflow:
    """The same as the engine reads it; sound, or AssertionError."""
    found = examine(json.dumps(document(version)).encode(), f"{KEY}/v{version}.yaml")
    errors = [f"{each.code}: {each.en}" for each in found.findings if each.code.is_error]
    assert found.workflow is not None, errors
    assert not errors, errors
    return found.workflow


@lru_cache(maxsize=4)
def rules(version: int) -> Document:
    """What the model of permissions reads: roles, levels from the lowest, and rules of visibility in one shape."""
    written = document(version)
    return {
        "roles": written["roles"],
        "levels": list(written["levels"]),
        "visibility": [
            {
                "of": rule["when"].get("field", "state"),
                "is": rule["when"].get("is", rule["when"].get("state")),
                "names": rule.get("only_to") or rule["never_to"],
                "only": "only_to" in rule,
            }
            for rule in written["visibility"]
        ],
    }


@lru_cache(maxsize=64)
def row_of(version: int, trigger: str, state: str) -> Document | None:
    """The row that a trigger has in a state (`start` before the opening); None where it has none."""
    for row in document(version)["transitions"]:
        sources = row["from"] if isinstance(row["from"], list) else [row["from"]]
        if row["trigger"] == trigger and (state in sources or (sources == ["open"] and state in _OPEN)):
            found: Document = row
            return found
    return None


@lru_cache(maxsize=64)
def rows_from(version: int, state: str) -> list[Document]:
    """All rows that a state has, but those of meetings."""
    names = dict.fromkeys(row["trigger"] for row in document(version)["transitions"])
    found = [row_of(version, name, state) for name in names]
    return [row for row in found if row is not None and "via" not in row]
