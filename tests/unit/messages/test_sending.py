"""One request: only to addresses that are allowed, only for so long, never further than told."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import pytest

from engine.messages.sending import Sender, Undelivered, is_public
from tests.store.receiving import listening

BODY = b'{"a": 1}'


def failed(sender: Sender, url: str) -> Undelivered:
    with pytest.raises(Undelivered) as raised:
        sender.send(url, {}, BODY)
    return raised.value


@pytest.mark.parametrize("address", ["1.1.1.1", "114.114.114.114", "2400:3200::1"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
     "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b::7f00:1", "198.18.0.1",
     "192.0.2.1", "2001:db8::1"],
)  # fmt: skip
def test_every_other_address_is_not(address):
    assert not is_public(address)


def test_a_post_arrives_with_its_headers_and_body():
    with listening() as there:
        Sender(private=True).send(there.url("/a/b?c=d"), {"webhook-id": "x"}, BODY)

    ((path, headers, body),) = there.got
    assert (path, body) == ("/a/b?c=d", BODY)
    assert (headers["webhook-id"], headers["host"]) == ("x", f"127.0.0.1:{there.port}")
    assert headers["content-length"] == str(len(BODY))


def test_a_private_address_is_not_even_asked():
    with listening() as there:
        for host in ("127.0.0.1", "localhost"):
            assert failed(Sender(), f"http://{host}:{there.port}/").reason == "forbidden_address"

    assert there.got == []


def test_a_name_with_one_forbidden_address_among_its_own_is_refused(monkeypatch):
    def found(*_, **__):
        return [(2, 1, 6, "", (address, 443)) for address in ("1.1.1.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", found)

    assert failed(Sender(), "https://example.org/").reason == "forbidden_address"


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(monkeypatch):
    """A name that changes its address between looking and asking leads nowhere else."""
    asked = []
    real = socket.getaddrinfo

    def found(host, *rest, **more):
        asked.append(host)
        return real("127.0.0.1", *rest, **more)

    with listening() as there:
        monkeypatch.setattr(socket, "getaddrinfo", found)
        Sender(private=True).send(f"http://receiver.example:{there.port}/", {}, BODY)

    assert asked.count("receiver.example") == 1
    assert there.got[0][1]["host"] == f"receiver.example:{there.port}"


def test_a_name_that_is_none_is_told(monkeypatch):
    def none(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", none)

    assert failed(Sender(), "https://example.org/").reason == "unknown_host"


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_an_answer_that_is_no_success_is_told(status):
    with listening(status=status) as there:
        error = failed(Sender(private=True), there.url())

    assert (error.reason, error.status) == ("status", status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_led_on(status):
    with listening() as beyond, listening(status=status, location=beyond.url()) as there:
        error = failed(Sender(private=True), there.url())

    assert (error.reason, error.status) == ("redirect", status)
    assert len(there.got) == 1
    assert beyond.got == []


@pytest.mark.parametrize("how", [{"status": -5}, {"drips": True}], ids=["silent", "dripping"])
def test_a_receiver_that_hangs_is_left(how):
    with listening(**how) as there:
        began = time.monotonic()
        error = failed(Sender(private=True, within=0.2), there.url())
        took = time.monotonic() - began

    assert error.reason == "no_answer"
    assert took < 2


def test_a_port_where_nobody_listens_is_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert failed(Sender(private=True), f"http://127.0.0.1:{port}/").reason == "no_answer"


def test_a_line_that_is_not_encrypted_is_no_https():
    with listening() as there:
        error = failed(Sender(private=True, within=2), f"https://127.0.0.1:{there.port}/")

    assert error.reason == "no_answer"
    assert there.got == []


def test_the_port_is_that_of_the_scheme_unless_it_is_named(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **_: [(2, 1, 6, "", ("1.1.1.1", port))])

    ports = [Sender().addresses(urlsplit(url))[0][1] for url in ("https://a.org/", "http://a.org/", "https://a.org:8/")]

    assert ports == [443, 80, 8]
