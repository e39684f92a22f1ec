"""What stands in braces in `page_table.txt` and in the paths of routes, as it is called in the demo township."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx2 as httpx
import sqlalchemy as sa

from engine.store.db import Store
from engine.store.tables import cases, meetings
from tests import township as t
from tests.unit.files import made

VILLAGE = t.VILLAGE  # 陈桥村 has the same code in the demo


class Addresses:
    """Real names for those in braces. `store` is of a copy of the demo; `photo` makes the id of a file that belongs
    to the case of `{case_id}`."""

    def __init__(self, store: Store, photo: Callable[[str], str]) -> None:
        self.store = store
        self._photo = photo
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The path with every name filled in. Raises KeyError for a name that nothing here explains."""
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: self.name(found[1]), path)

    def name(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = NAMES[name](self)
        return self._known[name]

    def case_in(self, state: str) -> str:
        """The oldest case of 陈桥村 in a state."""
        found = sa.select(cases.c.id).where(cases.c.state == state, cases.c.unit.startswith(VILLAGE))
        return self._first(found.order_by(cases.c.opened_at))

    def of_version(self, version: int) -> str:
        """An open case of 陈桥村 that began under a version of the default rules."""
        found = sa.select(cases.c.id).where(cases.c.workflow_version == version, cases.c.unit.startswith(VILLAGE))
        return self._first(found.order_by(cases.c.closed_at.is_not(None), cases.c.opened_at))

    def meeting_in(self, status: str) -> str:
        found = sa.select(meetings.c.id).where(meetings.c.unit == VILLAGE, meetings.c.status == status)
        return self._first(found.order_by(meetings.c.at))

    def photo(self) -> str:
        """A file that belongs to the case of `{case_id}`."""
        return self._photo(self.name("case_id"))

    def _first(self, query: sa.Select[Any]) -> str:
        with self.store.read() as tx:
            found = tx.execute(query.limit(1)).scalar_one()
        return str(found)


def with_photo(client: httpx.Client, token: str, case: str) -> str:
    """Note something with a photo on a case, as whose token it is; the id of the photo."""
    headers = {"Authorization": f"Bearer {token}"}
    octets = {"Content-Type": "application/octet-stream"}
    file = client.post("/v1/files", content=made.jpeg(), headers=headers | octets).raise_for_status().json()["id"]
    version = client.get(f"/v1/cases/{case}", headers=headers).raise_for_status().json()["version"]
    body = {"trigger": "note", "data": {"text": "现场照片", "files": [file]}}
    fired = client.post(f"/v1/cases/{case}/transitions", json=body, headers=headers | {"If-Match": f'"{version}"'})
    fired.raise_for_status()
    return str(file)


#: Name -> how it is found. Cases lie in 陈桥村 and were reported by its 邻长.
NAMES: Mapping[str, Callable[[Addresses], str]] = {
    "case_id": lambda names: names.case_in("village_queued"),
    "reported_id": lambda names: names.case_in("reported"),
    "closed_id": lambda names: names.case_in("struck_off"),
    "township_id": lambda names: names.case_in("township_handling"),
    "first_rules_id": lambda names: names.of_version(1),
    "trigger": lambda names: "settle_before_meeting",
    "file_id": Addresses.photo,
    "meeting_id": lambda names: names.meeting_in("planned"),
    "held_id": lambda names: names.meeting_in("closed"),
    "wuchang": lambda names: f"{VILLAGE}w01",
    "key": lambda names: "issue-escalation",
    "version": lambda names: "2",
}
