"""The allow-list of receivers in the settings: read, and refused by name where it cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.settings import BadSettings, load_settings
from engine.store.db import Store

SECRET = "whsec_" + "c2VjcmV0" * 4
GOOD = {"name": "county", "url": "https://example.org/hook", "person": "p001", "secret": SECRET}


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "WEBHOOKS", "WEBHOOKS_PRIVATE"):
        monkeypatch.delenv(f"MINQING_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def given(monkeypatch: pytest.MonkeyPatch, *webhooks: dict[str, Any]) -> None:
    monkeypatch.setenv("MINQING_WEBHOOKS", json.dumps(webhooks))


def test_receivers_come_from_a_variable(monkeypatch: pytest.MonkeyPatch):
    given(monkeypatch, GOOD)

    (found,) = load_settings().receivers()

    assert (found.name, found.url, found.person, found.secret) == ("county", GOOD["url"], "p001", SECRET)


def test_receivers_come_from_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    lines = "\n".join(f'{name} = "{value}"' for name, value in GOOD.items())
    (tmp_path / "minqing.toml").write_text(f"[[webhooks]]\n{lines}\n")
    monkeypatch.setenv("MINQING_CONFIG", str(tmp_path / "minqing.toml"))

    assert [each.name for each in load_settings().receivers()] == ["county"]


def test_there_are_none_unless_they_are_named():
    assert load_settings().receivers() == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"url": "http://example.org/"}, "county: url: not https"),
        ({"url": "https://user@example.org/"}, "county: url: not a plain URL"),
        ({"secret": "secret-of-ours"}, "webhooks.0.secret"),
        ({"name": "The County"}, "webhooks.0.name"),
        ({"person": "两"}, "webhooks.0.person"),
        ({"colour": "red"}, "webhooks.0.colour"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_without_the_secret(monkeypatch: pytest.MonkeyPatch, change, told):
    given(monkeypatch, GOOD | change)

    with pytest.raises(BadSettings) as raised:
        load_settings()

    assert told in str(raised.value)
    assert "secret-of-ours" not in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_name_stands_once(monkeypatch: pytest.MonkeyPatch):
    given(monkeypatch, GOOD, GOOD)

    with pytest.raises(BadSettings, match="twice"):
        load_settings()


def test_what_is_no_list_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MINQING_WEBHOOKS", "county")

    with pytest.raises(BadSettings, match="webhooks"):
        load_settings()


def test_http_goes_with_private_addresses_alone(monkeypatch: pytest.MonkeyPatch):
    given(monkeypatch, GOOD | {"url": "http://10.0.0.5:8080/hook"})
    monkeypatch.setenv("MINQING_WEBHOOKS_PRIVATE", "true")

    assert len(load_settings().receivers()) == 1


def test_the_secret_shows_nowhere(monkeypatch: pytest.MonkeyPatch):
    given(monkeypatch, GOOD)

    assert SECRET not in repr(load_settings())


def test_an_application_posts_to_the_receivers_of_its_settings(monkeypatch: pytest.MonkeyPatch, sqlite_store: Store):
    given(monkeypatch, GOOD)
    monkeypatch.setenv("MINQING_DATABASE_URL", sqlite_store.url)

    assert create_app(load_settings()).state.services.office.receivers == ("county",)
