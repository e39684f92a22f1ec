"""One run of real messages on one database: settle, serve, drive, and hold what is kept against what was sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from engine.audit.verify import Verdict, verify
from engine.rules.mask import telephones
from engine.rules.rulebook import Rulebook
from engine.store.casefile import read_cases, read_texts
from engine.store.db import Store
from tests.real_input.driving import Drive, Matter
from tests.real_input.messages import Message
from tests.real_input.township import People, done, settle
from tests.serving import serving
from tests.township import default_rules


@dataclass(frozen=True, kw_only=True)
class Report:
    """`changed` are matters whose kept text is not the sent one, letter for letter; `shown_otherwise` those that a
    reader over HTTP sees otherwise than sent, but for masked telephones."""

    sent: int
    ends: Counter[tuple[str, str]]
    passed_township: int
    changed: int
    shown_otherwise: int
    longest: int
    with_tabs: int
    verdict: Verdict


def run(store: Store, folder: Path, rows: list[Message]) -> Report:
    holders = settle(store)
    with serving(store.url, folder / "server.log") as server:
        people = People(store=store, address=server.address, holders=holders)
        drive = Drive(people, rows)
        drive.run()
        ends = drive.ends()
        shown = sum(not _is_shown(people, matter) for matter in drive.matters)
    return Report(
        sent=len(rows),
        ends=ends,
        passed_township=drive.passed_township,
        changed=_changed(store, drive.matters),
        shown_otherwise=shown,
        longest=max(len(row.text) for row in rows),
        with_tabs=sum("\t" in row.text for row in rows),
        verdict=verify(store, Rulebook.of(default_rules())),
    )


def _is_shown(people: People, matter: Matter) -> bool:
    body = done(people.who("village_clerk", matter.unit).get(f"/v1/cases/{matter.case}"))
    data = body["data"]
    assert isinstance(data, dict)
    sent = matter.message
    return bool(data["gist"] == telephones(sent.subject) and data["content"] == telephones(sent.text))


def _changed(store: Store, matters: list[Matter]) -> int:
    with store.read() as tx:
        held = read_cases(tx, [matter.case for matter in matters])
        texts = read_texts(tx, {case: each.state for case, each in held.items()})
    kept = [(texts[matter.case]["gist"], texts[matter.case]["content"], matter.message) for matter in matters]
    return sum((gist, content) != (sent.subject, sent.text) for gist, content, sent in kept)
