"""Uploads: whose they are, which act may name them, who may read them, and when they go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from engine.audit.verify import verify
from engine.cases.door import Act
from engine.cases.service import Caller, OpenCase
from engine.definition.model import Value
from engine.files.content import Kind, examine
from engine.files.depots import FolderDepot, Gone
from engine.files.service import WAITING_MOST, FileService
from engine.files.verify import FilesVerdict, verify_files
from engine.meetings.service import NewDecision
from engine.rules.attempt import Command
from engine.rules.refusals import Conflict, FieldsRefused, Forbidden, NotFound, Refusal, TooLarge
from engine.rules.rulebook import Rulebook
from engine.store.db import Store, Unavailable
from engine.store.tables import files, history, payloads
from tests import township as t
from tests.store.uploads import FILED, age, kept, service, sha256, upload
from tests.store.world import World, refusal, rules
from tests.unit.files import made


@pytest.fixture
def world(store: Store) -> World:
    return World(store, rules(**FILED))


@pytest.fixture
def uploads(world: World, tmp_path: Path) -> FileService:
    return service(world, tmp_path)


def begin(world: World, person: str = "zuzhang", unit: str = t.GROUP, **data: Value) -> str:
    return world.opened(person, unit, "begin", data, workflow="small").identity.id


def problems(refused: Refusal) -> list[tuple[str, str]]:
    assert isinstance(refused, FieldsRefused)
    return [(problem.field, problem.code) for problem in refused.problems]


UNKNOWN = [("scan", "unknown_file")]


# --- taking in -------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_what_was_sent_without_its_tags(world: World, uploads: FileService):
    found = uploads.take("zuzhang", uploads.admit("zuzhang"), made.jpeg())

    data = examine(made.jpeg()).data
    assert uploads.depot.get(found.id) == data
    assert (found.kind, found.type, found.size, found.sha256) == ("photo", "image/jpeg", len(data), sha256(data))
    row = kept(world, found.id)
    assert (row.home, row.person, row.stored, row.case_id) == (t.TOWNSHIP, "zuzhang", True, None)


@pytest.mark.parametrize("person", ["lishen", "@operator", "auditor_county", "auditor_township"])
def test_who_may_act_nowhere_is_not_admitted(uploads: FileService, person: str):
    refused = refusal(lambda: uploads.admit(person))

    assert (type(refused), refused.code) == (Forbidden, "no_post")


def test_who_is_named_by_a_case_is_admitted_without_a_post(world: World, uploads: FileService):
    world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small", behalf="lishen")

    assert uploads.admit("lishen") == t.TOWNSHIP


def test_somebody_above_the_home_level_has_a_home_of_his_own(world: World, uploads: FileService):
    world.newcomer("county_man")
    world.posts("county_man", "township_secretary", t.COUNTY, "2025-01-01")

    assert uploads.admit("county_man") == t.COUNTY


def test_not_more_uploads_may_wait_than_a_few(world: World, uploads: FileService):
    first = [upload(uploads, "zuzhang", made.amr()) for _ in range(WAITING_MOST)]

    refused = refusal(lambda: uploads.admit("zuzhang"))
    assert (type(refused), refused.code) == (Conflict, "too_many_uploads")
    assert uploads.admit("village_clerk") == t.TOWNSHIP
    begin(world, scan=first[0])
    assert uploads.admit("zuzhang") == t.TOWNSHIP


def test_each_kind_has_its_limit(world: World, tmp_path: Path):
    small = service(world, tmp_path, photo=len(made.jpeg()) - 1, voice=10_000, document=len(made.pdf()))

    refused = refusal(lambda: upload(small, "zuzhang"))
    assert isinstance(refused, TooLarge)
    assert (refused.what, refused.limit) == (Kind.PHOTO, len(made.jpeg()) - 1)
    assert upload(small, "zuzhang", made.pdf())
    refused = refusal(lambda: upload(small, "zuzhang", bytes(10_001)))
    assert isinstance(refused, TooLarge)
    assert (refused.what, refused.limit) == ("upload", 10_000)
    assert len(world.rows(files)) == 1


def test_what_is_refused_leaves_nothing_behind(world: World, uploads: FileService, tmp_path: Path):
    for data in (b"", b"<html>", made.bomb(), made.jpeg()[:-2], made.heic()):
        assert problems(refusal(lambda data=data: uploads.take("zuzhang", t.TOWNSHIP, data)))[0][0] == "file"

    assert world.rows(files) == []
    assert list(tmp_path.iterdir()) == []


class FullDepot(FolderDepot):
    def put(self, file_id: str, data: bytes) -> None:
        raise Unavailable(full=True)


def test_an_upload_whose_bytes_did_not_arrive_is_none(world: World, uploads: FileService, tmp_path: Path):
    full = FileService(world.office, FullDepot(tmp_path))
    with pytest.raises(Unavailable):
        full.take("zuzhang", t.TOWNSHIP, made.jpeg())

    (row,) = world.rows(files)
    assert not row.stored
    assert problems(refusal(lambda: begin(world, scan=row.id))) == UNKNOWN
    assert isinstance(refusal(lambda: uploads.fetch("zuzhang", row.id)), NotFound)
    age(world, row.id, hours=26)
    assert uploads.sweep(t.TOWNSHIP) == 1
    assert world.rows(files) == []


# --- naming ----------------------------------------------------------------------------------------------------------


def test_the_act_that_names_an_upload_binds_it_to_its_case(world: World, uploads: FileService):
    scan, photo = upload(uploads, "zuzhang", made.pdf()), upload(uploads, "zuzhang")
    case = begin(world, scan=scan, photos=[photo])

    assert {kept(world, each).case_id for each in (scan, photo)} == {case}
    data = world.queries.get("zuzhang", case).data
    assert data["scan"] == {"id": scan, "kind": "document", "type": "application/pdf", "size": len(made.pdf()),
                            "sha256": sha256(made.pdf())}  # fmt: skip
    assert [each["id"] for each in data["photos"]] == [photo]


def test_hash_and_id_stand_in_the_payload_that_can_be_erased(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")
    begin(world, scan=scan)

    (row,) = world.rows(history)
    assert (row.facts, row.texts) == ({}, ["scan"])
    (payload,) = world.rows(payloads)
    assert payload.body["data"]["scan"]["sha256"] == kept(world, scan).sha256
    assert verify(world.store, world.office.rulebook).flaws == ()


def test_only_the_sender_can_name_it(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")

    assert problems(refusal(lambda: begin(world, "village_clerk", scan=scan))) == UNKNOWN
    assert kept(world, scan).case_id is None


@pytest.mark.parametrize("other", ["same home", "other home"])
def test_a_second_case_cannot_have_it(world: World, uploads: FileService, other: str):
    scan = upload(uploads, "zuzhang")
    begin(world, scan=scan)
    person, unit = ("zuzhang", t.GROUP) if other == "same home" else ("zuzhang_other", f"{t.OTHER_WUCHANG}g1")
    second = begin(world, person, unit)

    assert problems(refusal(lambda: world.fire(person, second, "add", scan=scan))) == UNKNOWN
    assert world.version(second) == 1


def test_the_same_case_may_name_it_again_whoever_acts(world: World, uploads: FileService):
    photos = [upload(uploads, "zuzhang"), upload(uploads, "zuzhang", made.png())]
    case = begin(world, photos=photos)

    world.fire("village_clerk", case, "add", photos=photos[:1], scan=photos[1])

    data = world.queries.get("zuzhang", case).data
    assert ([each["id"] for each in data["photos"]], data["scan"]["id"]) == (photos[:1], photos[1])


@pytest.mark.parametrize(
    "given",
    ["", 5, True, {}, {"id": "x"}, ["x"], "x", "../../etc/passwd", f"{t.TOWNSHIP}-01KAZ0C3W8N5T2Q7R4X6V9B1MD",
     "nowhere-01KAZ0C3W8N5T2Q7R4X6V9B1MD", "a" * 5000, "\0", "'; DROP TABLE files; --"],
)  # fmt: skip
def test_what_is_no_upload_is_unknown(world: World, given: object):
    if given == "":
        assert world.queries.get("zuzhang", begin(world, scan=given)).data == {}
        return
    assert problems(refusal(lambda: begin(world, scan=given))) == UNKNOWN


def test_a_refused_act_leaves_the_upload_waiting(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")

    assert problems(refusal(lambda: begin(world, scan=scan, photos=["x"]))) == [("photos", "unknown_file")]
    assert kept(world, scan).case_id is None
    begin(world, scan=scan)


def test_a_list_holds_no_more_than_its_rule_says(world: World, uploads: FileService):
    photos = [upload(uploads, "zuzhang") for _ in range(4)]

    assert problems(refusal(lambda: begin(world, photos=photos))) == [("photos", "too_long")]


def test_of_two_acts_sent_together_only_the_first_gets_it(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")
    cases = [begin(world), begin(world)]
    acts = [
        Act(person="zuzhang", command=Command(trigger="add", data={"scan": scan}), case_id=case, expected=1)
        for case in cases
    ]

    first, second = world.cases.fire_many(acts)
    assert first.refusal is None
    assert second.refusal is not None
    assert problems(second.refusal) == UNKNOWN
    assert kept(world, scan).case_id == cases[0]


def test_somebody_of_the_county_attaches_to_a_case_of_a_township(world: World, uploads: FileService):
    world.newcomer("county_man")
    world.posts("county_man", "village_clerk", t.COUNTY, "2025-01-01")
    scan = upload(uploads, "county_man")
    case = begin(world)

    world.fire("county_man", case, "add", scan=scan)

    row = kept(world, scan)
    assert (row.home, row.case_id) == (t.COUNTY, case)
    assert uploads.fetch("zuzhang", scan).file.id == scan


def test_the_same_request_again_is_answered_although_the_upload_is_used(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")
    caller = Caller(person="zuzhang", token="t", key="k", request=[scan])
    wanted = OpenCase(unit=t.GROUP, command=Command(trigger="begin", data={"scan": scan}), workflow="small")

    assert world.cases.open(caller, wanted).identity == world.cases.open(caller, wanted).identity


# --- decisions -------------------------------------------------------------------------------------------------------


def test_a_decision_keeps_its_upload_until_the_meeting_closes(world: World, uploads: FileService):
    case = begin(world)
    world.fire("zuzhang", case, "raise")
    meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")
    world.meetings.open("village_secretary", meeting, 1)
    scan = upload(uploads, "village_secretary", made.pdf())
    world.decide("village_secretary", meeting, NewDecision(case_id=case, trigger="agree", data={"scan": scan}))

    assert kept(world, scan).case_id == case
    age(world, scan, days=3)
    uploads.sweep(t.TOWNSHIP)
    world.minutes.closing("village_secretary", meeting)
    world.close("village_secretary", meeting)

    assert world.state(case) == "done"
    assert uploads.fetch("village_secretary", scan).data == made.pdf()


def test_a_preview_binds_nothing(world: World, uploads: FileService):
    case = begin(world)
    world.fire("zuzhang", case, "raise")
    meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")
    world.meetings.open("village_secretary", meeting, 1)
    scan = upload(uploads, "village_secretary")
    refused = refusal(
        lambda: world.decide(
            "village_secretary",
            meeting,
            NewDecision(case_id=case, trigger="agree", data={"scan": scan, "words": "不收"}),
        )
    )

    assert problems(refused) == [("words", "unknown_field")]
    assert kept(world, scan).case_id is None


# --- giving out ------------------------------------------------------------------------------------------------------


def test_a_waiting_upload_is_its_senders_alone(uploads: FileService):
    scan = upload(uploads, "zuzhang")

    assert uploads.fetch("zuzhang", scan).data == examine(made.jpeg()).data
    assert uploads.fetch("zuzhang", scan).number is None
    for person in ("village_clerk", "township_secretary", "auditor_county", "@operator"):
        assert refusal(lambda person=person: uploads.fetch(person, scan)).code == "file_not_found"


def test_an_attached_upload_is_for_whoever_may_read_the_case(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")
    case = begin(world, scan=scan)
    number = world.held(case).identity.number

    for person in ("zuzhang", "village_clerk", "auditor_county"):
        found = uploads.fetch(person, scan)
        assert (found.number, found.place, found.ending) == (number, 1, "jpg")
    for person in ("zuzhang_2", "zuzhang_other", "lishen", "@operator"):
        assert refusal(lambda person=person: uploads.fetch(person, scan)).code == "file_not_found"


def test_uploads_of_a_kind_are_counted_in_their_order(world: World, uploads: FileService):
    photos = [upload(uploads, "zuzhang") for _ in range(3)]
    scan = upload(uploads, "zuzhang", made.pdf())
    case = begin(world, photos=photos[:2], scan=scan)
    world.fire("zuzhang", case, "add", photos=[photos[0], photos[2]])

    assert [uploads.fetch("zuzhang", each).place for each in (*photos, scan)] == [1, 2, 3, 1]


def test_what_was_erased_is_out_of_reach(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")
    begin(world, scan=scan)
    with world.store.begin() as tx:
        tx.execute(payloads.update().values(body=None, salt=None))

    assert refusal(lambda: uploads.fetch("zuzhang", scan)).code == "file_not_found"


def test_bytes_that_are_gone_are_not_found(uploads: FileService):
    scan = upload(uploads, "zuzhang")
    uploads.depot.delete(scan)

    assert refusal(lambda: uploads.fetch("zuzhang", scan)).code == "file_not_found"


# --- what proves it --------------------------------------------------------------------------------------------------


def flaws(world: World, uploads: FileService) -> list[tuple[str, str | None, str]]:
    found = verify_files(world.store, world.office.rulebook, uploads.depot).flaws
    return [(flaw.case_id, flaw.file_id, flaw.what) for flaw in found]


def test_what_was_attached_is_still_the_same(world: World, uploads: FileService):
    scan, photo = upload(uploads, "zuzhang", made.pdf()), upload(uploads, "zuzhang")
    case = begin(world, scan=scan)
    world.fire("zuzhang", case, "add", scan=scan, photos=[photo])

    assert verify_files(world.store, world.office.rulebook, uploads.depot) == FilesVerdict(files=2, flaws=())
    assert verify_files(world.store, world.office.rulebook, uploads.depot, home=t.OTHER_TOWNSHIP).files == 0


def test_bytes_that_were_changed_or_lost_are_found(world: World, uploads: FileService):
    scan, photo = upload(uploads, "zuzhang", made.pdf()), upload(uploads, "zuzhang")
    case = begin(world, scan=scan, photos=[photo])
    uploads.depot.put(scan, made.pdf() + b" ")
    uploads.depot.delete(photo)

    assert sorted(flaws(world, uploads)) == sorted([(case, scan, "changed"), (case, photo, "gone")])


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"case_id": "x-1"}, {"stored": False}])
def test_a_row_that_was_changed_to_fit_other_bytes_is_found(world: World, uploads: FileService, change):
    scan = upload(uploads, "zuzhang")
    case = begin(world, scan=scan)
    with world.store.begin() as tx:
        tx.execute(files.update().values(**change))

    assert flaws(world, uploads) == [(case, scan, "row")]


def test_rules_that_are_not_here_hide_nothing_silently(world: World, uploads: FileService):
    case = begin(world, scan=upload(uploads, "zuzhang"))

    found = verify_files(world.store, Rulebook.of(()), uploads.depot)
    assert [(flaw.case_id, flaw.what) for flaw in found.flaws] == [(case, "rules")]


def test_two_cases_at_the_same_time_get_it_once(store: Store, tmp_path: Path):
    world = World(store, rules(**FILED))
    uploads = service(world, tmp_path)
    scan = upload(uploads, "zuzhang")
    cases, start = [begin(world) for _ in range(4)], Barrier(4)

    def fire(case: str) -> str:
        start.wait()
        try:
            world.fire("zuzhang", case, "add", scan=scan)
        except FieldsRefused as refused:
            return problems(refused)[0][1]
        return "done"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(fire, cases))

    assert sorted(found) == ["done", "unknown_file", "unknown_file", "unknown_file"]
    assert kept(world, scan).case_id == cases[found.index("done")]


# --- going -----------------------------------------------------------------------------------------------------------


def test_an_upload_that_waits_too_long_can_be_used_no_more_and_goes(world: World, uploads: FileService):
    old, fresh = upload(uploads, "zuzhang"), upload(uploads, "zuzhang")
    age(world, old, hours=24, minutes=1)

    assert problems(refusal(lambda: begin(world, scan=old))) == UNKNOWN
    assert uploads.sweep(t.TOWNSHIP) == 0  # an act that named it in time may still be under way
    age(world, old, hours=1)
    upload(uploads, "village_clerk")  # the next upload of the township sweeps

    assert kept(world, old) is None
    with pytest.raises(Gone):
        uploads.depot.get(old)
    assert uploads.depot.get(fresh)


def test_what_cannot_be_removed_does_not_lose_the_next_upload(world: World, tmp_path: Path):
    class Stubborn(FolderDepot):
        def delete(self, file_id: str) -> None:
            raise Unavailable

    uploads = FileService(world.office, Stubborn(tmp_path))
    old = upload(uploads, "zuzhang")
    age(world, old, days=2)

    begin(world, scan=upload(uploads, "zuzhang"))
    assert kept(world, old) is not None


def test_an_attached_upload_never_goes(world: World, uploads: FileService):
    scan = upload(uploads, "zuzhang")
    begin(world, scan=scan)
    age(world, scan, days=400)

    assert uploads.sweep(t.TOWNSHIP) == 0
    assert uploads.fetch("zuzhang", scan).data


def test_a_sweep_is_of_one_home(world: World, uploads: FileService):
    other = upload(uploads, "zuzhang_other")
    age(world, other, days=2)

    assert uploads.sweep(t.TOWNSHIP) == 0
    assert uploads.sweep(t.OTHER_TOWNSHIP) == 1
