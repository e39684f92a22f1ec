"""The head of a file: which workflow, which version, and what it replaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import PurePath
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
_FILE = re.compile(r"v([1-9][0-9]*)\.ya?ml\Z")
_FOLDER = "workflows"


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
    key = keys.read("workflow", folder_code, "")
    _check_place(keys, key, version)
    return Header(
        key=key,
        version=version,
        draft=keys.flag("draft"),
        title=keys.title(),
        timezone=keys.read("timezone", _timezone, "UTC"),
        calendar=keys.read("calendar", folder_code, ""),
        business_hours=keys.read("business_hours", _business_hours, None),
        currency=keys.read("currency", _currency, None),
        replaces=keys.read("replaces", lambda place: _replaces(place, version, names), None),
    )


def folder_code(place: Place) -> str:
    """A code that is also the name of a folder or file: `-` is allowed."""
    name = word(place)
    if name and not WORKFLOW.match(name):
        zh = f"{shown(name)} 应为英文小写字母、数字、- 和 _，以字母开头"
        place.fail(Code.S11, zh, f"{shown(name)} should be lower-case letters, digits, - and _, a letter first")
    return name


def _check_place(keys: Properties, key: str, version: int) -> None:
    """S11: where workflows lie, `<workflow>/v<version>.yaml` says which one a file is; the engine refuses any other."""
    path = PurePath(keys.place.report.file)
    named = _FILE.match(path.name)
    folder, above = (*reversed(path.parts[:-1]), "", "")[:2]
    if not named or not key or version < 1 or "version" not in keys:
        return
    if folder in (key, "") or above == _FOLDER:
        _check_version(keys["version"], path.name, int(named[1]), version)
    if above == _FOLDER and folder != key:
        zh, en = f"文件在文件夹 {folder} 中，workflow 却是 {key}", f"the folder is called {folder}, but this is {key}"
        hint = f"写 workflow: {folder}，或把文件放进文件夹 {key}", f"write `workflow: {folder}`, or move it to {key}"
        keys["workflow"].fail(Code.S11, zh, en, hint=Title(zh=hint[0], en=hint[1]))


def _check_version(place: Place, name: str, named: int, version: int) -> None:
    if named != version:
        zh, en = f"文件名是 {name}，version 却是 {version}", f"the file is called {name}, but this is version {version}"
        hint = Title(
            zh=f"写 version: {named}，或把文件改名为 v{version}.yaml",
            en=f"write `version: {named}`, or call the file v{version}.yaml",
        )
        place.fail(Code.S11, zh, en, hint=hint)


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
