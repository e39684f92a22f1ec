"""The house: who may import whom, how long files are, what lies at the top, what was vendored, what is not named."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
#: What is served, and what tests alone use.
VENDORS = (ROOT / "api" / "web" / "static" / "vendor", ROOT / "tests" / "web" / "vendor")

#: Files over 250 lines, each with the reason why it is one noun all the same.
LONG = {
    "engine/definition/model.py": "every value of the language in one place, without any logic",
    "engine/store/tables.py": "the whole schema on one page",
    "engine/store/migrations/versions/v0001_spine.py": "a migration is written once and never changed",
    "engine/store/migrations/versions/v0012_trust.py": "a migration is written once and never changed",
    "engine/rules/values.py": "one reader a type of field, each a few lines",
    "api/doctor_texts.py": "what the doctor says of each finding, and what to do about it, in two languages",
    "api/condition_texts.py": "what every condition word says in two languages",
    "api/problems.py": "the one table from a refusal to a status and words",
    "api/present.py": "every answer about a case, to be read beside the OpenAPI shapes",
}
FOLDERS = {"engine", "workflows", "api", "features", "tests", "docs", ".ci"}


def committed() -> list[Path]:
    """Files that git keeps; a test of a release without git skips."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git here")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return [Path(name) for name in listed.decode().split("\0") if name]


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- who imports whom ------------------------------------------------------------------------------------------------


def test_every_contract_of_import_linter_is_kept():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(contracts)} kept, 0 broken." in outcome.stdout
    assert len(contracts) >= 5


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """What these tests look at of a file."""
    wanted = ast.Import | ast.ImportFrom | ast.Call
    return tuple(node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, wanted))


def imported(path: Path) -> Iterator[str]:
    """Modules that a file imports, anywhere in it; a relative import as `.`."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else node.module or ""


def importers(package: str, *folders: str) -> set[str]:
    return {shown(path) for path in sources(*folders) if package in {name.split(".")[0] for name in imported(path)}}


def test_only_the_machine_knows_transitions():
    assert importers("transitions", "engine", "api") == {"engine/rules/machine.py"}


def test_only_the_reader_knows_yaml():
    assert importers("ruamel", "engine", "api") == {"engine/definition/source.py"}


def test_the_rules_import_the_standard_library_and_nothing_but_rules_and_definition():
    allowed = {*sys.stdlib_module_names, "transitions"}
    for path in sources("engine/rules"):
        for name in imported(path):
            ours = name.startswith(("engine.rules", "engine.definition."))
            assert ours or name.split(".")[0] in allowed, f"{shown(path)}: {name}"


def test_the_rules_know_no_clock_no_chance_and_no_outside():
    forbidden = {"time", "random", "secrets", "socket", "threading", "logging", "os", "subprocess", "sqlite3", "uuid"}
    for path in sources("engine/rules"):
        assert not forbidden & {name.split(".")[0] for name in imported(path)}, shown(path)
        assert not set(called(path)) & {"now", "utcnow", "today", "fromtimestamp"}, shown(path)


def called(path: Path) -> Iterator[str]:
    """Names of the methods that a file calls."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def test_no_module_imports_relatively():
    assert [shown(path) for path in sources("engine", "api") if "." in set(imported(path))] == []


# --- its size and shape ----------------------------------------------------------------------------------------------


def test_no_file_is_longer_than_a_noun_needs():
    long = {shown(path) for path in sources("engine", "api") if len(path.read_text().splitlines()) > 250}

    assert long <= set(LONG)


def test_the_files_that_may_be_longer_exist():
    assert {name for name in LONG if not (ROOT / name).exists()} == set()


def test_no_file_is_a_cupboard_for_everything():
    forbidden = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}

    assert [shown(path) for path in sources("engine", "api") if path.stem in forbidden] == []


def test_at_the_top_lie_the_given_folders_and_root_files_alone():
    tops = {path.parts[0] for path in committed() if len(path.parts) > 1}

    assert tops == FOLDERS


def test_of_the_rules_folder_and_the_features_nothing_is_code():
    kept = {path.suffix for path in committed() if path.parts[0] in ("workflows", "features")}

    assert kept <= {".yaml", ".md", ".json", ".feature"}


# --- what comes from elsewhere ---------------------------------------------------------------------------------------


def dotted(*parts: str) -> str:
    """Written in pieces, so that this file does not name what it forbids."""
    return ".".join(parts)


#: Hosts of package registries and their mirrors: an installation decides itself where its packages come from.
REGISTRIES = (
    dotted("pypi", "org"),
    dotted("pythonhosted", "org"),
    dotted("npmjs", "org"),
    dotted("npmmirror", "com"),
    dotted("yarnpkg", "com"),
    dotted("tsinghua", "edu", "cn"),
    dotted("ustc", "edu", "cn"),
    dotted("aliyun", "com"),
    dotted("huaweicloud", "com"),
    dotted("cloud", "tencent", "com"),
    dotted("douban", "com"),
    dotted("proxy", "golang", "org"),
    dotted("crates", "io"),
    dotted("rubygems", "org"),
    dotted("repo1", "maven", "org"),
)


def registries_named(text: str) -> list[str]:
    return [host for host in REGISTRIES if host in text.lower()]


def test_no_committed_text_names_a_package_registry():
    found = {}
    for path in committed():
        full = ROOT / path
        if any(full.is_relative_to(folder) for folder in VENDORS) or not full.is_file():
            continue
        try:
            named = registries_named(full.read_text())
        except UnicodeDecodeError:
            continue  # not a text
        if named:
            found[path.as_posix()] = named

    assert found == {}


def test_the_search_for_registries_can_find_one():
    assert registries_named(f"--index-url https://{dotted('files', 'pythonhosted', 'ORG')}/x") == [REGISTRIES[1]]


def vendored(folder: Path) -> dict[str, str]:
    """File below a vendor folder -> the hash it is listed with."""
    listed = tomllib.loads((folder / "VENDORED.toml").read_text())
    return {name: digest for package in listed["package"] for name, digest in package["sha256"].items()}


@pytest.mark.parametrize("folder", VENDORS, ids=shown)
def test_every_vendored_file_is_as_it_was_taken(folder: Path):
    for name, digest in vendored(folder).items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("folder", VENDORS, ids=shown)
def test_every_file_in_a_vendor_folder_is_listed(folder: Path):
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert there - {"VENDORED.toml"} == set(vendored(folder))


@pytest.mark.parametrize("folder", VENDORS, ids=shown)
def test_every_vendored_package_says_its_version_and_licence(folder: Path):
    for package in tomllib.loads((folder / "VENDORED.toml").read_text())["package"]:
        assert package["name"]
        assert package["version"]
        assert package["licence"]
        assert any("LICENSE" in name for name in package["sha256"])
