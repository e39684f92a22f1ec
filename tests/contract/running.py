"""schemathesis against a real server on a copy of the demo township, as one role; and the table of the answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx

from engine.people.accounts import AccountService
from engine.people.administrators import AdministratorService
from engine.store.db import Store
from tests.demo_built import demo_at_hand
from tests.serving import ROOT, serving

#: Who calls: those who do, who look on, who run the machine, and who administer.
ROLES = ("village_secretary", "township_party_office", "auditor_county", "operator", "security_admin", "audit_admin")
OFFICES = {"security_admin": "security", "audit_admin": "audit"}
PHASES = "examples,coverage,fuzzing,stateful"
CONFIG = """\
continue-on-failure = true
request-timeout = 60.0
[checks]
missing_required_header.expected-statuses = ["400", "401", "403", "404", "406", "415", "422", "428"]
[phases.examples]
fill-missing = true
"""
Answers = Mapping[str, Mapping[str, Counter[int]]]  #: operation -> role -> status -> how often


@dataclass(frozen=True, kw_only=True)
class Town:
    """A served copy of the demo. `accounts` by persona, with those of the administrators."""

    folder: Path
    address: str
    accounts: Mapping[str, Any]

    @property
    def answers_file(self) -> Path:
        return self.folder / "answers.jsonl"


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    demo = demo_at_hand()
    url = f"sqlite:///{demo.copy_to(folder)}"
    accounts = demo.accounts | _administrators(url)
    (folder / "accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
    (folder / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    with serving(url, folder / "serve.log") as server:
        httpx.get(f"{server.address}/openapi.json", timeout=60, trust_env=False)  # written when first asked for
        yield Town(folder=folder, address=server.address, accounts=accounts)


def _administrators(url: str) -> dict[str, Any]:
    store = Store(url)
    accounts, offices = AccountService(store), AdministratorService(store)
    known = {each.login for each in accounts.list_accounts()}
    for login, office in OFFICES.items():
        if login not in known:
            accounts.add(login, None, operator=False)
            offices.appoint(login, office)
    found = {login: {"token": accounts.issue_token(login, "contract").secret, "posts": []} for login in OFFICES}
    store.dispose()
    return found


def called(
    there: Town, role: str, *, phases: str = PHASES, tags: Sequence[str] = (), examples: int, seconds: int
) -> subprocess.CompletedProcess[str]:
    """Every operation, or those with the tags, called as this role; what schemathesis found wrong stands in its output,
    exit 1."""
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "CONTRACT_ACCOUNTS": str(there.folder / "accounts.json"),
        "CONTRACT_ADDRESS": there.address,
        "CONTRACT_ROLE": role,
        "CONTRACT_ANSWERS": str(there.answers_file),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    command = [
        sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", "schemathesis.toml",
        "run", f"{there.address}/openapi.json", "-H", f"Authorization: Bearer {there.accounts[role]['token']}",
        "--phases", phases, "-n", str(examples), "--max-time", str(seconds), "--no-shrink", "--seed", "1",
        "--warnings", "off", "--suppress-health-check", "all",
    ]  # fmt: skip
    command += [part for tag in tags for part in ("--include-tag", tag)]
    return subprocess.run(command, cwd=there.folder, env=environment, capture_output=True, text=True, check=False)


# --- what was answered -----------------------------------------------------------------------------------------------


def answers_of(there: Town) -> Answers:
    found: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for line in there.answers_file.read_text(encoding="utf-8").splitlines():
        each = json.loads(line)
        if each["operation"]:
            found[each["operation"]][each["role"]][each["status"]] += 1
    return found


def never_done(answers: Answers) -> list[str]:
    """Operations that nobody was ever answered 2xx."""
    return sorted(
        name for name, roles in answers.items()
        if not any(200 <= status < 300 for counts in roles.values() for status in counts)
    )  # fmt: skip


def table(answers: Answers, roles: Sequence[str]) -> str:
    """Operation x role x how often each status."""
    lines = []
    for name in sorted(answers):
        lines.append(name)
        for role in roles:
            told = " ".join(f"{status}:{count}" for status, count in sorted(answers[name][role].items()))
            lines.append(f"  {role:<24}{told or '-'}")
    return "\n".join(lines)
