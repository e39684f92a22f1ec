"""`minqing audit`: on a copy of the database, without a server and without the key."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from api.cli import app
from api.flaw_texts import FILE_TEXTS, FLAW_TEXTS
from engine.audit import verify_cases, verify_logs
from engine.audit.verify import Verdict
from engine.files.service import FileService
from engine.files.verify import FileFlaw
from engine.store.db import Store
from engine.store.trust_tables import tree_leaves
from tests import township as t
from tests.databases import fresh_store
from tests.drill.forging import Forger, Witnessed
from tests.drill.tampering import changed
from tests.store.uploads import FILED, service, upload
from tests.store.world import World, rules


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    with fresh_store("sqlite") as store:
        yield Witnessed(store, tmp_path_factory.mktemp("audited"), 20)


@pytest.fixture
def copy(made: Witnessed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy in a folder of its own, and rules beside it under which its cases stand."""
    file = tmp_path / "copy.db"
    shutil.copyfile(made.file, file)
    monkeypatch.setenv("MINQING_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setattr("api.commands.auditing.open_rulebook", lambda store, folder: made.rulebook)
    return file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments])


def told(*arguments: str) -> tuple[int, Any]:
    result = run(*arguments, "--json", "--workers", "1")
    return result.exit_code, json.loads(result.stdout)


def test_an_honest_copy_ends_with_0_and_stays_as_it_is(made: Witnessed, copy: Path, tmp_path: Path):
    before = hashlib.sha256(copy.read_bytes()).hexdigest()
    (tmp_path / "paper.txt").write_text(made.notes[-1], encoding="utf-8")
    result = run("verify", "--checkpoint", f"@{tmp_path / 'paper.txt'}", "--checkpoint", made.notes[0])

    assert result.exit_code == 0, result.output
    assert "0 处不符" in result.stdout
    assert "2 not yet covered" in result.stdout
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.db", "paper.txt"]


def test_a_changed_row_ends_with_1_and_names_its_place(copy: Path):
    with closing(sqlite3.connect(copy, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER history_no_update")
        home, case_id = raw.execute("SELECT home, case_id FROM tree_leaves WHERE seq = 2 LIMIT 1").fetchone()
        raw.execute("UPDATE history SET actor = 'somebody' WHERE case_id = ? AND seq = 2", (case_id,))
        (number,) = raw.execute("SELECT number FROM cases WHERE id = ?", (case_id,)).fetchone()
    code, verdict = told("verify")
    result = run("verify")

    assert (code, verdict["sound"]) == (1, False)
    first = {name: verdict["first"][name] for name in ("home", "case_id", "number", "seq", "what")}
    assert first == {"home": home, "case_id": case_id, "number": number, "seq": 2, "what": "hash"}
    assert isinstance(verdict["first"]["leaf"], int)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"最先不符 / first bad place: {home}, ")
    assert f"事项 case {number} {case_id}, 第 2 条 row 2: 内容被改 / it was changed" in result.stdout


def test_what_only_a_checkpoint_from_elsewhere_tells(made: Witnessed, copy: Path):
    forger = Forger(made.copy("rewritten.db"), made)
    case_id = made.world.rows(tree_leaves)[0].case_id
    forger.rewrite(case_id, changed(forger.events(case_id), 1))
    forger.regrow()
    shutil.copyfile(forger.done(), copy)

    assert told("verify")[0] == 0
    code, verdict = told("verify", *(part for note in made.notes for part in ("--checkpoint", note)))
    assert (code, verdict["first"]["what"], verdict["first"]["checkpoint"][:5]) == (1, "root", "given")


def test_a_checkpoint_typed_on_one_line_is_understood(made: Witnessed, copy: Path):
    code, verdict = told("verify", "--checkpoint", made.notes[0].replace("\n", "\\n"))

    assert (code, sum(each["given"] for each in verdict["logs"])) == (0, 1)


def test_wrong_usage_is_told(copy: Path, tmp_path: Path):
    assert run("verify", "--key", "no key").exit_code == 2
    assert run("verify", "--checkpoint", f"@{tmp_path / 'nowhere'}").exit_code == 2
    assert run("verify", "--database-url", f"sqlite:///{tmp_path / 'nowhere.db'}").exit_code == 3
    assert not (tmp_path / "nowhere.db").exists()


def test_evidence_is_written_once_for_its_owner_alone(copy: Path, tmp_path: Path):
    file = tmp_path / "evidence.jsonl"
    result = run("export", str(file), "--with-texts")

    assert result.exit_code == 0, result.output
    assert f"SHA-256 {hashlib.sha256(file.read_bytes()).hexdigest()}" in result.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_bytes().splitlines()) == int(result.stdout.split()[0])
    assert run("export", str(file)).exit_code == 3


# --- what acts attached ----------------------------------------------------------------------------------------------


@pytest.fixture
def attached(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[FileService, str, str]:
    """A depot elsewhere, a case and the upload that it names."""
    world = World(sqlite_store, rules(**FILED))
    uploads = service(world, tmp_path / "depot")
    scan = upload(uploads, "zuzhang")
    case = world.opened("zuzhang", t.GROUP, "begin", {"scan": scan}, workflow="small").identity.id
    monkeypatch.setenv("MINQING_DATABASE_URL", sqlite_store.url)
    monkeypatch.setenv("MINQING_FILES", str(tmp_path / "depot"))
    monkeypatch.setattr("api.commands.auditing.open_rulebook", lambda store, folder: world.office.rulebook)
    return uploads, case, scan


def test_the_bytes_that_acts_attached_are_held_against_the_chain(attached: tuple[FileService, str, str]):
    uploads, case, scan = attached
    honest = told("verify", "--files")
    uploads.depot.put(scan, b"another photo")
    code, verdict = told("verify", "--files")
    result = run("verify", "--files", "--workers", "1")

    assert (honest[0], honest[1]["files"]) == (0, {"files": 1, "flaws": []})
    assert (code, verdict["sound"]) == (1, False)
    assert verdict["files"]["flaws"] == [{"case_id": case, "file_id": scan, "what": "changed"}]
    assert f"事项 case {case}, 附件 file {scan}: 内容被换 / other bytes lie there" in result.stdout
    assert told("verify") == (0, {**honest[1], "files": None})


def test_attachments_of_a_history_that_does_not_add_up_are_not_looked_at(attached: tuple[FileService, str, str]):
    """Which they are stands in the history."""
    url = sa.make_url(attached[0].office.store.url)
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as raw:
        raw.execute("UPDATE cases SET last_hash = ?", ("0" * 64,))
    code, verdict = told("verify", "--files")

    assert (code, verdict["files"]) == (1, None)
    assert "附件未核对" in run("verify", "--files", "--workers", "1").stdout


def test_every_kind_of_flaw_has_its_words():
    told = [verify_cases.Flaw.__doc__, verify_logs.__doc__, Verdict.__doc__]
    assert all(told)
    for what, (zh, en) in FLAW_TEXTS.items():
        assert zh
        assert en
        assert what in str(told)
    assert all(f"{what} (" in str(FileFlaw.__doc__) for what in FILE_TEXTS)
