"""The head of a file: which workflow, which version, and what it replaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from engine.definition.durations import hour
from engine.definition.findings import Code
from engine.definition.model import Replaces, Title
from engine.definition.names import Names
from engine.definition.properties import Properties, entries, properties
from engine.definition.reading import Place, integer, word
from engine.definition.words import shown

KEYS = ("workflow", "version", "draft", "title", "timezone", "calendar", "business_hours", "currency", "replaces")
REQUIRED = ("workflow", "version", "title", "timezone", "calendar")
HOURS_KEYS = ("open", "close")
REPLACES_KEYS = ("version", "states")

WORKFLOW = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
CURRENCY = re.compile(r"[A-Z]{3}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    key: str
    version: int
    draft: bool
    title: Title
    timezone: str
    calendar: str
    business_hours: tuple[time, time] | None
    currency: str | None
    replaces: Replaces | None


def read_header(keys: Properties, names: Names) -> Header:
    version = keys.read("version", lambda place: integer(place, least=1), 1)
    return Header(
        key=keys.read("workflow", _key, ""),
        version=version,
        draft=keys.flag("draft"),
        title=keys.title(),
        timezone=keys.read("timezone", _timezone, "UTC"),
        calendar=keys.read("calendar", _key, ""),
        business_hours=keys.read("business_hours", _business_hours, None),
        currency=keys.read("currency", _currency, None),
        replaces=keys.read("replaces", lambda place: _replaces(place, version, names), None),
    )


def _key(place: Place) -> str:
    """A code that is also the name of a folder: `-` is allowed."""
    name = word(place)
    if name and not WORKFLOW.match(name):
        zh = f"{shown(name)} 应为英文小写字母、数字、- 和 _，以字母开头"
        place.fail(Code.S11, zh, f"{shown(name)} should be lower-case letters, digits, - and _, a letter first")
    return name


def _timezone(place: Place) -> str:
    name = word(place)
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        place.fail(
            Code.S11, f"未知时区 {shown(name)}，如 Asia/Shanghai", f"unknown time zone {shown(name)}, as Asia/Shanghai"
        )
    return name


def _currency(place: Place) -> str:
    name = word(place)
    if name and not CURRENCY.match(name):
        place.fail(
            Code.S11,
            f"货币代码 {shown(name)} 应为三个大写字母，如 CNY",
            f"the currency {shown(name)} should be three capital letters, as CNY",
        )
    return name


def _business_hours(place: Place) -> tuple[time, time]:
    keys = properties(place, HOURS_KEYS, required=HOURS_KEYS)
    opens, closes = keys.read("open", hour, time.min), keys.read("close", hour, time.max)
    if opens >= closes:
        place.fail(Code.S11, "上班（open）须早于下班（close）", "`open` must be before `close`")
    return opens, closes


def _replaces(place: Place, version: int, names: Names) -> Replaces:
    keys = properties(place, REPLACES_KEYS, required=("version",))
    former = keys.read("version", lambda entry: integer(entry, least=1), 0)
    if former >= version:
        keys["version"].fail(
            Code.S11, f"只能替代较早的版本（小于 {version}）", f"replaces an earlier version (below {version})"
        )
    return Replaces(
        version=former, states=keys.read("states", lambda entry: _states(entry, names), {}), mark=place.start
    )


def _states(place: Place, names: Names) -> Mapping[str, str]:
    """From the states of the former version to those of this one."""
    return {code: names.state(entry) for code, entry in entries(place)}
