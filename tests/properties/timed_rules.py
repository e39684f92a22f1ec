"""Rules with clocks of every kind, drawn by lot: three levels, a queue, a place to wait, returns from everywhere.

The document is kept beside the file, so that a judge reads the rules without the engine's own reader.
"""

from __future__ import annotations

import json
import random
from typing import Any

from engine.definition.check import examine
from tests.properties.small_rules import Rules

Document = dict[str, Any]
_NAME = {"zh": "名", "en": "Name"}
LEVELS = ("wuchang", "village", "township")
URGENCIES, CATEGORIES = ("normal", "urgent"), ("plain", "hard")
_LIMITS = (
    "45 minutes", "24 hours", "72 hours", "6 business hours", "20 business hours", "3 natural days", "15 natural days",
    "30 natural days", "2 working days", "5 working days", "5 working days", "10 working days", "20 working days",
)  # fmt: skip
_WHOLE = ("60 natural days", "30 working days", "40 working days", "none")
_RUNNING = ("low", "more", "middle", "high")


def timed_rules(seed: str, *, key: str = "timed", firing: bool = False) -> Rules:
    """The rules that the seed leads to; with `firing` their clocks have steps."""
    document = _document(random.Random(seed), key, firing)
    found = examine(json.dumps(document).encode(), f"{key}/v1.yaml")
    assert found.workflow is not None, [f"{each.mark.line}: {each.en}" for each in found.findings]
    return Rules(document=document, workflow=found.workflow)


def _document(chance: random.Random, key: str, firing: bool) -> Document:
    return {
        "workflow": key,
        "version": 1,
        "title": _NAME,
        "timezone": "Asia/Shanghai",
        "calendar": "cn",
        "business_hours": {"open": "08:30", "close": "17:30"},
        "levels": dict.fromkeys(LEVELS, _NAME),
        "roles": {
            role: {"title": _NAME, "level": level}
            for role, level in zip(("zuzhang", "village_clerk", "township_secretary"), LEVELS, strict=True)
        },
        "fields": {
            "text": {"title": _NAME, "type": "text"},
            "urgency": _choice(URGENCIES),
            "category": _choice(CATEGORIES),
            "due": {"title": _NAME, "type": "date", "fills": "due"},
            "review": {"title": _NAME, "type": "date"},
            "head": {"title": _NAME, "type": "person", "fills": "responsible"},
        },
        "clocks": _clocks(chance, firing),
        "states": _states(chance),
        "transitions": [_row(*each) for each in _ROWS],
    }


def _choice(choices: tuple[str, ...]) -> Document:
    return {"title": _NAME, "type": "choice", "default": choices[0], "choices": dict.fromkeys(choices, _NAME)}


def _clocks(chance: random.Random, firing: bool) -> Document:
    by = chance.choice((["level", "urgency"], ["level"], ["urgency", "category"], ["level", "urgency", "category"]))
    handle = {"per": "level", "by": by, "limits": _table(chance, by), "steps": _STEPS if firing else _PLAIN_STEPS}
    desk_by = chance.choice(([], ["category"]))
    desk: Document = {"per": chance.choice(("stay", "case")), "limits": _table(chance, desk_by)}
    if desk_by:
        desk["by"] = desk_by
    if chance.random() < 0.5:
        desk["when"] = {"field": "category", "is": "hard"}
    whole = {"per": "case", "total": True, "limits": chance.choice(_WHOLE)}
    review = {"per": "stay", "until": "review"}
    found = {"handle": handle, "desk": desk, "whole": whole, "review": review}
    return {
        code: {"title": _NAME, "grace": chance.choice(("0%", "10%", "30%", "30%", "50%")), **each}
        for code, each in found.items()
    }


_PLAIN_STEPS = [{"at": share, "remind": "zuzhang"} for share in ("50%", "80%", "100%", "150%")]
_STEPS = [
    {"at": "50%", "fire": "stir"},
    {"at": "80%", "remind": "zuzhang"},
    {"at": "100%", "fire": "rise"},
    {"at": "150%", "fire": "press"},
]


def _table(chance: random.Random, by: list[str]) -> Any:
    if not by:
        return chance.choice(_LIMITS)
    known = {"level": LEVELS, "urgency": URGENCIES, "category": CATEGORIES}[by[0]]
    if len(by) == 1:
        return {name: "none" if chance.random() < 0.07 else chance.choice(_LIMITS) for name in known}
    return {name: _table(chance, by[1:]) for name in known}


def _states(chance: random.Random) -> Document:
    levels = {"low": "wuchang", "more": "wuchang", "queue": "wuchang", "middle": "village", "high": "township"}
    states = {code: {"title": _NAME, "level": level, "runs": _runs(chance, code)} for code, level in levels.items()}
    for code in ("low", "middle", "high"):
        states[code]["handling"] = True
    return states | {"parked": {"title": _NAME, "runs": ["review"]}, "done": {"title": _NAME, "final": True}}


def _runs(chance: random.Random, code: str) -> list[str]:
    """In any order: the first named is whose date a decision replaces."""
    named = ["handle", *(["desk"] if chance.random() < 0.8 else [])] if code in _RUNNING else []
    chance.shuffle(named)
    return [*named, "whole"]


_OPEN = ("low", "more", "queue", "middle", "high", "parked")
_ROWS: tuple[tuple[str, Any, str, Document], ...] = (
    ("begin", "start", "low", {"takes": ["urgency", "category", "text", "due"]}),
    ("note", "open", "same", {"takes": ["text"]}),
    ("correct", "open", "same", {"takes": ["urgency", "category", "text"]}),
    ("reassign", "open", "same", {"needs": ["head"]}),
    ("decide", list(_RUNNING), "same", {"needs": ["due"]}),
    ("extend", list(_RUNNING), "same", {"needs": ["due"], "extends": "handle"}),
    ("ask", "low", "more", {}),
    ("answer", "more", "low", {}),
    ("refer", ["low", "middle", "high"], "queue", {}),
    ("assign", "queue", "middle", {"takes": ["due"]}),
    ("rise", ["low", "middle"], "high", {}),
    ("return", ["queue", "middle", "high"], "low", {"takes": ["due"]}),
    ("park", ["low", "middle", "high", "queue"], "parked", {"takes": ["review"]}),
    ("resume", "parked", "back", {}),
    ("redo", ["low", "middle", "high", "queue"], "closer", {"restarts": "handle"}),
    ("stir", ["low", "more", "middle", "high"], "same", {}),
    ("press", ["low", "middle", "high"], "same", {"when": {"field": "text", "given": True}}),
    ("finish", "open", "done", {}),
)


def _row(trigger: str, sources: Any, target: str, rest: Document) -> Document:
    by = ["zuzhang", "system"] if trigger in ("stir", "rise", "press") else ["zuzhang"]
    return {"trigger": trigger, "title": _NAME, "from": sources, "to": target, "by": by, **rest}
