"""Erasing a person: not a byte is left in the database and its files, and everything still adds up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.audit.erasing import COMMAND, EraseService, Wanted
from engine.audit.evidence import evidence
from engine.audit.verify import verify
from engine.cases.narrowing import CaseFilter
from engine.cases.service import Caller
from engine.files.depots import FolderDepot
from engine.files.service import FileService
from engine.meetings.service import NewDecision
from engine.messages.feed import EventFeed
from engine.people.accounts import AccountService
from engine.people.errors import Wrong
from engine.rules.attempt import Command
from engine.rules.erasing import ERASED, Cause, Reason
from engine.store import trust_tables as trust
from engine.store.clock import real_now
from engine.store.columns import metadata
from engine.store.db import Store
from engine.store.tables import accounts, decisions, files, inbox, payloads, people, posts, sign_in_failures, tokens
from tests import township as t
from tests.store.uploads import FILED, service, upload
from tests.store.world import World, refusal, rules

NAME, PHONE, PERSON, LOGIN = "尉迟德馨", "13987650417", "p77", "weichi"
WORDS = "灶屋的烟囱裂了一道缝"
NEEDLES = (NAME, PHONE, WORDS)
CLOSED = ("linzhang", "void", {"reason": "重复录入"})


@dataclass
class Scene:
    world: World
    depot: Path
    closed: dict[str, str]  # what the case is about -> its id
    upload: str

    @property
    def eraser(self) -> EraseService:
        return EraseService(self.world.office)

    @property
    def uploads(self) -> FileService:
        return FileService(self.world.office, FolderDepot(self.depot))

    def erase(self, wanted: Wanted, **asked: bool) -> None:
        self.eraser.erase(wanted, Reason.CONSENT_WITHDRAWN, login=COMMAND, **asked)
        self.uploads.sweep_everywhere()
        assert self.eraser.tidy() == ()


@pytest.fixture
def scene(store: Store, tmp_path: Path) -> Scene:
    """He reported, was spoken for, was written about, sent a photo, and stands in what a meeting wrote."""
    world = World(store, *t.default_rules(), rules(**FILED))
    world.imports("people", "id,name,phone", f"{PERSON},{NAME},{PHONE}")
    world.imports("households", "code,unit,head,members", f"h9,{t.GROUP},lishen,lishen {PERSON}")
    world.imports("relatives", "person,other,kind,valid_from,valid_to", f"{PERSON},wangson,uncle,2025-01-01,")
    world.posts(PERSON, "zuzhang", t.GROUP, "2025-01-01")
    closed = {"other": _close(world, world.open(gist="两家为鱼塘分水吵嘴"))}
    closed |= _reported(world) | _written(world)
    sent = _with_a_photo(world, tmp_path)
    _met(world)
    _signed_in(world)
    return Scene(world=world, depot=tmp_path, closed=closed, upload=sent)


def _close(world: World, case: str) -> str:
    world.go(case, CLOSED)
    return case


def _reported(world: World) -> dict[str, str]:
    by_id = world.open(reporter=PERSON, content=WORDS)
    behalf = world.opened("linzhang", t.NEIGHBOURHOOD, "report", _report(content=WORDS), behalf=PERSON).identity.id
    stranger = world.open(reporter={"name": NAME, "phone": PHONE}, content="换了别的话说")
    return {"by_id": _close(world, by_id), "behalf": _close(world, behalf), "stranger": _close(world, stranger)}


def _report(**data: object) -> dict[str, object]:
    return {"category": "dispute", "gist": "两家为排水沟争执", "source": "visit", "heard_on": "2026-03-05"} | data


def _written(world: World) -> dict[str, str]:
    by_name = world.open(content=f"是{NAME}家的事")
    by_phone = world.open(gist="请打电话１３９ 8765-0417")
    noted = world.open()
    note = Command(trigger="note", data={"text": "已去看过"}, note=f"找过{NAME[:2]} {NAME[2:]}")
    world.sent(Caller(person="linzhang"), noted, note, 1)
    return {"by_name": _close(world, by_name), "by_phone": _close(world, by_phone), "noted": _close(world, noted)}


def _with_a_photo(world: World, folder: Path) -> str:
    """Sent by himself, and named once more by somebody else."""
    sent = upload(service(world, folder), PERSON)
    case = world.opened(PERSON, t.GROUP, "begin", {"scan": sent}, workflow="small").identity.id
    world.fire("zuzhang", case, "add", scan=sent)
    upload(service(world, folder), PERSON)  # waits still
    return sent


def _met(world: World) -> None:
    """A meeting called off for a reason that names him, and one with a decision that came to nothing."""
    called = world.plan("village_secretary", "village_weekly")
    world.meetings.cancel("village_secretary", called, 1, f"{NAME}家出殡")
    waits = world.bring("village_queued", urgency="urgent")
    meeting = world.gather("village_secretary", "village_weekly")
    plan = {"responsible": "village_cadre1", "plan": "上门", "due": "2026-03-20"}
    decision = NewDecision(case_id=waits, trigger="assign_in_village", data=plan, note=f"回电{PHONE}")
    world.decide("village_secretary", meeting, decision)
    world.fire("village_secretary", waits, "assign_in_village", **plan)
    world.close("village_secretary", meeting)
    assert world.item(meeting, waits).decided.note


def _signed_in(world: World) -> None:
    AccountService(world.store).add(LOGIN, PERSON, False)
    AccountService(world.store).issue_token(LOGIN, f"{NAME}的手机")
    with world.store.begin() as tx:
        for typed in (LOGIN, PHONE):
            row = {"id": f"at-{typed}", "login": typed, "source": "192.0.2.1", "device": None, "at": real_now()}
            tx.execute(sa.insert(sign_in_failures).values(row))
        revealed = {"home": t.TOWNSHIP, "id": f"{t.TOWNSHIP}-R", "at": real_now(), "login": "x", "person": "zuzhang"}
        revealed |= {"post": None, "case_id": "c", "fields": ["reporter"], "reason": "other", "words": f"问{NAME}"}
        tx.execute(sa.insert(trust.reveals).values(revealed))


# --- looking for bytes ----------------------------------------------------------------------------------------------


def spellings(needle: str) -> Iterator[bytes]:
    """As UTF-8, and as JSON escapes it."""
    yield needle.encode()
    yield json.dumps(needle)[1:-1].encode()


def holding(places: list[Path]) -> list[tuple[str, str]]:
    found = []
    for place in places:
        data = place.read_bytes()
        found += [(place.name, needle) for needle in NEEDLES if any(each in data for each in spellings(needle))]
    return found


def database_files(world: World) -> list[Path]:
    """All files of the database: of PostgreSQL where its server keeps this one."""
    if world.store.is_sqlite:
        file = Path(sa.make_url(world.store.url).database or "")
        return [each for each in file.parent.iterdir() if each.is_file()]
    if "MINQING_TEST_POSTGRES_URL" in os.environ:
        pytest.skip("the server's files may be elsewhere, and its role no superuser")
    with world.store.engine.connect() as tx:
        tx.exec_driver_sql("CHECKPOINT")  # what is in memory alone is written
        data = Path(tx.exec_driver_sql("SHOW data_directory").scalar_one())
        oid = tx.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar_one()
    folder = data / "base" / str(oid)
    return [each for each in folder.iterdir() if each.is_file()]


def told(world: World) -> str:
    """Every row of every table as text."""
    with world.store.read() as tx:
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in tx.execute(sa.select(table)).all()
        )


def verified(world: World) -> int:
    verdict = verify(world.store, world.office.rulebook)
    assert verdict.flaws == ()
    return verdict.erased


# --- a registered person --------------------------------------------------------------------------------------------


def test_no_byte_of_him_is_left_and_everything_still_adds_up(scene: Scene):
    world = scene.world
    with world.store.begin() as tx:
        tx.exec_driver_sql("ANALYZE")  # a planner keeps samples of what columns hold
    assert {needle for _, needle in holding(database_files(world))} == set(NEEDLES)  # else this test sees nothing

    scene.erase(Wanted(person=PERSON), also_open=True)

    assert not [needle for needle in NEEDLES if needle in told(world)]
    assert holding(database_files(world)) == []
    assert verified(world) >= 7
    for person in ("township_party_office", "auditor_county"):
        for case in scene.closed.values():
            world.queries.get(person, case)
            world.queries.history(person, case)
        assert world.queries.page(person, CaseFilter(q=NAME)).cases == ()


def test_an_old_snapshot_keeps_old_bytes_and_is_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    """PostgreSQL takes dead rows along into the table's new file while anybody's snapshot is older than they are."""
    world, pauses = scene.world, []
    if world.store.is_sqlite:
        pytest.skip("SQLite's VACUUM waits for readers by itself")
    other = world.store.engine.connect().execution_options(isolation_level="REPEATABLE READ")
    other.exec_driver_sql("SELECT 1")

    def let_go(seconds: float) -> None:
        pauses.append(seconds)
        other.close()

    monkeypatch.setattr("engine.store.tidying.time.sleep", let_go)
    scene.erase(Wanted(person=PERSON), also_open=True)

    assert len(pauses) == 1
    assert holding(database_files(world)) == []


def test_a_snapshot_that_nobody_lets_go_is_told_as_tables_that_are_left(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    if scene.world.store.is_sqlite:
        pytest.skip("SQLite's VACUUM waits for readers by itself")
    monkeypatch.setattr("engine.store.tidying._PAUSES", ())
    with scene.world.store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as other:
        other.exec_driver_sql("SELECT 1")
        scene.eraser.erase(Wanted(person=PERSON), Reason.CONSENT_WITHDRAWN, login=COMMAND, also_open=True)
        assert {"payloads", "people"} <= set(scene.eraser.tidy())

    assert scene.eraser.tidy() == ()
    scene.uploads.sweep_everywhere()
    assert holding(database_files(scene.world)) == []


def test_what_is_exported_with_all_texts_holds_none_of_him(scene: Scene):
    """Evidence, the feed and the log of access."""
    world = scene.world
    exported = b"".join(evidence(world.store, real_now(), texts=True))
    assert {each for each in NEEDLES if any(form in exported for form in spellings(each))} == set(NEEDLES)

    scene.erase(Wanted(person=PERSON), also_open=True)

    exported = b"".join(evidence(world.store, real_now(), texts=True))
    exported += str(EventFeed(world.office).after("township_party_office", None, 200)).encode()
    assert [each for each in NEEDLES if any(form in exported for form in spellings(each))] == []


def test_nothing_of_him_is_written_to_the_log(scene: Scene, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("DEBUG"):
        scene.erase(Wanted(person=PERSON), also_open=True)

    assert [each for each in NEEDLES if each in caplog.text] == []


def test_what_is_found_says_why(scene: Scene):
    found = {each.case_id: set(each.rows.values()) for each in scene.eraser.preview(Wanted(person=PERSON)).cases}

    expected = {"by_id": Cause.NAMED_BY_ID, "behalf": Cause.HIS_WORDS}
    expected |= dict.fromkeys(("stranger", "by_name", "by_phone", "noted"), Cause.IN_TEXT)
    assert {what: found.get(case) for what, case in scene.closed.items() if what != "other"} == {
        what: {cause} for what, cause in expected.items()
    }
    assert scene.closed["other"] not in found
    assert {Cause.HIS_WORDS, Cause.SAME_FILE} in found.values()


def test_a_preview_changes_nothing(scene: Scene):
    before = told(scene.world)

    scene.eraser.preview(Wanted(person=PERSON))

    assert told(scene.world) == before


def test_others_keep_every_word(scene: Scene):
    world = scene.world
    scene.erase(Wanted(person=PERSON), also_open=True)

    view = world.queries.get("township_party_office", scene.closed["other"])

    assert view.data["gist"] == "两家为鱼塘分水吵嘴"
    assert [each.identity.id for each in world.queries.page("zuzhang", CaseFilter(q="鱼塘分水")).cases] == [
        scene.closed["other"]
    ]


def test_open_cases_are_left_alone_unless_asked_for(scene: Scene):
    before = told(scene.world)

    with pytest.raises(Wrong) as refused:
        scene.eraser.erase(Wanted(person=PERSON), Reason.CONSENT_WITHDRAWN, login=COMMAND)

    assert refused.value.code == "cases_still_open"
    assert len(refused.value.facts["cases"]) == 1
    assert told(scene.world) == before


def test_the_register_knows_him_no_longer(scene: Scene):
    world = scene.world
    scene.erase(Wanted(person=PERSON), also_open=True)

    person = next(row for row in world.rows(people) if row.id == PERSON)
    assert (person.name, person.phone) == (ERASED, None)
    assert [row.active for row in world.rows(accounts) if row.login == LOGIN] == [False]
    assert [(row.label, bool(row.revoked_at)) for row in world.rows(tokens) if row.login == LOGIN] == [(ERASED, True)]
    assert all(row.valid_to for row in world.rows(posts) if row.person == PERSON)
    assert world.rows(sign_in_failures) == []
    assert PERSON not in {row.person for row in world.rows(inbox)}
    with world.store.read() as tx:
        kept = {name: tx.execute(sa.text(f"SELECT count(*) FROM {name} WHERE person = '{PERSON}'")).scalar()
                for name in ("household_people", "relatives")}  # fmt: skip
    assert kept == {"household_people": 0, "relatives": 0}


def test_his_uploads_are_gone_from_the_depot(scene: Scene):
    assert [each for each in scene.depot.rglob("*") if each.is_file()]

    scene.erase(Wanted(person=PERSON), also_open=True)

    assert [each for each in scene.depot.rglob("*") if each.is_file()] == []
    assert scene.world.rows(files) == []
    assert refusal(lambda: scene.uploads.fetch("zuzhang", scene.upload)).code == "file_not_found"


def test_it_is_recorded_what_was_emptied_and_why(scene: Scene):
    world = scene.world
    scene.erase(Wanted(person=PERSON), also_open=True)

    kept = world.rows(trust.erasures)
    empty = {(row.case_id, row.seq) for row in world.rows(payloads) if row.body is None}
    assert {(row.case_id, seq) for row in kept if row.case_id for seq in row.rows} == empty
    assert {name for row in kept if not row.case_id for name in row.rows} == {
        "decisions",
        "meetings",
        "reveals",
        "people",
    }
    assert {(row.login, row.person, row.reason) for row in kept} == {(COMMAND, PERSON, "consent_withdrawn")}


def test_erasing_again_finds_nothing_more(scene: Scene):
    scene.erase(Wanted(person=PERSON), also_open=True)

    assert scene.eraser.preview(Wanted(person=PERSON)).cases == ()
    assert len(scene.world.rows(decisions)) <= 1


def test_an_import_does_not_bring_him_back(scene: Scene):
    scene.erase(Wanted(person=PERSON), also_open=True)

    with pytest.raises(AssertionError, match="erased"):
        scene.world.imports("people", "id,name,phone", f"{PERSON},{NAME},{PHONE}")


# --- somebody who is not registered ---------------------------------------------------------------------------------

STRANGER = {"name": "令狐守拙", "phone": "13700001234"}


def test_a_stranger_is_known_by_name_and_telephone(store: Store):
    world = World(store)
    his = _close(world, world.open(reporter=STRANGER))
    namesake = _close(world, world.open(reporter=STRANGER | {"phone": "13711112222"}))

    EraseService(world.office).erase(Wanted(**STRANGER), Reason.CONSENT_WITHDRAWN, login=COMMAND)

    assert world.queries.get("zuzhang", namesake).data["reporter"]["name"] == STRANGER["name"]
    assert "reporter" not in world.queries.get("zuzhang", his).data
    assert verified(world) == 1


def test_who_is_registered_is_named_by_his_id(scene: Scene):
    with pytest.raises(Wrong) as refused:
        scene.eraser.preview(Wanted(name=NAME, phone=PHONE))

    assert (refused.value.code, refused.value.facts) == ("is_registered", {"people": (PERSON,)})


def test_in_one_home_alone_the_register_keeps_him(scene: Scene):
    scene.erase(Wanted(person=PERSON, home=t.OTHER_TOWNSHIP), also_open=True)

    assert next(row.name for row in scene.world.rows(people) if row.id == PERSON) == NAME
    assert verified(scene.world) == 0
