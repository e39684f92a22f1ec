"""What happens in the stories of the twins: cases on their way to the village's meeting, and the meeting itself."""

from __future__ import annotations

from collections.abc import Sequence

from tests import township as t
from tests.api.world import UP
from tests.twins.asking import Hidden, api_reads, api_writes, differences, page_reads, page_writes
from tests.twins.township import Twin, Twins
from tests.unit.files import made

GIST = "村干部冒领补助款的事"


def ground(twin: Twin) -> None:
    """Before anything is hidden: cases in some states, a file, a meeting that is set."""
    twin.open("zuzhang", t.GROUP, category="infra")
    photo = twin.uploaded("linzhang", made.jpeg())
    twin.open("linzhang", reporter="zhangsan", files=[photo])
    merged, primary = twin.open(), twin.open()
    twin.done("village_clerk", merged, "merge", primary=primary, reason="同一件事")
    twin.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1")
    twin.work()


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
    twin.worker.letters.deliver()
    return case, photo


def gated(twin: Twin, **data: object) -> str:
    case = twin.open(**data)
    twin.done("zuzhang", case, "refer_to_village", **UP)
    return case


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


def in_the_hall(both: Twins, hidden: Hidden, there: Sequence[str]) -> list[str]:
    """While the meeting is held and the case has just gone; the first of those who are there tries things, too."""
    reads = [*api_reads(both.telling, hidden), *page_reads(both.telling, hidden)]
    writes = [*api_writes(both.telling, hidden), *page_writes(both.telling, hidden)]
    found = differences(
        both, there, [each for each in reads if "/meetings" in each.path and hidden.case not in each.path]
    )
    return found + differences(both, there[:1], [each for each in writes if "/meetings" in each.path])
