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
    """Real names for those in braces. `store` is of a copy of the demo, `client` asks the application on it,
    `tokens` by persona. What the demo lacks is made at once: a photo, a meeting that is in session."""

    def __init__(self, store: Store, client: httpx.Client, tokens: Mapping[str, str]) -> None:
        self.store, self._client, self._tokens = store, client, tokens
        self._known: dict[str, str] = {}
        for name in NAMES:
            self.name(name)

    def of(self, path: str) -> str:
        """The path with every name filled in. Raises KeyError for a name that nothing here explains."""
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: self.name(found[1]), path)

    def name(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = NAMES[name](self)
        return self._known[name]

    def case_in(self, state: str) -> str:
        """The oldest case in a state where the personas of 陈桥村 live."""
        found = sa.select(cases.c.id).where(cases.c.state == state, cases.c.unit == t.NEIGHBOURHOOD)
        return self._first(found.order_by(cases.c.opened_at))

    def of_version(self, version: int) -> str:
        """An open case of 陈桥村 that began under a version of the default rules."""
        found = sa.select(cases.c.id).where(cases.c.workflow_version == version, cases.c.unit.startswith(VILLAGE))
        return self._first(found.order_by(cases.c.closed_at.is_not(None), cases.c.opened_at))

    def meeting_in(self, status: str) -> str:
        found = sa.select(meetings.c.id).where(meetings.c.unit == VILLAGE, meetings.c.status == status)
        return self._first(found.order_by(meetings.c.at))

    def photo(self) -> str:
        """A file that belongs to the case of `{case_id}`, which its reporter noted with it."""
        case = self.name("case_id")
        octets = {"Content-Type": "application/octet-stream"}
        file = self._asked("linzhang", "POST", "/v1/files", content=made.jpeg(), headers=octets)["id"]
        version = self._asked("linzhang", "GET", f"/v1/cases/{case}")["version"]
        body = {"trigger": "note", "data": {"text": "现场照片", "files": [file]}}
        self._asked("linzhang", "POST", f"/v1/cases/{case}/transitions", json=body, headers=_seen(version))
        return str(file)

    def unread(self) -> str:
        """What was told to 陈桥村's 邻长."""
        return str(self._asked("linzhang", "GET", "/v1/inbox")["items"][0]["id"])

    def opened_meeting(self) -> str:
        """The next meeting of 陈桥村, opened by its chair."""
        meeting = self.meeting_in("planned")
        version = self._asked("village_secretary", "GET", f"/v1/meetings/{meeting}")["version"]
        self._asked("village_secretary", "POST", f"/v1/meetings/{meeting}/open", headers=_seen(version))
        return meeting

    def of_himself(self, persona: str) -> Any:
        return self._asked(persona, "GET", "/v1/me")

    def token_of(self, persona: str) -> str:
        """The id of the newest one."""
        return str(self._asked(persona, "GET", "/v1/tokens")["items"][-1]["id"])

    def _asked(self, persona: str, method: str, path: str, *, headers: Mapping[str, str] | None = None,
               **more: Any) -> Any:  # fmt: skip
        signed = {"Authorization": f"Bearer {self._tokens[persona]}", **(headers or {})}
        answer = self._client.request(method, path, headers=signed, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def _first(self, query: sa.Select[Any]) -> str:
        with self.store.read() as tx:
            found = tx.execute(query.limit(1)).scalar_one()
        return str(found)


def _seen(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


#: Name -> how it is found. Cases lie in 陈桥村 and were reported by its 邻长.
NAMES: Mapping[str, Callable[[Addresses], str]] = {
    "case_id": lambda names: names.case_in("village_queued"),
    "reported_id": lambda names: names.case_in("reported"),
    "closed_id": lambda names: names.case_in("struck_off"),
    "township_id": lambda names: names.case_in("township_handling"),
    "first_rules_id": lambda names: names.of_version(1),
    "trigger": lambda names: "settle_before_meeting",
    "file_id": Addresses.photo,
    "open_id": Addresses.opened_meeting,  # before the next, which is then another
    "meeting_id": lambda names: names.meeting_in("planned"),
    "number": lambda names: "1",
    "held_id": lambda names: names.meeting_in("closed"),
    "message_id": lambda names: names.unread(),
    "wuchang": lambda names: f"{VILLAGE}w01",
    "key": lambda names: "issue-escalation",
    "version": lambda names: "2",
    "login": lambda names: "linzhang",
    "deed": lambda names: "sessions",
    "person": lambda names: names.of_himself("linzhang")["person"],
    "post_id": lambda names: names.of_himself("linzhang")["posts"][0]["id"],
    "token_id": lambda names: names.token_of("linzhang"),
}
