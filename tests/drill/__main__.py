"""The long runs of `make drill`, one after the other; exit 1 when any of them fails.

.venv/bin/python -m tests.drill [NAME ...]

`rules` takes every element out of each rules file in turn, `kill` kills the server under load 200 times on each
database, `restart` stops PostgreSQL, `full` fills the disk, `replay` sends a fifth of 10,000 requests twice, `timers`
kills the workers,
`walks` runs 2,000 random sequences of commands, `clocks` 5,000 random histories against the clocks, `sound` holds the
checker against the engine over 10,000 random workflows, `fuzz` reads 10,000 mutated rules files, `races` many clients
at one case, `real` real messages, `book` all of them by version 2, `tamper` changes a history in every way and expects
each to be found in its place, `million` verifies a million events within a minute, `rights` walks 1,000 times through
users, posts, cases and sessions against the model of permissions, `contract` calls every operation as six roles.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TESTS = [sys.executable, "-m", "pytest", "-n", "2", "-q"]
_CLOCKS = ("tests/properties/test_clock_laws.py", "tests/properties/test_clock_store.py")
RUNS: dict[str, tuple[list[str], dict[str, str]]] = {
    "rules": ([sys.executable, "-m", "tests.drill.rule_deletion"], {}),
    "kill": ([sys.executable, "-m", "tests.drill.killing", "--rounds", "200"], {}),
    "restart": ([sys.executable, "-m", "tests.drill.restarting"], {}),
    "full": ([sys.executable, "-m", "tests.drill.full_disk"], {}),
    "replay": ([sys.executable, "-m", "tests.drill.replaying"], {}),
    "timers": ([sys.executable, "-m", "tests.drill.timers"], {}),
    "tamper": ([sys.executable, "-m", "tests.drill.tampering"], {}),
    "million": ([sys.executable, "-m", "tests.drill.million"], {}),
    "races": ([*_TESTS, "--dist", "loadfile", "tests/races"], {}),
    "real": ([sys.executable, "-m", "tests.real_input"], {}),
    "book": ([sys.executable, "-m", "tests.real_input.whole"], {}),
    "walks": ([*_TESTS, "tests/properties/test_laws.py"], {"MINQING_TEST_WALKS": "2000"}),
    "clocks": ([*_TESTS, *_CLOCKS], {"MINQING_TEST_CLOCKS": "5000"}),
    "sound": ([*_TESTS, "tests/soundness"], {"MINQING_TEST_WORKFLOWS": "10000"}),
    "rights": ([*_TESTS, "tests/properties/test_permissions_machine.py"], {"MINQING_TEST_RIGHTS": "1000"}),
    "contract": ([sys.executable, "-m", "tests.contract"], {}),
    "fuzz": ([*_TESTS, "tests/unit/definition/test_fuzz.py"], {"MINQING_TEST_FUZZ": "10000"}),
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run, of {', '.join(RUNS)}; default: all")
    names = parser.parse_args(arguments).names or list(RUNS)
    if unknown := set(names) - RUNS.keys():
        parser.error(f"no such run: {', '.join(sorted(unknown))}")
    ends = {name: _run(name) for name in names}
    for name, (code, seconds) in ends.items():
        _say(f"{name}: {'passed' if code == 0 else 'FAILED'} in {seconds:.0f} s")
    return 0 if all(code == 0 for code, _ in ends.values()) else 1


def _run(name: str) -> tuple[int, float]:
    command, environment = RUNS[name]
    _say(f"=== {name}")
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
    return code, time.monotonic() - started


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
