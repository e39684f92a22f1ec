"""Cases and meetings brought to a state by ordinary requests, in one of the three villages of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests import township as t
from tests.api.client import Api

UP = {"reason_code": "no_authority", "reason": "屋场没有这个权限"}
TO_TOWNSHIP = {"reason_code": "needs_experts", "measures": "调解两次", "village_opinion": "请站所牵头"}
DONE = {"measures": "现场划定沟线", "result": "双方认可"}
BACK = {"return_code": "too_early", "reason": "再调一次", "guidance": "请理事会出面"}
DECLINED = {"decline_code": "not_ours", "where_to_go": "县供电公司", "told_reporter": True}
REACHED = {"method": "call", "outcome": "reached"}
DUE = "2026-03-20"
AT = "2026-03-06T15:00:00+08:00"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A village with its township, as seen from 陈桥村; `tag` and `town` mark its people in `tests/township.py`."""

    name: str
    tag: str
    town: str
    village: str
    township: str
    unit: str
    station: str

    def who(self, role: str) -> str:
        """Who holds the role there; `village_cadre` is the second one, so that the first stays a stranger."""
        if role.startswith(("township_", "auditor_township", "leader2")):
            return f"{role}{self.town}"
        return f"{'village_cadre2' if role == 'village_cadre' else role}{self.tag}"


OWN = Place(name="own", tag="", town="", village=t.VILLAGE, township=t.TOWNSHIP, unit=t.NEIGHBOURHOOD,
            station=t.STATION)  # fmt: skip
SIBLING = Place(name="sibling", tag="_2", town="", village=t.SIBLING, township=t.TOWNSHIP,
                unit=f"{t.SIBLING_WUCHANG}g1n1", station=t.STATION)  # fmt: skip
OTHER = Place(name="other", tag="_other", town="_other", village=t.OTHER_VILLAGE, township=t.OTHER_TOWNSHIP,
              unit=f"{t.OTHER_WUCHANG}g1n1", station=f"{t.OTHER_TOWNSHIP}s1")  # fmt: skip
PLACES = {place.name: place for place in (OWN, SIBLING, OTHER)}


# --- cases -----------------------------------------------------------------------------------------------------------


def reported(api: Api, place: Place = OWN, **data: Any) -> str:
    return api.open(place.who("linzhang"), place.unit, **data)


def accepted(api: Api, place: Place = OWN, **data: Any) -> str:
    case = reported(api, place, **data)
    api.done(place.who("zuzhang"), case, "accept")
    return case


def village_queued(api: Api, place: Place = OWN, **data: Any) -> str:
    case = reported(api, place, **data)
    api.done(place.who("zuzhang"), case, "refer_to_village", **UP)
    return case


def urgent(api: Api, place: Place = OWN) -> str:
    """At the village's gate, and need not wait for its meeting."""
    return village_queued(api, place, urgency="urgent")


def village_handling(api: Api, place: Place = OWN) -> str:
    """In the hands of the council member, whose role alone gives no right there."""
    case = urgent(api, place)
    given = {"responsible": place.who("council_member"), "plan": "三天内上门", "due": DUE}
    api.done(place.who("village_secretary"), case, "assign_in_village", **given)
    return case


def township_queued(api: Api, place: Place = OWN) -> str:
    case = urgent(api, place)
    given = TO_TOWNSHIP | {"suggested_unit": place.station}
    api.done(place.who("village_secretary"), case, "refer_to_township", **given)
    return case


def unsigned(api: Api, place: Place = OWN, *, lead_unit: str | None = None, case_leader: str | None = None) -> str:
    """Assigned to the station and the second leader, of whom none has signed."""
    case = township_queued(api, place)
    lead = {"lead_unit": lead_unit or place.station, "case_leader": case_leader or place.who("leader2")}
    api.done(place.who("township_secretary"), case, "assign_in_township", due=DUE, **lead)
    return case


def township_handling(api: Api, place: Place = OWN) -> str:
    case = unsigned(api, place)
    api.done(place.who("township_station"), case, "sign_for")
    return case


def verifying(api: Api, place: Place = OWN, **data: Any) -> str:
    """Handlers are the group head, the Party group leader and the clerk; the second cadre has reached the reporter."""
    case = accepted(api, place, **data)
    api.done(place.who("village_clerk"), case, "record_measure", measure="上门调解一次", done_on="2026-03-05")
    api.done(place.who("zuzhang"), case, "finish_in_wuchang", **DONE)
    api.done(place.who("village_cadre"), case, "record_callback", **REACHED)
    return case


# --- meetings --------------------------------------------------------------------------------------------------------


def chair(place: Place, *, town: bool = False) -> str:
    return place.who("township_secretary" if town else "village_secretary")


def planned(api: Api, place: Place = OWN, *, town: bool = False) -> str:
    if town:
        return api.meeting(chair(place, town=True), "township_monthly", place.township)
    return api.meeting(chair(place), "village_weekly", place.village)


def in_session(api: Api, place: Place = OWN, *, town: bool = False) -> str:
    """Open and quorate, with whoever opened it in the chair."""
    meeting = planned(api, place, town=town)
    view = api.stepped(chair(place, town=town), meeting, "open")
    present = [person["id"] for person in view["expected"]]
    api.stepped(chair(place, town=town), meeting, "attendance", {"present": present})
    return meeting


def decided(api: Api, meeting: str, case: str, place: Place = OWN, *, town: bool = False) -> None:
    decisions = [{"case": case, "trigger": "carry_over", "data": {}}]
    api.stepped(chair(place, town=town), meeting, "decisions", {"decisions": decisions})
