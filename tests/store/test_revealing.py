"""Having masked personal data shown: what is answered, who may, and that it is kept."""

from __future__ import annotations

import pytest

from engine.cases.revealing import Asked, RevealService
from engine.cases.service import Caller
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused
from engine.rules.revealing import Ground
from engine.store import trust_tables as trust
from engine.store.db import Store
from engine.store.erasurebook import empty_payloads
from tests import township as t
from tests.features.ways import REPORT
from tests.store.world import World, refusal

STRANGER = {"name": "张小明", "phone": "13812341234"}
WHY = "contact_reporter"


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
def service(world: World) -> RevealService:
    return RevealService(world.office)


@pytest.fixture
def case(world: World) -> str:
    return world.open(gist="水沟堵了，打13812341234", reporter=STRANGER)


def asked(*fields: str, reason: str = WHY, words: str | None = None, seq: int | None = None) -> Asked:
    return Asked(fields=fields, reason=reason, words=words, seq=seq)


def problems(act) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    refused = refusal(act)
    assert isinstance(refused, FieldsRefused)
    return [(each.field, each.code) for each in refused.problems]


def test_who_works_on_the_case_is_told_and_it_is_kept(world: World, service: RevealService, case: str):
    shown = service.reveal("zuzhang", "zu", case, asked("reporter", "gist"))

    assert shown.values == {"reporter": STRANGER, "gist": "水沟堵了，打13812341234"}
    (row,) = world.rows(trust.reveals)
    assert (row.login, row.person, row.case_id, row.fields, row.reason) == (
        "zu",
        "zuzhang",
        case,
        ["reporter", "gist"],
        WHY,
    )
    assert (row.id, row.at) == (shown.reveal.id, world.clock.at)
    assert row.post


def test_of_a_registered_person_the_register_tells_the_telephone(world: World, service: RevealService):
    held = world.opened("zuzhang", t.GROUP, "report", REPORT | {"reporter": "zhangsan"}, behalf="wangson")

    shown = service.reveal("zuzhang", "zu", held.identity.id, asked("reporter", "on_behalf_of"))

    assert shown.values == {
        "reporter": {"id": "zhangsan", "name": "张三", "phone": "10000000003"},
        "on_behalf_of": {"id": "wangson", "name": "王小军"},
    }


def test_what_one_row_said_is_shown_as_it_said_it(world: World, service: RevealService, case: str):
    note = Command(trigger="note", data={"text": "回他13911112222"}, note="又打0734-8765432")
    world.sent(Caller(person="zuzhang"), case, note, 1)

    shown = service.reveal("zuzhang", "zu", case, asked("note", "text", seq=2))

    assert shown.values == {"note": "又打0734-8765432", "text": "回他13911112222"}
    assert world.rows(trust.reveals)[0].fields == ["2:note", "2:text"]
    assert problems(lambda: service.reveal("zuzhang", "zu", case, asked("note"))) == [("note", "not_kept")]
    assert problems(lambda: service.reveal("zuzhang", "zu", case, asked("note", seq=9))) == [("note", "not_kept")]


def test_supervision_asks_for_its_own_grounds_alone(service: RevealService, case: str):
    for reason in ("supervision_sample", "legal_duty"):
        assert service.reveal("auditor_county", "a", case, asked("reporter", reason=reason)).values
    assert problems(lambda: service.reveal("auditor_county", "a", case, asked("reporter"))) == [
        ("reason", "not_a_ground")
    ]
    sample = asked("reporter", reason="supervision_sample")
    assert problems(lambda: service.reveal("zuzhang", "z", case, sample)) == [("reason", "not_a_ground")]
    assert service.grounds("auditor_county", case) == (Ground.SUPERVISION_SAMPLE, Ground.LEGAL_DUTY)


def test_nothing_is_kept_of_what_was_not_shown(world: World, service: RevealService, case: str):
    assert refusal(lambda: service.reveal("zuzhang_2", "z", case, asked("reporter"))).code == "case_not_found"
    wrong = [
        (asked("reporter", reason="other"), ("words", "missing")),
        (asked("reporter", reason="curious"), ("reason", "not_a_ground")),
        (asked("reporter", words="长" * 201), ("words", "too_long")),
        (asked("reporter", words="坏\x01字"), ("words", "control_character")),
        (asked("nothing"), ("nothing", "not_kept")),
        (asked("content"), ("content", "not_kept")),
        (asked(), ("fields", "missing")),
    ]
    for each, problem in wrong:
        assert problems(lambda each=each: service.reveal("zuzhang", "z", case, each)) == [problem]
    assert world.rows(trust.reveals) == []


def test_what_was_erased_can_be_shown_to_nobody(world: World, service: RevealService, case: str):
    with world.store.begin() as tx:
        empty_payloads(tx, t.TOWNSHIP, case, [1])

    assert problems(lambda: service.reveal("zuzhang", "z", case, asked("reporter"))) == [("reporter", "not_kept")]


def test_words_are_kept_masked(world: World, service: RevealService, case: str):
    service.reveal("zuzhang", "z", case, asked("reporter", reason="other", words="给张小明回电13812341234，李婶在场"))

    assert world.rows(trust.reveals)[0].words == "给张*明回电138****1234，李*在场"


def test_who_is_recused_is_shown_nothing(store: Store):
    world = World(store, t.whole_book())
    t.settle_whole_book(store)
    case = world.open(reporter=STRANGER)
    world.fire("township_party_office", case, "recuse", recused_person="zuzhang", recusal_code="relative",
               responsible="pianzhang")  # fmt: skip

    assert (
        refusal(lambda: RevealService(world.office).reveal("zuzhang", "z", case, asked("reporter"))).code
        == "never:recused"
    )


def test_superiors_and_supervisors_see_who_looked_and_nobody_else(service: RevealService, case: str):
    service.reveal("zuzhang", "zu", case, asked("reporter"))
    service.reveal("pianzhang", "pi", case, asked("gist", reason="visit"))

    for person in ("village_clerk", "township_secretary", "auditor_county", "auditor_township"):
        found = service.reveals(person, case)
        assert [(each.reveal.person, each.names[each.reveal.person]) for each in found] == [
            ("pianzhang", "王建国"), ("zuzhang", "高组长"),
        ]  # fmt: skip
    for person in ("zuzhang", "linzhang", "pianzhang"):
        assert refusal(lambda person=person: service.reveals(person, case)).code == "not_a_supervisor"
    assert refusal(lambda: service.reveals("village_clerk_2", case)).code == "case_not_found"
