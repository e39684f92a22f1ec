"""No identity number is kept, wherever somebody types one: the message names the field and says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from api.problems import field_text
from engine.cases.service import Caller
from engine.definition.model import Value
from engine.meetings.service import NewDecision
from engine.people.accounts import AccountService
from engine.people.errors import Wrong
from engine.people.imports import ImportService
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused
from engine.store.db import Store
from engine.store.tables import cases, payloads
from tests import township as t
from tests.features.ways import REPORT
from tests.store.world import World, refusal

NUMBER = "430482199001011236"


@pytest.fixture
def world(sqlite_store: Store) -> World:
    return World(sqlite_store)


def problems(act: Callable[[], object]) -> list[tuple[str, str]]:
    refused = refusal(act)
    assert isinstance(refused, FieldsRefused)
    return [(each.field, each.code) for each in refused.problems]


def opened(world: World, data: dict[str, Value], **rest: Any) -> list[tuple[str, str]]:
    return problems(lambda: world.opened("linzhang", t.NEIGHBOURHOOD, "report", REPORT | data, **rest))


def test_none_is_kept_of_a_report(world: World):
    assert opened(world, {"gist": f"张三{NUMBER}家水沟"}) == [("gist", "id_number")]
    assert opened(world, {"place": f"三组 {NUMBER[:6]} {NUMBER[6:]}"}) == [("place", "id_number")]
    assert opened(world, {"reporter": {"name": NUMBER}}) == [("reporter", "id_number")]
    assert opened(world, {}, note=f"证号{NUMBER}") == [("note", "id_number")]
    assert opened(world, {}, behalf={"name": NUMBER}) == [("on_behalf_of", "id_number")]
    assert world.rows(cases) == []


def test_nor_of_an_act_or_a_meeting(world: World):
    case = world.bring("village_queued")
    note = Command(trigger="note", data={"text": f"他是{NUMBER}"})
    assert problems(lambda: world.sent(Caller(person="zuzhang"), case, note, world.version(case))) == [
        ("text", "id_number")
    ]
    meeting = world.gather("village_secretary", "village_weekly")
    plan = {"responsible": "village_cadre1", "plan": f"找{NUMBER}", "due": "2026-03-20"}
    decision = NewDecision(case_id=case, trigger="assign_in_village", data=plan)
    assert [code for _, code in problems(lambda: world.decide("village_secretary", meeting, decision))] == ["id_number"]
    cancel = lambda: world.meetings.cancel("village_secretary", meeting, world.row(meeting).version, NUMBER)  # noqa: E731
    assert problems(cancel) == [("reason", "id_number")]
    assert NUMBER not in str([row.body for row in world.rows(payloads)])


@pytest.mark.parametrize(
    ("kind", "row", "column"),
    [
        ("people", f"{NUMBER},张三,", "id"),
        ("people", f"p1,张三{NUMBER},", "name"),
        ("people", f"p1,张三,{NUMBER}", "phone"),
        ("households", f"{NUMBER},{t.GROUP},lishen,lishen", "code"),
        ("units", f"x1,{NUMBER},group,{t.WUCHANG}", "name"),
    ],
)
def test_nor_in_the_register_not_even_as_an_id(world: World, kind: str, row: str, column: str):
    header = {
        "people": "id,name,phone", "households": "code,unit,head,members", "units": "code,name,kind,parent"
    }[kind]  # fmt: skip

    outcome = ImportService(world.store).apply(kind, f"{header}\n{row}".encode())

    assert (column, "id_number") in {(each.column, each.code) for each in outcome.problems}
    assert not outcome.written


def test_nor_as_a_login(world: World):
    with pytest.raises(Wrong) as refused:
        AccountService(world.store).add(NUMBER, None, operator=False)

    assert refused.value.code == "login_is_id_number"


def test_the_message_names_the_field_and_says_why(world: World):
    refused = refusal(lambda: world.open(content=NUMBER))
    assert isinstance(refused, FieldsRefused)

    zh, en = field_text(refused.workflow, refused.problems[0])

    assert zh == "「详情」里有身份证号，请删去再交：本系统一律不保存身份证号"
    assert en == "Details holds an identity card number; take it out and send it again: none is kept here"
    assert NUMBER not in zh + en
