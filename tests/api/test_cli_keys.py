"""`minqing key`: made by init, shown so that it can be written on paper, renewed without losing what was signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from engine.audit.signing import read_key
from engine.rules.signed_note import parse_verifier_key
from engine.store.db import Store
from tests import township as t


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def key(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key of the township will lie."""
    t.settle(sqlite_store)
    monkeypatch.delenv("MINQING_CONFIG", raising=False)
    monkeypatch.setenv("MINQING_DATABASE_URL", sqlite_store.url)
    return Path(sqlite_store.url.removeprefix("sqlite:///")).with_suffix(".signing.key")


def test_init_makes_the_key_once_and_says_where(key: Path):
    first, second = run("init", "--mark", "test"), run("init", "--mark", "test")

    assert str(key) in first.stderr
    assert key.stat().st_mode & 0o777 == 0o600
    assert second.stderr == ""
    assert key.read_text() not in first.output


def test_show_tells_the_public_key_under_the_name_of_every_log(key: Path):
    done("init", "--mark", "test")
    (found,) = json.loads(done("key", "show", "--json"))["keys"]
    names = [parse_verifier_key(each).name for each in found["vkeys"]]
    home = json.loads(done("key", "show", "--home", t.TOWNSHIP, "--json"))["keys"][0]["vkeys"]

    assert found["public"] == read_key(key).public.hex()
    assert [name.partition("/")[2] for name in names] == [
        t.TOWNSHIP, f"{t.TOWNSHIP}/veiled", t.OTHER_TOWNSHIP, f"{t.OTHER_TOWNSHIP}/veiled",
    ]  # fmt: skip
    assert home == found["vkeys"][:2]
    assert found["vkeys"][0] in done("key", "show").splitlines()


def test_a_new_key_keeps_the_former_on_record(key: Path):
    done("init", "--mark", "test")
    former = read_key(key).public.hex()
    new = json.loads(done("key", "new", "--json"))
    kept = json.loads(done("key", "show", "--json"))

    assert kept["signs"] is True
    assert [each["public"] for each in kept["keys"]] == [former, new["public"]]
    assert read_key(key).public.hex() == new["public"] != former


def test_a_key_that_is_gone_is_told_and_the_public_ones_stay(key: Path):
    done("init", "--mark", "test")
    key.unlink()
    result = run("key", "show", "--json")

    assert result.exit_code == 1
    assert "签名密钥文件不在 / the file with the signing key is not there" in result.stderr
    assert json.loads(result.stdout)["trouble"] == "missing"
    assert run("init", "--mark", "test").stderr.startswith("核对点暂不能签名：")
    assert not key.exists()  # who lost one decides himself to sign with another


def test_on_postgresql_a_place_must_be_set(postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MINQING_CONFIG", raising=False)
    monkeypatch.setenv("MINQING_DATABASE_URL", postgres_store.engine.url.render_as_string(hide_password=False))
    nowhere = run("init", "--mark", "test")

    assert (nowhere.exit_code, "MINQING_SIGNING_KEY" in nowhere.stderr) == (0, True)
    assert run("key", "new").exit_code == 3
    monkeypatch.setenv("MINQING_SIGNING_KEY", str(tmp_path / "keys" / "signing.key"))
    done("init", "--mark", "test")
    assert json.loads(done("key", "show", "--json"))["signs"] is True


@pytest.mark.parametrize("command", ["show", "new"])
def test_nothing_ever_shows_the_private_half(key: Path, command: str):
    done("init", "--mark", "test")
    said = run("key", command).output + run("key", command, "--json").output

    assert "PRIVATE" not in said
    assert all(line not in said for line in key.read_text().splitlines())
