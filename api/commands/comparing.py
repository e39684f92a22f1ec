"""`check --against`: what a version does otherwise than an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from api.commands.ending import Exit, failed
from api.comparison_texts import Told, tell
from api.condition_texts import Text
from engine.definition.check import examine
from engine.definition.compare import compare
from engine.definition.model import Workflow

_SIGNS = {"removed": "-", "added": "+", "changed": "~", "warning": "!"}


def differences(new: Workflow | None, against: Path) -> tuple[Told, ...]:
    """What is to be told of a new version, which has been checked already. Ends the command with 1 where the old file
    cannot be read; a new one with errors is not compared."""
    old = examine(against.read_bytes(), str(against))
    if old.workflow is None:
        for finding in old.findings:
            typer.echo(finding.text("zh"), err=True)
        raise failed(f"{against} 有错，无法比较", f"{against} has errors, nothing to compare with", Exit.NOT_SO)
    return tell(compare(old.workflow, new)) if new is not None else ()


def as_lines(found: tuple[Told, ...], lang: str) -> Iterator[str]:
    """One line a difference, and below it one for each key."""
    for each in found:
        yield f"{_SIGNS[each.what]} {_in(each.heading, lang)}"
        yield from (f"    {_in(sentence, lang)}" for sentence in each.sentences)
    if not found:
        yield _in(("没有差别", "no difference"), lang)


def as_json(found: tuple[Told, ...]) -> list[dict[str, Any]]:
    return [
        {
            "section": each.section,
            "what": each.what,
            **_both(each.heading),
            "changes": [_both(sentence) for sentence in each.sentences],
        }
        for each in found
    ]


def _both(text: Text) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}


def _in(text: Text, lang: str) -> str:
    return text[0] if lang == "zh" else text[1]
