"""The worker delivers letters and webhooks beside the clocks, and a receiver that hangs delays neither."""

from __future__ import annotations

import threading
import time

import pytest

from engine.meetings.series import SeriesService
from engine.messages.receivers import Receiver
from engine.messages.sending import Sender
from engine.messages.webhooks import WebhookService
from engine.store.db import Store
from engine.worker import Worker
from tests.store.letters_world import Post
from tests.store.receiving import listening

SECRET = "whsec_" + "c2VjcmV0" * 4


def test_a_sweep_delivers_all_that_waits(store: Store):
    world = Post(store)
    for _ in range(3):
        world.begin()
    worker = Worker(world.office, 1)
    worker.letters.deliver = lambda limit=2, deliver=worker.letters.deliver: deliver(limit)  # type: ignore[method-assign]

    assert dict(worker.sweep()) == {"letters told": 3, "letters messages": 3}
    assert dict(worker.sweep()) == {}


def test_a_receiver_that_hangs_delays_no_inbox_and_no_other_receiver(sqlite_store: Store):
    world = Post(sqlite_store)
    world.having(receivers=("slow", "good"))
    with listening(status=-5) as hanging, listening() as there:
        slow, good = (
            Receiver(name=name, url=listener.url(), person="auditor_county", secret=SECRET)
            for name, listener in (("slow", hanging), ("good", there))
        )
        webhooks = WebhookService(world.office, [slow, good], Sender(private=True, within=1.0))
        stop = threading.Event()
        running = threading.Thread(target=Worker(world.office, 0.01, webhooks).run, args=(stop,))
        world.begin()
        running.start()
        _until(lambda: hanging.got)
        world.begin()
        began = time.monotonic()
        _until(lambda: len(world.read("village_clerk")) == 2 and len(there.got) == 2)
        took = time.monotonic() - began
        stop.set()
        running.join()

    assert took < 0.7


def test_what_waits_for_a_receiver_off_the_list_is_passed_over(store: Store):
    world = Post(store)
    world.having(receivers=("gone",))
    world.begin()
    worker = Worker(world.office, 1, WebhookService(world.office, [], Sender()))

    assert worker.sweep()["webhooks passed"] == 1
    assert [row.code for row in world.written() if row.kind == "event"] == ["not_listed"]


def test_a_round_of_failures_alone_is_not_tried_again_at_once(sqlite_store: Store):
    world = Post(sqlite_store)
    world.having(receivers=("bad",))
    for _ in range(3):
        world.begin()
    with listening(status=500) as there:
        bad = Receiver(name="bad", url=there.url(), person="auditor_county", secret=SECRET)
        worker = Worker(world.office, 1, WebhookService(world.office, [bad], Sender(private=True)))

        assert dict(worker.tell("bad")) == {"webhooks failed": 1}
        assert len(there.got) == 1
        assert dict(worker.once()) == {"letters told": 3, "letters messages": 3, "webhooks failed": 1}


def _until(done) -> None:
    ends = time.monotonic() + 5
    while not done():
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.01)


def test_a_look_at_meetings_that_broke_off_is_made_again_though_time_stands_still(sqlite_store: Store, monkeypatch):
    worker = Worker(Post(sqlite_store).office, every=1)
    plan_ahead, calls = SeriesService.plan_ahead, []

    def failing_once(series, until):
        calls.append(until)
        if len(calls) == 1:
            raise ConnectionError
        return plan_ahead(series, until)

    monkeypatch.setattr(SeriesService, "plan_ahead", failing_once)
    with pytest.raises(ConnectionError):
        worker.sweep()
    worker.sweep()
    worker.sweep()  # not again before some time has passed

    assert len(calls) == 2
