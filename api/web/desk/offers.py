"""What the filters above a list of cases offer to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import Request

from api.deps import Services
from api.present import title
from api.web.desk.filtering import Asked
from api.web.reader import Reader
from api.web.rendering import say
from engine.definition.model import Title, Workflow
from engine.rules.fold import local_day

Choice = tuple[str, str]  #: (value, words)
_MOST = 200
_STATIONS = ("station", "department")


def choices_for(request: Request, served: Services, who: Reader, asked: Asked, rows: Sequence[Mapping[str, Any]],
                english: bool) -> dict[str, Sequence[Choice]]:  # fmt: skip
    """Filter -> its choices; what the address asks for is among them."""
    workflow = who.workflow
    plain = {
        "level": _titles({code: level.title for code, level in workflow.levels.items()}, english),
        "state": _titles({code: state.title for code, state in workflow.states.items()}, english),
        "category": _of_field(workflow, "category", english),
        "urgency": _of_field(workflow, "urgency", english),
        "unit": _units(served, who, asked),
        "responsible": _responsible(request, served, who, rows),
    }
    return {name: _with_asked(served, who, name, found, asked) for name, found in plain.items()}


def titled(choices: Sequence[Choice], value: str) -> str:
    return next((words for code, words in choices if code == value), value)


def _titles(found: Mapping[str, Title], english: bool) -> list[Choice]:
    return [(code, title(words, english)) for code, words in found.items()]


def _of_field(workflow: Workflow, name: str, english: bool) -> list[Choice]:
    return _titles(workflow.fields[name].choices, english) if name in workflow.fields else []


def _units(served: Services, who: Reader, asked: Asked) -> list[Choice]:
    """The places of one's posts; once one is chosen, those right below it, so that one goes down step by step."""
    day = local_day(who.workflow, who.now)
    kinds = _kinds_of_cases(served, who)
    chosen = asked.base.unit
    found = served.organisation.places(who.person, day, kinds=kinds, under=chosen)
    tops = () if chosen is None else served.organisation.places(who.person, day, kinds=kinds)
    return list({each.code: each.name for each in (*found, *tops)}.items()) or _below_home(served, who, day, kinds)


def _below_home(served: Services, who: Reader, day: date, kinds: tuple[str, ...]) -> list[Choice]:
    """For whoever sits beside the places of cases, as a station does."""
    found = served.organisation.units(who.person, day, kind=kinds[-1], limit=_MOST).units if kinds else ()
    return [(unit.code, unit.name) for unit in found]


def _kinds_of_cases(served: Services, who: Reader) -> tuple[str, ...]:
    """Kinds of units below the home: where the matters of cases are."""
    levels = list(who.workflow.levels)
    home = levels.index(served.office.home_level) if served.office.home_level in levels else len(levels)
    return tuple(levels[:home])


def _responsible(request: Request, served: Services, who: Reader, rows: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """Oneself, the stations within sight, and whoever is in charge in the rows shown."""
    day = local_day(who.workflow, who.now)
    units = [u for kind in _STATIONS for u in served.organisation.units(who.person, day, kind=kind, limit=_MOST).units]
    people = {p["id"]: p["name"] or p["id"] for row in rows for p in (row["responsible"] or {}).get("people", ())}
    people.pop(who.person, None)
    me = [(who.person, say(request, "我自己"))] if who.levels else []
    return [*me, *((unit.code, unit.name) for unit in units), *sorted(people.items(), key=lambda each: each[1])]


def _with_asked(served: Services, who: Reader, name: str, found: list[Choice], asked: Asked) -> list[Choice]:
    value = asked.values.get(name)
    if not value or any(code == value for code, _ in found):
        return found
    day = local_day(who.workflow, who.now)
    looked_for = name in ("unit", "responsible") and all(each["field"] != name for each in asked.errors)
    named = served.organisation.named(who.person, day, value) if looked_for else None
    return [(value, named or value), *found]
