"""Law 10: two databases that differ only by sealed cases give the same bytes to everybody but who reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests import township as t
from tests.api.client import ADMINISTRATORS
from tests.api.world import UP
from tests.databases import BACKENDS
from tests.twins.asking import (
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
from tests.twins.township import Twin, Twins, twins
from tests.unit.files import made

GIST = "村干部冒领补助款的事"
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


def ground(twin: Twin) -> None:
    """Before anything is hidden: cases in some states, a file, a meeting that is set."""
    twin.open("zuzhang", t.GROUP, category="infra")
    photo = twin.uploaded("linzhang", made.jpeg())
    twin.open("linzhang", reporter="zhangsan", files=[photo])
    merged, primary = twin.open(), twin.open()
    twin.done("village_clerk", merged, "merge", primary=primary, reason="同一件事")
    twin.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1")
    twin.work()


def sealed_at_once(twin: Twin) -> tuple[str, str]:
    """As the form for it sends it; the reporter hears that it is done and nothing more."""
    photo = twin.uploaded("linzhang", made.jpeg())
    body = {"unit": t.NEIGHBOURHOOD, "trigger": "seal", "data": SEALED | {"files": [photo]}}
    assert twin.send("linzhang", "POST", "/v1/cases", body, key="sealing").status_code == 204
    found = twin.get(READER, "/v1/cases", state="sealed")["items"]
    return found[0]["id"], photo


def lived(twin: Twin) -> tuple[str, str]:
    """A case that many have read, handled, been told of and been refused."""
    photo = twin.uploaded("linzhang", made.jpeg())
    case = twin.open(category="conduct", gist=GIST, reporter="zhangsan", urgency="urgent", files=[photo])
    assert twin.fire("village_clerk", case, "accept").status_code == 403
    twin.done("pianzhang", case, "accept")
    assert twin.fire("pianzhang", case, "strike_off").status_code == 409
    twin.done("pianzhang", case, "record_measure", measure="找王小军谈过", done_on="2026-03-05")
    twin.done("zuzhang", case, "refer_to_village", **UP)
    twin.done("village_secretary", case, "note", text="开会再说", instruction=True)
    twin.worker.sweep()
    return case, photo


def alarmed(twin: Twin) -> str:
    """People are being called for it."""
    body = {"unit": t.NEIGHBOURHOOD, "trigger": "raise_alarm", "data": {"danger_type": "harm", "gist": GIST}}
    answer = twin.send("linzhang", "POST", "/v1/cases", body)
    assert answer.status_code == 201, answer.text
    twin.worker.sweep()
    return str(answer.json()["id"])


def petitioned(twin: Twin) -> str:
    """Its clock reminds somebody whose post nobody holds."""
    case = twin.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1", gist=GIST, is_petition=True)
    twin.worker.sweep()
    return case


def gated(twin: Twin, **data: object) -> str:
    case = twin.open(**data)
    twin.done("zuzhang", case, "refer_to_village", **UP)
    return case


def seal(twin: Twin, case: str, person: str = "township_party_office") -> None:
    version = twin.version(case)
    body = {"trigger": "seal", "data": {"seal_code": "discipline"}}
    answer = twin.send(person, "POST", f"/v1/cases/{case}/transitions", body, version=version, key=f"seal-{case}")
    assert answer.status_code == 204, answer.text


def in_session(twin: Twin) -> str:
    meeting = twin.meeting("village_secretary", "village_weekly", t.VILLAGE)
    there = twin.stepped("village_secretary", meeting, "open")["expected"]
    twin.stepped("village_secretary", meeting, "attendance", {"present": [each["id"] for each in there]})
    return meeting


def decide(twin: Twin, meeting: str, *cases: str) -> None:
    decisions = [{"case": case, "trigger": "carry_over", "data": {}} for case in cases]
    twin.stepped("village_secretary", meeting, "decisions", {"decisions": decisions})


def told(twin: Twin, case: str) -> list[str]:
    """Messages about the case in the inboxes of those who were told of it."""
    people = ("village_secretary", "pianzhang", "village_clerk")
    found = [each for person in people for each in twin.get(person, "/v1/inbox")["items"]]
    return [each["id"] for each in found if each["case"] == case]


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
    during = in_the_hall(both, hidden)
    both.both(lambda twin: twin.stepped("village_secretary", meeting, "close"))
    both.both(lambda twin: twin.moved_clock("2026-03-20T09:00:00+08:00"))
    both.hidden(lambda twin: seal(twin, fourth, "township_party_office_other"))
    both.both(Twin.work)
    both.both(lambda twin: twin.moved_clock("2026-03-24T09:00:00+08:00"))
    both.both(Twin.work)
    return Story(both, hidden, during)


# --- asking ----------------------------------------------------------------------------------------------------------


def told_apart(story: Story, asks: list[Ask]) -> list[str]:
    """By those who are close to it everything is asked, by everybody what is worth it."""
    far = [each for each in (*OWN, *BESIDE) if each not in CLOSE] if story.widely else []
    return differences(story.both, CLOSE, asks) + differences(story.both, far, main_ones(asks, story.hidden))


def in_the_hall(both: Twins, hidden: Hidden) -> list[str]:
    """While the meeting is held and the case has just gone."""
    reads = [*api_reads(both.telling, hidden), *page_reads(both.telling, hidden)]
    writes = [*api_writes(both.telling, hidden), *page_writes(both.telling, hidden)]
    there = ["village_secretary", "village_clerk", "auditor_township"]
    found = differences(
        both, there, [each for each in reads if "/meetings" in each.path and hidden.case not in each.path]
    )
    return found + differences(both, ["village_secretary"], [each for each in writes if "/meetings" in each.path])


def test_a_meeting_whose_case_was_sealed_meanwhile_reads_as_if_it_had_never_stood_there(story: Story):
    assert story.during == []


def test_no_route_of_the_interface_tells_of_it(story: Story):
    assert told_apart(story, api_reads(story.both.telling, story.hidden)) == []


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
