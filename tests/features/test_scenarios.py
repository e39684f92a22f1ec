"""The scenarios of `features/`: version 1 of the rules and a cluster's own affairs, each on both databases; and what
must be so of all scenarios."""

from __future__ import annotations

import pytest
from pytest_bdd import scenarios

from tests import township as t
from tests.databases import BACKENDS
from tests.features.book import FEATURES, PLUGINS, Book, give_world, unclear, used
from tests.features.tally import TALLY, Example
from tests.features.words import SENTENCES

pytest_plugins = PLUGINS
BOOK = Book(FEATURES, BACKENDS)

scenarios(*BOOK.files)
give_world(globals())


def test_every_scenario_in_the_files_is_known_by_a_title_of_its_own():
    assert len(BOOK.written()) == BOOK.lines("场景:", "场景大纲:") > 0
    assert len(BOOK.later()) == BOOK.lines("@later") > 0


def test_every_step_of_a_scenario_is_read_in_one_way_only():
    assert unclear(BOOK.now()) == {}


def test_every_step_definition_is_used():
    known = used([*BOOK.now(), *Book(FEATURES / "v2", ()).now()])
    assert [each.parser.name for each in SENTENCES if each not in known] == []


def test_what_is_for_later_is_reported_as_not_run(request):
    BOOK.must_have_run_all(request)
    assert len(BOOK.skipped()) == len(BOOK.later())


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_row_of_the_rules_happens_in_a_scenario(request, backend):
    BOOK.must_have_run_all(request)
    happened = set().union(*TALLY.found("", backend).values())
    (rules,) = t.default_rules()
    wanted = {Example(workflow=rules.name, line=row.mark.line): (row.ref, row.title.zh) for row in rules.rows}
    assert [wanted[each] for each in wanted.keys() - happened] == []
