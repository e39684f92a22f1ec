"""A short contract run as one role; `make drill` makes the long one, as all roles."""

from __future__ import annotations

from tests.contract.running import answers_of, called, never_done, town

ROLE = "village_secretary"


def test_answers_are_as_the_document_says_and_examples_are_done(tmp_path):
    with town(tmp_path) as there:
        outcome = called(there, ROLE, phases="examples", examples=1, seconds=60)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        answers = answers_of(there)

    not_his = {"export_access", "list_access", "list_accesses_of_case", "move_clock"}
    assert set(never_done(answers)) == not_his
    assert len(answers) >= 47
