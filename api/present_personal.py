"""Personal data that was shown, and who had it shown, as JSON."""

from __future__ import annotations

from api.personal_texts import GROUND_TEXTS
from api.present import Json, person, stamp
from engine.cases.revealing import Revealed, RevealView
from engine.rules.revealing import Ground


def revealed(found: Revealed) -> Json:
    kept = found.reveal
    return {"id": kept.id, "case": kept.case_id, "at": stamp(found.workflow, kept.at), "values": dict(found.values)}


def reveal(view: RevealView, english: bool) -> Json:
    kept = view.reveal
    return {
        "id": kept.id,
        "case": kept.case_id,
        "at": stamp(view.workflow, kept.at),
        "person": person(kept.person, view.names),
        "post": kept.post,
        "fields": list(kept.fields),
        "reason": kept.reason,
        "reason_title": GROUND_TEXTS[Ground(kept.reason)][english],
        "words": kept.words,
    }
