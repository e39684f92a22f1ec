"""Two versions told apart: what is found, what is not, and what becomes of open cases."""

from __future__ import annotations

from dataclasses import fields

import pytest

from engine.definition.compare import Comparison, Difference, Section, compare
from engine.definition.differences import KEYS, bare
from engine.definition.model import NOWHERE, Row, State, Workflow
from tests.unit.definition.files import FULL, SMALL, V1, loaded, workflow_of

OLD = SMALL.replace(
    "  working: {",
    "  waiting: {title: {zh: 待办, en: Waiting}, level: village}\n  working: {",
).replace(
    "  - {trigger: finish",
    "  - {trigger: wait, ref: T2, title: {zh: 等候, en: Wait}, from: working, to: waiting, by: clerk}\n"
    "  - {trigger: finish, ref: T3, title: {zh: 办结, en: Finish}, from: waiting, to: done, by: head}\n"
    "  - {trigger: finish",
)


def compared(*edits: tuple[str, str], old: str = OLD) -> Comparison:
    new = old
    for before, after in edits:
        assert before in new, before
        new = new.replace(before, after)
    return compare(loaded(old), loaded(new))


def only(comparison: Comparison) -> Difference:
    (difference,) = comparison.differences
    return difference


def keys(difference: Difference) -> list[str]:
    return [change.key for change in difference.changes]


def test_a_file_does_not_differ_from_itself():
    for text in (SMALL, FULL, V1.read_text(encoding="utf-8")):
        assert compared(old=text).is_empty


def test_comments_and_places_are_no_difference():
    turned = ("by: clerk, needs: gist", "needs: gist, by: clerk")

    assert compared(("workflow: small", "# a comment\nworkflow: small"), turned).is_empty


def test_the_order_of_people_is_no_difference():
    two = OLD.replace("by: clerk, needs", "by: [clerk, head], needs")

    assert compared(("[clerk, head]", "[head, clerk]"), old=two).is_empty


def test_a_row_tells_who_may_now():
    difference = only(compared(("to: working, by: clerk", "to: working, by: [clerk, head]")))

    assert (difference.section, difference.what, keys(difference)) == (Section.TRANSITIONS, "changed", ["by"])
    assert (difference.changes[0].before, difference.changes[0].after) == (("clerk",), ("clerk", "head"))


def test_the_keys_of_a_row_come_by_their_weight():
    difference = only(compared(("by: clerk, needs: gist", "by: head, tells: clerk, takes: gist")))

    assert keys(difference) == ["by", "needs", "takes", "tells"]


def test_a_condition_with_another_bound_is_a_change_and_its_place_is_not():
    when = ", when: {since: opened, at_least: 2 hours}}"
    guarded = OLD.replace("from: waiting, to: done, by: head}", "from: waiting, to: done, by: head" + when)

    assert keys(only(compared(("2 hours", "3 hours"), old=guarded))) == ["when"]
    assert compared(("when: {since", "when:   {since"), old=guarded).is_empty


def test_states_come_and_go_before_rows():
    comparison = compared(
        ("  working: {", "  paused: {title: {zh: 暂停, en: Paused}, level: village}\n  working: {"),
        ("from: working, to: waiting, by: clerk}", "from: working, to: waiting, by: clerk}\n"
         "  - {trigger: pause, title: {zh: 暂停, en: Pause}, from: working, to: paused, by: clerk}\n"
         "  - {trigger: resume, title: {zh: 恢复, en: Resume}, from: paused, to: working, by: clerk}"),
    )  # fmt: skip

    assert [(each.section, each.what) for each in comparison.differences] == [
        (Section.STATES, "added"),
        (Section.TRANSITIONS, "added"),
        (Section.TRANSITIONS, "added"),
    ]


def test_what_is_gone_comes_before_what_is_another_and_what_is_new():
    comparison = compared(
        ("  head:  {title: {zh: 书记, en: Head}", "  chief: {title: {zh: 主任, en: Chief}"),
        ("by: head", "by: chief"),
        ("{zh: 文书, en: Clerk}", "{zh: 村文书, en: Clerk}"),
    )
    roles = [each.what for each in comparison.differences if each.section is Section.ROLES]

    assert roles == ["removed", "changed", "added"]


def test_rows_of_one_trigger_are_told_apart_by_their_states():
    difference = only(compared(("from: waiting, to: done, by: head", "from: waiting, to: done, by: clerk")))

    assert isinstance(difference.new, Row)
    assert difference.new.sources == ("waiting",)


def test_rows_that_went_up_in_one_are_not_gone():
    comparison = compared(
        ("  - {trigger: finish, ref: T3, title: {zh: 办结, en: Finish}, from: waiting, to: done, by: head}\n", ""),
        ("from: working, to: done", "from: [waiting, working], to: done"),
    )

    assert {each.what for each in comparison.differences} == {"changed"}


def test_all_open_states_mean_the_same_when_a_state_is_added():
    noted = OLD + "  - {trigger: note, title: {zh: 备注, en: Note}, from: open, to: same, by: clerk}\n"
    comparison = compared(
        ("  working: {", "  paused: {title: {zh: 暂停, en: Paused}, level: village}\n  working: {"),
        ("to: waiting, by: clerk}", "to: waiting, by: clerk}\n"
         "  - {trigger: pause, title: {zh: 暂停, en: Pause}, from: working, to: paused, by: clerk}\n"
         "  - {trigger: resume, title: {zh: 恢复, en: Resume}, from: paused, to: working, by: clerk}"),
        old=noted,
    )  # fmt: skip

    assert all(each.what == "added" for each in comparison.differences)


# --- meaning ---------------------------------------------------------------------------------------------------------


def test_a_renamed_trigger_is_found_by_its_reference():
    comparison = compared(("trigger: wait", "trigger: hold"), ("{zh: 等候, en: Wait}", "{zh: 搁置, en: Hold}"))

    assert [(one.trigger, other.trigger) for one, other in comparison.renamed] == [("wait", "hold")]
    assert keys(only(comparison)) == ["title"]


def test_a_renamed_trigger_is_found_by_its_title():
    comparison = compared(("trigger: report,", "trigger: tell,"))

    assert [(one.trigger, other.trigger) for one, other in comparison.renamed] == [("report", "tell")]
    assert comparison.differences == ()
    assert not comparison.is_empty


def test_a_reference_that_stands_for_something_else_is_found():
    comparison = compared(("ref: T2", "ref: T9"), ("ref: T3", "ref: T2"))

    assert [(each.ref, each.before, each.after) for each in comparison.references] == [("T2", ("wait",), ("finish",))]
    assert [(one.ref, other.ref) for one, other in comparison.relabelled] == [("T2", "T9"), ("T3", "T2")]


# --- open cases ------------------------------------------------------------------------------------------------------


def newer(replaces: str, *edits: tuple[str, str]) -> Comparison:
    return compared(("version: 1\n", f"version: 2\n{replaces}\n"), *edits)


def test_without_replaces_nothing_moves():
    fate = newer("").fate

    assert (fate.replaces, fate.moves) == (None, False)


def test_cases_move_to_states_of_the_same_name():
    fate = newer("replaces: {version: 1}").fate

    assert (fate.moves, fate.stranded, fate.ended) == (True, (), ())


RENAMED = (("  waiting: {", "  queued: {"), ("to: waiting", "to: queued"), ("from: waiting", "from: queued"))


def test_a_state_without_counterpart_strands_its_cases():
    assert newer("replaces: {version: 1}", *RENAMED).fate.stranded == ("waiting",)
    assert newer("replaces: {version: 1, states: {waiting: queued}}", *RENAMED).fate.stranded == ()


def test_a_counterpart_that_is_final_ends_its_cases():
    assert newer("replaces: {version: 1, states: {waiting: done}}", *RENAMED).fate.ended == (("waiting", "done"),)


def test_cases_of_another_workflow_never_move():
    assert not newer("replaces: {version: 1}", ("workflow: small", "workflow: other")).fate.moves


# --- nothing is forgotten --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in KEYS if kind is not Workflow], ids=lambda kind: kind.__name__)
def test_every_key_of_a_thing_is_compared(kind: type):
    identity = {"code", "mark", "index", "trigger", "ref"}

    assert {each.name for each in fields(kind)} - identity == set(KEYS[kind])


def test_every_part_of_a_workflow_is_compared():
    told_otherwise = {"key", "version", "replaces", "groups", "file", "sha256", "source", "rows"}
    sections = {section.value for section in Section} - {"transitions", "head"}

    assert {each.name for each in fields(Workflow)} - told_otherwise == set(KEYS[Workflow]) | sections


def test_a_bare_value_has_no_places():
    state = workflow_of(SMALL).states["working"]

    assert isinstance(state, State)
    assert state.mark != NOWHERE
    assert bare(state).mark == NOWHERE
