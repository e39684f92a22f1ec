"""Opening and firing: what the service answers, what it writes, and when a post gives a right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.cases.door import Act, Opening
from engine.cases.office import open_office
from engine.cases.service import Caller, CaseService, OpenCase
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused, NotFound, Refusal, Stale
from engine.rules.rulebook import Rulebook
from engine.rules.state import Event
from engine.store.casebook import Entry, LostUpdate, write
from engine.store.casefile import read_events
from engine.store.db import Store
from engine.store.register import find_unit
from engine.store.settings import remove_setting
from engine.store.tables import cases, history, idempotency, numbers, payloads, refusals, workflow_versions
from tests import township as t
from tests.features.ways import REPORT
from tests.store.world import World, refusal, rules

TODAY = date(2026, 3, 6)
DAY = timedelta(days=1)

SMALL = {
    "fields": """
        helpers: {T, type: list, of: unit, fills: units}
        charge: {T, type: unit, fills: responsible}
        """,
    "states": """
        new: {T, level: wuchang, handling: true}
        done: {T, final: true}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: [zuzhang, village_clerk], takes: [helpers, charge]}
        - {trigger: call, T, from: new, to: same, by: zuzhang, takes: [helpers, charge]}
        - {trigger: help, T, from: new, to: same, by: township_station}
        - {trigger: finish, T, from: new, to: done, by: [zuzhang, township_station]}
        """,
}


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def problems(refused: Refusal) -> list[tuple[str, str]]:
    assert isinstance(refused, FieldsRefused)
    return [(problem.field, problem.code) for problem in refused.problems]


def written(world: World) -> list[list[object]]:
    """Everything that an act may write, but the record of refusals."""
    return [world.rows(table) for table in (cases, history, payloads, numbers, idempotency, workflow_versions)]


# --- opening ---------------------------------------------------------------------------------------------------------


def test_an_opening_names_its_home_and_has_a_number_and_a_first_row(world: World):
    held = world.opened("linzhang", t.NEIGHBOURHOOD, "report", REPORT)

    home, _, ulid = held.identity.id.rpartition("-")
    assert (held.identity.home, home, len(ulid)) == (t.TOWNSHIP, t.TOWNSHIP, 26)
    assert (held.state.state, held.state.level, held.state.version) == ("reported", "wuchang", 1)
    assert (held.unit.code, held.state.opener) == (t.NEIGHBOURHOOD, "linzhang")
    assert world.held(held.identity.id) == held
    assert [row.seq for row in world.rows(history)] == [1]


def test_without_a_trigger_the_first_opening_of_the_rules_is_meant(world: World):
    held = world.opened("linzhang", t.NEIGHBOURHOOD, "", REPORT)

    assert [row.trigger for row in world.rows(history)] == ["report"]
    assert held.state.state == "reported"


def test_rules_are_found_by_default_by_key_and_by_version(world: World):
    for name in (None, "issue-escalation", "issue-escalation/1"):
        held = world.opened("linzhang", t.NEIGHBOURHOOD, "report", REPORT, workflow=name)
        assert (held.identity.workflow, held.identity.workflow_version) == ("issue-escalation", 1)
        assert held.identity.file_hash == t.default_rules()[0].sha256


def test_unknown_rules_open_nothing(world: World):
    for name in ("no-such-rules", "issue-escalation/2", "issue-escalation/x", "issue-escalation/" * 2):
        wanted = {"trigger": "report", "data": REPORT, "workflow": name}
        refused = refusal(lambda wanted=wanted: world.opened("linzhang", t.NEIGHBOURHOOD, **wanted))
        assert problems(refused) == [("workflow", "unknown_workflow")]


def test_unknown_rules_and_an_unknown_unit_are_told_together(world: World):
    refused = refusal(lambda: world.opened("linzhang", "nowhere", "report", REPORT, workflow="no-such-rules"))

    assert problems(refused) == [("workflow", "unknown_workflow"), ("unit", "unknown_unit")]


def test_an_installation_may_have_other_rules_by_default(store: Store):
    world = World(store, *t.default_rules(), rules(**SMALL))
    office = open_office(store, world.office.rulebook, default_workflow="small", clock=world.clock)
    wanted = OpenCase(unit=t.GROUP, command=Command(trigger="begin"))

    held = CaseService(office).open(Caller(person="zuzhang"), wanted)

    assert held.identity.workflow == "small"


def test_an_office_needs_an_initialised_database(store: Store):
    with store.begin() as tx:
        remove_setting(tx, "secret")

    with pytest.raises(LookupError, match="not initialised"):
        open_office(store, Rulebook.of(()))


def test_a_unit_out_of_reach_answers_like_one_that_does_not_exist(world: World):
    places = ("nowhere", f"{t.SIBLING_WUCHANG}g1", t.OTHER_WUCHANG, t.OTHER_VILLAGE, f"{t.OTHER_TOWNSHIP}s1")
    answers = [refusal(lambda place=place: world.open("linzhang", place)) for place in places]

    assert {(type(answer), answer.code, answer.workflow, answer.refused_by) for answer in answers} == {
        (FieldsRefused, "fields", None, None)
    }
    assert {tuple(problems(answer)) for answer in answers} == {(("unit", "unknown_unit"),)}


def test_somebody_without_a_post_can_open_nowhere(world: World):
    for person in ("lishen", "@operator"):
        assert problems(refusal(lambda person=person: world.open(person))) == [("unit", "unknown_unit")]


def test_a_unit_above_the_lowest_level_is_too_high(world: World):
    for place in (t.VILLAGE, t.TOWNSHIP, t.STATION, t.COUNTY):
        refused = refusal(lambda place=place: world.open("township_party_office", place))
        assert problems(refused) == [("unit", "unit_too_high")]
        assert refused.problems[0].facts == {"level": "wuchang"}


def test_a_unit_at_or_below_the_lowest_level_will_do(world: World):
    for place in (t.WUCHANG, t.GROUP, t.NEIGHBOURHOOD):
        assert world.held(world.open("village_clerk", place)).unit.code == place


def test_a_line_that_lacks_a_deciding_level_will_not_do(world: World):
    world.imports("units", "code,name,kind,parent", f"stray,飞地屋场,wuchang,{t.TOWNSHIP}")

    assert problems(refusal(lambda: world.open("township_party_office", "stray"))) == [("unit", "unit_too_high")]


def test_values_that_do_not_fit_open_nothing_and_are_told_all_at_once(world: World):
    before = written(world)
    refused = refusal(lambda: world.open(gist="短", heard_on="2026-03-07", mood="bad"))

    assert problems(refused) == [("mood", "unknown_field"), ("gist", "too_short"), ("heard_on", "after_today")]
    assert refused.refused_by is not None
    assert written(world) == before


def test_a_published_file_is_pinned_when_it_first_opens_a_case(world: World):
    for _ in range(2):
        world.open()

    pins = world.rows(workflow_versions)
    assert [(pin.workflow, pin.version, pin.sha256) for pin in pins] == [
        ("issue-escalation", 1, t.default_rules()[0].sha256)
    ]


def test_another_file_of_a_pinned_version_opens_nothing(world: World):
    with world.store.begin() as tx:
        values = {"workflow": "issue-escalation", "version": 1, "sha256": "0" * 64, "first_used_at": world.clock.at}
        tx.execute(sa.insert(workflow_versions).values(values))

    assert problems(refusal(world.open)) == [("workflow", "unknown_workflow")]
    assert world.rows(cases) == []


def test_a_draft_is_opened_by_its_full_name_only_and_is_not_pinned(store: Store):
    world = World(store, rules(draft=True, **SMALL))

    refused = refusal(lambda: world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small"))
    held = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small/1")

    assert problems(refused) == [("workflow", "unknown_workflow")]
    assert held.state.state == "new"
    assert world.rows(workflow_versions) == []


def test_a_draft_opens_nothing_on_a_production_database(store: Store):
    world = World(store)
    office = open_office(store, Rulebook.of([rules(draft=True, **SMALL)]), clock=world.clock)
    wanted = OpenCase(unit=t.GROUP, command=Command(trigger="begin"), workflow="small/1")

    refused = refusal(lambda: CaseService(office).open(Caller(person="zuzhang"), wanted))

    assert problems(refused) == [("workflow", "unknown_workflow")]


def test_on_behalf_of_a_registered_person_he_is_kept_by_id(world: World):
    held = world.opened("zuzhang", t.GROUP, "report", REPORT, behalf="lishen")

    assert (held.state.opener, held.state.behalf) == ("zuzhang", "lishen")
    assert world.rows(payloads)[0].body == {"data": {"gist": REPORT["gist"]}}


def test_on_behalf_of_a_stranger_his_name_is_kept_where_it_can_be_erased(world: World):
    stranger = {"name": "张小明", "phone": "13812341234"}
    held = world.opened("zuzhang", t.GROUP, "report", REPORT, behalf=stranger)

    assert held.state.behalf is None
    row, payload = world.rows(history)[0], world.rows(payloads)[0]
    assert (row.behalf, row.proxy) == (None, True)
    assert payload.body["behalf"] == stranger


def test_whom_an_act_is_for_must_exist_or_be_named_well(world: World):
    wrong = {
        "no-one": "unknown_person",
        7: "unknown_person",
        ("name", ""): "bad_name",
        ("name", "张三", "phone", "12345"): "bad_phone",
    }
    for given, code in wrong.items():
        behalf = dict(zip(given[::2], given[1::2], strict=True)) if isinstance(given, tuple) else given
        refused = refusal(lambda behalf=behalf: world.opened("zuzhang", t.GROUP, "report", REPORT, behalf=behalf))
        assert problems(refused) == [("on_behalf_of", code)]


# --- firing ----------------------------------------------------------------------------------------------------------


def test_an_act_adds_one_row_and_moves_the_case(world: World):
    case = world.open()
    held = world.fire("zuzhang", case, "accept")

    assert (held.state.state, held.state.version) == ("wuchang_handling", 2)
    assert held.state.responsible.people == ("zuzhang",)
    assert world.held(case) == held
    assert [(row.seq, row.trigger, row.actor, row.post_role) for row in world.rows(history)] == [
        (1, "report", "linzhang", "linzhang"),
        (2, "accept", "zuzhang", "zuzhang"),
    ]


def test_a_version_that_is_not_the_present_one_is_stale_and_not_on_record(world: World):
    case = world.open()
    world.fire("zuzhang", case, "accept")
    before = written(world)

    for seen in (0, 1, 3):
        note = Command(trigger="note", data={"text": "去看过"})
        refused = refusal(lambda seen=seen, note=note: world.sent(Caller(person="zuzhang"), case, note, seen))
        assert isinstance(refused, Stale)
        assert (refused.expected, refused.current) == (seen, 2)
    assert written(world) == before
    assert world.rows(refusals) == []


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("sign_for", {}, "state"),
    ("report", REPORT, "state"),
    ("no_such_act", {}, "fields"),
    ("strike_off", {"satisfaction": "good"}, "state"),
    ("decline", {}, "role"),
    ("refer_to_village", {}, "fields"),
    ("refer_to_village", {"reason_code": "other", "reason": "别的"}, "counter:measures_here"),
]


def test_a_refused_act_leaves_the_case_untouched_and_one_entry(world: World):
    case = world.open()
    before = written(world)

    for trigger, data, code in REFUSED:
        assert refusal(lambda what=trigger, data=data: world.fire("zuzhang", case, what, **data)).code == code
        world.wait(seconds=1)

    assert written(world) == before
    kept = sorted(world.rows(refusals), key=lambda row: row.at)
    assert [(row.person, row.case_id, row.trigger, row.code) for row in kept] == [
        ("zuzhang", case, trigger, code) for trigger, _, code in REFUSED
    ]


def test_a_case_out_of_reach_answers_like_one_that_does_not_exist(world: World):
    hidden, absent = world.open(), f"{t.TOWNSHIP}-01ARZ3NDEKTSV4RRFFQ69G5FAV"
    note = Command(trigger="note", data={"text": "路过"})

    for person in ("village_clerk_2", "township_secretary_other", "township_station", "lishen"):
        for case, command, seen in ((hidden, note, 1), (hidden, Command(trigger="nonsense"), 7), (absent, note, 1)):
            refused = refusal(lambda p=person, c=case, n=command, s=seen: world.sent(Caller(person=p), c, n, s))
            assert (type(refused), refused.code, str(refused)) == (NotFound, "case_not_found", "case_not_found")


def test_three_times_are_kept_apart(world: World):
    case = world.open()
    occurred, device = datetime(2026, 3, 5, 9, 0, tzinfo=UTC), datetime(2026, 3, 6, 0, 59, 30, 123456, tzinfo=UTC)
    command = Command(trigger="accept", occurred_at=occurred, client_at=device)

    world.sent(Caller(person="zuzhang"), case, command, 1)

    row = world.rows(history)[1]
    assert (row.occurred_at, row.recorded_at, row.client_at) == (occurred, t.NOW, device)


def test_what_has_not_happened_yet_is_refused(world: World):
    case = world.open()
    later = Command(trigger="accept", occurred_at=t.NOW + timedelta(microseconds=1))

    refused = refusal(lambda: world.sent(Caller(person="zuzhang"), case, later, 1))

    assert problems(refused) == [("occurred_at", "after_now")]


def test_the_note_of_an_act_is_kept_beside_its_values(world: World):
    case = world.open()
    world.sent(Caller(person="zuzhang"), case, Command(trigger="accept", note="已电话联系"), 1)

    assert world.rows(payloads)[1].body == {"note": "已电话联系"}


def test_a_relative_on_record_of_a_party_is_kept_out(world: World):
    case = world.open(reporter="wangson")

    assert refusal(lambda: world.fire("pianzhang", case, "accept")).code == "never:relative_of_party"
    assert world.fire("zuzhang", case, "accept").state.state == "wuchang_handling"


def test_a_member_of_a_partys_household_is_kept_out(world: World):
    case = world.open("zuzhang", t.GROUP, reporter="lishen")

    assert refusal(lambda: world.fire("linzhang", case, "finish_on_spot", result="说通了")).code == (
        "never:relative_of_party"
    )


def test_relatives_of_whom_an_act_names_are_looked_up_too(store: Store):
    world = World(store, rules(
        fields="party: {T, type: person, fills: party}\nwho: {T, type: person}",
        states="new: {T, level: wuchang, handling: true}\ndone: {T, final: true}",
        transitions="- {trigger: begin, T, from: start, to: new, by: zuzhang, needs: party}\n"
        "- trigger: name\n  title: {zh: 名, en: Name}\n  from: new\n  to: done\n  by: zuzhang\n  needs: who\n"
        "  when: {person: who, is: relative_of_party}",
    ))  # fmt: skip
    case = world.opened("zuzhang", t.GROUP, "begin", {"party": "wangson"}, workflow="small").identity.id

    assert refusal(lambda: world.fire("zuzhang", case, "name", who="lishen")).code == "person:who"
    assert world.fire("zuzhang", case, "name", who="pianzhang").state.state == "done"


def test_a_second_writer_is_found_out(world: World):
    """Nothing but the door writes a case; what was changed past it is not overwritten."""
    held = world.held(world.open())
    other = replace(held.state, version=7)

    with pytest.raises(LostUpdate), world.store.begin() as tx:
        write(tx, [Entry(identity=held.identity, workflow=t.default_rules()[0], before=other, after=other,
                         events=((an_event(world), "00"),))])  # fmt: skip


def an_event(world: World) -> Event:
    with world.store.read() as tx:
        return read_events(tx, world.rows(cases)[0].id)[0]


# --- many at once ----------------------------------------------------------------------------------------------------


def accept(case: str, person: str = "zuzhang", *, expected: int | None = None, trigger: str = "accept") -> Act:
    return Act(person=person, case_id=case, command=Command(trigger=trigger), expected=expected)


def test_of_many_acts_each_has_its_own_outcome(world: World):
    first, second = world.open(), world.open()
    acts = [accept(first), accept("nowhere-1"), accept(first), accept(second, expected=2), accept(second, expected=1)]

    outcomes = world.cases.fire_many(acts)

    assert [each.act for each in outcomes] == acts
    assert [each.refusal.code if each.refusal else "done" for each in outcomes] == [
        "done",
        "case_not_found",
        "state",
        "stale_version",
        "done",
    ]
    assert [world.state(case) for case in (first, second)] == ["wuchang_handling"] * 2
    assert outcomes[0].held == world.held(first)
    assert [(row.case_id, row.code) for row in world.rows(refusals)] == [(first, "state")]


def test_two_acts_on_one_case_follow_each_other_in_one_batch(world: World):
    case = world.open()
    measure = Command(trigger="record_measure", data={"measure": "上门", "done_on": "2026-03-06"})
    acts = [accept(case, expected=1), Act(person="zuzhang", case_id=case, command=measure, expected=2)]

    outcomes = world.cases.fire_many(acts, atomic=True)

    assert [outcome.event.seq for outcome in outcomes if outcome.event] == [2, 3]
    assert world.version(case) == 3
    chain = world.rows(history)
    assert [row.previous for row in chain[1:]] == [row.hash for row in chain[:-1]]
    assert {outcome.held.last_hash for outcome in outcomes if outcome.held} == {chain[-1].hash}


def test_all_or_none_does_nothing_when_one_is_refused(world: World):
    first, second = world.open(), world.open()
    before = written(world)

    refused = refusal(lambda: world.cases.fire_many([accept(first), accept(second, "council_member")], atomic=True))

    assert refused.code == "role"
    assert written(world) == before
    assert [(row.case_id, row.person, row.code) for row in world.rows(refusals)] == [(second, "council_member", "role")]


def test_a_stale_version_among_all_or_none_is_raised_but_not_on_record(world: World):
    case = world.open()

    assert isinstance(refusal(lambda: world.cases.fire_many([accept(case, expected=9)], atomic=True)), Stale)
    assert world.rows(refusals) == []


def test_openings_may_be_among_many_acts(world: World):
    with world.store.read() as tx:
        unit = find_unit(tx, t.GROUP)
    opening = Opening(compiled=world.office.rulebook.find("issue-escalation"), unit=unit)
    report, short = Command(trigger="report", data=REPORT), Command(trigger="report", data={**REPORT, "gist": "短"})
    acts = [Act(person="zuzhang", command=command, opening=opening) for command in (report, short)]

    outcomes = world.cases.fire_many(acts)

    assert [outcome.refusal.code if outcome.refusal else "done" for outcome in outcomes] == ["done", "fields"]
    assert [row.id for row in world.rows(cases)] == [outcomes[0].held.identity.id]
    assert [(row.unit, row.case_id, row.trigger) for row in world.rows(refusals)] == [(t.GROUP, None, "report")]


def test_no_acts_do_nothing(world: World):
    assert world.cases.fire_many([], atomic=True) == []


# --- when a post gives a right ---------------------------------------------------------------------------------------


SPANS = [
    (TODAY, "", True),
    (TODAY, TODAY, True),
    ("2025-01-01", TODAY, True),
    ("2025-01-01", TODAY - DAY, False),
    (TODAY + DAY, "", False),
]


def test_a_post_gives_a_right_from_its_first_to_its_last_day(world: World):
    for number, (since, until, may) in enumerate(SPANS):
        case, person = world.open(), f"new{number}"
        world.newcomer(person)
        world.posts(person, "zuzhang", t.GROUP, since, until)
        if may:
            assert world.fire(person, case, "accept").state.responsible.people == (person,)
        else:
            assert isinstance(refusal(lambda p=person, c=case: world.fire(p, c, "accept")), NotFound)
            assert problems(refusal(lambda p=person: world.open(p))) == [("unit", "unknown_unit")]


def test_the_last_day_ends_at_midnight_in_the_township(world: World):
    before, after = world.open(), world.open()
    world.ends("zuzhang", TODAY)

    world.clock.at = datetime(2026, 3, 6, 15, 59, 59, 999_999, tzinfo=UTC)
    assert world.cases.fire_many([accept(before)])[0].refusal is None
    world.clock.at = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert isinstance(world.cases.fire_many([accept(after)])[0].refusal, NotFound)


def test_a_right_is_judged_when_one_acts_not_when_one_looked(world: World):
    case = world.open()
    seen = world.queries.get("zuzhang", case).state.version
    world.ends("zuzhang", TODAY - DAY)

    refused = refusal(lambda: world.sent(Caller(person="zuzhang"), case, Command(trigger="accept"), seen))

    assert isinstance(refused, NotFound)


def test_rights_are_the_union_over_ones_posts_and_not_a_cross_product(world: World):
    here, there = world.open(), world.open("linzhang_2", f"{t.SIBLING_WUCHANG}g1n1")
    world.newcomer("both")
    world.posts("both", "zuzhang", t.GROUP, "2025-01-01")
    world.posts("both", "council_member", t.SIBLING_WUCHANG, "2025-01-01")

    assert world.fire("both", here, "accept").state.state == "wuchang_handling"
    assert refusal(lambda: world.fire("both", there, "accept")).code == "role"


def test_an_ended_post_beside_a_valid_one_counts_for_nothing(world: World):
    case = world.open()
    world.newcomer("moved")
    world.posts("moved", "zuzhang", t.GROUP, "2025-01-01", TODAY - DAY)
    world.posts("moved", "council_member", t.WUCHANG, TODAY)

    assert refusal(lambda: world.fire("moved", case, "accept")).code == "role"


def test_who_is_in_charge_stays_so_when_his_post_has_ended(world: World):
    case = world.open()
    world.fire("zuzhang", case, "accept")
    world.ends("zuzhang", TODAY - DAY)

    held = world.fire("zuzhang", case, "record_measure", measure="上门", done_on="2026-03-06")

    row = world.rows(history)[-1]
    assert held.state.version == 3
    assert (row.actor, row.post) == ("zuzhang", None)


def test_a_post_at_a_body_reaches_the_units_that_the_body_covers(world: World):
    inside, outside = world.open("zuzhang", t.GROUP), world.open("village_clerk", t.SECOND)

    assert world.fire("party_group_leader", inside, "accept").state.state == "wuchang_handling"
    assert isinstance(refusal(lambda: world.fire("party_group_leader", outside, "accept")), NotFound)
    row = next(row for row in world.rows(history) if row.actor == "party_group_leader")
    assert (row.post_role, row.post_place) == ("party_group_leader", f"{t.VILLAGE}p01")


def test_an_auditor_reads_and_never_acts(world: World):
    case = world.open()

    assert refusal(lambda: world.fire("auditor_township", case, "note", text="看过了")).code == "role"


# --- stations --------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(store: Store) -> World:
    return World(store, rules(**SMALL))


def begin(world: World, **data: object) -> str:
    return world.opened("zuzhang", t.GROUP, "begin", data, workflow="small").identity.id


def test_a_station_learns_nothing_of_a_case_it_has_no_part_in(small: World):
    case = begin(small)

    assert isinstance(refusal(lambda: small.fire("township_station", case, "help")), NotFound)


def test_a_station_acts_where_it_is_concerned_or_in_charge(small: World):
    for data in ({"helpers": [t.STATION]}, {"charge": t.STATION}):
        case = begin(small, **data)
        assert small.fire("township_station", case, "help").state.version == 2
    assert [row.post_place for row in small.rows(history) if row.trigger == "help"] == [t.STATION] * 2


def test_a_station_no_longer_concerned_has_no_part_any_more(small: World):
    case = begin(small, helpers=[t.STATION])
    small.fire("zuzhang", case, "call", helpers=[t.WUCHANG])

    assert isinstance(refusal(lambda: small.fire("township_station", case, "help")), NotFound)


def test_a_unit_of_another_township_cannot_be_put_in_charge(small: World):
    refused = refusal(lambda: begin(small, charge=f"{t.OTHER_TOWNSHIP}s1"))

    assert problems(refused) == [("charge", "unknown_unit")]


def test_a_station_opens_no_case(small: World):
    refused = refusal(lambda: small.opened("township_station", t.GROUP, "begin", {}, workflow="small"))

    assert problems(refused) == [("unit", "unknown_unit")]


def test_until_it_has_signed_a_station_reads_but_does_not_handle(world: World):
    case = world.bring("township_handling")

    measure = {"measure": "实地查看", "done_on": "2026-03-06"}
    assert refusal(lambda: world.fire("township_station", case, "record_measure", **measure)).code == "role"
    world.fire("township_station", case, "sign_for")
    assert world.fire("township_station", case, "record_measure", **measure).state.version == world.version(case)
