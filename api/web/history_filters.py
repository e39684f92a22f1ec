"""What the page of the history is narrowed by, as its address says it: the filters of `GET /v1/history`, with days for
moments and with upward steps alone unless all are asked for. A filter that is wrong is told, never passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from api.cursors import unpack
from api.listings import HistoryListing
from engine.audit.queries import HistoryFilter
from engine.rules.refusals import FieldsRefused

#: The names in the address, in the order of the form.
NAMES = ("move", "unit", "by", "trigger", "from_level", "to_level", "ref", "actor", "meeting", "since", "until")
_SAME = ("unit", "trigger", "from_level", "to_level", "ref", "actor", "meeting")
_MOVES = {"": True, "up": True, "all": None}
_BY = {"": None, "people": False, "system": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """`given` is what the address says, empty parts left out; `wrong` are the names whose values cannot be meant. The
    filter is only there where nothing is wrong."""

    given: Mapping[str, str]
    cursor: str | None
    wanted: HistoryFilter | None
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=())

    def without(self, *names: str, **more: str) -> str:
        """The address of this page without some filters, and with others; always its first page."""
        kept = {name: value for name, value in self.given.items() if name not in names} | more
        return f"/history?{urlencode(kept)}" if kept else "/history"

    def after(self, cursor: str) -> str:
        """The address of the page behind the cursor."""
        return self.without(cursor=cursor)

    @property
    def is_upward(self) -> bool:
        return bool(_MOVES.get(self.given.get("move", "")))


def asked(query: Mapping[str, str], zone: str, size: int) -> Asked:
    """What the address asks for, days in this timezone, so many rows a page."""
    given = {name: query[name].strip() for name in NAMES if query.get(name, "").strip()}
    unknown = tuple(name for name in query if name not in (*NAMES, "cursor"))
    wrong: list[str] = []
    wanted = _listing(given, query.get("cursor") or None, ZoneInfo(zone), size, wrong)
    fine = wanted is not None and not wrong and not unknown
    return Asked(
        given=given,
        cursor=query.get("cursor") or None,
        wanted=wanted if fine else None,
        wrong=tuple(dict.fromkeys(wrong)),
        unknown=unknown,
    )


def _listing(given: Mapping[str, str], cursor: str | None, zone: ZoneInfo, size: int,
             wrong: list[str]) -> HistoryFilter | None:  # fmt: skip
    """The same checks as the API's; `wrong` takes the names that fail."""
    chosen: dict[str, Any] = {name: given[name] for name in _SAME if name in given}
    chosen["upward"] = _one_of(_MOVES, given, "move", wrong)
    chosen["by_system"] = _one_of(_BY, given, "by", wrong)
    moments = {"since": _midnight(given, "since", 0, zone, wrong), "until": _midnight(given, "until", 1, zone, wrong)}
    chosen |= {name: moment.isoformat() for name, moment in moments.items() if moment is not None}
    try:
        listing = HistoryListing.model_validate({**chosen, "limit": size})
        after = unpack(cursor, datetime, str, int)
    except ValidationError as error:
        wrong += [str(each["loc"][0]) for each in error.errors()]
        return None
    except FieldsRefused:
        wrong.append("cursor")
        return None
    return HistoryFilter(**listing.model_dump(exclude={"cursor"}), after=after)


def _one_of(known: Mapping[str, bool | None], given: Mapping[str, str], name: str, wrong: list[str]) -> bool | None:
    if given.get(name, "") not in known:
        wrong.append(name)
    return known.get(given.get(name, ""))


def _midnight(given: Mapping[str, str], name: str, later: int, zone: ZoneInfo, wrong: list[str]) -> datetime | None:
    """The beginning of the day that is given, or of the day `later` days after it."""
    if name not in given:
        return None
    try:
        return datetime.combine(date.fromisoformat(given[name]) + timedelta(days=later), time(), zone)
    except (ValueError, OverflowError):
        wrong.append(name)
        return None
