"""The tabs above a list of cases: ordinary views, and the states that are worth one, taken from the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import Request

from api.deps import Services
from api.present import title
from api.web.desk.filtering import ALL, OPEN, OVERDUE, SOON, WAITING, Asked
from api.web.reader import Reader
from api.web.rendering import say
from api.web.words import N_
from engine.definition.model import State, Workflow

COUNTED = 999  # more are not counted
_WORDS = {OPEN: N_("在办"), WAITING: N_("等我办"), OVERDUE: N_("超期"), SOON: N_("临期"), ALL: N_("全部")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """`over`: it is told in the colour of what is overdue. `by_state`: a phone has it among the filters alone."""

    title: str
    href: str
    count: str
    current: bool
    over: bool = False
    by_state: bool = False


def tabs_of(request: Request, served: Services, who: Reader, asked: Asked, english: bool) -> list[Tab]:
    """Each with how many cases it would show under the same filters; a state without any has none, unless it is
    shown."""
    states = list(_states(who.workflow, served.office.home_level))
    views = {view: asked.seen_as(view) for view in _WORDS}
    counts = served.case_queries.counts(
        who.person, views | {f"state {each.code}": asked.seen_as(ALL, (each.code,)) for each in states}, COUNTED
    )
    found = [_view(request, asked, view, counts[view]) for view in _WORDS]
    beside = [_state(asked, each, counts[f"state {each.code}"], english) for each in states]
    return [*found[:-1], *(tab for tab in beside if tab.count != "0" or tab.current), found[-1]]


def _states(workflow: Workflow, home_level: str) -> Iterator[State]:
    """Where cases wait for somebody else: a meeting, a look from outside (such states have no level of their own), a
    level above the home."""
    levels = list(workflow.levels)
    home = levels.index(home_level) if home_level in levels else len(levels)
    for state in workflow.states.values():
        above = state.level is not None and levels.index(state.level) > home
        if not state.final and (state.gate or state.level is None or above):
            yield state


def _view(request: Request, asked: Asked, view: str, count: int) -> Tab:
    current = asked.view == view and not asked.states
    href = asked.address(view="" if view == OPEN else view, state="")
    return Tab(title=say(request, _WORDS[view]), href=href, count=said(count), current=current,
               over=view == OVERDUE and count > 0)  # fmt: skip


def _state(asked: Asked, state: State, count: int, english: bool) -> Tab:
    current = asked.states == (state.code,) and not asked.values.get("view")
    href = asked.address(view="", state=state.code)
    return Tab(title=title(state.title, english), href=href, count=said(count), current=current, by_state=True)


def said(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)
