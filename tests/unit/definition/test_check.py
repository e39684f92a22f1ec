"""Soundness: where cases can go, what still can be said of a file with errors, and what is no error."""

from __future__ import annotations

import pytest

from engine.definition import paths
from engine.definition.check import check_workflow
from engine.definition.travel import Spot, explore
from tests.unit.definition.files import FULL, SMALL, codes_of, full, reading_of, small, warnings_of, workflow_of

ROW = "  - {trigger: finish, title: {zh: 办结, en: Finish}, from: working, to: done, by: head}\n"


def with_rows(*rows, states=()):
    """The small file with more rows, each `trigger from to [more]`, and more states, each `code properties`."""
    text = SMALL
    for state in states:
        code, _, more = state.partition(" ")
        text = text.replace("transitions:\n", f"  {code}: {{title: {{zh: 甲, en: A}}{more}}}\ntransitions:\n")
    for row in rows:
        trigger, source, target, more = (*row.split(" ", 3), "")[:4]
        text += f"  - {{trigger: {trigger}, title: {{zh: 乙, en: B}}, from: {source}, to: {target}, by: head{more}}}\n"
    return text


TWO_LEVELS = ("  village: {zh: 村, en: Village}\n", "  village: {zh: 村, en: Village}\n  town: {zh: 镇, en: Town}\n")


def test_a_sound_workflow_has_no_findings():
    assert check_workflow(workflow_of(FULL)) == ()


def test_a_state_is_reached_with_the_level_it_has_or_keeps():
    spots = explore(workflow_of(FULL)).spots

    assert {spot for spot in spots if spot.state == "parked"} == {Spot("parked", "village"), Spot("parked", "town")}
    assert Spot("working", "town") not in spots


def test_a_case_opened_in_a_state_without_level_has_the_lowest():
    text = small(*TWO_LEVELS).replace("en: Working}, level: village", "en: Working}")

    assert explore(workflow_of(text)).spots == {Spot("working", "village"), Spot("done", "village")}


def test_closer_leads_to_the_handling_state_of_every_level_a_case_can_have():
    text = with_rows("raise work_two raised", "redo done closer , reopens: true", "down raised done")
    text = text.replace("raise work_two raised", "").replace("from: work_two", "from: working")
    text = text.replace(*TWO_LEVELS).replace("level: village}\n  done", "level: village, handling: true}\n  done")
    text = text.replace("transitions:\n", "  raised: {title: {zh: 甲, en: A}, level: town}\ntransitions:\n")

    assert codes_of(text) == ["S09"]
    fixed = text.replace("level: town}\ntransitions", "level: town, handling: true}\ntransitions")
    assert codes_of(fixed) == []


def test_level_conditions_keep_closer_from_levels_without_handling():
    text = with_rows("raise working raised", "down raised done", "redo done PLACE , reopens: true")
    text = text.replace(*TWO_LEVELS).replace("level: village}\n  done", "level: village, handling: true}\n  done")
    text = text.replace("transitions:\n", "  raised: {title: {zh: 甲, en: A}, level: town}\ntransitions:\n")

    def codes(place):
        return codes_of(text.replace("to: PLACE", f"to: {place}"))

    assert codes("closer") == ["S09"]
    assert codes("[{when: {level: town}, to: raised}, {to: closer}]") == []
    assert codes("[{when: {not: {level: village}}, to: raised}, {to: closer}]") == []
    assert codes("[{when: {any: [{level: town}, {actor: clerk}]}, to: raised}, {to: closer}]") == []
    assert codes("[{when: {all: [{level: town}, {level: [town, village]}]}, to: raised}, {to: closer}]") == []
    assert codes("[{when: {any: [{level: village}, {actor: clerk}]}, to: raised}, {to: closer}]") == ["S09"]
    assert codes("[{when: {all: [{level: town}, {actor: clerk}]}, to: raised}, {to: closer}]") == ["S09"]
    assert codes("[{when: {not: {actor: clerk}}, to: raised}, {to: closer}]") == ["S09"]
    assert codes("[{when: {field: gist, given: true}, to: raised}, {to: closer}]") == []
    text = text.replace("needs: gist", "takes: gist")
    assert codes("[{when: {field: gist, given: true}, to: raised}, {to: closer}]") == ["S09"]
    assert codes_of(text.replace("to: PLACE, by: head", "to: closer, by: head, when: {level: village}")) == []


def test_back_leads_to_an_end_through_where_the_case_came_from():
    text = with_rows("park working parked", "resume parked back", states=["parked"])

    assert codes_of(text) == []


def test_back_reaches_no_new_state():
    text = with_rows("resume working back", states=["parked"])

    assert codes_of(text) == ["S02", "S08"]


def test_a_loop_without_way_out_has_no_end():
    text = with_rows("park working one", "go one two", "stay two one", states=["one", "two"])

    assert [(found.code.value, found.path) for found in reading_of(text).findings] == [
        ("S03", "states.one"),
        ("S36", "states.one"),
        ("S03", "states.two"),
    ]


def test_a_state_that_only_itself_leads_to_is_unreached():
    assert codes_of(with_rows("turn lonely lonely", "end lonely done", states=["lonely"])) == ["S02"]


def test_an_act_that_stays_is_allowed_in_a_final_state():
    assert codes_of(with_rows("note done same")) == []


def test_a_row_may_reopen_one_of_its_states():
    assert codes_of(with_rows("again [working,done] working , reopens: true")) == []


@pytest.mark.parametrize("place", ["same", "back", "closer"])
def test_no_opening_leads_to_a_word(place):
    assert "S10" in codes_of(small("to: working, by: clerk", f"to: {place}, by: clerk"))


def test_a_trigger_may_occur_once_for_each_state():
    assert codes_of(with_rows("report working same")) == []
    assert codes_of(with_rows("report working same", "report open same")) == ["S05"]


def test_a_gate_needs_the_level_of_its_meeting():
    assert codes_of(full("level: town, gate: [monthly", "level: village, gate: [monthly")).count("S06") == 2
    text = full("level: village, gate: weekly", "gate: weekly")
    assert [found.zh for found in reading_of(text).findings] == [
        "会议 'weekly' 属于层级 village，状态属于 （未写层级）"
    ]


def test_via_on_an_opening_has_no_gate():
    text = full("from: start, to: reported", "from: start, via: weekly, to: reported")

    assert [found.zh for found in reading_of(text).findings] == ["via 中没有状态 'start' 的会议（gate）"]


def test_every_row_that_is_whole_is_checked_beside_one_that_is_not():
    text = with_rows(
        "finish working done", "reopen done working", "broken working nowhere", "note working same , by2: x"
    )

    assert codes_of(text) == ["S05", "S04", "S01", "S11"]


def test_ways_are_not_judged_while_rows_are_broken():
    text = with_rows("go working lonly", states=["lonely"])

    assert codes_of(text) == ["S01"]


def test_ways_are_judged_beside_errors_elsewhere():
    text = with_rows(states=["lonely"]).replace("{zh: 文书, en: Clerk}", "{zh: 文书}")
    text = text.replace("fields:\n", "groups: {people: {all_of_us: [clark]}}\nfields:\n")

    assert codes_of(text) == ["S13", "S01", "S02"]


def test_nothing_is_judged_while_states_are_broken():
    text = with_rows("finish working done").replace("final: true", "final: yes")

    assert codes_of(text) == ["S11"]


def test_openings_are_judged_beside_broken_states():
    text = small("final: true", "final: yes").replace("from: start", "from: working")

    assert codes_of(text) == ["S11", "S10"]


def test_gates_are_judged_beside_errors_in_rows_but_not_in_meetings():
    broken_row = full("from: parked, to: back", "from: parked, to: bakc")
    assert codes_of(broken_row.replace("level: town, gate: [monthly", "level: village, gate: [monthly"))[:1] == ["S06"]
    broken_meeting = full("level: town, members: [station, leader]", "level: twon, members: [station, leader]")
    assert codes_of(broken_meeting) == ["S01"]


def test_no_states_at_all():
    text = SMALL[: SMALL.index("states:")] + "states: {}\ntransitions: []\n"

    assert codes_of(text) == ["S03", "S11"]


def test_a_case_at_a_level_that_no_destination_takes_stays_where_it_is():
    text = with_rows("go working PLACE").replace("to: PLACE", "to: [{when: {level: town}, to: back}, {to: done}]")
    text = text.replace(*TWO_LEVELS)

    assert codes_of(text) == []
    only_town = text.replace("from: working, to: [{when", "from: working, when: {level: town}, to: [{when")
    assert codes_of(only_town) == []


# --- ways ----------------------------------------------------------------------------------------------------------

TRAP = """
counters:
  notes: {title: {zh: 甲, en: A}, of: note, per: case}
states:
"""


def trap():
    text = with_rows("note working same", "fall working trap , when: {counter: notes, at_least: 2}", states=["trap"])
    return text.replace("states:\n", TRAP.lstrip())


def way_of(text):
    return next([step.trigger for step in found.witness] for found in reading_of(text).findings)


def test_a_way_has_the_daily_acts_it_needs():
    assert way_of(trap()) == ["report", "note", "note", "fall"]


def test_a_search_that_grows_too_long_gives_way_to_the_connection_of_places(monkeypatch):
    monkeypatch.setattr(paths, "TRIES", 1)

    assert way_of(trap()) == ["report", "fall"]


def test_a_file_that_cannot_be_read_in_full_has_ways_but_no_warnings():
    whole = with_rows("park working parked , takes: [gist]", states=["parked"])
    text = whole.replace("{zh: 文书, en: Clerk}", "{zh: 文书}")

    assert warnings_of(whole) == ["S35"]
    assert [found.code.value for found in reading_of(text).findings] == ["S13", "S03"]
    assert [step.trigger for step in reading_of(text).findings[1].witness] == ["report", "park"]


def test_only_a_level_that_a_case_certainly_can_have_is_told_to_be_stuck():
    text = with_rows("raise working raised", "shelve [working,raised] aside", "down raised done", states=["aside"])
    text = text.replace(*TWO_LEVELS).replace(
        "transitions:\n", "  raised: {title: {zh: 甲, en: A}, level: town}\ntransitions:\n"
    )
    text += "  - {trigger: end, title: {zh: 乙, en: B}, from: aside, to: done, by: head, when: {level: village}}\n"

    (finding,) = [found for found in reading_of(text).findings if found.code.is_error]
    assert (finding.code, finding.path, finding.witness[-1].level) == ("S03", "states.aside", "town")
    assert finding.details("zh") == (
        "走法：report → raise → shelve → [aside]（town）",
        "建议：改第 25 行（end）的条件，让它在这里有时能成立；或另补一行",
    )
