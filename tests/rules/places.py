"""A line of places from the county down to a neighbourhood, stations beside it and another village, for tests of rules
without a database."""

from __future__ import annotations

from engine.rules.attempt import Unit

_COUNTY = ("county", "430482")
_TOWNSHIP = (_COUNTY, ("township", "430482109"))
_VILLAGE = (*_TOWNSHIP, ("village", "430482109201"))
_WUCHANG = (*_VILLAGE, ("wuchang", "430482109201-W1"))
_GROUP = (*_WUCHANG, ("group", "430482109201-G1"))


def _unit(*line: tuple[str, str]) -> Unit:
    return Unit(code=line[-1][1], kind=line[-1][0], line=line)


COUNTY = _unit(_COUNTY)
TOWNSHIP = _unit(*_TOWNSHIP)
VILLAGE = _unit(*_VILLAGE)
WUCHANG = _unit(*_WUCHANG)
GROUP = _unit(*_GROUP)
NEIGHBOURHOOD = _unit(*_GROUP, ("neighbourhood", "430482109201-N1"))
STATION = _unit(*_TOWNSHIP, ("station", "430482109-S1"))
OTHER_STATION = _unit(*_TOWNSHIP, ("station", "430482109-S2"))
OTHER_VILLAGE = _unit(*_TOWNSHIP, ("village", "430482109202"))
PLACES = (COUNTY, TOWNSHIP, VILLAGE, WUCHANG, GROUP, NEIGHBOURHOOD, STATION, OTHER_STATION, OTHER_VILLAGE)
