"""For every operation of the API the world as its example wants it: a case that is there, a meeting that is open. Each
is prepared by ordinary requests of the people of the demo township, right before the example is sent."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.api.photos import PHOTO

REPORT = {"category": "environment", "gist": "路边垃圾无人清运", "source": "visit", "heard_on": "2026-12-24"}
UP = {"reason_code": "no_authority", "reason": "屋场没有这个权限"}
SOON = "2026-12-26T15:00:00+08:00"
_HOURS = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Staged:
    """What is put into the request in place of what the example says."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    body: Any = None


class Stage:
    """`accounts` by persona: their token, person and posts, as `make demo` tells them; `role` is who is tested."""

    def __init__(self, address: str, accounts: Mapping[str, Any], role: str) -> None:
        self.accounts, self.role = accounts, role
        self.http = httpx.Client(base_url=address, timeout=30, trust_env=False)

    @classmethod
    def from_environment(cls) -> Stage:
        accounts = json.loads(Path(os.environ["CONTRACT_ACCOUNTS"]).read_text(encoding="utf-8"))
        return cls(os.environ["CONTRACT_ADDRESS"], accounts, os.environ["CONTRACT_ROLE"])

    def staged(self, operation: str) -> Staged | None:
        """None where the example needs nothing, or this role can have nothing of the kind."""
        make: Callable[[], Staged | None] | None = getattr(self, f"for_{operation}", None)
        return make() if make else None

    # --- requests ----------------------------------------------------------------------------------------------------

    def ask(self, who: str, method: str, path: str, body: Any = None, version: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.accounts[who]['token']}"}
        if version is not None:
            headers["If-Match"] = version
        if isinstance(body, bytes):
            return self.http.request(method, path, headers=headers, content=body)
        return self.http.request(method, path, headers=headers, json=body)

    def place(self, persona: str) -> str:
        return str(self.accounts[persona]["posts"][0]["unit"])

    def person(self, persona: str) -> str:
        return str(self.accounts[persona]["person"])

    # --- cases -------------------------------------------------------------------------------------------------------

    def case(self, **data: str) -> tuple[str, str]:
        """(id, version) of a case just reported in the village of the demo."""
        answer = self.ask("linzhang", "POST", "/v1/cases", {"unit": self.place("linzhang"), "data": REPORT | data})
        return answer.json()["id"], answer.headers["etag"]

    def waiting(self) -> str:
        """A case at the gate of the village's meeting."""
        case, version = self.case()
        self.ask(
            "zuzhang", "POST", f"/v1/cases/{case}/transitions", {"trigger": "refer_to_village", "data": UP}, version
        )
        return case

    def _a_case(self) -> Staged:
        return Staged(path={"case_id": self.case()[0]})

    for_get_case = for_get_triggers = for_get_history = for_get_clocks = for_get_calls = _a_case
    for_list_accesses_of_case = _a_case

    def for_reveal(self) -> Staged:
        case, _ = self.case(reporter=self.person("zuzhang"))
        return Staged(path={"case_id": case}, body={"fields": ["reporter"], "reason": "contact_reporter"})

    def _a_log(self) -> Staged:
        return Staged(query={"home": self.place("township_party_office")})

    for_list_checkpoints = for_latest_checkpoint = for_list_verifier_keys = _a_log

    def for_fire(self) -> Staged:
        case, version = self.case()
        return Staged(path={"case_id": case}, version=version, body={"trigger": "note", "data": {"text": "看到了"}})

    def for_fire_many(self) -> Staged:
        case, version = self.case()
        item = {"case": case, "version": int(version.strip('"')), "trigger": "note", "data": {"text": "看到了"}}
        return Staged(body={"items": [item]})

    def for_read_message(self) -> Staged | None:
        items = self.ask(self.role, "GET", "/v1/inbox").json().get("items")
        return Staged(path={"message_id": items[0]["id"]}) if items else None

    def for_upload_file(self) -> Staged:
        return Staged(body=PHOTO)

    def for_download_file(self) -> Staged | None:
        sent = self.ask(self.role, "POST", "/v1/files", PHOTO)
        return Staged(path={"file_id": sent.json()["id"]}) if sent.status_code == 201 else None

    # --- duty --------------------------------------------------------------------------------------------------------

    @cached_property
    def _first_turn(self) -> datetime:
        return datetime.fromisoformat("2027-02-01T00:00:00+08:00")

    def for_enter_turn(self) -> Staged:
        start = self._first_turn + timedelta(hours=next(_HOURS))
        hours = {"from": start.isoformat(), "until": (start + timedelta(hours=1)).isoformat()}
        who = "village_cadre"
        return Staged(body={"role": who, "unit": self.place(who), "person": self.person(who), **hours})

    def for_call_off_turn(self) -> Staged | None:
        turn = self.ask(self.role, "POST", "/v1/duty", self.for_enter_turn().body)
        return Staged(path={"turn_id": turn.json()["id"]}) if turn.status_code == 201 else None

    # --- meetings: the village's own, whoever asks -------------------------------------------------------------------

    def planned(self) -> tuple[str, str]:
        """(id, version) of a meeting of the village, and no other one open there."""
        village = self.place("village_secretary")
        still = self.ask("village_secretary", "GET", f"/v1/meetings?unit={village}&status=open").json()["items"]
        for each in still:
            path = f"/v1/meetings/{each['id']}"
            version = self.ask("village_secretary", "GET", path).headers["etag"]
            self.ask("village_secretary", "POST", f"{path}/cancel", {"reason": "改期再开"}, version)
        body = {"meeting": "village_weekly", "unit": village, "at": SOON}
        answer = self.ask("village_secretary", "POST", "/v1/meetings", body)
        return answer.json()["id"], answer.headers["etag"]

    def opened(self) -> tuple[str, str, list[str]]:
        """(id, version, cases on the agenda) of one in session, with one case at least."""
        self.waiting()
        meeting, version = self.planned()
        answer = self.ask("village_secretary", "POST", f"/v1/meetings/{meeting}/open", None, version)
        return meeting, answer.headers["etag"], [item["case"]["id"] for item in answer.json()["items"]]

    def _a_planned(self, body: Any = None) -> Staged:
        meeting, version = self.planned()
        return Staged(path={"meeting_id": meeting}, version=version, body=body)

    def for_get_meeting(self) -> Staged:
        return Staged(path={"meeting_id": self.planned()[0]})

    def for_create_meeting(self) -> Staged:
        return Staged(body={"meeting": "village_weekly", "unit": self.place("village_secretary"), "at": SOON})

    def for_open_meeting(self) -> Staged:
        return self._a_planned()

    def for_move_meeting(self) -> Staged:
        return self._a_planned({"at": "2027-06-01T15:00:00+08:00"})

    def for_delegate_chair(self) -> Staged:
        return self._a_planned({"delegate": self.person("village_clerk"), "reason": "到县里开会"})

    def for_cancel_meeting(self) -> Staged:
        return self._a_planned({"reason": "防汛"})

    def for_preview_closing(self) -> Staged:
        return Staged(path={"meeting_id": self.opened()[0]})

    def for_close_meeting(self) -> Staged:
        meeting, version, _ = self.opened()
        return Staged(path={"meeting_id": meeting}, version=version)

    def for_set_attendance(self) -> Staged:
        meeting, version, _ = self.opened()
        present = [self.person("village_secretary"), self.person("village_clerk")]
        return Staged(path={"meeting_id": meeting}, version=version, body={"present": present})

    def for_add_to_agenda(self) -> Staged:
        meeting, version, _ = self.opened()
        body = {"case": self.waiting(), "reason": "临时增列"}
        return Staged(path={"meeting_id": meeting}, version=version, body=body)

    def for_decide(self) -> Staged:
        meeting, version, cases = self.opened()
        decision = {"case": cases[-1], "trigger": "carry_over", "data": {}}
        return Staged(path={"meeting_id": meeting}, version=version, body={"decisions": [decision]})

    def for_undo_decision(self) -> Staged:
        staged = self.for_decide()
        path = f"/v1/meetings/{staged.path['meeting_id']}/decisions"
        answer = self.ask("village_secretary", "POST", path, staged.body, staged.version)
        case = staged.body["decisions"][0]["case"]
        return Staged(path={**staged.path, "case_id": case}, version=answer.headers["etag"])

    # --- who runs the system: `operator` keeps the register, `security_admin` gives what opens doors ------------------

    def login(self) -> str:
        """Of an account of nobody's, made just now."""
        login = f"contract{next(_HOURS)}"
        self.ask("operator", "POST", "/v1/accounts", {"login": login})
        return login

    def for_add_account(self) -> Staged:
        return Staged(body={"login": f"contract{next(_HOURS)}"})

    def _a_login(self) -> Staged:
        return Staged(path={"login": self.login()})

    for_end_account = for_give_password = for_end_sessions = for_remove_factor = _a_login

    def for_issue_token(self) -> Staged:
        return Staged(body={"login": "village_clerk", "label": "县数据平台", "scope": "read"})

    def for_revoke_token(self) -> Staged | None:
        issued = self.ask("security_admin", "POST", "/v1/tokens", self.for_issue_token().body)
        return Staged(path={"token_id": issued.json()["id"]}) if issued.status_code == 201 else None

    def for_add_person(self) -> Staged:
        return Staged(body={"name": "陈小明"})

    def stranger(self) -> str:
        """The id of a person registered just now."""
        return str(self.ask("operator", "POST", "/v1/people", {"name": "陈小明"}).json()["id"])

    def for_give_post(self) -> Staged:
        return Staged(
            body={"person": self.stranger(), "role": "village_clerk", "unit": self.place("village_secretary")}
        )

    def for_end_post(self) -> Staged:
        given = self.ask("security_admin", "POST", "/v1/posts", self.for_give_post().body)
        return Staged(path={"post_id": given.json()["id"]}, body={"last_day": "2026-12-31"})

    def for_declare_relative(self) -> Staged:
        return Staged(body={"other": self.person("linzhang"), "kind": "brother"})

    def for_end_relative(self) -> Staged:
        kin = self.for_declare_relative().body
        self.ask("village_clerk", "POST", "/v1/relatives", kin)
        return Staged(body={**kin, "person": self.person("village_clerk")})
