"""The filter of a list of cases as its address says it. It becomes the listing of the API, so both find the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import ValidationError

from api.cursors import unpack, unpack_due
from api.deps import Services
from api.listings import CaseListing
from api.web.reader import Reader
from api.web.rendering import say
from api.web.words import N_
from engine.cases.narrowing import CaseFilter
from engine.rules.refusals import Refusal

OPEN, WAITING, OVERDUE, SOON, ALL = "open", "waiting", "overdue", "soon", "all"
VIEWS = (OPEN, WAITING, OVERDUE, SOON, ALL)
#: What an address may say, in the order in which pages name it, with the word for each.
TITLES = {
    "q": N_("搜索"),
    "unit": N_("村（社区）"),
    "level": N_("层级"),
    "category": N_("类别"),
    "urgency": N_("紧急程度"),
    "responsible": N_("责任人、站所"),
    "opened_from": N_("收到时间从"),
    "opened_to": N_("收到时间到"),
    "state": N_("到哪一步"),
    "view": N_("常用筛选"),
    "order": N_("排列"),
    "cursor": N_("翻页"),
}
_DAYS = ("opened_from", "opened_to")
_WRONG = {
    "q": N_("“搜索”要有 1 到 50 个看得见的字"),
    "opened_from": N_("“收到时间从”要写成 2026-03-06 的样子，而且真有这一天"),
    "opened_to": N_("“收到时间到”要写成 2026-03-06 的样子，而且真有这一天"),
    "cursor": N_("翻页的地址不完整，请从第一页看起"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """`values` are what the address says, as it was typed, empty where it says nothing; `errors` what of it cannot be;
    `base` the filter without its view and states."""

    values: Mapping[str, str]
    errors: Sequence[Mapping[str, str]]
    base: CaseFilter
    now: datetime
    soon: datetime

    @property
    def states(self) -> tuple[str, ...]:
        state = self.values.get("state")
        return (state,) if state else ()

    @property
    def view(self) -> str:
        """What is not over, unless a state or another view is asked for."""
        return self.values.get("view") or (ALL if self.states else OPEN)

    @property
    def filters(self) -> dict[str, str]:
        """What narrows the list beside its view, in the order of `TITLES`."""
        return {name: self.values[name] for name in list(TITLES)[:9] if self.values.get(name)}

    def wanted(self) -> CaseFilter:
        return self.seen_as(self.view, self.states)

    def seen_as(self, view: str, states: tuple[str, ...] = ()) -> CaseFilter:
        """The same filter under another view."""
        views: dict[str, dict[str, Any]] = {
            OPEN: {"open": True},
            WAITING: {"waiting": True},
            OVERDUE: {"overdue": True},
            SOON: {"overdue": False, "due_until": self.soon},
        }
        return replace(self.base, state=states, **views.get(view, {}))

    def address(self, path: str = "/cases", **changes: str) -> str:
        """Where the same list stands with these parts changed; an empty one is left out, and so is the page."""
        kept = {**{name: value for name, value in self.values.items() if name != "cursor"}, **changes}
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{path}?{query}" if query else path


def is_untidy(request: Request) -> bool:
    """A form without scripts sends its empty fields, too."""
    return any(not value for _, value in request.query_params.multi_items())


def tidy(request: Request) -> str:
    """The same address without what is empty."""
    query = urlencode([(name, value) for name, value in request.query_params.multi_items() if value])
    return request.url.path + (f"?{query}" if query else "")


def asked_of(request: Request, served: Services, who: Reader, limit: int) -> Asked:
    """What the address asks for; a part that is not understood is named in `errors`, and nothing is listed then."""
    items = request.query_params.multi_items()
    values = dict(items)
    wrong = [name for name, _ in items if name not in TITLES or [n for n, _ in items].count(name) > 1]
    wrong += [name for name in ("view", "level", "state", "category", "urgency") if not _is_known(served, name, values)]
    listing, more = _listing(values, who, limit)
    base, cursor = _base(listing, values)
    errors = [_error(request, name, values) for name in dict.fromkeys([*wrong, *more, *cursor])]
    shown = dict.fromkeys(TITLES, "") | {name: value for name, value in values.items() if name in TITLES}
    return Asked(values=shown, errors=errors, base=base, now=who.now, soon=soon_after(served, who))


def _is_known(served: Services, name: str, values: Mapping[str, str]) -> bool:
    """A code that no rules here have finds nothing, and looks as if there were nothing."""
    given = values.get(name)
    if given is None:
        return True
    workflows = [compiled.workflow for compiled in served.office.rulebook.all()]
    if name in ("category", "urgency"):
        return any(name in w.fields and given in w.fields[name].choices for w in workflows)
    known = {"view": VIEWS, "level": [c for w in workflows for c in w.levels]}
    return given in known.get(name, [code for w in workflows for code in w.states])


def _listing(values: Mapping[str, str], who: Reader, limit: int) -> tuple[CaseListing, list[str]]:
    """The listing of the API, and the names of what it refuses."""
    zone = ZoneInfo(who.workflow.timezone)
    plain = {name: value for name, value in values.items() if name in CaseListing.model_fields and name != "state"}
    order = values.get("order") or ("opened" if values.get("view") == ALL else "due")
    wrong = [name for name in _DAYS if name in plain and _moment(plain[name], name, zone) is None]
    days = {name: _moment(plain[name], name, zone) for name in _DAYS if name in plain}
    given: dict[str, object] = {**plain, **days, "order": order, "limit": limit}
    given = {name: value for name, value in given.items() if name not in wrong}
    try:
        return CaseListing.model_validate(given), wrong
    except ValidationError as error:
        refused = {str(each["loc"][0]) for each in error.errors()}
        fine = {name: value for name, value in given.items() if name not in refused}
        return CaseListing.model_validate(fine), [*wrong, *refused]


def _moment(given: str, name: str, zone: ZoneInfo) -> str | None:
    """The first moment of the day, or of the day after it for the last day of a range; None for what is no day."""
    try:
        day = date.fromisoformat(given) if len(given) == 10 else None
        if day is None or not 1900 < day.year < 2200:
            return None
    except ValueError:
        return None
    return datetime.combine(day + timedelta(days=name == "opened_to"), time(), zone).isoformat()


def _base(listing: CaseListing, values: Mapping[str, str]) -> tuple[CaseFilter, list[str]]:
    filters = listing.model_dump(exclude={"cursor", "state"})
    try:
        cursor = listing.cursor if values.get("cursor") else None
        after = unpack_due(cursor) if listing.order == "due" else unpack(cursor, datetime, str)
    except Refusal:
        return CaseFilter(**filters), ["cursor"]
    return CaseFilter(**filters, after=after), []


def _error(request: Request, name: str, values: Mapping[str, str]) -> dict[str, str]:
    if name not in TITLES:
        return {"field": "q", "message": say(request, "没有“%(name)s”这种筛选", name=name[:40])}
    if name in _WRONG:
        return {"field": name, "message": say(request, _WRONG[name])}
    title = say(request, TITLES[name])
    told = say(request, "“%(title)s”没有“%(given)s”这一项", title=title, given=values.get(name, "")[:40])
    return {"field": name, "message": told}


def soon_after(served: Services, who: Reader) -> datetime:
    """The end of the next working day by the calendar of the rules: what is due until then is due soon."""
    found = served.office.rulebook.find(who.workflow.key)
    zone = ZoneInfo(who.workflow.timezone)
    tomorrow = who.now.astimezone(zone).date() + timedelta(days=1)
    day = found.calendar.next_working(tomorrow) if found and found.calendar else tomorrow
    return datetime.combine(day + timedelta(days=1), time(), zone)
