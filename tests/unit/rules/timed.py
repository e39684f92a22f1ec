"""A case with clocks for one test, at local times of Shanghai: `at("03-02 09:00", "begin")`."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.definition.calendar import Calendar, Source, Year
from engine.definition.model import Title
from engine.rules.clocks import present
from engine.rules.machine import compile_workflow
from engine.rules.reckoning import Reckoning
from engine.rules.refusals import Refusal
from engine.rules.worktime import Worktime
from tests.unit.rules.small import BOSS, Matter, said, workflow

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAME = Title(zh="节", en="Holiday")
#: Off: 1 to 3 January 2026 and 1 to 7 October; worked for it: Sunday 4 January and Saturday 10 October.
YEAR = Year(
    number=2026,
    source=Source(title=NAME, number="1", date=date(2025, 11, 1)),
    holidays={date(2026, 1, n): NAME for n in (1, 2, 3)} | {date(2026, 10, n): NAME for n in range(1, 8)},
    made_up={date(2026, 1, 4): NAME, date(2026, 10, 10): NAME},
)
CALENDAR = Calendar(code="cn", version=1, title=NAME, years={2026: YEAR})

FIELDS = """
    urgency:
      type: choice
      title: {zh: 紧急程度, en: Urgency}
      default: normal
      choices: {normal: {zh: 一般, en: Normal}, urgent: {zh: 紧急, en: Urgent}}
    due: {T, type: date, fills: due}
    review: {T, type: date}
    kind: {T, type: choice, choices: {plain: {zh: 甲, en: Plain}, dispute: {zh: 乙, en: Dispute}}}
    """
STATES = """
    new: {T, level: low, handling: true, runs: [work, whole, quarrel]}
    more: {T, level: low, runs: [work, whole, quarrel]}
    waiting: {T, level: high, runs: whole}
    upper: {T, level: high, handling: true, runs: [work, whole]}
    parked: {T, runs: review}
    done: {T, final: true}
    """
ROWS = """
    - {trigger: begin, T, from: start, to: new, by: boss, takes: [urgency, due, kind]}
    - {trigger: change, T, from: open, to: same, by: boss, takes: [urgency, due, kind, review]}
    - {trigger: ask, T, from: new, to: more, by: boss}
    - {trigger: answer, T, from: more, to: new, by: boss}
    - {trigger: refer, T, from: [new, upper], to: waiting, by: boss}
    - {trigger: return, T, from: [waiting, upper], to: new, by: boss, takes: due}
    - {trigger: assign, T, from: waiting, to: upper, by: boss, takes: due}
    - {trigger: park, T, from: [new, upper, waiting], to: parked, by: boss, needs: review}
    - {trigger: resume, T, from: parked, to: back, by: boss}
    - {trigger: redo, T, from: open, to: closer, by: boss, restarts: work}
    - {trigger: extend, T, from: open, to: same, by: boss, needs: due, extends: work}
    - {trigger: finish, T, from: open, to: done, by: boss}
    """
CLOCKS = """
    work:
      T
      per: level
      by: [level, urgency]
      limits:
        low: {normal: 5 working days, urgent: 24 hours}
        high: {normal: 10 working days, urgent: 3 natural days}
      steps: [{at: 80%, remind: boss}, {at: 100%, remind: boss}, {at: 150%, remind: boss}]
    whole: {T, per: case, limits: 60 working days, total: true}
    quarrel: {T, per: case, when: {field: kind, is: dispute}, limits: 30 natural days}
    review: {T, per: stay, until: review}
    """


class Timed(Matter):
    """A matter whose acts happen at local times of 2026; the boss does them."""

    def __init__(self, clocks: str = CLOCKS, states: str = STATES, rows: str = ROWS, fields: str = FIELDS) -> None:
        titled = clocks.replace("      T\n", "      title: {zh: 时限, en: Limit}\n")
        head = {"business_hours": '{open: "08:30", close: "17:30"}'}
        loaded = workflow(fields=fields, states=states, clocks=titled, transitions=rows, **head)
        super().__init__(compile_workflow(loaded, CALENDAR))
        self.work = Worktime.of(loaded, CALENDAR)

    def at_time(self, moment: str, trigger: str, /, **data: object) -> Timed:
        self.now = local(moment)
        answer = self.fire(BOSS, trigger, **data)
        assert not isinstance(answer, Refusal), said(answer)
        return self

    def clock(self, code: str = "work") -> Reckoning:
        assert self.state is not None
        found = present(self.compiled.workflow, self.state, code, self.work)
        assert found is not None
        return found

    def deadline(self, code: str = "work") -> str:
        moment = self.clock(code).deadline
        return shown(moment) if moment else "none"


def local(text: str) -> datetime:
    """`03-02 09:00` of 2026 in Shanghai; a year may stand before."""
    full = text if text[:4].isdigit() and text[4] == "-" else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=SHANGHAI)


def shown(moment: datetime) -> str:
    """As `local` reads it, with seconds where there are any."""
    text = moment.astimezone(SHANGHAI)
    return f"{text:%m-%d %H:%M:%S}".removesuffix(":00") if text.year == 2026 else f"{text:%Y-%m-%d %H:%M}"
