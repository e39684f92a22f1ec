"""Webhooks: every event once to whoever may read it, and a receiver that fails holds up nobody else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.cases import letters as posting
from engine.messages import webhooks
from engine.messages.feed import EventFeed
from engine.messages.receivers import Receiver, sign
from engine.messages.sending import Sender
from engine.messages.webhooks import WebhookService
from engine.rules.rulebook import Rulebook
from engine.store.clock import real_now
from engine.store.db import Store
from tests.store.letters_world import Post
from tests.store.receiving import Listener, listening

SECRET = "whsec_" + "c2VjcmV0" * 4


class Now:
    """Real time, as far as webhooks look at it."""

    def __init__(self) -> None:
        self.at = real_now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    found = Now()
    for module in (posting, webhooks):
        monkeypatch.setattr(module, "real_now", found)
    return found


@pytest.fixture
def world(store: Store, now: Now) -> Post:
    world = Post(store)
    world.having(receivers=("county",))
    return world


@pytest.fixture
def there() -> Iterator[Listener]:
    with listening() as found:
        yield found


def service(world: Post, *to: tuple[str, str], person: str = "auditor_county", **sender: Any) -> WebhookService:
    receivers = [Receiver(name=name, url=url, person=person, secret=SECRET) for name, url in to]
    return WebhookService(world.office, receivers, Sender(**{"private": True, "within": 0.3, **sender}))


def counts(report: Any) -> tuple[int, int, int, int]:
    return report.sent, report.passed, report.failed, report.dead


def test_what_happens_is_posted_signed_and_as_the_feed_tells_it(world: Post, there: Listener, now: Now):
    case = world.begin(words="李婶家的事")
    world.fire("zuzhang", case, "plain")

    report = service(world, ("county", there.url())).send()

    assert counts(report) == (2, 0, 0, 0)
    facts = EventFeed(world.office).after("zuzhang", None, 10).facts
    assert [json.loads(body)["data"] for _, _, body in there.got] == list(facts)
    letters = [row for row in world.written() if row.kind == "event"]
    for (_, headers, body), letter in zip(there.got, letters, strict=True):
        moment = int(headers["webhook-timestamp"])
        assert moment == int(now.at.timestamp())
        assert headers["webhook-id"] == letter.id
        assert headers["webhook-signature"] == sign(SECRET, letter.id, moment, body)
        assert "李婶" not in body.decode()
    assert all(letter.done_at and letter.code is None for letter in letters)


def test_nothing_is_posted_twice(world: Post, there: Listener):
    world.begin()
    post = service(world, ("county", there.url()))

    assert [counts(post.send())[0], counts(post.send())[0]] == [1, 0]
    assert len(there.got) == 1


def test_a_receiver_hears_nothing_of_what_its_person_may_not_read(world: Post, there: Listener):
    case = world.begin()
    post = service(world, ("county", there.url()), person="village_clerk")
    world.fire("zuzhang", case, "hide", secret=True)
    world.begin()

    assert counts(post.send()) == (1, 2, 0, 0)
    assert [json.loads(body)["data"]["trigger"] for _, _, body in there.got] == ["begin"]
    assert counts(service(world, ("county", there.url()), person="village_clerk_other").send()) == (0, 0, 0, 0)


def test_a_receiver_off_the_list_gets_nothing_more(world: Post, there: Listener):
    world.begin()

    assert counts(service(world, ("another", there.url())).send()) == (0, 1, 0, 0)
    assert there.got == []
    assert world.blocked() == []


def test_letters_to_people_do_not_wait_for_receivers(world: Post):
    world.begin()

    assert world.deliver().told == 1
    assert world.said("village_clerk") == ["开始"]


@pytest.mark.parametrize(
    ("how", "facts"),
    [
        ({"status": 500}, {"reason": "status", "status": 500}),
        ({"status": -5}, {"reason": "no_answer", "status": None}),
        ({"status": 302, "location": "http://127.0.0.1:1/"}, {"reason": "redirect", "status": 302}),
    ],
    ids=["fails", "hangs", "leads on"],
)
def test_a_failing_receiver_is_tried_again_is_seen_and_delays_nobody_else(
    world: Post, there: Listener, now: Now, how: dict[str, Any], facts: dict[str, Any]
):
    world.having(receivers=("bad", "good"))
    case = world.begin()
    world.fire("zuzhang", case, "plain")
    with listening(**how) as bad:
        post = service(world, ("bad", bad.url()), ("good", there.url()))
        began = time.monotonic()
        assert counts(post.send()) == (2, 0, 1, 0)
        assert time.monotonic() - began < 2
        assert len(there.got) == 2
        assert len(bad.got) == 1  # one failure a round
        assert world.blocked() == []
        for _ in range(6):
            now.at += timedelta(minutes=10)
            assert counts(post.send()) == (0, 0, 1, 0)

        found = world.blocked()
        assert {(each.kind, each.code) for each in found} == {("message", "undelivered")}
        told = {"kind": "event", "receiver": "bad", "given_up": False, **facts}
        assert all(each.facts == {**told, "cause": each.facts["cause"]} for each in found)
        assert all(each.tries >= 3 for each in found)
        assert {each.attend_by for each in found} == {datetime.fromisoformat("2026-03-09T17:30:00+08:00")}


def test_a_receiver_that_answers_again_gets_all_and_the_queue_is_empty(world: Post, there: Listener, now: Now):
    case = world.begin()
    world.fire("zuzhang", case, "plain")
    there.status = 503
    post = service(world, ("county", there.url()))
    for _ in range(6):
        post.send()
        now.at += timedelta(minutes=10)
    assert world.blocked()
    there.status, there.got = 200, []
    now.at += timedelta(hours=3)

    assert counts(post.send()) == (2, 0, 0, 0)

    assert sorted(json.loads(body)["data"]["seq"] for _, _, body in there.got) == [1, 2]
    assert world.blocked() == []


def test_after_a_week_of_failures_it_is_given_up_in_sight(world: Post, there: Listener, now: Now):
    world.begin()
    there.status = 500
    post = service(world, ("county", there.url()))
    reports = []
    while not (reports and reports[-1].dead) and len(reports) < 20:
        reports.append(post.send())
        now.at += timedelta(hours=25)

    (dead,) = [row for row in world.written() if row.dead_at]
    assert (len(reports), dead.tries, dead.code, dead.next_try_at) == (13, 13, "undelivered", None)
    assert [(each.subject, each.facts["given_up"]) for each in world.blocked()] == [(dead.id, True)]
    assert counts(post.send()) == (0, 0, 0, 0)


def test_a_private_address_is_refused_unless_it_is_allowed(world: Post, there: Listener, now: Now):
    world.begin()
    post = service(world, ("county", there.url()), private=False)
    for _ in range(3):
        assert counts(post.send()) == (0, 0, 1, 0)
        now.at += timedelta(hours=1)

    assert there.got == []
    assert [each.facts["reason"] for each in world.blocked()] == ["forbidden_address"]


def test_a_receiver_whose_person_is_none_is_seen(world: Post, there: Listener, now: Now):
    world.begin()
    post = service(world, ("county", there.url()), person="nobody_known")
    for _ in range(3):
        post.send()
        now.at += timedelta(hours=1)

    assert there.got == []
    assert [each.facts["reason"] for each in world.blocked()] == ["unknown_person"]


def test_an_event_whose_rules_are_gone_waits(world: Post, there: Listener, now: Now):
    world.begin()
    post, rulebook = service(world, ("county", there.url())), world.office.rulebook
    post.office = world.having(rulebook=Rulebook.of(()))
    for _ in range(3):
        assert counts(post.send()) == (0, 0, 1, 0)
        now.at += timedelta(hours=1)
    assert [each.code for each in world.blocked()] == ["rules_missing"]

    post.office = world.having(rulebook=rulebook)
    assert counts(post.send()) == (1, 0, 0, 0)
    assert world.blocked() == []


def test_who_died_while_sending_is_followed_by_another(world: Post, there: Listener, now: Now):
    world.begin()
    post = service(world, ("county", there.url()))
    post.sender = Dying()
    with pytest.raises(KeyboardInterrupt):
        post.send()
    post.sender = Sender(private=True)

    assert counts(post.send()) == (0, 0, 0, 0)  # whoever has it may still be at it
    now.at += timedelta(minutes=2)
    assert counts(post.send()) == (1, 0, 0, 0)


class Dying(Sender):
    def send(self, *_: Any) -> None:
        raise KeyboardInterrupt


def test_two_workers_post_each_event_once(world: Post, there: Listener):
    case = world.begin()
    for _ in range(9):
        world.fire("zuzhang", case, "plain")
    posts = [service(world, ("county", there.url())) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda post: post.send(), posts))

    assert sum(report.sent for report in reports) == 10
    assert len({headers["webhook-id"] for _, headers, _ in there.got}) == len(there.got) == 10
