"""The whole rule book over HTTP: imported cases driven to rest under version 2 by the holders of the posts, along as
many ways as the book has ends. Tokens come from `minqing token`."""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from api.cli import app
from tests.real_input.township import NOW, TOWNSHIP, People, done
from tests.serving import Client

DAY = "2026-03-06"
DONE = {"measures": "约双方到场看现场", "result": "已办妥，反映人认可"}
MEASURE = {"measure": "上门了解情况，两边都听了说法", "done_on": DAY}
UP = {"reason_code": "no_funds", "reason": "屋场没有资金"}
LETTER = {"channel": "letter", "letter_no": "函〔2026〕1号", "expected_reply": "2026-03-27"}
#: The ways, taken in turn. Each is driven by the method of its name.
WAYS = (
    "cluster", "spot", "village", "township", "returned", "declined", "appealed", "merged", "sealed", "withdrawn",
    "voided", "more_facts", "alarm", "on_account", "county", "redone", "reopened", "transferred", "joined", "settled",
)  # fmt: skip
WEEKLY = ("village", "township", "returned", "on_account", "county")
MONTHLY = ("township", "returned", "appealed", "joined")


def token_of(url: str, person: str) -> str:
    """An account and a token of the person, as an operator makes them."""
    _minqing(url, "user", "add", person, "--person", person)
    return str(json.loads(_minqing(url, "token", "add", person, "--label", "real input", "--json"))["token"])


def _minqing(url: str, *arguments: str) -> str:
    said = io.StringIO()
    with patch.dict(os.environ, {"MINQING_DATABASE_URL": url}), redirect_stdout(said):
        app(list(arguments), standalone_mode=False)
    return said.getvalue()


@dataclass
class Case:
    """One imported case on its way."""

    id: str
    unit: str
    village: str
    way: str


@dataclass
class Book:
    """One run. `fired` counts the triggers that were carried out, meetings' decisions included."""

    people: People
    cases: list[Case] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    passed_township: int = 0

    def run(self) -> None:
        self.cases = [
            Case(id=item["id"], unit=item["unit"], village=self.people.holders.above(item["unit"], "village"),
                 way=WAYS[number % len(WAYS)])
            for number, item in enumerate(self._all())
        ]  # fmt: skip
        for case in self.cases:
            self._act(f"_{case.way}", case)
        for village in self.people.villages():
            self._weekly([case for case in self.cases if case.village == village and case.way in WEEKLY])
        for case in self.cases:
            self._act(f"_before_month_{case.way}", case)
        self._monthly([case for case in self.cases if case.way in MONTHLY])
        for case in self.cases:
            self._act(f"_after_{case.way}", case)

    def _act(self, name: str, case: Case) -> None:
        method: Callable[[Case], None] | None = getattr(self, name, None)
        if method is not None:
            method(case)

    def found(self, words: str) -> int:
        """How many cases the county's auditor finds by these words."""
        page: Any = done(self._at("auditor_county", "430482").get("/v1/cases", q=words))
        return len(page["items"])

    # --- one act -----------------------------------------------------------------------------------------------------

    def _fire(self, case: Case, role: str, trigger: str, **data: Any) -> None:
        self._by(self.people.who(role, case.unit), case, trigger, **data)

    def _by(self, client: Client, case: Case, trigger: str, **data: Any) -> None:
        seen: Any = done(client.get(f"/v1/cases/{case.id}"))
        answer = client.fire(case.id, trigger, data, version=seen["version"])
        assert answer.status_code == 204 or done(answer), answer
        self.fired[trigger] += 1

    def _all(self) -> list[dict[str, Any]]:
        """Every case the county's auditor finds, page by page, the oldest first."""
        auditor = self._at("auditor_county", "430482")
        found: list[dict[str, Any]] = []
        page: Any = done(auditor.get("/v1/cases", limit=100))
        while True:
            found += page["items"]
            if page["next"] is None:
                return sorted(found, key=lambda item: str(item["id"]))
            page = done(auditor.get("/v1/cases", limit=100, cursor=page["next"]))

    def _at(self, role: str, place: str, turn: int = 0) -> Client:
        return self.people.client(self._person(role, place, turn))

    def _person(self, role: str, place: str, turn: int = 0) -> str:
        return self.people.holders.all_at(role, place)[turn]

    def _station(self) -> str:
        return self.people.holders.units("station", TOWNSHIP)[0]

    # --- at the cluster ----------------------------------------------------------------------------------------------

    def _taken_up(self, case: Case) -> None:
        self._fire(case, "party_group_leader", "accept")
        self._fire(case, "pianzhang", "record_measure", **MEASURE)

    def _cluster(self, case: Case) -> None:
        self._taken_up(case)
        self._fire(case, "pianzhang", "finish_in_wuchang", **DONE)

    def _spot(self, case: Case) -> None:
        self._fire(case, "pianzhang", "finish_on_spot", result="当场说清楚了")

    def _up(self, case: Case) -> None:
        self._taken_up(case)
        self._fire(case, "party_group_leader", "refer_to_village", **UP)

    _village = _township = _returned = _on_account = _county = _up

    def _joined(self, case: Case) -> None:
        self._up(case)
        other = next(village for village in self.people.villages() if village != case.village)
        villages = [case.village, other]
        self._fire(case, "village_secretary", "join_villages", villages=villages, lead_village=case.village)

    def _settled(self, case: Case) -> None:
        self._up(case)
        self._fire(case, "village_secretary", "settle_before_meeting", **DONE)

    def _declined(self, case: Case) -> None:
        data = {"decline_code": "not_ours", "where_to_go": "请向县(市)直主管部门反映", "told_reporter": True}
        self._fire(case, "village_secretary", "decline", **data)

    def _appealed(self, case: Case) -> None:
        self._declined(case)
        self._fire(case, "petition_clerk", "appeal", reason="反映人不服")

    def _merged(self, case: Case) -> None:
        others = (each for each in self.cases if each.village == case.village and each.way in ("village", "township"))
        primary = next(others, None) or next(each for each in self.cases if each.way == "village")
        self._fire(case, "township_party_office", "merge", primary=primary.id, reason="同一件事")
        self._fire(case, "village_clerk", "record_callback", method="call", outcome="reached")

    def _sealed(self, case: Case) -> None:
        self._fire(case, "township_party_office", "seal", seal_code="discipline")

    def _withdrawn(self, case: Case) -> None:
        self._fire(case, "party_group_leader", "withdraw", confirmed=True, reason="反映人自行解决")

    def _voided(self, case: Case) -> None:
        self._fire(case, "village_clerk", "void", reason="录重了")

    def _more_facts(self, case: Case) -> None:
        self._fire(case, "village_clerk", "ask_for_more", return_code="unclear", reason="地点不清")
        self._fire(case, "village_clerk", "supply_more", supplement="在村口")
        self._cluster(case)

    def _alarm(self, case: Case) -> None:
        self._fire(case, "pianzhang", "raise_alarm", danger_type="geo")

    def _redone(self, case: Case) -> None:
        self._cluster(case)
        self._fire(case, "village_clerk", "redo", whats_wrong="还在漏水")
        self._fire(case, "pianzhang", "finish_in_wuchang", **DONE)

    def _reopened(self, case: Case) -> None:
        self._cluster(case)
        self._struck_off(case)
        self._fire(case, "village_secretary", "reopen", reason="又发生")
        self._fire(case, "pianzhang", "finish_in_wuchang", **DONE)

    def _transferred(self, case: Case) -> None:
        self._taken_up(case)
        helper = self.people.holders.of("pianzhang", case.unit)
        self._fire(case, "party_group_leader", "transfer", responsible=helper, reason="由片长跟办")
        self._fire(case, "pianzhang", "sign_for")
        self._fire(case, "pianzhang", "finish_in_wuchang", **DONE)

    # --- the meetings ------------------------------------------------------------------------------------------------

    def _weekly(self, waiting: list[Case]) -> None:
        if waiting:
            village = waiting[0].village
            self._hold("village_weekly", village, "village_secretary", [self._in_village(case) for case in waiting])

    def _in_village(self, case: Case) -> dict[str, Any]:
        if case.way == "village":
            cadre = self._person("village_cadre", case.village)
            return _decision(case, "assign_in_village", responsible=cadre, plan="请村里组织修复", due="2026-03-20")
        if case.way == "on_account":
            told = {"account_code": "season", "reason": "等枯水期", "review_on": "2026-03-30", "told_reporter": True}
            return _decision(case, "put_on_account", **told)
        opinion = {"measures": "上门看过", "village_opinion": "请镇里统筹", "suggested_unit": self._station()}
        return _decision(case, "refer_to_township", reason_code="no_funds", **opinion)

    def _before_month_county(self, case: Case) -> None:
        secretary = self._at("township_secretary", TOWNSHIP)
        self._by(secretary, case, "refer_to_county", department=self._station(), **LETTER)

    def _monthly(self, waiting: list[Case]) -> None:
        closed = self._hold("township_monthly", TOWNSHIP, "township_secretary", [self._in_township(c) for c in waiting])
        self.passed_township = sum(item["outcome"] == "effective" for item in closed["items"])

    def _in_township(self, case: Case) -> dict[str, Any]:
        if case.way == "returned":
            data = {"return_code": "lower_can", "reason": "村里能办", "guidance": "请村里先用自有资金"}
            return _decision(case, "return_to_village", **data)
        leader = self._person("township_leader", TOWNSHIP)
        return _decision(case, "assign_in_township", lead_unit=self._station(), case_leader=leader, due="2026-04-03")

    def _hold(self, kind: str, unit: str, chair: str, decisions: list[dict[str, Any]]) -> Any:
        """Set, open, count who is there, decide, close; returns the minutes."""
        client = self._at(chair, unit)
        body = {"meeting": kind, "unit": unit, "at": NOW.isoformat(), "workflow": "issue-escalation/2"}
        path = f"/v1/meetings/{done(client.post('/v1/meetings', body))['id']}"
        opened: Any = done(client.post(f"{path}/open", version=1))
        present = [person["id"] for person in opened["expected"]]
        done(client.post(f"{path}/attendance", {"present": present}, version=2))
        done(client.post(f"{path}/decisions", {"decisions": decisions}, version=3))
        self.fired.update(decision["trigger"] for decision in decisions)
        return done(client.post(f"{path}/close", version=4))

    # --- to rest -----------------------------------------------------------------------------------------------------

    def _finished_in_township(self, case: Case) -> None:
        station = self._at("township_station", self._station())
        signer = self._person("township_station", self._station())
        self._by(station, case, "sign_for", signed_by=signer)
        self._by(station, case, "finish_in_township", **DONE)
        self._struck_off(case)

    def _struck_off(self, case: Case, method: str = "call") -> None:
        self._fire(case, "village_clerk", "record_callback", method=method, outcome="reached")
        self._fire(case, "village_clerk", "strike_off", satisfaction="good")

    _after_township = _after_appealed = _after_joined = _finished_in_township
    _after_cluster = _after_spot = _after_more_facts = _after_redone = _after_reopened = _struck_off
    _after_transferred = _after_settled = _struck_off

    def _after_village(self, case: Case) -> None:
        self._by(self._at("village_cadre", case.village), case, "finish_in_village", **DONE)
        self._struck_off(case)

    _after_returned = _after_village

    def _after_on_account(self, case: Case) -> None:
        self._fire(case, "village_secretary", "resume", resume_code="ready", reason="水位已退")
        self._fire(case, "village_secretary", "settle_before_meeting", **DONE)
        self._struck_off(case)

    def _after_county(self, case: Case) -> None:
        self._fire(case, "township_party_office", "record_reply", reply="已安排", reply_on=DAY, solved=True)
        self._struck_off(case)

    def _after_alarm(self, case: Case) -> None:
        self._by(self._at("township_duty", TOWNSHIP), case, "acknowledge")
        data = {"disposition": "已转移群众", "controlled_on": DAY, "residual_risk": "none"}
        self._by(self._at("township_duty", TOWNSHIP), case, "control_danger", **data)
        self._struck_off(case, "on_site")


def _decision(case: Case, trigger: str, **data: Any) -> dict[str, Any]:
    return {"case": case.id, "trigger": trigger, "data": data}
