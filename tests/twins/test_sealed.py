"""Law 10: two databases that differ only by sealed cases give the same bytes to everybody but who reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests import township as t
from tests.api.client import ADMINISTRATORS, AUDIT
from tests.databases import BACKENDS
from tests.twins.acting import GIST, decide, gated, ground, in_session, in_the_hall, lived, told
from tests.twins.asking import (
    ABSENT,
    Ask,
    Hidden,
    api_reads,
    api_writes,
    differences,
    main_ones,
    page_reads,
    page_writes,
    walked,
)
from tests.twins.township import Twin, Twins, twins, watched
from tests.unit.files import made

READER = "township_discipline"
ACCUSED = "wangson"  # nobody's post, an account all the same
SEALED = {"seal_code": "discipline", "gist": GIST, "content": "账本在王小军手里", "about": ACCUSED,
          "reporter": {"name": "欧阳不详", "phone": "10012345678"}}  # fmt: skip
WORDS = ("冒领补助", "欧阳", "2603-", "账本")
#: Of each kind of reader there is one; villages and townships beside, posts of two places, no post, no account.
OWN = ["linzhang", "zuzhang", "pianzhang", "party_group_leader", "council_member", "village_clerk", "village_cadre2",
       "village_secretary", "stationed_cadre", "township_party_office", "township_duty", "township_station",
       "township_leader", "township_secretary", "petition_clerk", "auditor_township", "auditor_county"]  # fmt: skip
BESIDE = ["village_secretary_2", "linzhang_2", "two_posts", "village_clerk_other", "township_party_office_other",
          "township_secretary_other", "auditor_township_other", ACCUSED, "zhangsan", *ADMINISTRATORS, None]  # fmt: skip
#: Those whom every filter and every list is tried with.
MINE = Ask(method="GET", path="/mine", page=True)
CLOSE = ["linzhang", "village_secretary", "auditor_county"]


@dataclass
class Story:
    """What happened in both, and what in the telling one alone."""

    both: Twins
    hidden: Hidden
    during: list[str] = field(default_factory=list)
    widely: bool = False


def sealed_at_once(twin: Twin) -> tuple[str, str]:
    """As the form for it sends it; the reporter hears that it is done and nothing more."""
    photo = twin.uploaded("linzhang", made.jpeg())
    body = {"unit": t.NEIGHBOURHOOD, "trigger": "seal", "data": SEALED | {"files": [photo]}}
    assert twin.send("linzhang", "POST", "/v1/cases", body, key="sealing").status_code == 204
    found = twin.get(READER, "/v1/cases", state="sealed")["items"]
    return found[0]["id"], photo


def alarmed(twin: Twin) -> str:
    """People are being called for it."""
    body = {"unit": t.NEIGHBOURHOOD, "trigger": "raise_alarm", "data": {"danger_type": "harm", "gist": GIST}}
    answer = twin.send("linzhang", "POST", "/v1/cases", body)
    assert answer.status_code == 201, answer.text
    twin.worker.letters.deliver()
    return str(answer.json()["id"])


def petitioned(twin: Twin) -> str:
    """Its clock reminds somebody whose post nobody holds."""
    case = twin.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1", gist=GIST, is_petition=True)
    twin.worker.letters.deliver()
    return case


def seal(twin: Twin, case: str, person: str = "township_party_office") -> None:
    version = twin.version(case)
    body = {"trigger": "seal", "data": {"seal_code": "discipline"}}
    answer = twin.send(person, "POST", f"/v1/cases/{case}/transitions", body, version=version, key=f"seal-{case}")
    assert answer.status_code == 204, answer.text


@pytest.fixture(scope="module", params=BACKENDS)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with twins(request.param, tmp_path_factory.mktemp("twins"), ground) as both:
        story = happened(both)
        story.widely = request.param == "sqlite"
        yield story


def happened(both: Twins) -> Story:
    first, photo = both.hidden(sealed_at_once)
    second, other_photo = both.hidden(lived)
    third = both.hidden(alarmed)
    fourth = both.hidden(petitioned)
    messages = told(both.telling, second)
    number = both.telling.get(READER, f"/v1/cases/{first}")["number"]
    plain = both.both(gated)
    both.both(lambda twin: gated(twin, urgency="urgent"))
    both.both(Twin.work)  # else the moments of what is hidden would be those at which letters are delivered
    both.both(lambda twin: twin.moved_clock("2026-03-06T14:00:00+08:00"))
    meeting = both.both(in_session)
    both.both(lambda twin: decide(twin, meeting, plain), lambda twin: decide(twin, meeting, second, plain))
    both.hidden(lambda twin: [seal(twin, each) for each in (second, third)])
    numbers = [number, both.telling.get(READER, f"/v1/cases/{second}")["number"]]
    hidden = Hidden(
        cases=[first, second], files=[photo, other_photo], messages=messages, q=[*WORDS, *numbers], case=plain,
        meetings=[meeting], keys=["sealing", f"seal-{second}"],
    )  # fmt: skip
    during = in_the_hall(both, hidden, ["village_secretary", "village_clerk", "auditor_township"])
    both.both(lambda twin: twin.stepped("village_secretary", meeting, "close"))
    both.both(lambda twin: twin.moved_clock("2026-03-20T09:00:00+08:00"))
    both.hidden(lambda twin: seal(twin, fourth, "township_party_office_other"))
    both.both(Twin.work)
    both.both(lambda twin: twin.moved_clock("2026-03-24T09:00:00+08:00"))
    both.both(Twin.work)
    return Story(both, hidden, during)


# --- asking ----------------------------------------------------------------------------------------------------------


def told_apart(story: Story, asks: list[Ask]) -> list[str]:
    """By those who are close to it everything is asked, by everybody what is worth it; on one database the least."""
    far = [each for each in (*OWN, *BESIDE) if each not in CLOSE]
    if not story.widely:
        return differences(story.both, CLOSE, main_ones(asks, story.hidden))
    return differences(story.both, CLOSE, asks) + differences(story.both, far, main_ones(asks, story.hidden))


def test_a_meeting_whose_case_was_sealed_meanwhile_reads_as_if_it_had_never_stood_there(story: Story):
    assert story.during == []


def test_no_route_of_the_interface_tells_of_it(story: Story):
    """But for who administers audit: he witnesses the log of sealed rows, too, which says how many there are (0031)."""
    found = told_apart(story, api_reads(story.both.telling, story.hidden))

    assert [each for each in found if not (each.startswith(f"{AUDIT}: GET /v1/audit") and "log=veiled" in each)] == []


def test_no_list_read_page_by_page_skips_or_halts_at_it(story: Story):
    lists = ["/v1/cases", "/v1/history", "/v1/events", "/v1/inbox", "/v1/refusals"]

    assert walked(story.both, CLOSE, lists) == []


def test_no_page_tells_of_it(story: Story):
    assert told_apart(story, page_reads(story.both.telling, story.hidden)) == []


def test_nothing_that_is_tried_with_it_is_answered_otherwise_than_with_nothing(story: Story):
    asks = [*api_writes(story.both.telling, story.hidden), *page_writes(story.both.telling, story.hidden)]

    assert differences(story.both, CLOSE, asks) == []


def test_somebody_whom_only_it_names_is_still_nobody(story: Story):
    """An upload is taken from whom a case names: the accused must not learn by trying."""
    asks = [Ask(method="POST", path="/v1/files", body={}), Ask(method="GET", path="/v1/units"), MINE]

    assert differences(story.both, [ACCUSED, "zhangsan"], asks) == []


def test_the_log_of_access_shows_the_sealing_like_any_other_report(story: Story):
    """Who audits sees that somebody opened a case or acted on one, and cannot find who sealed what."""
    twin, hidden = story.both.telling, story.hidden
    found = [each for one in hidden.cases for each in twin.get(AUDIT, "/v1/access", object=one, limit=200)["items"]]
    acting = [each for each in found if each["person"]]
    sealing = {(each["person"]["id"], each["method"], each["what"], each["status"]) for each in acting}

    assert ("linzhang", "POST", "/v1/cases", 201) in sealing
    assert ("township_party_office", "POST", "/v1/cases/{case_id}/transitions", 200) in sealing
    assert 204 not in {each["status"] for each in twin.get(AUDIT, "/v1/access", limit=200)["items"]}


STATEMENTS = ["/v1/cases/{}", "/v1/cases/{}/history", "/v1/cases/{}/triggers", "/v1/cases/{}/clocks",
              "/v1/cases/{}/calls", "/v1/files/{}"]  # fmt: skip


@pytest.mark.parametrize("path", STATEMENTS)
def test_looking_for_it_takes_the_same_statements_as_looking_for_nothing(story: Story, path: str):
    """So that it takes as long."""
    twin, hidden = story.both.telling, story.hidden
    ident = hidden.files[0] if "files" in path else hidden.cases[0]

    def said(what: str) -> list[str]:
        with watched(twin.store) as statements:
            assert twin.send("village_secretary", "GET", path.format(what)).status_code == 404
        return statements

    assert said(ident) == said(ABSENT)


def test_its_one_reader_finds_it_by_everything_that_others_asked_for(story: Story):
    """Else the others' answers would prove nothing."""
    twin, hidden = story.both.telling, story.hidden
    for words in hidden.q:
        found = {each["id"] for each in twin.get(READER, "/v1/cases", q=words)["items"]}
        assert found & set(hidden.cases), words
    for file in hidden.files:
        assert twin.send(READER, "GET", f"/v1/files/{file}").status_code == 200
    assert {each["number"] for each in twin.get(READER, "/v1/cases", state="sealed")["items"]} >= set(hidden.q[-2:])


def test_who_sealed_it_gets_his_answer_again_and_then_nothing(story: Story):
    twin, case, photo = story.both.telling, story.hidden.cases[0], story.hidden.files[0]
    body = {"unit": t.NEIGHBOURHOOD, "trigger": "seal", "data": SEALED | {"files": [photo]}}

    assert twin.send("linzhang", "POST", "/v1/cases", body, key="sealing").status_code == 204
    assert twin.send("linzhang", "GET", f"/v1/cases/{case}").status_code == 404
    assert twin.send("linzhang", "GET", f"/v1/files/{photo}").status_code == 404
