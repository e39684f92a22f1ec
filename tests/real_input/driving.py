"""Real messages driven to rest over HTTP: reported by the village clerks for who wrote them, then handled by the
holders of the posts, at the version each saw, through the village's and the township's meetings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.real_input.messages import Message
from tests.real_input.township import NOW, TOWNSHIP, People, done
from tests.serving import Client

#: The contest's headings -> categories of the rules; what is not here is `other`.
CATEGORIES = {
    "城乡建设": "infra",
    "环境保护": "environment",
    "交通运输": "infra",
    "教育文体": "other",
    "劳动和社会保障": "hardship",
    "商贸旅游": "industry",
    "卫生计生": "policy",
}
#: How ten messages in a row go on: how high they climb, and how they end.
WAYS = ("cluster", "cluster", "spot", "village", "village", "village", "township", "township", "returned", "declined")
MEASURE = {"measure": "上门了解情况，两边都听了说法", "done_on": "2026-03-06"}
DONE = {"measures": "约双方到场看现场", "result": "已办妥，反映人认可"}


@dataclass
class Matter:
    """One message on its way."""

    message: Message
    village: str
    unit: str
    way: str
    case: str = ""


class Drive:
    """All matters of one run, stage by stage."""

    def __init__(self, people: People, rows: list[Message]) -> None:
        self.people = people
        villages = people.villages()
        self.matters = [
            Matter(
                message=message,
                village=villages[number % len(villages)],
                unit=people.place(villages[number % len(villages)], number),
                way=WAYS[number % len(WAYS)],
            )
            for number, message in enumerate(rows)
        ]
        self.passed_township = 0

    def run(self) -> None:
        for matter in self.matters:
            self._report(matter)
        for matter in self.matters:
            self._in_cluster(matter)
        for village in self.people.villages():
            self._weekly(village)
        self._monthly()
        for matter in self.matters:
            self._finish(matter)

    # --- in the cluster ----------------------------------------------------------------------------------------------

    def _report(self, matter: Matter) -> None:
        message = matter.message
        body = {
            "workflow": "issue-escalation/1",  # the main path; version 2 is driven by `book`
            "unit": matter.unit,
            "data": {
                "category": CATEGORIES.get(message.heading, "other"),
                "gist": message.subject,
                "content": message.text,
                "source": "chat",
                "heard_on": message.written_at.date().isoformat(),
                "reporter": {"name": message.writer},
            },
            "note": f"补录；原类别：{message.heading}",
            "occurred_at": message.written_at.isoformat(),
            "client_at": NOW.isoformat(),
            "on_behalf_of": {"name": message.writer},
        }
        clerk = self.people.who("village_clerk", matter.unit)
        matter.case = str(done(clerk.post("/v1/cases", body, key=f"real-{id(matter)}"))["id"])

    def _in_cluster(self, matter: Matter) -> None:
        if matter.way == "declined":
            data = {"decline_code": "not_ours", "where_to_go": "请向县(市)直主管部门反映", "told_reporter": True}
            self._fire(matter, "village_secretary", "decline", **data)
            return
        if matter.way == "spot":
            self._fire(matter, "pianzhang", "finish_on_spot", result="当场说清楚了")
            return
        self._fire(matter, "party_group_leader", "accept")
        self._fire(matter, "pianzhang", "record_measure", **MEASURE)
        if matter.way == "cluster":
            self._fire(matter, "pianzhang", "finish_in_wuchang", **DONE)
        else:
            self._fire(matter, "party_group_leader", "refer_to_village", reason_code="no_funds", reason="屋场没有资金")

    def _fire(self, matter: Matter, role: str, trigger: str, **data: Any) -> None:
        self._fired(self.people.who(role, matter.unit), matter, trigger, data)

    def _fired(self, client: Client, matter: Matter, trigger: str, data: dict[str, Any]) -> None:
        version = done(client.get(f"/v1/cases/{matter.case}"))["version"]
        assert isinstance(version, int)
        done(client.fire(matter.case, trigger, data, version=version))

    # --- the meetings ------------------------------------------------------------------------------------------------

    def _weekly(self, village: str) -> None:
        waiting = [m for m in self.matters if m.village == village and m.way in ("village", "township", "returned")]
        if waiting:
            secretary = self.people.holders.all_at("village_secretary", village)[0]
            self._hold("village_weekly", village, secretary, [self._village_decision(m) for m in waiting])

    def _village_decision(self, matter: Matter) -> dict[str, Any]:
        if matter.way == "village":
            data: dict[str, Any] = {"responsible": self._cadre(matter), "plan": "请村里组织修复", "due": "2026-03-20"}
            return {"case": matter.case, "trigger": "assign_in_village", "data": data}
        data = {
            "reason_code": "no_funds",
            "measures": "屋场和村里都上门看过",
            "village_opinion": "请镇里统筹资金",
            "suggested_unit": self._station(),
        }
        return {"case": matter.case, "trigger": "refer_to_township", "data": data}

    def _cadre(self, matter: Matter) -> str:
        return self.people.holders.all_at("village_cadre", matter.village)[0]

    def _station(self) -> str:
        return self.people.holders.units("station", TOWNSHIP)[0]

    def _monthly(self) -> None:
        waiting = [matter for matter in self.matters if matter.way in ("township", "returned")]
        secretary = self.people.holders.all_at("township_secretary", TOWNSHIP)[0]
        closed = self._hold("township_monthly", TOWNSHIP, secretary, [self._township_decision(m) for m in waiting])
        self.passed_township = sum(item["outcome"] == "effective" for item in closed["items"])

    def _township_decision(self, matter: Matter) -> dict[str, Any]:
        if matter.way == "returned":
            data = {"return_code": "lower_can", "reason": "村里能办", "guidance": "请村里先用自有资金"}
            return {"case": matter.case, "trigger": "return_to_village", "data": data}
        leader = self.people.holders.all_at("township_leader", TOWNSHIP)[0]
        data = {"lead_unit": self._station(), "case_leader": leader, "due": "2026-04-03"}
        return {"case": matter.case, "trigger": "assign_in_township", "data": data}

    def _hold(self, kind: str, unit: str, chair: str, decisions: list[dict[str, Any]]) -> Any:
        """Set, open, count who is there, decide, close; returns the minutes."""
        client = self.people.client(chair)
        meeting = done(client.post("/v1/meetings", {"meeting": kind, "unit": unit, "at": NOW.isoformat()}))
        path = f"/v1/meetings/{meeting['id']}"
        opened: Any = done(client.post(f"{path}/open", version=1))
        present = [person["id"] for person in opened["expected"]]
        done(client.post(f"{path}/attendance", {"present": present}, version=2))
        done(client.post(f"{path}/decisions", {"decisions": decisions}, version=3))
        return done(client.post(f"{path}/close", version=4))

    # --- to rest -----------------------------------------------------------------------------------------------------

    def _finish(self, matter: Matter) -> None:
        if matter.way == "declined":
            return
        if matter.way == "township":
            station = self.people.client(self.people.holders.all_at("township_station", self._station())[0])
            self._fired(station, matter, "sign_for", {})
            self._fired(station, matter, "finish_in_township", dict(DONE))
        elif matter.way in ("village", "returned"):
            self._fired(self.people.client(self._cadre(matter)), matter, "finish_in_village", dict(DONE))
        self._fire(matter, "village_clerk", "record_callback", method="on_site", outcome="reached")
        self._fire(matter, "village_clerk", "strike_off", satisfaction="good")

    # --- what became of them -----------------------------------------------------------------------------------------

    def ends(self) -> Counter[tuple[str, str]]:
        """(state, level) -> how many, as the county's auditor finds them page by page."""
        auditor = self.people.client(self.people.holders.all_at("auditor_county", "430482")[0])
        found: dict[str, tuple[str, str]] = {}
        cursor: dict[str, Any] = {}
        while True:
            page: Any = done(auditor.get("/v1/cases", limit=30, **cursor))
            found |= {item["id"]: (item["state"], item["level"]) for item in page["items"]}
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        lost = {matter.case for matter in self.matters} - found.keys()
        assert not lost, f"{len(lost)} lost"
        return Counter(found[matter.case] for matter in self.matters)
