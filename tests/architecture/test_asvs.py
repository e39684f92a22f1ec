"""The security standard, requirement by requirement: `docs/asvs.csv` names the test that holds each."""

from __future__ import annotations

import ast
import csv
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def ids(text: str) -> list[str]:
    return text.split()


#: OWASP ASVS 5.0.0: all requirements of level 1, and those of level 2 in chapters 6, 7, 8 and 16.
LEVEL_1 = ids(
    """
    1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1
    3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1
    6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1
    10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1
    15.3.1
    """
)
LEVEL_2 = ids(
    """
    6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3
    6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3
    8.4.1 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2
    16.5.3
    """
)
SECTIONS = (
    "What is worth protecting", "Against whom", "Boundaries", "Signing in", "Sessions", "Who may do what", "Input",
    "What is logged", "Keys and ciphers", "What others wrote", "What the host must do", "Accepted",
)  # fmt: skip
#: What the documents must say, because requirements ask for it in writing: requirement -> words of security.md.
SAID = {
    "2.1.1": "Every field has a type",
    "6.1.1": "No login is ever locked",
    "6.1.2": "Words that no password may be made of",
    "6.1.3": "Three ways lead in",
    "7.1.1": "NIST SP 800-63B",
    "7.1.2": "How many at once",
    "8.1.1": "permission_table.txt",
    "8.1.2": "`pii` in the rules file",
    "15.1.1": "within 7 days when it is critical",
    "16.1.1": "| log | what | where | read by | kept |",
}


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs/asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


APPLYING = [row for row in rows() if row["applies"] == "yes"]


@lru_cache(None)
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_has_its_line_and_no_other():
    found = [(row["requirement"], row["level"]) for row in rows()]
    assert sorted(found) == sorted([(each, "1") for each in LEVEL_1] + [(each, "2") for each in LEVEL_2])


@pytest.mark.parametrize("row", [pytest.param(row, id=row["requirement"]) for row in APPLYING])
def test_every_requirement_that_applies_names_a_test_that_exists(row: dict[str, str]):
    path, _, name = row["test"].partition("::")
    assert row["how"] and path.startswith("tests/") and name.startswith("test_")
    assert name in names_in(path)


def test_what_does_not_apply_says_why():
    assert [row["requirement"] for row in rows() if row["applies"] != "yes" and (row["test"] or not row["how"])] == []
    assert {row["applies"] for row in rows()} == {"yes", "no"}


def test_the_security_page_has_its_sections():
    text = (ROOT / "docs/security.md").read_text()
    assert [name for name in SECTIONS if f"\n## {name}\n" not in text] == []
    assert [(each, words) for each, words in SAID.items() if words not in text] == []


def test_what_is_asked_in_writing_is_held_by_the_page():
    asked = {
        row["requirement"] for row in APPLYING if row["test"].endswith("::test_the_security_page_has_its_sections")
    }
    assert asked == set(SAID)


def test_a_test_that_does_not_exist_is_noticed():
    assert "test_nothing_of_the_kind" not in names_in("tests/architecture/test_asvs.py")
