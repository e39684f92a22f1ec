"""Whom a row keeps out although he holds the post: law 8, handler, verifier and reporter are different people."""

from __future__ import annotations

import pytest

from tests.rules_v1.acts import DATA
from tests.rules_v1.village import Case, code_of, happened, kind_of
from tests.rules_v1.ways import (
    DONE,
    WAYS,
    need_info,
    reached,
    reported,
    township_verifying,
    verifying,
    village_verifying,
)

#: Rows nobody fires in his own matter or a relative's: (trigger, from, somebody of `by`).
NOT_CONCERNED = [
    ("accept", "reported", "zuzhang"),
    ("finish_on_spot", "reported", "linzhang"),
    ("finish_on_spot", "wuchang_handling", "linzhang"),
    ("finish_in_wuchang", "wuchang_handling", "pianzhang"),
    ("assign_in_village", "village_queued", "village_secretary"),
    ("settle_before_meeting", "village_queued", "pianzhang"),
    ("settle_before_meeting", "township_queued", "township_party_office"),
    ("finish_in_village", "village_handling", "village_clerk"),
    ("assign_in_township", "township_queued", "township_leader"),
    ("finish_in_township", "township_handling", "township_leader"),
    ("strike_off", "verifying", "council_member"),
]


def reported_by(reporter: str, state: str) -> Case:
    """Brought to the state, with this reporter; where it is verified, a callback has reached him."""
    case = WAYS[state]() if reporter == "reporter" else brought(reporter, state)
    return reached(case) if state == "verifying" else case


def brought(reporter: str, state: str) -> Case:
    case = reported(reporter=reporter)
    return case if state == "reported" else WAYS[state](case)  # type: ignore[call-arg]


@pytest.mark.parametrize(("trigger", "state", "who"), NOT_CONCERNED)
def test_nobody_handles_or_verifies_his_own_matter(trigger, state, who):
    own, of_another = reported_by(who, state), reported_by("reporter", state)

    refused = own.ask_either(who, trigger, **DATA[trigger])
    assert (kind_of(refused), code_of(refused)) == ("forbidden", "never:party")
    assert happened(of_another.ask_either(who, trigger, **DATA[trigger]))


@pytest.mark.parametrize(("trigger", "state", "who"), NOT_CONCERNED)
def test_nobody_handles_or_verifies_a_relatives_matter(trigger, state, who):
    case = reported_by("reporter", state)
    case.relate(who, "reporter")

    refused = case.ask_either(who, trigger, **DATA[trigger])
    assert (kind_of(refused), code_of(refused)) == ("forbidden", "never:relative_of_party")


@pytest.mark.parametrize(("trigger", "state", "who"), NOT_CONCERNED)
def test_being_related_to_somebody_else_keeps_nobody_out(trigger, state, who):
    case = reported_by("reporter", state)
    case.relate(who, "villager")

    assert happened(case.ask_either(who, trigger, **DATA[trigger]))


def test_an_unregistered_reporter_makes_nobody_a_party():
    case = reported(reporter={"name": "王小明", "phone": "13812341234"})

    assert case.state.party == ()
    assert happened(case.fire("zuzhang", "accept"))


def test_whom_a_correction_names_as_reporter_is_a_party_from_then_on_and_the_former_no_more():
    case = reported(reporter="zuzhang")
    assert code_of(case.ask("zuzhang", "accept")) == "never:party"

    assert happened(case.fire("village_clerk", "correct", reason="登记错了人", reporter="pianzhang"))

    assert case.state.party == ("pianzhang",)
    assert code_of(case.ask("pianzhang", "accept")) == "never:party"
    assert happened(case.ask("zuzhang", "accept"))


def test_a_party_replaced_by_somebody_unregistered_is_no_party_any_more():
    case = reported(reporter="zuzhang")
    assert happened(case.fire("village_clerk", "correct", reason="登记错了人", reporter={"name": "王小明"}))

    assert case.state.party == ()
    assert happened(case.ask("zuzhang", "accept"))


# --- rows that a party may fire all the same: they do not handle ---


@pytest.mark.parametrize(
    ("trigger", "state", "who"),
    [
        ("ask_for_more", "reported", "pianzhang"),
        ("supply_more", "need_info", "zuzhang"),
        ("refer_to_village", "wuchang_handling", "pianzhang"),
        ("refer_to_township", "village_queued", "village_secretary"),
        ("carry_over", "village_queued", "village_secretary"),
        ("record_callback", "verifying", "council_member"),
        ("redo", "verifying", "village_clerk"),
        ("record_measure", "reported", "linzhang"),
        ("correct", "reported", "linzhang"),
        ("note", "reported", "linzhang"),
    ],
)
def test_a_party_may_do_what_neither_handles_nor_verifies(trigger, state, who):
    case = need_info(reported(reporter=who)) if state == "need_info" else reported_by(who, state)

    assert happened(case.ask_either(who, trigger, **DATA[trigger]))


# --- the handler does not verify ---

VERIFYING = ["record_callback", "strike_off", "redo"]


@pytest.mark.parametrize("trigger", VERIFYING)
def test_who_finished_a_case_does_not_verify_it(trigger):
    case = WAYS["village_handling"]()
    assert happened(case.fire("village_clerk", "finish_in_village", **DONE))
    assert happened(case.fire("council_member", "record_callback", method="call", outcome="reached"))

    refused = case.ask("village_clerk", trigger, **DATA[trigger])
    assert (kind_of(refused), code_of(refused)) == ("forbidden", "never:handler")
    assert happened(case.ask("village_clerk_2", trigger, **DATA[trigger]))


@pytest.mark.parametrize("trigger", VERIFYING)
def test_who_recorded_a_measure_does_not_verify_it(trigger):
    case = WAYS["wuchang_handling"]()
    assert happened(case.fire("village_secretary", "record_measure", **DATA["record_measure"]))
    assert happened(case.fire("zuzhang", "finish_in_wuchang", **DONE))
    reached(case)

    assert code_of(case.ask("village_secretary", trigger, **DATA[trigger])) == "never:handler"


@pytest.mark.parametrize("trigger", ["record_callback", "strike_off"])
def test_who_was_ever_responsible_does_not_verify_it_though_another_finished_it(trigger):
    case = WAYS["village_handling"]()
    assert happened(case.fire("village_secretary", "finish_in_village", **DONE))
    reached(case)

    assert code_of(case.ask("village_cadre_2", trigger, **DATA[trigger])) == "never:handler"
    assert happened(case.ask("village_cadre", trigger, **DATA[trigger]))


@pytest.mark.parametrize("trigger", VERIFYING)
def test_whom_it_was_finished_for_does_not_verify_it(trigger):
    case = WAYS["village_handling"]()
    assert happened(case.fire("village_clerk_2", "finish_in_village", on_behalf_of="village_secretary", **DONE))
    assert happened(case.fire("council_member", "record_callback", method="call", outcome="reached"))

    assert code_of(case.ask("village_secretary", trigger, **DATA[trigger])) == "never:handler"
    assert happened(case.ask("village_clerk", trigger, **DATA[trigger]))


@pytest.mark.parametrize("trigger", ["record_callback", "strike_off"])
def test_calling_back_does_not_make_a_handler(trigger):
    case = reached(verifying())

    assert happened(case.ask("village_clerk_2", trigger, **DATA[trigger]))


@pytest.mark.parametrize("done", [verifying, village_verifying, township_verifying])
def test_who_decided_in_the_chair_may_verify(done):
    case = done()

    assert happened(case.ask("village_secretary_2", "redo", **DATA["redo"]))


def test_a_handler_hears_why_he_in_particular_may_not():
    """`never` is before `by`: zuzhang_2 is no verifier either, but that is not what he is told."""
    assert code_of(verifying().ask("zuzhang_2", "strike_off", satisfaction="good")) == "never:handler"


def test_a_party_who_lacks_the_post_hears_that_he_is_a_party():
    case = reported_by("village_cadre", "reported")

    assert code_of(case.ask("village_cadre", "accept")) == "never:party"


def test_who_is_kept_out_is_so_before_his_fields_are_looked_at():
    case = reported_by("linzhang", "reported")

    assert code_of(case.ask("linzhang", "finish_on_spot")) == "never:party"
