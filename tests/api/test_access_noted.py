"""What the log of access notes of a call: who, what, with what outcome, and nothing that was said."""

from __future__ import annotations

from engine.audit.access import AccessLog
from engine.store.accessbook import Access, AccessFilter, read_accesses
from tests import township as t
from tests.api.client import Api


def noted(api: Api, count: int = 1) -> list[Access]:
    """The last calls, the newest first."""
    access: AccessLog = api.app.state.services.access  # type: ignore[attr-defined]
    access.flush()
    with api.office.store.read() as tx:
        return read_accesses(tx, AccessFilter(limit=count))[:count]


def test_a_read_is_noted_with_who_what_and_the_post(api: Api):
    case = api.open()
    api.get("village_clerk", f"/v1/cases/{case}")

    (entry,) = noted(api)
    assert (entry.login, entry.person, entry.way, entry.office) == ("village_clerk", "village_clerk", "token", None)
    assert (entry.method, entry.what, entry.object, entry.status) == ("GET", "/v1/cases/{case_id}", case, 200)
    assert entry.home == t.TOWNSHIP
    assert entry.post is not None
    assert entry.code is None
