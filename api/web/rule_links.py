"""Where a line of the rules stands on a page: the source of its version, at that line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: As files lie in the folder of the rules, which says so where one does not (engine/cases/rules_folder.py).
_FILE = re.compile(r"(?:^|/)([a-z][a-z0-9_-]*)/v(\d{1,8})\.yaml$")


def rule_href(line: Mapping[str, Any] | None) -> str | None:
    """The address of a line as answers give it: `{file, line}` of a refusal, or the `rule` of a row of a history with
    its workflow and version. None for what stands in no file (line 0), or in a file of another place."""
    if not line or not line["line"]:
        return None
    if "version" in line:
        return source_href(line["workflow"], line["version"], line["line"])
    found = _FILE.search(line.get("file") or "")
    return source_href(found.group(1), int(found.group(2)), line["line"]) if found else None


def source_href(key: str, version: int, line: int | None = None) -> str:
    """The source of a version, from its beginning or at a line."""
    return f"/rules/{key}/{version}/source" + (f"#L{line}" if line else "")
