"""Many people at one case at once, over HTTP to a server process, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest

from engine.audit.verify import verify
from engine.rules.fold import fold
from engine.rules.rulebook import Rulebook
from engine.store.casefile import read_case, read_events
from engine.store.db import Store
from tests import township as t
from tests.api.client import settle
from tests.databases import BACKENDS, fresh_store
from tests.serving import Client, Server, serving

REPORT = {"category": "dispute", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}
MEASURE = {"measure": "上门劝解", "done_on": "2026-03-06"}
DONE = {"measures": "请理事会调解", "result": "两家握手"}
REFER = {"reason_code": "no_authority", "reason": "屋场无权处理"}
#: Twenty people and what each wants to do; several of the acts exclude each other.
WISHES: list[tuple[str, str, dict[str, Any]]] = [
    ("zuzhang", "accept", {}),
    ("pianzhang", "accept", {}),
    ("party_group_leader", "accept", {}),
    ("zuzhang", "record_measure", MEASURE),
    ("pianzhang", "record_measure", MEASURE),
    ("village_clerk", "record_measure", MEASURE),
    *((f"village_cadre{n}", "record_measure", MEASURE) for n in range(1, 4)),
    ("linzhang", "finish_on_spot", {"result": "说通了"}),
    ("pianzhang", "finish_in_wuchang", DONE),
    ("zuzhang", "refer_to_village", REFER),
    ("party_group_leader", "refer_to_village", REFER),
    ("village_clerk", "ask_for_more", {"return_code": "unclear", "reason": "哪一段沟不清楚"}),
    ("township_party_office", "correct", {"reason": "写错了", "category": "hazard"}),
    ("village_clerk", "correct", {"reason": "写错了", "urgency": "urgent"}),
    ("township_leader", "note", {"text": "请抓紧"}),
    ("township_secretary", "note", {"text": "请抓紧办"}),
    ("village_secretary", "note", {"text": "知道了"}),
    ("village_secretary", "settle_before_meeting", DONE),
]
SAME_KEY_TIMES = 50


@dataclass
class Race:
    store: Store
    server: Server
    tokens: dict[str, str]

    def client(self, person: str) -> Client:
        return Client(self.server.address, self.tokens[person])

    def cases(self) -> int:
        return len(self.client("linzhang").get("/v1/cases").json()["items"])

    def open(self) -> str:
        answer = self.client("linzhang").post("/v1/cases", {"unit": t.NEIGHBOURHOOD, "data": REPORT})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture(scope="module", params=BACKENDS)
def race(request, tmp_path_factory) -> Iterator[Race]:
    """One server for all races of a database: a start takes longer than a race."""
    with fresh_store(request.param) as store:
        tokens = settle(store)
        with serving(store.url, tmp_path_factory.mktemp("race") / "server.log") as server:
            yield Race(store, server, tokens)


def insist(race: Race, case: str, wish: tuple[str, str, dict[str, Any]], start: Barrier) -> tuple[int, Any]:
    """Fire, and after each 412 look again and fire again; until it is done or refused for another reason."""
    person, trigger, data = wish
    client = race.client(person)
    version = client.get(f"/v1/cases/{case}").json()["version"]
    start.wait()
    while True:
        answer = client.fire(case, trigger, data, version=version)
        if answer.status_code != 412:
            return answer.status_code, answer.json()
        version = client.get(f"/v1/cases/{case}").json()["version"]


def test_twenty_clients_make_one_legal_sequence_and_lose_no_update(race):
    assert len(WISHES) == 20
    case, start = race.open(), Barrier(len(WISHES))

    with ThreadPoolExecutor(len(WISHES)) as pool:
        answers = list(pool.map(lambda wish: insist(race, case, wish, start), WISHES))

    assert {status for status, _ in answers} <= {200, 403, 409}
    done = {body["version"]: wish for (status, body), wish in zip(answers, WISHES, strict=True) if status == 200}
    workflow = t.whole_book()
    with race.store.read() as tx:
        events, held = read_events(tx, case), read_case(tx, case)
    assert held.state == fold(workflow, events)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {event.seq: (event.actor, event.trigger) for event in events[1:]} == {
        version: wish[:2] for version, wish in done.items()
    }
    assert len(done) >= 5
    assert any(status == 409 for status, _ in answers)
    assert verify(race.store, Rulebook.of([workflow], t.calendars())).flaws == ()


def test_the_same_key_sent_fifty_times_at_once_makes_one_event_and_equal_answers(race):
    case, start = race.open(), Barrier(SAME_KEY_TIMES)

    def send(_: int) -> tuple[int, str, str]:
        client = race.client("village_clerk")
        start.wait()
        answer = client.fire(case, "note", {"text": "已电话联系"}, version=1, key="the-same")
        return answer.status_code, answer.headers["ETag"], answer.text

    with ThreadPoolExecutor(SAME_KEY_TIMES) as pool:
        answers = list(pool.map(send, range(SAME_KEY_TIMES)))

    assert len(set(answers)) == 1
    assert answers[0][:2] == (200, '"2"')
    with race.store.read() as tx:
        assert [event.trigger for event in read_events(tx, case)] == ["report", "note"]


def test_the_same_opening_sent_at_once_under_one_key_opens_one_case(race):
    start = Barrier(SAME_KEY_TIMES)

    def send(_: int) -> tuple[int, str]:
        client = race.client("linzhang")
        start.wait()
        answer = client.post("/v1/cases", {"unit": t.NEIGHBOURHOOD, "data": REPORT}, key="one-report")
        return answer.status_code, answer.text

    before = race.cases()
    with ThreadPoolExecutor(SAME_KEY_TIMES) as pool:
        answers = list(pool.map(send, range(SAME_KEY_TIMES)))

    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert race.cases() == before + 1
