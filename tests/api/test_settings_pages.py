"""Settings of the pages, and what the log says of them."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from api.logs import discreet
from api.settings import BadSettings, load_settings


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MINQING_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", ""),
        ("https://Minqing.Example.gov.cn", "https://minqing.example.gov.cn"),
        ("https://minqing.example.gov.cn:443", "https://minqing.example.gov.cn"),
        ("http://10.0.0.8:8080", "http://10.0.0.8:8080"),
    ],
)
def test_the_address_is_kept_as_browsers_say_it(monkeypatch: pytest.MonkeyPatch, given: str, said: str):
    monkeypatch.setenv("MINQING_PUBLIC_URL", given)

    assert load_settings().public_url == said


@pytest.mark.parametrize("given", ["minqing.example.gov.cn", "https://a/b", "ftp://a", "https://a?b"])
def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv("MINQING_PUBLIC_URL", given)

    with pytest.raises(BadSettings, match="public_url"):
        load_settings()


def test_only_origins_may_show_the_pages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MINQING_FRAMES", '["https://portal.example.gov.cn; script-src *"]')

    with pytest.raises(BadSettings, match="frames"):
        load_settings()


def test_the_log_says_nothing_that_was_searched_for():
    path = "/cases?q=%E6%9D%8E%E5%A8%A5"
    record = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', ("127.0.0.1:5", "GET", path, "1.1", 200), None
    )

    assert discreet(record)
    assert record.getMessage() == '127.0.0.0/24 - "GET /cases HTTP/1.1" 200'
