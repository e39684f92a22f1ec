"""Workers in processes of their own, killed without a word and replaced at once.

They are forked from a process that has read all the code, so that each works from its first moment: started as an
operator starts one, it would be killed before it had read its own program. That process is told what to do line by line
(`start`, or `kill` and a process id) and answers each with a process id; it ends with its input.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from engine.cases.office import Office, open_office
from engine.store.db import Store
from engine.worker import Worker
from tests.drill.timed_cases import RULEBOOK

ROOT = Path(__file__).parents[2]
_EVERY = 0.05  # seconds between sweeps


class Workers:
    """So many workers on the database behind `url`, by their places. The caller ends them."""

    def __init__(self, url: str, count: int, log: Path) -> None:
        command = [sys.executable, "-m", "tests.drill.nursery", url]
        with log.open("ab") as said:
            self._nursery = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
            )
        self._running = [self._ask("start") for _ in range(count)]

    def kill(self, turn: int) -> None:
        """SIGKILL one worker, each in its turn, and start another in its stead. Raises RuntimeError where it had ended
        by itself."""
        place = turn % len(self._running)
        if self._ask(f"kill {self._running[place]}") < 0:
            raise RuntimeError("a worker ended by itself")
        self._running[place] = self._ask("start")

    def end(self) -> None:
        self._nursery.communicate(timeout=60)

    def _ask(self, what: str) -> int:
        assert self._nursery.stdin and self._nursery.stdout
        self._nursery.stdin.write(f"{what}\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())


# --- the process they are forked from --------------------------------------------------------------------------------


def tend(url: str) -> None:
    store = Store(url)
    office, children = open_office(store, RULEBOOK), set[int]()
    store.dispose()  # no connection is shared with a child
    for line in sys.stdin:
        what, *pids = line.split()
        if what == "start":
            answer = _born(office)
            children.add(answer)
        else:
            children.remove(int(pids[0]))
            answer = _killed(int(pids[0]))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in children:
        _killed(pid)


def _born(office: Office) -> int:
    pid = os.fork()
    if pid == 0:
        Worker(office, _EVERY).run(threading.Event())  # what `minqing worker` does
    return pid


def _killed(pid: int) -> int:
    """The process id; less than nothing where the process had ended by itself."""
    os.kill(pid, signal.SIGKILL)  # ours until it is waited for, even if it has ended
    _, status = os.waitpid(pid, 0)
    return pid if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else -pid


if __name__ == "__main__":
    tend(sys.argv[1])
