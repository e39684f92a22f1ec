"""`blocked`: all that could not be carried out, for the operator, who holds no post.

People see what is in their reach in `/v1/blocked`; what lies in nobody's reach, as a case whose rules are gone, is seen
here at least (law 5: nothing fails silently).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from api import present_clocks
from api.blocked_texts import blocked_text, local_text
from api.commands.checking import Language
from api.commands.ending import JsonFlag, opened, print_json, told
from api.settings import load_settings
from engine.cases.blocked_views import BlockedView
from engine.cases.clock_queries import ClockQueries
from engine.cases.office import open_office
from engine.cases.rules_folder import open_rulebook

app = typer.Typer()


@app.command("blocked")
@told
def blocked(
    lang: Annotated[Language, typer.Option(help="说明的语言 / language of the words")] = Language.ZH,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """受阻的：没有办成的步骤、消息、会议。 / What could not be carried out, the oldest first."""
    settings, english = load_settings(), lang is Language.EN
    with opened(settings) as store:
        office = open_office(store, open_rulebook(store, settings.workflows_dir))
        found = ClockQueries(office).all_blocked()
    if as_json:
        print_json([present_clocks.blocked(each, english) for each in found])
        return
    for each in found:
        for line in _lines(each, english):
            typer.echo(line)


def _lines(view: BlockedView, english: bool) -> Iterator[str]:
    found = view.found
    names = (found.kind, view.number or found.case_id or "–", view.names.get(found.unit, found.unit))
    since, by = (local_text(view, moment) for moment in (found.since, found.attend_by))
    times = (f"since {since}", f"by {by}") if english else (f"自 {since}", f"最晚 {by}")
    yield "\t".join((*names, *times))
    yield f"  {blocked_text(view)[english]}"
