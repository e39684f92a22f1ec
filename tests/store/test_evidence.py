"""Evidence as it is exported, and the verifier that shares no code with us, run as an auditor runs it."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.audit.evidence import evidence
from engine.audit.signing import verify as is_signed
from engine.rules.chain import canonical, commitment
from engine.rules.merkle import EMPTY, grown, leaf_hash, root_of
from engine.rules.signed_note import VerifierKey, opened, parse_verifier_key
from engine.store.db import Store
from engine.store.trust_tables import tree_leaves
from tests import township as t
from tests.databases import fresh_store
from tests.drill.forging import Forger, Witnessed
from tests.drill.tampering import changed
from tests.store.world import World

VERIFIER = Path(__file__).parents[2] / "docs" / "verifier" / "verify_minqing.py"
#: A small history of invented people with its texts, and a checkpoint of it: what this release wrote must be understood
#: for ever, by the verifier and by the engine.
KNOWN, PAPER = (Path(__file__).parent / "evidence" / name for name in ("known.jsonl", "known.checkpoint.txt"))
NOW = datetime(2026, 11, 26, tzinfo=UTC)
Line = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    with fresh_store("sqlite") as store:
        yield Witnessed(store, tmp_path_factory.mktemp("evidence"), 40)


def exported(made: Witnessed, file: Path | None = None, **asked: Any) -> list[Line]:
    store = Store(f"sqlite:///{file or made.file}", read_only=True)
    lines = [json.loads(line) for line in evidence(store, NOW, **asked)]
    store.dispose()
    return lines


class Auditor:
    """Runs the verifier on lines, in an interpreter that sees nothing of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def checks(self, lines: list[Line], *papers: str, keys: tuple[str, ...] = ()) -> tuple[int, str]:
        file = self.folder / "evidence.jsonl"
        file.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        return self.runs(file, *papers, keys=keys)

    def runs(self, file: Path, *papers: str, keys: tuple[str, ...] = ()) -> tuple[int, str]:
        command = [sys.executable, "-I", str(VERIFIER), str(file)]
        for number, paper in enumerate(papers):
            (self.folder / f"{number}.txt").write_text(paper, encoding="utf-8")
            command += ["--checkpoint", str(self.folder / f"{number}.txt")]
        command += [part for key in keys for part in ("--key", key)]
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=self.folder)
        assert run.stderr == ""
        return run.returncode, run.stdout


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path)


# --- what it is ------------------------------------------------------------------------------------------------------


def test_it_is_short_and_imports_nothing_but_the_standard_library_and_one_that_signs():
    text = VERIFIER.read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(text)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

    assert len(text.splitlines()) < 300
    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "cryptography"}


def test_what_is_exported_counts_itself_and_holds_no_text(made: Witnessed):
    lines = exported(made)

    assert lines[0]["kind"] == "manifest"
    assert lines[-1]["kind"] == "end"
    assert lines[-1]["lines"]["row"] == len([line for line in lines if line["kind"] == "row"]) > 40
    assert "payload" not in lines[-1]["lines"]
    assert "张小明" not in json.dumps(lines, ensure_ascii=False)
    assert "排水沟" not in json.dumps(lines, ensure_ascii=False)


def test_one_home_can_be_exported_alone(made: Witnessed, auditor: Auditor):
    lines = exported(made, home=t.OTHER_TOWNSHIP, texts=True)

    assert {line["home"] for line in lines if "home" in line} == {t.OTHER_TOWNSHIP}
    assert auditor.checks(lines)[0] == 0


def test_both_databases_export_rows_as_they_are_hashed(store: Store):
    World(store).bring("village_queued")
    lines = [json.loads(line) for line in evidence(store, NOW, texts=True)]
    rows = [line for line in lines if line["kind"] == "row"]

    assert all(hashlib.sha256(canonical(line["row"])).hexdigest() == line["hash"] for line in rows)
    assert lines[-1]["lines"]["payload"] == len(rows) > 3


# --- honest ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [False, True])
def test_an_honest_export_holds(made: Witnessed, auditor: Auditor, texts: bool):
    code, said = auditor.checks(exported(made, texts=texts), *made.notes)

    assert code == 0, said
    assert "结论：成立 / verdict: it holds" in said
    assert f"已删除 {1 if texts else 0}" in said
    assert "2 in no tree yet" in said


def test_where_a_key_comes_from_elsewhere_no_other_counts(made: Witnessed, auditor: Auditor):
    lines = exported(made)
    keys = tuple(line["vkey"] for line in lines if line["kind"] == "key")
    stranger = str(VerifierKey(name=parse_verifier_key(keys[0]).name, public=bytes(32)))

    assert auditor.checks(lines, *made.notes, keys=keys)[0] == 0
    assert auditor.checks(lines, *made.notes, keys=(stranger,))[0] == 1


# --- tampered --------------------------------------------------------------------------------------------------------


def _of(lines: list[Line], kind: str, number: int = 3) -> Line:
    return [line for line in lines if line["kind"] == kind][number]


Change = Callable[[list[Line]], None]


def _set(kind: str, *path: str, to: Any) -> Change:
    def change(lines: list[Line]) -> None:
        found = _of(lines, kind, 0 if kind == "manifest" else 3)
        for name in path[:-1]:
            found = found[name]
        found[path[-1]] = to

    return change


def _gone(kind: str) -> Change:
    """Also from what the last line counts."""

    def change(lines: list[Line]) -> None:
        lines.remove(_of(lines, kind))
        lines[-1]["lines"][kind] -= 1

    return change


def _exchanged(lines: list[Line]) -> None:
    one, other = _of(lines, "leaf", 2), _of(lines, "leaf", 3)
    for name in ("case_id", "seq"):
        one[name], other[name] = other[name], one[name]


def _again(kind: str, **other: Any) -> Change:
    """The line once more, before itself, with another value; counted."""

    def change(lines: list[Line]) -> None:
        found = _of(lines, kind, 0 if kind == "manifest" else 3)
        lines.insert(lines.index(found), {**found, **other})
        lines[-1]["lines"][kind] += 1

    return change


def _no_last_checkpoint(lines: list[Line]) -> None:
    """Of the log `open`: what it covered has no other."""
    mine = [
        line for line in lines if line["kind"] == "checkpoint" and (line["home"], line["log"]) == (t.TOWNSHIP, "open")
    ]
    last = max(mine, key=lambda line: int(line["text"].splitlines()[1]))
    lines.remove(last)
    lines[-1]["lines"]["checkpoint"] -= 1


TAMPERED: dict[str, Change] = {
    "a text twice": _again("payload", body={"note": "别的"}),
    "a text of no row": _again("payload", seq=99),
    "a case twice": _again("case", number="26-9999"),
    "a case without rows": _again("case", id=f"{t.TOWNSHIP}-none", version=0, last_hash="0" * 64),
    "a row twice": _again("row"),
    "two manifests": _again("manifest", texts=False),
    "no last checkpoint": _no_last_checkpoint,
    "a fact": _set("row", "row", "line", to=7),
    "a float": _set("row", "row", "line", to=1.5),
    "a hash": _set("row", "hash", to="f" * 64),
    "a text": _set("payload", "body", to={"note": "别的"}),
    "a salt": _set("payload", "salt", to="00" * 16),
    "a salt that is none": _set("payload", "salt", to="xyz"),
    "a row gone": _gone("row"),
    "a payload gone": _gone("payload"),
    "a leaf gone": _gone("leaf"),
    "a case gone": _gone("case"),
    "leaves exchanged": _exchanged,
    "another last hash": _set("case", "last_hash", to="0" * 64),
    "a checkpoint": _set("checkpoint", "text", to="好"),
    "a key": _set("key", "vkey", to="x+00000000+AQ=="),
    "another installation": _set("manifest", "installation", to="00000000"),
    "more after the end": lambda lines: lines.append({"kind": "leaf"}),
    "no end": lambda lines: lines.__delitem__(-1),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_in_an_export_is_told(made: Witnessed, auditor: Auditor, what: str):
    lines = exported(made, texts=True)
    TAMPERED[what](lines)
    code, said = auditor.checks(lines)

    assert code == 1
    assert "结论：不成立 / verdict: it does not hold" in said


def test_a_name_that_stands_twice_in_a_line_is_told(made: Witnessed, auditor: Auditor, tmp_path: Path):
    """Another reader would take the first of the two."""
    file = tmp_path / "twice.jsonl"
    lines = [json.dumps(line) for line in exported(made)]
    place = next(number for number, line in enumerate(lines) if '"kind": "row"' in line)
    lines[place] = lines[place].replace('"actor": ', '"actor": "somebody", "actor": ')
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, said = auditor.runs(file)

    assert (code, "twice" in said) == (1, True)


def test_the_place_of_a_changed_row_is_named(made: Witnessed, auditor: Auditor):
    lines = exported(made)
    row = _of(lines, "row", 5)
    row["row"]["actor"] = "somebody"
    number = next(line["number"] for line in lines if line["kind"] == "case" and line["id"] == row["row"]["case_id"])

    _, said = auditor.checks(lines)

    (told,) = [line for line in said.splitlines() if line.startswith("!!")]
    assert f"{row['row']['home']} {number} ({row['row']['case_id']}) row {row['row']['seq']}: " in told


def test_a_history_rewritten_with_the_key_is_told_by_the_paper_alone(made: Witnessed, auditor: Auditor):
    forger = Forger(made.copy("rewritten.db"), made)
    (first,) = [row for row in forger.rows(tree_leaves) if (row.home, row.log, row.leaf) == (t.TOWNSHIP, "open", 0)]
    forger.rewrite(first.case_id, changed(forger.events(first.case_id), 1))
    forger.regrow()
    lines = exported(made, forger.done(), texts=True)
    alone, with_paper = auditor.checks(lines), auditor.checks(lines, *made.notes)

    assert alone[0] == 0, alone[1]
    assert with_paper[0] == 1
    assert f"!! {t.TOWNSHIP} open leaves 0 to " in with_paper[1]


def test_a_file_that_is_no_evidence_is_told(auditor: Auditor, tmp_path: Path):
    (tmp_path / "other.txt").write_text("好\n", encoding="utf-8")
    code, said = auditor.runs(tmp_path / "other.txt")

    assert code == 1
    assert "无法读取" in said


# --- known answers ---------------------------------------------------------------------------------------------------


def test_the_known_evidence_holds(auditor: Auditor):
    code, said = auditor.runs(KNOWN, PAPER.read_text(encoding="utf-8"))

    assert code == 0, said
    assert hashlib.sha256(KNOWN.read_bytes()).hexdigest() in said
    assert "16 of them vouched for" in said


def test_the_engine_gives_the_hashes_commitments_roots_and_signatures_of_the_known_evidence():
    lines = [json.loads(raw) for raw in KNOWN.read_bytes().splitlines()]
    rows = {(line["row"]["case_id"], line["row"]["seq"]): line for line in lines if line["kind"] == "row"}
    roots: dict[str, list[bytes]] = {}
    frontiers: dict[str, list[bytes]] = {}
    for line in (line for line in lines if line["kind"] == "leaf"):
        entry = bytes.fromhex(rows[line["case_id"], line["seq"]]["hash"])
        log = f"{line['home']} {line['log']}"
        frontiers[log] = grown(frontiers.get(log, []), line["leaf"], leaf_hash(entry))
        roots.setdefault(log, [EMPTY]).append(root_of(frontiers[log]))
    texts = [line for line in lines if line["kind"] == "payload" and line["salt"]]
    keys = [parse_verifier_key(line["vkey"]) for line in lines if line["kind"] == "key"]
    stated = [line for line in lines if line["kind"] == "checkpoint"]

    assert len(rows) > 24
    for line in rows.values():
        assert hashlib.sha256(canonical(line["row"])).hexdigest() == line["hash"]
    for line in texts:
        committed = rows[line["case_id"], line["seq"]]["row"]["commitment"]
        assert commitment(line["salt"], line["body"]) == committed
    for line in stated:
        found = opened(line["text"], keys, is_signed)
        assert found.root == roots[f"{line['home']} {line['log']}"][found.size]
    assert {line["log"] for line in stated} == {"open", "veiled"}
    assert len(texts) == len(rows) - 1
