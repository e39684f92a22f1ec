"""A wire between us and PostgreSQL that can be cut in the middle of the COMMIT of an act: before the server heard it,
or after it was done and before we heard so."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import sqlalchemy as sa


class Wire:
    """Passes bytes on between any number of clients and the server behind `url`, on a loopback port of its own."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut: str | None = None
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The database through the wire."""
        port = self._listener.getsockname()[1]
        through = self._url.set(host="127.0.0.1", port=port, query={"sslmode": "disable", "gssencmode": "disable"})
        return through.render_as_string(hide_password=False)

    def cut_next(self, when: str) -> None:
        """Cut the wire once at the next COMMIT of an act: `before` or `after` the server did it."""
        self._cut = when

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = self._to_server()
                armed: list[bool] = []
                for pump in (self._onward, self._back):
                    threading.Thread(target=pump, args=(client, server, armed), daemon=True).start()

    def _to_server(self) -> socket.socket:
        host, port = self._url.query.get("host") or self._url.host, self._url.port or 5432
        if str(host).startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((str(host), port))

    def _onward(self, client: socket.socket, server: socket.socket, armed: list[bool]) -> None:
        wrote = False
        while data := _read(client):
            wrote = (wrote or b"INSERT INTO history" in data) and b"BEGIN" not in data
            if self._cut and wrote and b"COMMIT\0" in data:
                when, self._cut = self._cut, None
                self.cuts += 1
                if when == "before":
                    break
                armed.append(True)
            with contextlib.suppress(OSError):
                server.sendall(data)
        _end(client, server)

    def _back(self, client: socket.socket, server: socket.socket, armed: list[bool]) -> None:
        while (data := _read(server)) and not armed:
            with contextlib.suppress(OSError):
                client.sendall(data)
        _end(client, server)


def _read(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except OSError:
        return b""


def _end(*ends: socket.socket) -> None:
    for each in ends:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire(url: str) -> Iterator[Wire]:
    found = Wire(url)
    try:
        yield found
    finally:
        found.close()
