"""The inbox, the feed and the metrics over HTTP."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import datetime

import pytest

from api.answers_messages import FeedOut, MessageOut, MessagePage
from engine.cases.letters import reminder_of
from engine.definition.model import Step
from engine.messages.delivery import LetterService
from engine.people.setup import SetupService
from engine.store.casefile import read_cases
from engine.store.clock import DatabaseClock
from engine.store.outbox import post
from tests import township as t
from tests.api.client import OPERATOR, Api, opened, said, settle
from tests.databases import fresh_store
from tests.store.letters_world import TELLING
from tests.store.world import rules

WORDS = "李婶家的事，电话 13812341234"


@pytest.fixture
def api() -> Iterator[Api]:
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        office, _ = t.open_test_office(store, *t.default_rules(), rules(**TELLING))
        with opened(dataclasses.replace(office, clock=DatabaseClock()), tokens) as client:
            yield client


def begun(api: Api) -> str:
    body = {"workflow": "small", "unit": t.GROUP, "trigger": "begin", "data": {"words": WORDS}}
    answer = api.send("zuzhang", "POST", "/v1/cases", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def delivered(api: Api) -> None:
    LetterService(api.office).deliver()


# --- the inbox -------------------------------------------------------------------------------------------------------


def test_a_message_says_it_whole_in_the_readers_language(api: Api):
    case = begun(api)
    api.done("village_clerk", case, "give", charge="pianzhang")
    delivered(api)

    zh, en = (api.send("pianzhang", "GET", "/v1/inbox", language=each).json() for each in ("zh", "en"))

    (item,) = MessagePage.model_validate(zh).items
    number = item.number
    assert item.text == f"{number}（高子树组）：交办，现为「名」，时限 2026-03-07 09:00。请三日内上门。"
    assert (
        en["items"][0]["text"]
        == f"{number} (高子树组): Hand out, now 'Name', due 2026-03-07 09:00. Call within three days."
    )
    assert (item.kind, item.case, item.title, item.notice) == ("tell", case, "交办", "请三日内上门")
    assert zh["items"][0]["shown_at"] == "2026-03-06T09:00:00+08:00"
    assert zh["digest"] == {"day": "2026-03-06", "told": 1, "paged": 0, "reminded": 0, "cases": 1, "unread": 1}


def test_a_page_says_so_first(api: Api):
    api.done("zuzhang", begun(api), "ring")
    delivered(api)

    zh, en = (api.send("village_secretary", "GET", "/v1/inbox", language=each).json() for each in ("zh", "en"))

    assert re.fullmatch(
        r"【紧急】2603-\d{4}（高子树组）：直报，现为「名」，时限 2026-03-06 09:15。", zh["items"][0]["text"]
    )
    assert re.fullmatch(
        r"URGENT 2603-\d{4} \(高子树组\): Alarm, now 'Name', due 2026-03-06 09:15\.", en["items"][0]["text"]
    )


def test_a_reminder_says_how_much_of_which_clock_is_used(api: Api):
    case = begun(api)
    with api.office.store.begin() as tx:
        held = read_cases(tx, [case])[case]
        now = api.office.clock.now(tx)
        post(tx, [reminder_of(api.office, held, "handle", Step(at=80, remind=("opener",)), now)])
    delivered(api)

    zh, en = (api.send("zuzhang", "GET", "/v1/inbox", language=each).json() for each in ("zh", "en"))

    assert zh["items"][0]["text"].endswith("（高子树组）：「办理时限」已用 80%，现为「名」，时限 2026-03-07 09:00。")
    assert en["items"][0]["text"].endswith("80% of 'Handling' used, now 'Name', due 2026-03-07 09:00.")
    assert zh["digest"]["reminded"] == 1


def test_no_word_of_the_case_is_in_a_message_or_in_the_feed(api: Api):
    begun(api)
    delivered(api)

    for path in ("/v1/inbox", "/v1/events"):
        text = api.send("village_clerk", "GET", path).text
        assert "begin" in text or "开始" in text
        assert "李婶" not in text
        assert "1381234" not in text


def test_reading_is_noted_once(api: Api):
    begun(api)
    delivered(api)
    (item,) = api.get("village_clerk", "/v1/inbox", unread="true")["items"]

    first = api.send("village_clerk", "POST", f"/v1/inbox/{item['id']}/read")
    api.moved_clock("2026-03-06T12:00:00+08:00")
    second = api.send("village_clerk", "POST", f"/v1/inbox/{item['id']}/read")

    assert MessageOut.model_validate(first.json()).read_at == MessageOut.model_validate(second.json()).read_at
    assert first.json()["read_at"] == "2026-03-06T09:00:00+08:00"
    assert api.get("village_clerk", "/v1/inbox", unread="true")["items"] == []
    assert api.get("village_clerk", "/v1/inbox")["digest"]["unread"] == 0


def test_pages_of_the_inbox_and_the_digest_of_another_day(api: Api):
    for _ in range(3):
        begun(api)
        delivered(api)
    api.moved_clock("2026-03-07T09:00:00+08:00")

    first = api.get("village_clerk", "/v1/inbox", limit=2)
    second = api.get("village_clerk", "/v1/inbox", limit=2, cursor=first["next"])

    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert first["digest"]["told"] == 0
    assert api.get("village_clerk", "/v1/inbox", day="2026-03-06")["digest"]["told"] == 3
    assert api.get("village_clerk", "/v1/inbox", day="2026-03-07")["items"] == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [("day=yesterday", "day:bad_shape"), ("unread=perhaps", "unread:bad_shape"), ("box=1", "box:unknown_key")],
)
def test_what_an_inbox_cannot_be_narrowed_by_is_told(api: Api, query, problem):
    assert said(api.send("zuzhang", "GET", f"/v1/inbox?{query}")) == f"422 fields {problem}"


def test_what_is_somebody_elses_or_nothing_is_not_found(api: Api):
    begun(api)
    delivered(api)
    (item,) = api.get("village_clerk", "/v1/inbox")["items"]

    for person, message in (
        ("village_secretary", item["id"]),
        ("village_clerk", f"{t.TOWNSHIP}-01KAZ7R1E4M8N2P5T9V3W6X0YB"),
        ("village_clerk", "nonsense"),
    ):
        answer = api.send(person, "POST", f"/v1/inbox/{message}/read")
        assert said(answer) == "404 message_not_found"
    assert said(api.send(None, "GET", "/v1/inbox")) == "401 unauthorized"


def test_an_operator_is_told_nothing(api: Api):
    begun(api)
    delivered(api)

    assert api.get(OPERATOR, "/v1/inbox")["items"] == []
    assert api.get(OPERATOR, "/v1/events")["items"] == []


# --- the feed --------------------------------------------------------------------------------------------------------


def test_the_feed_goes_on_where_it_was_left(api: Api):
    empty = FeedOut.model_validate(api.get("zuzhang", "/v1/events"))
    assert (empty.items, empty.next, empty.more) == ([], None, False)
    case = begun(api)
    first = api.get("zuzhang", "/v1/events")
    api.moved_clock("2026-03-06T09:01:00+08:00")
    api.done("zuzhang", case, "plain")
    api.done("zuzhang", case, "ring")

    second = api.get("zuzhang", "/v1/events", after=first["next"], limit=1)
    third = api.get("zuzhang", "/v1/events", after=second["next"], limit=1)
    last = api.get("zuzhang", "/v1/events", after=third["next"])

    pages = [first, second, third, last]
    assert [[each["trigger"] for each in page["items"]] for page in pages] == [["begin"], ["plain"], ["ring"], []]
    assert [page["more"] for page in pages] == [False, True, False, False]
    assert last["next"] == third["next"]
    for page in pages:
        FeedOut.model_validate(page)


def test_a_place_that_is_none_of_ours_is_refused_by_name(api: Api):
    assert said(api.send("zuzhang", "GET", "/v1/events?after=abc")) == "422 fields after:bad_cursor"


# --- metrics ---------------------------------------------------------------------------------------------------------

LINE = re.compile(r'[a-z_]+(\{kind="[a-z_]+"\})? [0-9.]+')


def test_the_metrics_are_in_the_text_format_of_prometheus(api: Api):
    begun(api)
    SetupService(api.office.store).advance(datetime.fromisoformat("2026-03-06T09:01:30+08:00"))  # nobody delivers

    answer = api.send(None, "GET", "/metrics")

    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'minqing_outbox_waiting{kind="tell"} 1' in lines
    assert 'minqing_outbox_waiting_oldest_seconds{kind="tell"} 90.000' in lines
    assert "minqing_timers_due 0" in lines
    samples = [line for line in lines if not line.startswith("#")]
    assert len(samples) == 33
    assert all(LINE.fullmatch(line) for line in samples)
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {re.split(r"[{ ]", line)[0] for line in samples} == named
    assert answer.text.endswith("\n")
