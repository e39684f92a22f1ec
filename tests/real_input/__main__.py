"""Posts real messages over HTTP on both databases and drives them to rest; prints what became of them.

.venv/bin/python -m tests.real_input [--rows 100]

Exit 1 when anything is lost, changed, or does not verify, or when fewer than one in ten passed a township meeting.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.drill.places import BACKENDS, database
from tests.real_input.messages import FILE, MISSING, Message, messages
from tests.real_input.running import Report, run


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100)
    wanted = parser.parse_args(arguments).rows
    if not FILE.exists():
        sys.stdout.write(f"not run: {MISSING}\n")
        return 0
    rows = messages(wanted)
    reports = [_run(backend, rows) for backend in BACKENDS]
    return 0 if all(_passed(report) for report in reports) else 1


def _run(backend: str, rows: list[Message]) -> Report:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="minqing-real-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database(backend, folder) as store:
            report = run(store, folder, rows)
    _tell(backend, report, time.monotonic() - started)
    return report


def _tell(backend: str, report: Report, seconds: float) -> None:
    verdict = report.verdict
    lines = [
        f"{backend}: {report.sent} rows sent and found in {seconds:.0f} s; longest text {report.longest} characters, "
        f"{report.with_tabs} with tabs; {report.changed} changed, {report.shown_otherwise} shown otherwise",
        *(f"  {state} at {level}: {count}" for (state, level), count in sorted(report.ends.items())),
        f"  through a township meeting: {report.passed_township}",
        f"  {verdict.cases} cases, {verdict.rows} history rows verified, {len(verdict.flaws)} flaws",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _passed(report: Report) -> bool:
    intact = not (report.changed or report.shown_otherwise or report.verdict.flaws)
    return intact and sum(report.ends.values()) == report.sent and report.passed_township * 10 >= report.sent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
