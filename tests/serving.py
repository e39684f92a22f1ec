"""A server process of our own on loopback, as an operator starts one; it can be stopped, or killed without a word."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

ROOT = Path(__file__).parent.parent
PATIENCE = 180.0  # seconds for a start


class Server:
    """`minqing serve` on a free port for the database behind `url`."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self.log = log
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it is ready. Raises RuntimeError with its log where it does not come up."""
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port)]
        environment = {**os.environ, "MINQING_DATABASE_URL": self.url}
        environment.setdefault("MINQING_SPOOL", str(self.log.parent / "access"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self._await_ready()

    def _await_ready(self) -> None:
        assert self._process is not None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            if _is_ready(self.address):
                return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """SIGKILL: nothing of it runs another line."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=PATIENCE)
            self._process = None


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5, trust_env=False, verify=False).status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(url: str, log: Path) -> Iterator[Server]:
    server = Server(url, log)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Client:
    """One person's connection to a server."""

    def __init__(self, address: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        # Nothing is encrypted on loopback; to read the certificates of the world would take longer than a race.
        self._http = httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False, verify=False)

    def get(self, path: str, **query: str | int) -> httpx.Response:
        return self._http.get(path, params=query or None)

    def post(self, path: str, body: object = None, *, version: int | None = None,
             key: str | None = None) -> httpx.Response:  # fmt: skip
        headers = {"If-Match": f'"{version}"'} if version is not None else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self._http.post(path, json=body, headers=headers)

    def fire(self, case: str, trigger: str, data: object, *, version: int, key: str | None = None) -> httpx.Response:
        body = {"trigger": trigger, "data": data}
        return self.post(f"/v1/cases/{case}/transitions", body, version=version, key=key)

    def close(self) -> None:
        self._http.close()
