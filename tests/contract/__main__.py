"""The contract run of `make drill`: every operation of the OpenAPI document, called by schemathesis as each role.

Exit 1 where an answer is not as the document says, or where fewer than nine operations in ten were ever done for
anybody. Prints the table of operations, roles and statuses.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.contract.running import ROLES, answers_of, called, never_done, table, town

SHARE = 0.9


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=40, help="test cases an operation and phase")
    parser.add_argument("--seconds", type=int, default=300, help="at most, for each role")
    parser.add_argument("roles", nargs="*", metavar="ROLE", help=f"of {', '.join(ROLES)}; default: all")
    asked = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="minqing-contract-"))
    os.environ.setdefault("MINQING_TEST_RUN", str(folder))
    try:
        return _run(folder / "town", asked.roles or list(ROLES), asked.examples, asked.seconds)
    finally:
        shutil.rmtree(folder)


def _run(folder: Path, roles: list[str], examples: int, seconds: int) -> int:
    failed = []
    with town(folder) as there:
        for role in roles:
            outcome = called(there, role, examples=examples, seconds=seconds)
            _say(f"=== {role}\n{outcome.stdout}{outcome.stderr}" if outcome.returncode else f"=== {role}: as described")
            failed += [role] if outcome.returncode else []
        answers = answers_of(there)
    _say(table(answers, roles))
    never = never_done(answers)
    _say(f"done for somebody: {len(answers) - len(never)} of {len(answers)}; never: {', '.join(never) or 'none'}")
    _say(f"failed as: {', '.join(failed) or 'none'}")
    return 1 if failed or len(never) > (1 - SHARE) * len(answers) else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
