"""A small workflow that tells, pages and seals, in the township of the tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.cases.letters import reminder_of
from engine.cases.office import Office
from engine.definition.model import Step, Value
from engine.messages.delivery import Delivery, LetterService
from engine.messages.inbox import InboxService, MessageFilter, MessageView
from engine.store.db import Store
from engine.store.outbox import post
from engine.store.tables import blocked, outbox
from tests import township as t
from tests.store.world import World, rules

TELLING = {
    "fields": """
        charge: {T, type: person, fills: responsible}
        lead: {T, type: unit, fills: responsible}
        secret: {T, type: flag}
        words: {T, type: text, pii: free_text}
        gone: {T, type: person, fills: recused}
        """,
    "business_hours": """
        open: "08:30"
        close: "17:30"
        """,
    "clocks": """
        handle: {title: {zh: 办理时限, en: Handling}, per: stay, limits: 24 hours}
        page: {title: {zh: 应急确认, en: Acknowledgement}, per: stay, limits: 15 minutes}
        """,
    "states": """
        new: {T, level: wuchang, handling: true, runs: handle}
        alarm: {T, level: village, runs: page}
        hidden: {T, final: true}
        """,
    "transitions": """
        - {trigger: begin, title: {zh: 开始, en: Begin}, from: start, to: new, by: zuzhang, takes: [words, charge],
           tells: [village_clerk, opener]}
        - {trigger: plain, T, from: new, to: same, by: [zuzhang, village_clerk]}
        - {trigger: give, title: {zh: 交办, en: Hand out}, from: new, to: same, by: [zuzhang, village_clerk],
           takes: [charge, lead], tells: responsible, notice: {zh: 请三日内上门, en: Call within three days}}
        - {trigger: up, T, from: new, to: same, by: zuzhang, tells: [superior, auditor_county]}
        - {trigger: station, T, from: new, to: same, by: zuzhang, tells: township_station}
        - {trigger: ring, title: {zh: 直报, en: Alarm}, from: new, to: alarm, by: zuzhang,
           pages: [village_secretary, village_clerk]}
        - {trigger: again, T, from: alarm, to: same, by: zuzhang, tells: paged}
        - {trigger: leave, T, from: [new, alarm], to: same, by: zuzhang, needs: gone}
        - {trigger: hide, T, from: [new, alarm], to: hidden, by: zuzhang, needs: secret}
        """,
    "visibility": """
        - {title: {zh: 密, en: Sealed}, when: {field: secret, is: true}, only_to: township_secretary}
        """,
}


class Post(World):
    """The township with its outbox and inboxes."""

    def __init__(self, store: Store, **parts: str) -> None:
        super().__init__(store, rules(**{**TELLING, **parts}))
        self.letters, self.inboxes = LetterService(self.office), InboxService(self.office)

    def having(self, **changes: Any) -> Office:
        """Another office on the same database."""
        self.office = replace(self.office, **changes)
        self.cases.office = self.office
        return self.office

    def begin(self, **data: Value) -> str:
        return self.opened("zuzhang", t.GROUP, "begin", data, workflow="small").identity.id

    def deliver(self, limit: int = 200) -> Delivery:
        return self.letters.deliver(limit)

    def read(self, person: str, **wanted: Any) -> list[MessageView]:
        return list(self.inboxes.page(person, MessageFilter(**wanted)).messages)

    def said(self, person: str) -> list[str]:
        """The Chinese title of each message, the newest first."""
        return [each.title.zh for each in self.read(person)]

    def written(self) -> list[Any]:
        return self.rows(outbox)

    def blocked(self) -> list[Any]:
        return self.rows(blocked)

    def remind(self, case: str, *names: str, clock: str = "handle", share: int = 80) -> None:
        """A letter as a step of a clock posts it."""
        step = Step(at=share, remind=names)
        letter = reminder_of(self.office, self.held(case), clock, step, self.clock.at)
        with self.store.begin() as tx:
            post(tx, [letter])
