"""For every line of the permission table: the object that is asked about, and the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2 as httpx
import sqlalchemy as sa

from engine.audit.checkpoints import CheckpointService
from engine.audit.keys import KeyService, key_beside
from engine.store.tables import (
    accounts,
    cases,
    duty_turns,
    files,
    history,
    meetings,
    people,
    posts,
    relatives,
    settings,
    tokens,
)
from engine.store.trust_tables import administration
from tests.api import client, world
from tests.api.client import REPORT, Api
from tests.api.photos import PHOTO, WITH_PHOTOS, sent
from tests.api.world import Place

Thing = dict[str, str]  #: ids by name, as paths name them
Ask = Callable[[Api, str | None, Place, Thing], httpx.Response]
Make = Callable[[Api, Place], Thing]


def _nothing(api: Api, place: Place) -> Thing:
    return {}


@dataclass(frozen=True, kw_only=True)
class Line:
    """`make` brings the object about, anew after a request that used it up; `listed` is (key, name in the thing) of an
    item of the answer."""

    ask: Ask
    make: Make = _nothing
    listed: tuple[str, Callable[[Place, Thing], str]] | None = None
    used_up: bool = False


# --- what is asked about ---------------------------------------------------------------------------------------------


def case(drive: Callable[..., str], **how: Any) -> Make:
    return lambda api, place: {"case_id": drive(api, place, **how)}


def reported_by_wangsons_father(api: Api, place: Place) -> Thing:
    """In 陈桥村 the reporter is the area head's son, on record as such."""
    reporter = {"reporter": "wangson"} if place is world.OWN else {}
    return {"case_id": world.reported(api, place, **reporter)}


def led_by_another_station(api: Api, place: Place) -> Thing:
    lead = client.SECOND_STATION if place is not world.OTHER else place.station
    return {"case_id": world.unsigned(api, place, lead_unit=lead, case_leader=place.who("township_leader"))}


def refused(api: Api, place: Place) -> Thing:
    """The second cadre of the village was refused."""
    found = world.reported(api, place)
    assert api.fire(place.who("village_cadre"), found, "accept").status_code == 403
    return {"case_id": found}


def photo_waiting(api: Api, place: Place) -> Thing:
    return {"file_id": sent(api, place.who("linzhang"))}


def photo_of_a_case(api: Api, place: Place) -> Thing:
    thing = photo_waiting(api, place)
    body = {"workflow": WITH_PHOTOS, "unit": place.unit, "data": REPORT | {"photos": [thing["file_id"]]}}
    assert api.send(place.who("linzhang"), "POST", "/v1/cases", body).status_code == 201
    return thing


def witnessed(api: Api, place: Place) -> Thing:
    """A case, and the checkpoint of its home that covers it."""
    found, file = world.reported(api, place), key_beside(api.office.store)
    KeyService(api.office.store, file).prepare()
    office = replace(api.office, signing_key=file)
    (row,) = CheckpointService(office).take(place.township, "asked")
    return {"case_id": found, "checkpoint_id": row.id}


#: Hours of duty, none of which was given out before.
_HOURS = count(1)


def _turn(place: Place) -> dict[str, str]:
    start = datetime(2026, 3, 6, 9, tzinfo=UTC) + timedelta(hours=next(_HOURS))
    hours = {"from": start.isoformat(), "until": (start + timedelta(hours=1)).isoformat()}
    return {"role": "village_cadre", "unit": place.village, "person": place.who("village_cadre"), **hours}


def on_roster(api: Api, place: Place) -> Thing:
    entered = api.send(place.who("village_secretary"), "POST", "/v1/duty", _turn(place))
    return {"turn_id": entered.json()["id"]}


def planned(*, town: bool = False) -> Make:
    """Set, and no other one open that would keep it from being opened."""

    def make(api: Api, place: Place) -> Thing:
        end_meetings(api)
        return {"meeting_id": world.planned(api, place, town=town)}

    return make


def in_session(*, town: bool = False, decided: bool = False) -> Make:
    """Open, with one case on its agenda."""

    def make(api: Api, place: Place) -> Thing:
        end_meetings(api)
        waits = (world.township_queued if town else world.village_queued)(api, place)
        meeting = world.in_session(api, place, town=town)
        if decided:
            world.decided(api, meeting, waits, place, town=town)
        return {"meeting_id": meeting, "case_id": waits}

    return make


def came_late(api: Api, place: Place) -> Thing:
    """A meeting in session, and a case that came after its opening."""
    return {**in_session()(api, place), "late": world.village_queued(api, place)}


def end_meetings(api: Api) -> None:
    """Cancel what is open: only one meeting of a kind is open at a unit."""
    chairs = {place.village: world.chair(place) for place in world.PLACES.values()}
    chairs |= {place.township: world.chair(place, town=True) for place in world.PLACES.values()}
    with api.office.store.read() as tx:
        still = tx.execute(sa.select(meetings.c.id, meetings.c.unit).where(meetings.c.status == "open")).all()
    for meeting, unit in still:
        api.stepped(chairs[unit], meeting, "cancel", {"reason": "改期再开"})


# --- requests --------------------------------------------------------------------------------------------------------


def read(path: str, **query: str) -> Ask:
    return lambda api, who, place, thing: api.send(who, "GET", path.format(**thing), **query)


def read_there(path: str, **query: str) -> Ask:
    """Of a list, what lies at the village or below."""
    return lambda api, who, place, thing: api.send(who, "GET", path, unit=place.village, limit="200", **query)


def of_another(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
    """A message that is nobody's."""
    return api.send(who, "POST", f"/v1/inbox/{place.township}-01HZZZZZZZZZZZZZZZZZZZZZZZ/read")


def head(path: str) -> Ask:
    return lambda api, who, place, thing: api.send(who, "HEAD", path)


def prove(path: str, **query: str) -> Ask:
    """Of the home of the place."""
    return lambda api, who, place, thing: api.send(who, "GET", path, home=place.township, **query)


def prove_row(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
    return api.send(who, "GET", "/v1/audit/inclusion", case=thing["case_id"], seq="1")


def post(path: str, body: Callable[[Place], Any] | None = None) -> Ask:
    return lambda api, who, place, thing: api.send(who, "POST", path, body(place) if body else None)


def reveal(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
    """For a reason that everybody may have who reads the case."""
    return api.send(who, "POST", f"/v1/cases/{thing['case_id']}/reveal", {"fields": ["gist"], "reason": "legal_duty"})


def check(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
    return api.send(
        who, "POST", "/v1/workflows/check", raw=b"workflow: other\nversion: 1\n", content_type="application/yaml"
    )


def upload(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
    return api.send(who, "POST", "/v1/files", raw=PHOTO, content_type="application/octet-stream")


def fire(trigger: str, data: Callable[[Place], Mapping[str, Any]] | None = None) -> Ask:
    def ask(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
        body = {"trigger": trigger, "data": data(place) if data else {}}
        path = f"/v1/cases/{thing['case_id']}/transitions"
        return api.send(who, "POST", path, body, version=api.version(thing["case_id"]))

    return ask


def fire_among_many(trigger: str, data: Mapping[str, Any] | None = None) -> Ask:
    """One item of a bulk call; what it is told stands as the answer."""

    def ask(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
        item = {"case": thing["case_id"], "version": api.version(thing["case_id"]), "trigger": trigger}
        answer = api.send(who, "POST", "/v1/transitions", {"items": [item | {"data": data or {}}]})
        if answer.status_code != 200:
            return answer
        (told,) = answer.json()["items"]
        return httpx.Response(told["status"], json=told["problem"] or told)

    return ask


def step(what: str, body: Callable[[Place, Thing], Any] | None = None, method: str = "POST") -> Ask:
    def ask(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
        path = f"/v1/meetings/{thing['meeting_id']}/{what.format(**thing)}"
        sent = body(place, thing) if body else None
        return api.send(who, method, path, sent, version=api.version(thing["meeting_id"]))

    return ask


def standing(api: Api) -> tuple[Any, ...]:
    """How much there is and at which versions; whatever is changed changes this."""
    with api.office.store.read() as tx:
        return tuple(tx.execute(_STANDING).one())


#: The register, and all that was changed in running the system.
REGISTER = (accounts, tokens, people, posts, relatives, administration)
_STANDING = sa.select(
    *(
        sa.select(sa.func.count()).select_from(table).scalar_subquery()
        for table in (cases, history, meetings, files, duty_turns, *REGISTER)
    ),
    sa.select(sa.func.count(duty_turns.c.called_off_at)).scalar_subquery(),
    *(sa.select(sa.func.sum(table.c.version)).scalar_subquery() for table in (cases, meetings)),
    sa.select(settings.c.value).where(settings.c.name == "clock").scalar_subquery(),
)


# --- the lines -------------------------------------------------------------------------------------------------------

FIRE = "POST /v1/cases/{case_id}/transitions"


def _case_listed(key: str) -> tuple[str, Callable[[Place, Thing], str]]:
    return key, lambda place, thing: thing["case_id"]


def _opening(place: Place) -> dict[str, Any]:
    return {"unit": place.unit, "data": REPORT}


def _setting(kind: str) -> Callable[[Place], dict[str, Any]]:
    town = kind == "township_monthly"
    return lambda place: {"meeting": kind, "unit": place.township if town else place.village, "at": world.AT}


def _present(place: Place, thing: Thing) -> dict[str, Any]:
    return {"present": [world.chair(place), place.who("village_clerk"), *(f"village_cadre{n}{place.tag}"
            for n in range(1, 8))]}  # fmt: skip


def _decisions(place: Place, thing: Thing) -> dict[str, Any]:
    return {"decisions": [{"case": thing["case_id"], "trigger": "carry_over", "data": {}}]}


def _assigning(place: Place) -> dict[str, Any]:
    return {"responsible": place.who("village_cadre"), "plan": "三天内上门", "due": world.DUE}


READING = {
    "GET /healthz": Line(ask=read("/healthz")),
    "GET /metrics": Line(ask=read("/metrics")),
    "GET /readyz": Line(ask=read("/readyz")),
    "GET /openapi.json": Line(ask=read("/openapi.json")),
    "HEAD /openapi.json": Line(ask=head("/openapi.json")),
    "GET /docs": Line(ask=read("/docs")),
    "GET /static": Line(ask=read("/static/icon.svg")),
    "GET /v1/me": Line(ask=read("/v1/me")),
    "GET /v1/inbox": Line(ask=read("/v1/inbox")),
    "POST /v1/inbox/{message_id}/read": Line(ask=of_another),
    "GET /v1/events": Line(ask=read("/v1/events")),
    "GET /v1/blocked": Line(ask=read("/v1/blocked")),
    "GET /v1/sealed": Line(ask=read("/v1/sealed")),
    "GET /v1/workflows": Line(ask=read("/v1/workflows")),
    "GET /v1/workflows/{key}/{version}": Line(ask=read("/v1/workflows/issue-escalation/1")),
    "POST /v1/workflows/check": Line(ask=check),
    "GET /v1/units": Line(
        ask=read("/v1/units", kind="village", limit="200"), listed=("code", lambda place, thing: place.village)
    ),
    "GET /v1/people": Line(
        ask=read_there("/v1/people"), listed=("id", lambda place, thing: f"village_clerk{place.tag}")
    ),
    "GET /v1/duty": Line(
        ask=read("/v1/duty", until="2026-12-31T00:00:00+08:00"),
        make=on_roster,
        listed=("id", lambda place, thing: thing["turn_id"]),
    ),
    "GET /v1/duty/gaps": Line(ask=read("/v1/duty/gaps")),
    "GET /v1/cases": Line(ask=read_there("/v1/cases"), make=case(world.reported), listed=_case_listed("id")),
    "GET /v1/cases [with the station]": Line(
        ask=read_there("/v1/cases"), make=case(world.unsigned), listed=_case_listed("id")
    ),
    "GET /v1/cases/{case_id}": Line(ask=read("/v1/cases/{case_id}"), make=case(world.reported)),
    "GET /v1/cases/{case_id} [with the station]": Line(ask=read("/v1/cases/{case_id}"), make=case(world.unsigned)),
    "GET /v1/cases/{case_id}/triggers": Line(ask=read("/v1/cases/{case_id}/triggers"), make=case(world.reported)),
    "GET /v1/cases/{case_id}/clocks": Line(ask=read("/v1/cases/{case_id}/clocks"), make=case(world.reported)),
    "GET /v1/cases/{case_id}/calls": Line(ask=read("/v1/cases/{case_id}/calls"), make=case(world.reported)),
    "GET /v1/cases/{case_id}/accesses": Line(ask=read("/v1/cases/{case_id}/accesses"), make=case(world.reported)),
    "GET /v1/cases/{case_id}/reveals": Line(ask=read("/v1/cases/{case_id}/reveals"), make=case(world.reported)),
    "GET /v1/access": Line(ask=read("/v1/access")),
    "GET /v1/access/export": Line(ask=read("/v1/access/export")),
    "GET /v1/cases/{case_id}/history": Line(ask=read("/v1/cases/{case_id}/history"), make=case(world.reported)),
    "GET /v1/history": Line(
        ask=read_there("/v1/history", trigger="report"), make=case(world.reported), listed=_case_listed("case")
    ),
    "GET /v1/refusals": Line(ask=read("/v1/refusals", limit="200"), make=refused, listed=_case_listed("case")),
    "GET /v1/meetings": Line(
        ask=read_there("/v1/meetings"), make=planned(), listed=("id", lambda place, thing: thing["meeting_id"])
    ),
    "GET /v1/meetings/{meeting_id}": Line(ask=read("/v1/meetings/{meeting_id}"), make=planned()),
    "GET /v1/meetings/{meeting_id}/closing": Line(ask=read("/v1/meetings/{meeting_id}/closing"), make=in_session()),
    "GET /v1/meetings [of the township]": Line(
        ask=lambda api, who, place, thing: api.send(who, "GET", "/v1/meetings", unit=place.township, limit="200"),
        make=planned(town=True),
        listed=("id", lambda place, thing: thing["meeting_id"]),
    ),
    "GET /v1/meetings/{meeting_id} [of the township]": Line(
        ask=read("/v1/meetings/{meeting_id}"), make=planned(town=True)
    ),
}
PROVING = {
    "GET /v1/audit/checkpoints": Line(ask=prove("/v1/audit/checkpoints"), make=witnessed),
    "GET /v1/audit/checkpoints [veiled]": Line(ask=prove("/v1/audit/checkpoints", log="veiled"), make=witnessed),
    "GET /v1/audit/checkpoints/latest": Line(ask=prove("/v1/audit/checkpoints/latest"), make=witnessed),
    "GET /v1/audit/checkpoints/{checkpoint_id}": Line(
        ask=read("/v1/audit/checkpoints/{checkpoint_id}"), make=witnessed
    ),
    "GET /v1/audit/keys": Line(ask=prove("/v1/audit/keys"), make=witnessed),
    "GET /v1/audit/consistency": Line(ask=prove("/v1/audit/consistency", old="1"), make=witnessed),
    "GET /v1/audit/inclusion": Line(ask=prove_row, make=witnessed),
}
UPLOADS = {
    "POST /v1/files": Line(ask=upload),
    "GET /v1/files/{file_id}": Line(ask=read("/v1/files/{file_id}"), make=photo_of_a_case),
    "GET /v1/files/{file_id} [waiting]": Line(ask=read("/v1/files/{file_id}"), make=photo_waiting),
}
CHANGING = {
    "POST /v1/clock": Line(ask=post("/v1/clock", lambda place: {"advance": "1 minute"})),
    "POST /v1/cases": Line(ask=post("/v1/cases", _opening)),
    "POST /v1/cases/{case_id}/reveal": Line(ask=reveal, make=case(world.reported)),
    f"{FIRE} [note]": Line(ask=fire("note", lambda _: {"text": "看到了"}), make=case(world.reported)),
    f"{FIRE} [note with the station]": Line(ask=fire("note", lambda _: {"text": "看到了"}), make=case(world.unsigned)),
    f"{FIRE} [accept]": Line(ask=fire("accept"), make=reported_by_wangsons_father, used_up=True),
    f"{FIRE} [refer_to_village]": Line(
        ask=fire("refer_to_village", lambda _: world.UP), make=case(world.reported), used_up=True
    ),
    f"{FIRE} [assign_in_village urgent]": Line(
        ask=fire("assign_in_village", _assigning), make=case(world.urgent), used_up=True
    ),
    f"{FIRE} [assign_in_village]": Line(
        ask=fire("assign_in_village", _assigning), make=case(world.village_queued), used_up=True
    ),
    f"{FIRE} [sign_for]": Line(ask=fire("sign_for"), make=case(world.unsigned), used_up=True),
    f"{FIRE} [sign_for by the leader]": Line(ask=fire("sign_for"), make=led_by_another_station, used_up=True),
    f"{FIRE} [strike_off]": Line(
        ask=fire("strike_off", lambda _: {"satisfaction": "good"}), make=case(world.verifying), used_up=True
    ),
    f"{FIRE} [correct in the cluster]": Line(
        ask=fire("correct", lambda _: {"reason": "写错了", "place": "塘坝下"}), make=case(world.reported)
    ),
    f"{FIRE} [correct in the village]": Line(
        ask=fire("correct", lambda _: {"reason": "写错了", "place": "塘坝下"}), make=case(world.village_queued)
    ),
    f"{FIRE} [correct in the township]": Line(
        ask=fire("correct", lambda _: {"reason": "写错了", "place": "塘坝下"}), make=case(world.township_queued)
    ),
    f"{FIRE} [bring_back from the village]": Line(
        ask=fire("bring_back", lambda _: {"reason": "还要再议"}), make=case(world.village_handling), used_up=True
    ),
    f"{FIRE} [bring_back from the township]": Line(
        ask=fire("bring_back", lambda _: {"reason": "还要再议"}), make=case(world.township_handling), used_up=True
    ),
    f"{FIRE} [decline]": Line(ask=fire("decline", lambda _: world.DECLINED), make=case(world.reported), used_up=True),
    f"{FIRE} [void]": Line(ask=fire("void", lambda _: {"reason": "重复录入"}), make=case(world.reported), used_up=True),
    "POST /v1/transitions [note]": Line(ask=fire_among_many("note", {"text": "看到了"}), make=case(world.reported)),
    "POST /v1/transitions [accept]": Line(
        ask=fire_among_many("accept"), make=reported_by_wangsons_father, used_up=True
    ),
    "POST /v1/duty": Line(ask=post("/v1/duty", _turn)),
    "POST /v1/duty/{turn_id}/call-off": Line(
        ask=lambda api, who, place, thing: api.send(who, "POST", f"/v1/duty/{thing['turn_id']}/call-off"),
        make=on_roster,
        used_up=True,
    ),
    "POST /v1/meetings": Line(ask=post("/v1/meetings", _setting("village_weekly"))),
    "POST /v1/meetings/{meeting_id}/open": Line(ask=step("open"), make=planned(), used_up=True),
    "POST /v1/meetings/{meeting_id}/move": Line(
        ask=step("move", lambda *_: {"at": "2026-12-25T15:00:00+08:00"}), make=planned(), used_up=True
    ),
    "POST /v1/meetings/{meeting_id}/delegate": Line(
        ask=step("delegate", lambda place, _: {"delegate": place.who("village_clerk"), "reason": "到县里开会"}),
        make=planned(),
        used_up=True,
    ),
    "POST /v1/meetings/{meeting_id}/agenda": Line(
        ask=step("agenda", lambda _, thing: {"case": thing["late"], "reason": "等不到下次"}),
        make=came_late,
        used_up=True,
    ),
    "POST /v1/meetings/{meeting_id}/attendance": Line(ask=step("attendance", _present), make=in_session()),
    "POST /v1/meetings/{meeting_id}/decisions": Line(ask=step("decisions", _decisions), make=in_session()),
    "DELETE /v1/meetings/{meeting_id}/decisions/{case_id}": Line(
        ask=step("decisions/{case_id}", method="DELETE"), make=in_session(decided=True), used_up=True
    ),
    "POST /v1/meetings/{meeting_id}/close": Line(ask=step("close"), make=in_session(), used_up=True),
    "POST /v1/meetings/{meeting_id}/cancel": Line(
        ask=step("cancel", lambda *_: {"reason": "改期再开"}), make=planned(), used_up=True
    ),
    "POST /v1/meetings [of the township]": Line(ask=post("/v1/meetings", _setting("township_monthly"))),
    "POST /v1/meetings/{meeting_id}/open [of the township]": Line(
        ask=step("open"), make=planned(town=True), used_up=True
    ),
    "POST /v1/meetings/{meeting_id}/decisions [of the township]": Line(
        ask=step("decisions", _decisions), make=in_session(town=True)
    ),
    "POST /v1/meetings/{meeting_id}/close [of the township]": Line(
        ask=step("close"), make=in_session(town=True), used_up=True
    ),
}
LINES = READING | PROVING | UPLOADS | CHANGING
