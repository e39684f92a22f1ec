"""Small workflows for this package: a few lines of shorthand become the text of a file.

`T` stands for a title. A row is written `trigger from to`, then `| more properties` if it has any; without a `by` clerk
and head may fire it. Roles that a workflow does not need are still named at the opening, so that nothing is unused.
"""

from __future__ import annotations

import re

_HEAD = """\
workflow: small
version: 1
title: {zh: 小流程, en: Small}
timezone: Asia/Shanghai
calendar: cn
"""
_LEVELS = """\
levels:
  village: {zh: 村, en: Village}
  town:    {zh: 镇, en: Town}
roles:
  clerk:  {T, level: village}
  head:   {T, level: village}
  leader: {T, level: town}
"""
_TITLE = re.compile(r"\bT\b")
HOURS = 'business_hours: {open: "08:30", close: "17:30"}\n'


def written(*rows: str, states: str, **sections: str) -> str:
    """The text of a workflow. `states` and the sections are lines `code: {…}`, parted by `;`."""
    parts = {"fields": "gist: {T, type: text, max_length: 20}", **sections, "states": states}
    text = _HEAD + (HOURS if "clocks" in sections else "") + _LEVELS
    text += "".join(f"{name}:\n{_lines(body)}" for name, body in parts.items() if body)
    text += "transitions:\n" + "".join(f"  - {{{_row(row)}}}\n" for row in rows)
    return _TITLE.sub("title: {zh: 名, en: Name}", text)


def _lines(body: str) -> str:
    return "".join(f"  {line.strip()}\n" for line in body.split(";") if line.strip())


def _row(row: str) -> str:
    short, _, more = (part.strip() for part in row.partition("|"))
    trigger, source, target = short.split(" ", 2)
    opening = source == "start"
    properties = [f"trigger: {trigger}", "T", f"from: {source}", f"to: {target}"]
    if not re.search(r"\bby:", more):
        properties.append("by: [clerk, head, leader]" if opening else "by: [clerk, head]")
    if opening and "gist" not in more:
        properties.append("takes: gist" if "takes" not in more else "tells: head")
    return ", ".join([*properties, *([more] if more else [])])
