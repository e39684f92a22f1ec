"""The words of the feature files on a cluster's own affairs: each kind of affair has a noun, and its acts, states and
fields are called as its rules file calls them. Importing this adds them to what a sentence can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.definition.model import START, Field, FieldType, Value, Workflow
from tests import township as t
from tests.features.words import KINDS, kind, one_of

_SHARED = {
    "理事长": "council_head",
    "会计": "treasurer",
    "村文书": "village_clerk",
    "村书记": "village_secretary",
    "村务监督委员会": "village_supervision",
    "系统": "system",
}
_HOUSEHOLDS = {"李婶家": "h1"}
#: People who are spoken of and do not act.
_NAMED = {"李婶": "lishen", "张三": "zhangsan"}


@dataclass(frozen=True)
class Affair:
    """`prefix` is that of its kinds of word in a sentence."""

    noun: str
    prefix: str
    workflow: Workflow
    people: Mapping[str, str]

    @property
    def fields(self) -> dict[str, Field]:
        return {field.title.zh: field for field in self.workflow.fields.values()}

    @property
    def pattern(self) -> str:
        titles = "|".join(sorted(map(re.escape, self.fields), key=len, reverse=True))
        return rf"[,，] ?({titles})「([^」]*)」"

    def values(self, text: str) -> dict[str, Value]:
        """`, 金额「500.00」, 自愿「是」` as the data of a command."""
        found = ((self.fields[title], said) for title, said in re.findall(self.pattern, text))
        return {field.code: self._value(field, said) for field, said in found}

    def _value(self, field: Field, said: str) -> Value:
        match field.type:
            case FieldType.CHOICE:
                return {title.zh: code for code, title in field.choices.items()}[said]
            case FieldType.FLAG:
                return {"是": True, "否": False}[said]
            case FieldType.INTEGER:
                return int(said)
            case FieldType.PERSON:
                return {**self.people, **_NAMED}.get(said) or {"name": said}
            case FieldType.LIST:
                return [_HOUSEHOLDS[each] for each in said.split("、")]
        return said

    def kinds(self) -> dict[str, object]:
        rows, meetings = self.workflow.rows, self.workflow.meetings.values()
        opening = {row.title.zh: row.trigger for row in rows if row.sources == (START,)}
        acts = {row.title.zh: row.trigger for row in rows if row.sources != (START,)}
        words = {
            "Person": one_of(dict(self.people)),
            "Opening": one_of(opening),
            "Act": one_of(acts),
            "State": one_of({state.title.zh: code for code, state in self.workflow.states.items()}),
            "Meeting": one_of({meeting.title.zh: meeting.code for meeting in meetings}),
            "Values": kind(f"(?:{self.pattern.replace('(', '(?:')})*", self.values),
        }
        return {self.prefix + name: word for name, word in words.items()}


def _rules(name: str) -> Workflow:
    return next(workflow for workflow in t.all_rules() if workflow.name == name)


PROJECT = Affair(
    noun="项目",
    prefix="Project",
    workflow=_rules("works-project/1"),
    people=_SHARED | {"户代表": "household_rep1", "另一户代表": "household_rep2"},
)
COOPERATIVE = Affair(
    noun="合作社",
    prefix="Coop",
    workflow=_rules("cooperative/1"),
    people=_SHARED | {"成员代表": "members_rep1", "另一成员代表": "members_rep2"},
)
AFFAIRS = (PROJECT, COOPERATIVE)
for _affair in AFFAIRS:
    KINDS.update(_affair.kinds())
