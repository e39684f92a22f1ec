"""A receiver of webhooks on this very machine, that answers as a test wants it to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listener:
    """`got` are the requests in their order: (path, headers in lower case, body). A negative `status` hangs for so many
    seconds and then says nothing; `drips` says a little now and then, and never enough."""

    port: int = 0
    status: float = 204
    location: str | None = None
    drips: bool = False
    got: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def listening(**how: Any) -> Iterator[Listener]:
    listener, over = Listener(**how), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            listener.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if listener.drips:
                self._drip()
            elif listener.status < 0:
                over.wait(-listener.status)
            else:
                self._answer()

        def _answer(self) -> None:
            self.send_response(int(listener.status))
            if listener.location:
                self.send_header("Location", listener.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _drip(self) -> None:
            """A byte now and then, and never a whole line."""
            while not over.is_set():
                try:
                    self.wfile.write(b"H")
                except OSError:
                    return
                time.sleep(0.02)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield listener
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
