"""The shape of answers about clocks and about what could not be carried out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from api.answers import Answer, CouldOut, RuleLineOut
from api.shapes import CaseId, Code, UnitCode


class GrantOut(Answer):
    """Time granted by the row `seq`, in the clock's unit; of a date the whole from then on, with its `day`."""

    why: Literal["limit", "start_day", "grace", "due", "extension"]
    text: str
    seq: int
    amount: str
    day: date | None


class LimitChangeOut(Answer):
    """The row `seq` changed a field by which the limit goes; null stands for no limit."""

    seq: int
    before: str | None
    after: str | None


class RunOut(Answer):
    seq: int
    started: datetime
    until_seq: int | None
    stopped: datetime | None


class StepOut(Answer):
    at: str
    fires: Code | None
    falls_due: datetime | None


class DayOut(Answer):
    """One day: what it was in the calendar, and to the clock. `stopped_by` is the row that made it pause."""

    day: date
    kind: Literal["working", "weekend", "holiday", "made_up", "local_off", "local_work"]
    kind_text: str
    name: str | None
    provisional: bool
    note: Literal["start", "counted", "off", "paused", "rolled"]
    note_text: str
    counted: str
    stopped_by: int | None


class ClockSumOut(Answer):
    """One sum of one clock. Amounts are decimal numbers of `unit`; `used` and
    `left` leave out what remained of the day it began on. `deadline` is null while it rests; `over` says that
    a later row began the clock anew."""

    clock: Code
    title: str
    per: Literal["stay", "level", "case"]
    level: Code
    total: bool
    running: bool
    over: bool
    limit: str | None
    limit_changes: list[LimitChangeOut]
    unit: Literal["minutes", "hours", "business hours", "natural days", "working days"]
    used: str
    left: str | None
    deadline: datetime | None
    overdue: bool
    provisional: bool
    granted: list[GrantOut]
    runs: list[RunOut]
    steps: list[StepOut]
    days: list[DayOut]


class ClocksOut(Answer):
    case: CaseId
    number: str
    now: datetime
    clocks: list[ClockSumOut]


class BlockedOut(Answer):
    """What could not be carried out: a step of a clock, a message, a meeting. `text` says what is wrong and who could
    go on, `could` the posts; `refused_by` the line of the rules, where one is in the way. `attend_by` is when somebody
    should have looked."""

    kind: str
    subject: str
    case: CaseId | None
    number: str | None
    unit: UnitCode
    code: str
    text: str
    refused_by: RuleLineOut | None
    could: list[CouldOut]
    facts: dict[str, Any]
    since: datetime
    attend_by: datetime
    tried_at: datetime
    tries: int


class BlockedList(Answer):
    items: list[BlockedOut]
