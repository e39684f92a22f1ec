"""A short contract run: one role, some examples. `make drill` makes the long one, as all roles."""

from __future__ import annotations

from tests.contract.running import answers_of, called, never_done, town

ROLE, TAGS = "village_secretary", ("duty", "files", "messages", "history")
#: What he is to be able to do of these: each is done once at least.
HIS = {
    "get_calls", "list_messages", "read_message", "list_events", "upload_file", "download_file", "enter_turn",
    "call_off_turn", "list_duty", "list_duty_gaps", "list_history", "list_refusals", "list_blocked",
}  # fmt: skip


def test_answers_are_as_the_document_says_and_what_is_his_is_done(tmp_path):
    with town(tmp_path) as there:
        outcome = called(there, ROLE, phases="examples", tags=TAGS, examples=1, seconds=60)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        answers = answers_of(there)

    assert set(answers) == HIS
    assert never_done(answers) == []
