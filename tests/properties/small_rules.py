"""Small random workflows: a plain document that the checker finds sound, the same for the same seed.

The document is kept beside the file, so that a judge can read the rules without the engine's own reader.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from engine.definition.check import examine
from engine.definition.model import Workflow

LEVELS = ("wuchang", "village", "township")
ROLES = {
    "zuzhang": "wuchang",
    "village_clerk": "village",
    "village_secretary": "village",
    "township_leader": "township",
}
KINDS = ("field", "wood", "water")
_NAME = {"zh": "名", "en": "Name"}

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A workflow three times over: as a document, as the engine reads it, and how it is called."""

    document: Document
    workflow: Workflow

    @property
    def name(self) -> str:
        return self.workflow.name


def small_rules(seed: str, *, key: str, version: int = 1) -> Rules:
    """The first sound workflow that the seed leads to."""
    chance = random.Random(seed)
    for _ in range(200):
        document = _document(chance, key, version)
        found = examine(_written(document), f"{key}/v{version}.yaml")
        if found.workflow is not None and not any(finding.code.is_error for finding in found.findings):
            return Rules(document=document, workflow=found.workflow)
    raise AssertionError(f"seed {seed} leads to no sound workflow")


def _written(document: Document) -> bytes:
    """As JSON, which is YAML too."""
    return json.dumps(document).encode()


def _document(chance: random.Random, key: str, version: int) -> Document:
    levels = LEVELS[: chance.choice((2, 3, 3))]
    states = _states(chance, levels)
    return {
        "workflow": key,
        "version": version,
        "title": _NAME,
        "timezone": "Asia/Shanghai",
        "calendar": "cn",
        "levels": dict.fromkeys(levels, _NAME),
        "roles": {role: {"title": _NAME, "level": level} for role, level in ROLES.items() if level in levels},
        "fields": {
            "words": {"title": _NAME, "type": "text", "max_length": 60, "pii": "free_text"},
            "kind": {"title": _NAME, "type": "choice", "choices": dict.fromkeys(KINDS, _NAME), "default": "field"},
            "size": {"title": _NAME, "type": "integer", "at_least": 0, "at_most": 9},
            "head": {"title": _NAME, "type": "person", "fills": "responsible"},
        },
        "counters": {
            "writings": {"title": _NAME, "of": "write", "per": chance.choice(("stay", "level", "case"))},
            "turns": {"title": _NAME, "of": "every", "per": "case"},
        },
        "states": states,
        "transitions": _rows(chance, states, levels),
    }


def _states(chance: random.Random, levels: tuple[str, ...]) -> Document:
    """An open one first, one handling state a level, a few without a level, a final one last."""
    states: Document = {"first": {"title": _NAME, "level": levels[0]}}
    for level in levels:
        states[f"in_{level}"] = {"title": _NAME, "level": level, "handling": True}
    for number in range(chance.randint(0, 2)):
        states[f"aside{number}"] = {"title": _NAME}
    states["ended"] = {"title": _NAME, "final": True}
    return states


def _rows(chance: random.Random, states: Document, levels: tuple[str, ...]) -> list[Document]:
    roles = [role for role, level in ROLES.items() if level in levels]
    open_states = [code for code in states if code != "ended"]
    rows: list[Document] = [{"trigger": "begin", "title": _NAME, "from": "start", "to": "first", "by": roles,
                             "takes": ["words", "kind", "size", "head"]}]  # fmt: skip
    rows.append({"trigger": "write", "title": _NAME, "from": "open", "to": "same", "by": "reader", "takes": ["words"]})
    for number, target in enumerate(open_states[1:]):
        sources = sorted(chance.sample([code for code in open_states if code != target], k=1))
        rows.append(
            _row(chance, f"go{number}", [*sources, *(["first"] if "first" not in sources else [])], target, roles)
        )
    for number in range(chance.randint(1, 4)):
        target = chance.choice((*open_states, "same", "back", "closer"))
        sources = sorted(chance.sample(open_states[1:], k=chance.randint(1, 2)))
        rows.append(_row(chance, f"turn{number}", sources, target, roles))
    rows.append({"trigger": "end", "title": _NAME, "from": "open", "to": "ended", "by": roles, **_limits(chance)})
    return rows


def _row(chance: random.Random, trigger: str, sources: list[str], target: str, roles: list[str]) -> Document:
    by = sorted(chance.sample([*roles, "responsible", "opener"], k=chance.randint(1, 3)))
    row: Document = {"trigger": trigger, "title": _NAME, "from": sources, "to": target, "by": by}
    if chance.random() < 0.4:
        row["needs"] = sorted(chance.sample(("words", "kind", "size"), k=chance.randint(1, 2)))
    if chance.random() < 0.3:
        row["takes"] = ["head"]
    elif chance.random() < 0.3:
        row["sets"] = {"head": "actor"}
    if chance.random() < 0.3:
        row["handles"] = True
    return row | _limits(chance)


def _limits(chance: random.Random) -> Document:
    """Now and then a `never` and a condition or two."""
    limits: Document = {}
    if chance.random() < 0.25:
        limits["never"] = ["handler"]
    conditions = [
        {"counter": "writings", "at_least": 1},
        {"counter": "writings", "at_most": 2},
        {"counter": "turns", "at_least": 3},
        {"not": {"field": "kind", "is": "water"}},
        {"any": [{"field": "size", "at_least": 3}, {"counter": "writings", "at_least": 1}]},
    ]
    if chance.random() < 0.4:
        limits["when"] = chance.sample(conditions, k=chance.randint(1, 2))
    return limits
