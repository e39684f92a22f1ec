"""How much is stuck within a reader's reach: told at the head of every page, as long as there is any."""

from __future__ import annotations

from starlette.requests import Request

from api.deps import Services
from api.web.reader import Reader
from engine.wiring import Unavailable

_OVERSEES = 1  # from this level on, counted from the lowest, one looks after what is stuck


def stuck_of(request: Request, reader: Reader | None) -> int:
    """0 for whoever has nothing to do with it: nobody signed in, and the lowest level."""
    if reader is None or not (reader.supervises or max(reader.levels, default=0) >= _OVERSEES):
        return 0
    served: Services = request.app.state.services
    try:
        return served.clocks.blocked_count(reader.person)
    except Unavailable:
        return 0  # the page itself says that the database is away; it must not fail over its own head
