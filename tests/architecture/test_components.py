"""What we run that others wrote: `docs/components.csv` names every package of the lock, with the licence it has."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PERMISSIVE = {"MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "PSF-2.0"}
#: An extra that an installation chooses, never a condition (pyproject.toml).
OPTIONAL = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}


def listed() -> list[dict[str, str]]:
    with (ROOT / "docs/components.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def locked() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text()
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([^ \\;]+)", text, flags=re.MULTILINE))


def test_every_locked_package_is_listed_in_its_version():
    assert {row["name"]: row["version"] for row in listed()} == locked()


def test_every_package_has_a_licence_that_may_be_run():
    for row in listed():
        parts = row["licence"].split(" OR ")
        assert OPTIONAL.get(row["name"]) == row["licence"] or PERMISSIVE & set(parts), row


def test_what_we_ask_for_ourselves_says_what_for():
    project = (ROOT / "pyproject.toml").read_text()
    asked = project[project.index("dependencies = [") : project.index("[project.optional")]
    names = {name.lower().replace(".", "-") for name in re.findall(r'^  "([A-Za-z0-9._-]+)', asked, re.MULTILINE)}

    assert names <= {row["name"] for row in listed() if row["direct"] == "yes" and row["for"]}


def test_every_locked_package_is_pinned_by_hash():
    for block in re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]
