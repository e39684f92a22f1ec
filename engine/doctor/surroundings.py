"""Checks of what is around the database: the machine, its disks and files, and the settings."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from engine.doctor.facts import Facts, Finding, Place, Severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
_MEGABYTE = 1_000_000
_FULL, _NEARLY_FULL, _SHARE = 200 * _MEGABYTE, 2_000 * _MEGABYTE, 0.05
_OTHERS = 0o077
#: Locks of files do not hold on these, and SQLite needs them.
NETWORKED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "lustre", "afs"}
)
_LEAST_PYTHON, _TESTED_PYTHON = (3, 11), (3, 13)
_LEAST_SQLITE = (3, 37, 0)
#: More addresses than this are hardly all proxies of ours.
_PROXIES = 256


def surroundings(facts: Facts) -> Iterator[Finding]:
    yield from _versions(facts)
    for name, place in facts.machine.places.items():
        yield from _place(name, place, facts)
    yield from _address(facts)
    yield from _proxies(facts)
    yield from _webhooks(facts)


def _versions(facts: Facts) -> Iterator[Finding]:
    python, sqlite = facts.machine.python, facts.machine.sqlite
    told = {"version": ".".join(map(str, python))}
    if python < _LEAST_PYTHON:
        yield Finding("python_old", ERROR, told)
    elif python > _TESTED_PYTHON:
        yield Finding("python_untested", NOTE, told)
    if facts.database.kind == "sqlite" and sqlite < _LEAST_SQLITE:
        yield Finding("sqlite_old", WARNING, {"version": ".".join(map(str, sqlite))})


def _place(name: str, place: Place, facts: Facts) -> Iterator[Finding]:
    told = {"what": name, "path": place.path}
    if place.mode is not None and place.mode & _OTHERS and name != "temporary":
        yield Finding("open_to_others", WARNING if name == "files" else facts.grave, told)
    if not place.writable:
        yield Finding("not_writable", ERROR, told)
    if name == "database" and place.kind in NETWORKED:
        yield Finding("on_a_network", ERROR, {**told, "kind": place.kind})
    if place.free < _FULL:
        yield Finding("disk_full", ERROR, {**told, "free": place.free // _MEGABYTE})
    elif place.free < min(_NEARLY_FULL, place.total * _SHARE):
        yield Finding("disk_nearly_full", WARNING, {**told, "free": place.free // _MEGABYTE})


def _address(facts: Facts) -> Iterator[Finding]:
    here = facts.configured
    open_host, plain = not _is_loopback(here.host), here.public_url.startswith("http://")
    public = bool(here.public_url) and not _is_loopback(urlsplit(here.public_url).hostname or "")
    if facts.database.mark == "demo" and (open_host or public):
        yield Finding("demo_in_public", WARNING, {"host": here.host, "public_url": here.public_url})
    if facts.production and not here.public_url:
        yield Finding("public_url_missing", ERROR if open_host else WARNING, {"host": here.host})
    if plain and public:
        yield Finding("public_url_plain", facts.grave, {"public_url": here.public_url})
    if open_host and facts.production:
        yield Finding("listens_to_all", WARNING, {"host": here.host})


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _proxies(facts: Facts) -> Iterator[Finding]:
    for each in facts.configured.trusted_proxies:
        if ipaddress.ip_network(each, strict=False).num_addresses > _PROXIES:
            yield Finding("proxies_wide", WARNING, {"network": each})


def _webhooks(facts: Facts) -> Iterator[Finding]:
    here = facts.configured
    if here.webhooks_private and facts.production:
        yield Finding("webhooks_private", WARNING)
    for name, url in here.webhooks.items():
        if _is_private(urlsplit(url).hostname or ""):
            yield Finding("webhook_to_private", WARNING, {"name": name, "url": url})


def _is_private(host: str) -> bool:
    """As it stands there: what a name leads to is judged when something is sent."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return _is_loopback(host)
