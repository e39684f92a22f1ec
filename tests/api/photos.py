"""The rules of the township with photos to a report, served beside them, and uploads over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from engine.definition.check import examine
from engine.definition.model import Workflow
from engine.store.clock import DatabaseClock
from tests import township as t
from tests.api.client import Api, opened, settle
from tests.databases import fresh_store
from tests.unit.files import made

WITH_PHOTOS = "with-photos"
PHOTO = made.jpeg()
_FIELDS = """\
fields:
  photos:   {title: {zh: 照片, en: Photos}, type: list, of: file, max_length: 9}
  letter:   {title: {zh: 函件, en: Letter}, type: file}
"""


@lru_cache(maxsize=1)
def photo_rules() -> Workflow:
    text = (t.WORKFLOWS / "issue-escalation" / "v1.yaml").read_text(encoding="utf-8")
    changes = {
        "workflow: issue-escalation\n": f"workflow: {WITH_PHOTOS}\n",
        "fields:\n": _FIELDS,
        "takes: [content, place, reporter, urgency], sets: {responsible: party_group_leader}":
            "takes: [content, place, reporter, urgency, photos, letter], sets: {responsible: party_group_leader}",
    }  # fmt: skip
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    reading = examine(text.encode(), "with-photos.yaml")
    assert reading.workflow is not None, [finding.en for finding in reading.findings]
    return reading.workflow


@contextmanager
def serving_photos() -> Iterator[Api]:
    """The township on SQLite with both files of rules."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        office, _ = t.open_test_office(store, *t.default_rules(), photo_rules())
        office = dataclasses.replace(office, clock=DatabaseClock())
        with opened(office, tokens) as client:
            yield client


def sent(api: Api, person: str, data: bytes = PHOTO) -> str:
    """The id of an upload of this person."""
    answer = api.send(person, "POST", "/v1/files", raw=data, content_type="application/octet-stream")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
