"""Small random workflows that load, sound or not: a few states at two levels, rows between them, and conditions of most
kinds. Written as JSON, which is YAML too; the same for the same seed."""

from __future__ import annotations

import json
import random
from typing import Any

Document = dict[str, Any]

_NAME = {"zh": "名", "en": "Name"}
_LEVELS = ("village", "town")
_ROLES = ("clerk", "head", "leader")
_KINDS = ("field", "wood")


def random_rules(seed: str) -> bytes:
    chance = random.Random(seed)
    states = _states(chance)
    rows = _rows(chance, states)
    triggers = sorted({row["trigger"] for row in rows})
    counters = {f"count{number}": _counter(chance, triggers) for number in range(chance.choice((0, 1, 1, 2)))}
    for row in rows:
        _condition_row(chance, row, counters, triggers)
    return json.dumps(_document(states, rows, counters)).encode()


def _document(states: Document, rows: list[Document], counters: Document) -> Document:
    return {
        "workflow": "random",
        "version": 1,
        "title": _NAME,
        "timezone": "Asia/Shanghai",
        "calendar": "cn",
        "levels": dict.fromkeys(_LEVELS, _NAME),
        "roles": {"clerk": {"title": _NAME, "level": "village"}, "head": {"title": _NAME, "level": "village"},
                  "leader": {"title": _NAME, "level": "town"}},
        "fields": {
            "ok": {"title": _NAME, "type": "flag"},
            "kind": {"title": _NAME, "type": "choice", "choices": dict.fromkeys(_KINDS, _NAME), "default": "field"},
        },
        "counters": counters,
        "states": states,
        "transitions": rows,
    }  # fmt: skip


def _states(chance: random.Random) -> Document:
    states: Document = {}
    handling: set[str] = set()
    for number in range(chance.randint(2, 4)):
        state: Document = {"title": _NAME}
        if chance.random() < 0.75 or not number:
            level = state["level"] = chance.choice(_LEVELS)
            if level not in handling and (chance.random() < 0.6 or not number):
                state["handling"] = True
                handling.add(level)
        states[f"state{number}"] = state
    states["ended"] = {"title": _NAME, "final": True}
    return states


def _rows(chance: random.Random, states: Document) -> list[Document]:
    rows = [
        _row(chance, f"begin{number}", "start", _state(chance, states)) for number in range(chance.choice((1, 1, 2)))
    ]
    for number in range(chance.randint(4, 8)):
        source = chance.choice(list(states))
        target = chance.choice((_state(chance, states), _state(chance, states), "same", "back", "closer"))
        rows.append(_row(chance, f"act{number}", source, target))
        if source == "ended" and target != "same":
            rows[-1]["reopens"] = True
    return rows


def _state(chance: random.Random, states: Document) -> str:
    return chance.choice(list(states))


def _row(chance: random.Random, trigger: str, source: str, target: str) -> Document:
    by = sorted(chance.sample(_ROLES, k=chance.choice((1, 1, 2))))
    row: Document = {"trigger": trigger, "title": _NAME, "from": source, "to": target, "by": by}
    dice = chance.random()
    if dice < 0.35:
        row[chance.choice(("needs", "takes"))] = chance.choice(("ok", "kind"))
    elif dice < 0.5:
        row["sets"] = chance.choice(({"ok": True}, {"ok": False}, {"kind": "wood"}))
    return row


def _counter(chance: random.Random, triggers: list[str]) -> Document:
    counter: Document = {"title": _NAME, "of": chance.choice((*triggers, "every"))}
    counter["per"] = chance.choice(("stay", "level", "case"))
    if chance.random() < 0.25:
        counter["where"] = {"field": "ok", "is": True}
    return counter


def _condition_row(chance: random.Random, row: Document, counters: Document, triggers: list[str]) -> None:
    """Now and then a `when`, and now and then a second destination before the one there is."""
    if chance.random() < 0.4:
        row["when"] = _condition(chance, counters, triggers)
    if chance.random() < 0.25 and row["from"] not in ("start", "ended"):
        first = {"when": _condition(chance, counters, triggers), "to": chance.choice(("ended", "state0", "same"))}
        row["to"] = [first, {"to": row["to"]}]


def _condition(chance: random.Random, counters: Document, triggers: list[str], depth: int = 0) -> Document:
    dice = chance.random()
    if depth < 2 and dice < 0.15:
        word = chance.choice(("any", "all"))
        return {word: [_condition(chance, counters, triggers, depth + 1) for _ in range(2)]}
    if depth < 2 and dice < 0.3:
        return {"not": _condition(chance, counters, triggers, depth + 1)}
    return _leaf(chance, counters, triggers)


def _leaf(chance: random.Random, counters: Document, triggers: list[str]) -> Document:
    leaves: list[Document] = [
        {"level": chance.choice(_LEVELS)},
        {"field": "ok", "is": chance.choice((True, False))},
        {"field": "kind", "is": chance.choice(_KINDS)},
        {"field": "ok", "given": True},
        {"field": chance.choice(("ok", "kind")), "given": "now"},
        {"field": "kind", "change": chance.choice(("up", "down"))},
        {"actor": chance.choice((*_ROLES, "opener", "superior", "holder"))},
        {"since": chance.choice((*triggers, "opened", "closed")), "at_most": "1 hour"},
    ]
    for counter in counters:
        leaves += [{"counter": counter, chance.choice(("at_least", "at_most")): chance.randint(0, 3)}] * 2
    return chance.choice(leaves)
