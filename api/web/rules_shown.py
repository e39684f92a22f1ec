"""A version of the rules in words: states by level with what may happen in each, clocks, meetings, who sees what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from api.comparison_changes import standing
from api.present import title
from api.rule_words import states as states_text
from engine.definition.differences import Thing
from engine.definition.model import START, Clock, Meeting, Row, State, VisibilityRule, Workflow

Json = dict[str, Any]

#: A row from more states than this is told once, and named in each of them.
MOST_TOLD = 3
_ROW = ("targets", "by", "never", "via", "at_once_if", "needs", "takes", "when", "sets", "hands_over_by", "restarts",
        "extends", "handles", "reopens", "pages", "tells", "reports_to", "notice")  # fmt: skip
_STATE = ("handling", "gate", "runs", "follows")
_CLOCK = ("limits", "until", "per", "when", "grace", "steps")
_MEETING = ("level", "every", "on_holiday", "cutoff", "members", "chair", "quorum", "carry_over")
_SENTENCES = ("targets", "when", "at_once_if", "limits", "steps")
_SIGHT = ("when", "only_to", "never_to")


def facts(workflow: Workflow, thing: Thing, keys: Sequence[str], english: bool) -> list[Json]:
    """{label, entries, long} of each key that says something; `long`: its entries are sentences, not names."""
    found = ((key, *standing(workflow, thing, key)) for key in keys)
    return [
        {"label": _capital(label[english]), "entries": [entry[english] for entry in entries], "long": key in _SENTENCES}
        for key, label, entries in found
        if entries
    ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def row_shown(workflow: Workflow, row: Row, english: bool) -> Json:
    return {
        "id": f"row-{row.index}",
        "ref": row.ref,
        "trigger": row.trigger,
        "title": title(row.title, english),
        "line": row.mark.line,
        "sources": states_text(workflow, row.sources)[english],
        "by_meeting": bool(row.via),
        "facts": facts(workflow, row, _ROW, english),
    }


def levels_shown(workflow: Workflow, english: bool) -> list[Json]:
    """{title, states}: the opening, each level from the lowest, then states in which a case keeps its level, and ends.
    `title` is None for the last two, which `kind` tells apart."""
    start = {"kind": "start", "title": None, "states": [_opening(workflow, english)]}
    found = [start, *_by_level(workflow, english)]
    for kind, final in (("any", False), ("final", True)):
        states = [each for each in workflow.states.values() if each.final is final and (final or each.level is None)]
        found.append({"kind": kind, "title": None, "states": [_state(workflow, each, english) for each in states]})
    return [each for each in found if each["states"]]


def _by_level(workflow: Workflow, english: bool) -> Iterator[Json]:
    for level in workflow.levels.values():
        states = [each for each in workflow.states.values() if each.level == level.code and not each.final]
        shown = [_state(workflow, each, english) for each in states]
        yield {"kind": "level", "title": title(level.title, english), "states": shown}


def _opening(workflow: Workflow, english: bool) -> Json:
    words = ("开立之前", "Before it is opened")[english]
    return {"code": START, "title": words, "line": None, "facts": [], **_rows(workflow, START, english)}


def _state(workflow: Workflow, state: State, english: bool) -> Json:
    return {
        "code": state.code,
        "title": title(state.title, english),
        "line": state.mark.line,
        "facts": facts(workflow, state, _STATE, english),
        **_rows(workflow, state.code, english),
    }


def _rows(workflow: Workflow, state: str, english: bool) -> Json:
    """`rows` are told here; `wide` are told once for all the states from which they may happen."""
    found = workflow.rows_from(state)
    return {
        "rows": [row_shown(workflow, each, english) for each in found if not is_wide(each)],
        "wide": [row_shown(workflow, each, english) for each in found if is_wide(each)],
    }


def is_wide(row: Row) -> bool:
    return len(row.sources) > MOST_TOLD


def wide_rows(workflow: Workflow, english: bool) -> list[Json]:
    return [row_shown(workflow, each, english) for each in workflow.rows if is_wide(each)]


def clock_shown(workflow: Workflow, clock: Clock, english: bool) -> Json:
    running = [title(each.title, english) for each in workflow.states.values() if clock.code in each.runs]
    return {**_thing(workflow, clock, _CLOCK, english), "code": clock.code, "total": clock.total, "states": running}


def meeting_shown(workflow: Workflow, meeting: Meeting, english: bool) -> Json:
    return {**_thing(workflow, meeting, _MEETING, english), "code": meeting.code}


def sight_shown(workflow: Workflow, rule: VisibilityRule, english: bool) -> Json:
    return _thing(workflow, rule, _SIGHT, english)


def _thing(workflow: Workflow, thing: Clock | Meeting | VisibilityRule, keys: Sequence[str], english: bool) -> Json:
    return {
        "title": title(thing.title, english),
        "line": thing.mark.line,
        "facts": facts(workflow, thing, keys, english),
    }
