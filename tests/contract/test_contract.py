"""A short contract run as one role; `make drill` makes the long one, as all roles."""

from __future__ import annotations

from tests.contract.running import answers_of, called, never_done, town

ROLE = "village_secretary"
#: What his post lets him do: each is done once at least.
HIS = {
    "open_case", "get_case", "get_triggers", "get_history", "get_clocks", "get_calls", "fire", "fire_many",
    "list_cases", "create_meeting", "get_meeting", "list_meetings", "move_meeting", "delegate_chair", "add_to_agenda", "open_meeting",
    "set_attendance", "decide", "undo_decision", "preview_closing", "close_meeting", "cancel_meeting", "read_message",
    "upload_file", "download_file", "enter_turn", "call_off_turn", "list_history", "list_events", "list_refusals",
}  # fmt: skip


def test_answers_are_as_the_document_says_and_what_is_his_is_done(tmp_path):
    with town(tmp_path) as there:
        outcome = called(there, ROLE, phases="examples", examples=1, seconds=120)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        answers = answers_of(there)

    assert set(answers) >= HIS
    assert HIS & set(never_done(answers)) == set()
