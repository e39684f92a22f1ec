"""One request to a receiver: to an address that was looked at before, within one span of time, and no further.

Redirects are not followed and answers are not read: only the status counts.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

WITHIN = 10.0  #: seconds for all of one request
#: Networks that lead on to an IPv4 address of their choice.
_LEADING_ON = tuple(ipaddress.ip_network(each) for each in ("2002::/16", "2001::/32", "64:ff9b::/96"))


class Undelivered(Exception):
    """`reason`: `unknown_person`, `unknown_host`, `forbidden_address`, `no_answer`, `redirect` or `status`; `status`
    where one came."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason if status is None else f"{reason} {status}")
        self.reason, self.status = reason, status


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """`private`: private and loopback addresses are allowed. `within`: seconds for all of one request."""

    private: bool = False
    within: float = WITHIN

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """POST it once. Raises Undelivered where the answer is not 2xx."""
        parts, ends = urlsplit(url), time.monotonic() + self.within
        addresses = self.addresses(parts)
        try:
            status = _posted(_connected(addresses, ends), parts, headers, body, ends)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Undelivered("no_answer") from error
        if not 200 <= status < 300:
            raise Undelivered("redirect" if 300 <= status < 400 else "status", status)

    def addresses(self, parts: SplitResult) -> list[tuple[str, int]]:
        """(address, port) of the host, each of them allowed. Raises Undelivered."""
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        try:
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Undelivered("unknown_host") from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self.private and not all(is_public(each) for each in addresses):
            raise Undelivered("forbidden_address")
        return [(each, port) for each in addresses]


def is_public(address: str) -> bool:
    """An address of the open internet, and one that leads nowhere else."""
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    leads_on = any(found in network for network in _LEADING_ON if network.version == found.version)
    return found.is_global and not found.is_multicast and not leads_on


def _connected(addresses: list[tuple[str, int]], ends: float) -> socket.socket:
    """The first that answers. Raises OSError."""
    failed: OSError = TimeoutError("no address")
    for address in addresses:
        try:
            return socket.create_connection(address, timeout=_left(ends))
        except OSError as error:
            failed = error
    raise failed


def _left(ends: float) -> float:
    """Seconds until then. Raises TimeoutError where there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _posted(plain: socket.socket, parts: SplitResult, headers: Mapping[str, str], body: bytes, ends: float) -> int:
    """The status. A receiver that says something now and then keeps us no longer: at the end the line is cut."""
    with closing(plain), closing(plain.dup()) as handle:
        cut = threading.Timer(_left(ends), _cut, [handle])
        cut.start()
        try:
            with closing(_encrypted(plain, parts)) as line:
                return _asked(line, parts, headers, body)
        finally:
            cut.cancel()


def _asked(line: socket.socket, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> int:
    connection = http.client.HTTPConnection(parts.hostname or "")
    connection.sock, connection.auto_open = line, 0
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", path, body, {"host": parts.netloc, "connection": "close", **headers})
    return connection.getresponse().status


def _cut(line: socket.socket) -> None:
    """Whoever waits on this connection, by whatever handle, waits no more."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is over already


def _encrypted(plain: socket.socket, parts: SplitResult) -> socket.socket:
    """The certificate must be that of the host's name, whatever address was taken."""
    if parts.scheme != "https":
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
