"""A case's folded state and its events as rows, both ways."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from engine.definition.model import Value
from engine.rules.chain import moment
from engine.rules.state import CaseState, Charge, Due, Event, Mark, Move, Paging, PostHeld, Run, Stay, Sum


def state_to_json(state: CaseState) -> dict[str, Value]:
    return {
        "version": state.version,
        "unit": state.unit,
        "stays": [[s.state, s.level, s.seq, moment(s.at), s.carried] for s in state.stays],
        "opened_at": moment(state.opened_at),
        "closed_at": moment(state.closed_at),
        "opener": state.opener,
        "behalf": state.behalf,
        "responsible": charge_to_json(state.responsible),
        "successor": charge_to_json(state.successor),
        "hands_over_by": state.hands_over_by,
        "handlers": charge_to_json(state.handlers),
        "party": list(state.party),
        "recused": dict(state.recused),
        "concerned": list(state.concerned),
        "values": dict(state.values),
        "texts": dict(state.texts),
        "counts": {k: [[m.seq, m.level, m.day.isoformat(), m.actor] for m in v] for k, v in state.counts.items()},
        "fired": {trigger: moment(at) for trigger, at in state.fired.items()},
        "paging": _paging_to_json(state.paging),
        "primary": state.primary,
        **(
            {"clocks": {code: [_sum_to_json(s) for s in sums] for code, sums in state.clocks.items()}}
            if state.clocks
            else {}
        ),
    }


def state_from_json(data: dict[str, Any]) -> CaseState:
    return CaseState(
        version=data["version"],
        unit=data["unit"],
        stays=tuple(_stay(each) for each in data["stays"]),
        opened_at=datetime.fromisoformat(data["opened_at"]),
        closed_at=_moment(data["closed_at"]),
        opener=data["opener"],
        behalf=data["behalf"],
        responsible=charge_from_json(data["responsible"]),
        successor=charge_from_json(data["successor"]),
        hands_over_by=data["hands_over_by"],
        handlers=charge_from_json(data["handlers"]),
        party=tuple(data["party"]),
        recused=data["recused"],
        concerned=tuple(data["concerned"]),
        values=data["values"],
        texts=data["texts"],
        counts={code: tuple(_mark(each) for each in marks) for code, marks in data["counts"].items()},
        fired={trigger: datetime.fromisoformat(at) for trigger, at in data["fired"].items()},
        paging=_paging(data.get("paging")),
        primary=data["primary"],
        clocks={code: tuple(_sum(each) for each in sums) for code, sums in data.get("clocks", {}).items()},
    )


def _paging_to_json(found: Paging | None) -> list[Value] | None:
    return [list(found.names), found.seq, moment(found.at), found.until] if found else None


def _paging(data: list[Any] | None) -> Paging | None:
    if data is None:
        return None
    return Paging(names=tuple(data[0]), seq=data[1], at=datetime.fromisoformat(data[2]), until=data[3])


def _sum_to_json(found: Sum) -> list[Value]:
    runs = [[run.seq, moment(run.started), run.until, moment(run.stopped)] for run in found.runs]
    dues = [[due.seq, moment(due.at), due.day, due.extends] for due in found.dues]
    return [found.seq, found.level, runs, dues, found.over]


def _sum(data: list[Any]) -> Sum:
    return Sum(
        seq=data[0],
        level=data[1],
        runs=tuple(
            Run(seq=a, started=datetime.fromisoformat(b), until=c, stopped=_moment(d)) for a, b, c, d in data[2]
        ),
        dues=tuple(Due(seq=a, at=datetime.fromisoformat(b), day=c, extends=d) for a, b, c, d in data[3]),
        over=data[4],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _stay(data: list[Any]) -> Stay:
    return Stay(state=data[0], level=data[1], seq=data[2], at=datetime.fromisoformat(data[3]), carried=data[4])


def _mark(data: list[Any]) -> Mark:
    return Mark(seq=data[0], level=data[1], day=date.fromisoformat(data[2]), actor=data[3])


def charge_to_json(charge: Charge) -> dict[str, list[str]]:
    return {"people": list(charge.people), "units": list(charge.units)}


def charge_from_json(data: dict[str, list[str]]) -> Charge:
    return Charge(people=tuple(data["people"]), units=tuple(data["units"]))


def event_from_row(row: Any, payload: dict[str, Value] | None) -> Event:
    """`row` is a row of `history`; `payload` its body, None where it was erased or not asked for."""
    post = PostHeld(id=row.post, role=row.post_role, place=row.post_place) if row.post else None
    return Event(
        seq=row.seq,
        trigger=row.trigger,
        ref=row.ref,
        line=row.line,
        move=Move(row.move),
        source=row.source,
        target=row.target,
        level_from=row.level_from,
        level_to=row.level_to,
        unit=row.unit,
        actor=row.actor,
        post=post,
        behalf=row.behalf,
        proxy=row.proxy,
        responsible=charge_from_json(row.responsible),
        successor=charge_from_json(row.successor),
        facts=row.facts,
        texts=tuple(row.texts),
        payload=payload or {},
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        client_at=row.client_at,
        meeting=row.meeting,
        agenda_no=row.agenda_no,
        workflow=row.workflow,
        workflow_version=row.workflow_version,
        file_hash=row.file_hash,
    )
