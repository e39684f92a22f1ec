"""As what a client's address and a typed login are counted."""

from __future__ import annotations

import pytest

from engine.people.throttle import attempt_of, source_of, typed


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("x" * 100, "x" * 64),
        ("", ""),
    ],
)
def test_a_source_is_an_address_or_its_network(address: str, source: str):
    assert source_of(address) == source


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("lisi", "lisi"),
        (" lisi\r\n", "lisi"),
        ("li\0si\u200b", "lisi"),
        ("\ud800", ""),
        ("a" * 100_000, "a" * 64),
        ("e\u0301", "é"),
    ],
)
def test_a_login_is_what_shows_of_it(text: str, login: str):
    assert typed(text) == login


def test_capitals_are_counted_as_small_letters():
    assert attempt_of("LiSi", "", None).login == attempt_of("lisi", "", None).login == "lisi"
    assert len(attempt_of("ß" * 64, "", None).login) == 64
