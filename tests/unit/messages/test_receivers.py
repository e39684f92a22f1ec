"""How a webhook is signed and written, and which URL and secret are taken."""

from __future__ import annotations

import json

import pytest

from engine.messages.receivers import Receiver, check_url, cloud_event, headers_of, secret_key, sign
from engine.messages.waiting import wait_for_people, wait_for_receiver

#: The worked example that the libraries of Standard Webhooks test themselves by.
SECRET, IDENT, MOMENT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY, SIGNATURE = b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_signature_is_that_of_the_known_example():
    assert sign(SECRET, IDENT, MOMENT, BODY) == SIGNATURE


@pytest.mark.parametrize(
    ("secret", "ident", "moment", "body"),
    [
        ("whsec_" + "A" * 32, IDENT, MOMENT, BODY),
        (SECRET, IDENT + "x", MOMENT, BODY),
        (SECRET, IDENT, MOMENT + 1, BODY),
        (SECRET, IDENT, MOMENT, BODY + b" "),
    ],
)
def test_whatever_differs_changes_the_signature(secret, ident, moment, body):
    assert sign(secret, ident, moment, body) != SIGNATURE


def test_the_headers_are_those_of_the_standard():
    receiver = Receiver(name="county", url="https://example.org/", person="p1", secret=SECRET)

    headers = headers_of(receiver, IDENT, MOMENT, BODY)

    assert headers["webhook-id"] == IDENT
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == SIGNATURE
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert SECRET not in repr(receiver)


def test_the_body_is_a_cloud_event_with_what_the_feed_tells():
    fact = {"id": "c-1/3", "case": "c-1", "trigger": "accept", "recorded_at": "2026-03-06T09:00:00+08:00", "seq": 3}

    event = json.loads(cloud_event("430482109", fact))

    assert event == {
        "specversion": "1.0", "id": "c-1/3", "source": "urn:minqing:430482109", "type": "minqing.case.accept",
        "subject": "c-1", "time": "2026-03-06T09:00:00+08:00", "datacontenttype": "application/json", "data": fact,
    }  # fmt: skip


@pytest.mark.parametrize("secret", ["whsec_" + "A" * 32, "whsec_" + "A" * 86 + "=="])
def test_a_secret_has_24_to_64_bytes(secret):
    assert 24 <= len(secret_key(secret)) <= 64


@pytest.mark.parametrize("secret", ["", "A" * 32, "whsec_", "whsec_" + "A" * 28, "whsec_" + "A" * 88, "whsec_!" * 8])
def test_what_is_no_secret_is_refused(secret):
    with pytest.raises(ValueError, match="base64"):
        secret_key(secret)


@pytest.mark.parametrize(("url", "private"), [("https://example.org/a?b=c", False), ("http://127.0.0.1:8/", True)])
def test_a_url_of_a_receiver(url, private):
    assert check_url(url, private=private) is None  # nothing is wrong with it


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "http://example.org/", "ftp://example.org/", "https://", "https://a@example.org/",
     "https://example.org/#x", "https://example.org/ x", "https://example.org:0/", "https://example.org:99999/",
     "https://例.org/", "https://example.org/\r\nx: y"],
)  # fmt: skip
def test_what_is_no_url_of_a_receiver_is_refused(url):
    with pytest.raises(ValueError):
        check_url(url, private=False)


def test_waits_grow_and_end():
    people = [wait_for_people(tries) for tries in range(1, 11)]
    receiver = [wait_for_receiver(tries) for tries in range(1, 14)]

    for waits in (people, receiver):
        assert waits[-1] is None
        shown = [each for each in waits if each is not None]
        assert len(shown) == len(waits) - 1
        assert shown == sorted(shown)
    assert people[0].total_seconds() == 3600
    assert receiver[0].total_seconds() == 5
