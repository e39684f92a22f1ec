"""What readers see of personal text: in lists, in the case, for those who only read, and never a telephone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.audit.queries import HistoryFilter
from engine.cases.narrowing import CaseFilter
from engine.cases.service import Caller
from engine.cases.views import CaseView
from engine.meetings.service import NewDecision
from engine.rules.attempt import Command
from engine.rules.mask import Sight
from engine.store.db import Store
from engine.store.tables import payloads
from tests import township as t
from tests.features.ways import REPORT
from tests.store.world import READER, World

STRANGER = {"name": "张小明", "phone": "13812341234"}
SAID = {
    "gist": "张小明家水沟堵了，电话13812341234",
    "content": "身份证430482199001011234，座机0734-8765432，门牌12号",
    "place": "洋泉镇陈桥村第一屋场高子树组12号",
    "reporter": STRANGER,
}
PLAIN = {
    "gist": "张小明家水沟堵了，电话138****1234",
    "content": "身份证430482199001011234，座机0734-****5432，门牌12号",
    "place": "洋泉镇陈桥村第一屋场高子树组12号",
    "reporter": {"name": "张小明", "phone": "138****1234"},
}
MASKED = {
    "gist": "张*明家水沟堵了，电话138****1234",
    "content": "身份证430482********1234，座机0734-****5432，门牌12号",
    "place": "洋泉镇陈桥村第一屋场高子树组***",
    "reporter": {"name": "张*明", "phone": "138****1234"},
}


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
def case(world: World) -> str:
    """Reported for a stranger, with a note."""
    held = world.opened("linzhang", t.NEIGHBOURHOOD, "report", REPORT | SAID, behalf=STRANGER, note="回电0734-8765432")
    return held.identity.id


def texts(view: CaseView) -> dict[str, object]:
    return {name: view.data[name] for name in SAID}


def test_who_may_act_on_the_case_reads_all_but_telephones(world: World, case: str):
    for person in ("linzhang", "zuzhang", "council_member", "village_clerk", READER, "township_secretary"):
        view = world.queries.get(person, case)
        assert (view.sight, texts(view)) == (Sight.OPEN, PLAIN)


def test_who_only_reads_sees_it_masked(world: World, case: str):
    for person in ("auditor_township", "auditor_county"):
        view = world.queries.get(person, case)
        assert (view.sight, texts(view)) == (Sight.MASKED, MASKED)
        assert texts(world.queries.triggers(person, case).view) == MASKED


def test_an_auditor_who_also_works_there_reads_it_plainly(world: World, case: str):
    world.posts("auditor_township", "village_clerk", t.VILLAGE, "2025-01-01")

    assert texts(world.queries.get("auditor_township", case)) == PLAIN


def test_an_auditor_who_is_in_charge_himself_reads_it_plainly(world: World):
    case = world.open(**SAID)
    world.go(
        case,
        ("pianzhang", "record_measure", {"measure": "上门", "done_on": "2026-03-06"}),
        ("pianzhang", "refer_to_village", {"reason_code": "other", "reason": "谈不拢"}),
        (
            "village_secretary",
            "assign_in_village",
            {"responsible": "auditor_township", "plan": "请他协调", "due": "2026-03-20"},
        ),
    )

    assert texts(world.queries.get("auditor_township", case)) == PLAIN


def test_lists_mask_for_everybody(world: World, case: str):
    for person in ("linzhang", "village_clerk", "township_secretary", "auditor_county"):
        (view,) = world.queries.page(person, CaseFilter()).cases
        assert (view.sight, texts(view)) == (Sight.MASKED, MASKED)


def test_the_history_across_cases_masks_for_everybody(world: World, case: str):
    for person in ("linzhang", "auditor_county"):
        (row,) = world.audit.history(person, HistoryFilter()).rows
        assert {name: row.data[name] for name in SAID} == MASKED
        assert (row.behalf, row.note) == ({"name": "张*明", "phone": "138****1234"}, "回电0734-****5432")


def test_the_history_of_the_case_is_as_plain_as_the_case(world: World, case: str):
    (plain,), (masked,) = (world.queries.history(person, case) for person in ("zuzhang", "auditor_county"))

    assert {name: plain.data[name] for name in SAID} == PLAIN
    assert plain.behalf == {"name": "张小明", "phone": "138****1234"}
    assert {name: masked.data[name] for name in SAID} == MASKED
    assert masked.behalf == {"name": "张*明", "phone": "138****1234"}


def test_in_notes_ids_are_hidden_from_those_who_only_read(world: World, case: str):
    note = Command(
        trigger="note", data={"text": "他的证号43048219900101123X"}, note="证号43048219900101123X，打13812341234"
    )
    world.sent(Caller(person="zuzhang"), case, note, 1)

    plain, masked = (world.queries.history(person, case)[1] for person in ("zuzhang", "auditor_county"))

    assert (plain.note, masked.note) == (
        "证号43048219900101123X，打138****1234",
        "证号430482********123X，打138****1234",
    )
    assert masked.data["text"] == "他的证号430482********123X"


def test_a_registered_person_is_kept_by_id_and_named_beside(world: World):
    held = world.opened("zuzhang", t.GROUP, "report", REPORT | {"reporter": "zhangsan"}, behalf="lishen")

    view = world.queries.get("auditor_county", held.identity.id)

    assert (view.data["reporter"], view.state.behalf) == ("zhangsan", "lishen")
    assert (view.names["zhangsan"], view.names["lishen"]) == ("张三", "李婶")


def test_just_after_the_act_its_sender_sees_what_he_may_see_of_the_case(world: World):
    held = world.opened("linzhang", t.NEIGHBOURHOOD, "report", REPORT | SAID)

    assert texts(world.queries.present("linzhang", held)) == PLAIN
    assert texts(world.queries.present("auditor_county", held)) == MASKED


def test_the_agenda_and_the_minutes_mask_their_cases_for_everybody(world: World):
    case = world.bring("village_queued", **SAID)
    planned = world.plan("village_secretary", "village_weekly")
    assert texts(world.minutes.get("village_secretary", planned).items[0].case) == MASKED
    meeting = world.gather("village_secretary", "village_weekly")
    plan = {"responsible": "village_cadre1", "plan": "重新划线", "due": "2026-03-20"}
    decision = NewDecision(case_id=case, trigger="assign_in_village", data=plan, note="回电13812341234")
    world.decide("village_secretary", meeting, decision)
    world.close("village_secretary", meeting)

    (item,) = world.minutes.get("village_secretary", meeting).items

    assert texts(item.case) == MASKED
    assert item.note == "回电138****1234"


def test_what_was_erased_is_shown_to_nobody(world: World, case: str):
    with world.store.begin() as tx:
        tx.execute(payloads.update().values(body=None, salt=None))

    for person in ("linzhang", "auditor_county"):
        view, (row,) = world.queries.get(person, case), world.queries.history(person, case)
        assert not set(SAID) & set(view.data)
        assert (set(SAID) & set(row.data), row.note, row.behalf) == (set(), None, None)
        assert view.data["category"] == REPORT["category"]


# --- names in free text ----------------------------------------------------------------------------------------------


def gists(world: World, person: str = "auditor_county") -> list[str]:
    return [str(view.data["gist"]) for view in world.queries.page(person, CaseFilter()).cases]


def test_who_lives_in_the_village_is_hidden_in_its_texts(world: World):
    """李婶 and 刘爹 are of a household there; 张三 is registered and of none."""
    world.open(gist="李婶和刘爹、张三为水沟争执")
    world.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1", gist="李婶的亲戚来反映情况")

    assert gists(world) == ["李婶的亲戚来反映情况", "李*和刘*、张三为水沟争执"]


def test_who_is_on_record_is_hidden_in_earlier_and_later_texts(world: World):
    case = world.open(gist="赵四和孙小六为水沟争执", reporter={"name": "赵四"})
    world.fire("linzhang", case, "correct", reporter={"name": "孙小六"}, reason="记错了人")

    assert gists(world) == ["赵*和孙*六为水沟争执"]
    assert world.queries.get("zuzhang", case).data["gist"] == "赵四和孙小六为水沟争执"
    rows = world.audit.history("zuzhang", HistoryFilter()).rows
    assert [row.data.get("gist") for row in rows] == [None, "赵*和孙*六为水沟争执"]


def test_registered_people_on_record_are_hidden_wherever_they_live(world: World):
    held = world.opened("zuzhang", t.GROUP, "report", REPORT | {"gist": "张三找王小军说理", "reporter": "zhangsan"},
                        behalf="wangson")  # fmt: skip

    assert gists(world) == ["张*找王*军说理"]
    assert world.queries.get("auditor_county", held.identity.id).data["gist"] == "张*找王*军说理"


def test_who_acted_stays_named_in_his_own_field(world: World):
    case = world.open()
    world.fire("pianzhang", case, "record_measure", measure="王建国上门", done_on="2026-03-06")

    row = world.audit.history("auditor_county", HistoryFilter()).rows[0]
    assert (row.names[row.event.actor], row.data["measure"]) == ("王建国", "王建国上门")


def test_the_register_counts_from_the_next_request_on(world: World):
    world.open(gist="冯老汉家的水沟堵了")
    assert gists(world) == ["冯老汉家的水沟堵了"]

    world.imports("people", "id,name,phone", "feng,冯老汉,")
    world.imports("households", "code,unit,head,members", f"h7,{t.GROUP},feng,")
    assert gists(world) == ["冯*汉家的水沟堵了"]

    world.imports("people", "id,name,phone", "feng,冯德福,")
    assert gists(world) == ["冯老汉家的水沟堵了"]


def test_the_names_of_the_own_units_stay_readable(world: World):
    world.imports("people", "id,name,phone", "gao,高子树,")
    world.imports("households", "code,unit,head,members", f"h7,{t.GROUP},gao,")
    world.open(gist="高子树组的高子树家进水了")

    assert gists(world) == ["高子树组的高*树家进水了"]


def test_search_finds_by_what_a_list_shows_alone(world: World):
    case = world.open(gist="赵四和孙小六、李婶为水沟争执", reporter={"name": "赵四"})

    def found(asked: str) -> bool:
        return bool(world.queries.page("zuzhang", CaseFilter(q=asked)).cases)

    assert (found("赵四"), found("李婶"), found("孙小六"), found("赵*")) == (False, False, True, True)
    world.fire("linzhang", case, "correct", reporter={"name": "孙小六"}, reason="记错了人")
    assert (found("孙小六"), found("赵四"), found("水沟争执")) == (False, False, True)


def test_what_is_said_of_a_meeting_hides_names_and_telephones(world: World):
    meeting = world.plan("village_secretary", "village_weekly")
    world.meetings.cancel("village_secretary", meeting, 1, "李婶家出殡，改期请打13812341234")

    assert world.minutes.get("village_secretary", meeting).meeting.reason == "李*家出殡，改期请打138****1234"


def test_a_page_of_many_cases_asks_in_few_statements(world: World):
    for _ in range(3):
        world.open(reporter={"name": "赵四"})
    gists(world)

    def asked() -> int:
        heard: list[str] = []
        listen = lambda *rest: heard.append(rest[2])  # noqa: E731
        sa.event.listen(world.store.engine, "before_cursor_execute", listen)
        gists(world)
        sa.event.remove(world.store.engine, "before_cursor_execute", listen)
        return len(heard)

    few = asked()
    for _ in range(12):
        world.open(reporter={"name": "赵四"})
    assert asked() == few
