"""Kinds of matters and of dangers as tiles, with examples in spoken words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.present import title
from api.web.words import N_
from engine.definition.model import Row, Workflow


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One choice; `example` is a text of the catalogue, empty where none helps."""

    code: str
    title: str
    example: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kinds:
    """`few` stand at once, `more` are folded away, `unsure` leaves it to those who sort."""

    few: Sequence[Kind]
    more: Sequence[Kind]
    unsure: str | None


_FEW = 6
_UNSURE = "unclear"
_EXAMPLES = {
    "dispute": N_("争地、争水、吵架"),
    "hazard": N_("塘、火、电、危房"),
    "hardship": N_("生病、低保、独居"),
    "infra": N_("路、水、渠、路灯"),
    "environment": N_("垃圾、污水、厕所"),
    "policy": N_("医保、补贴、建房"),
    "conduct": N_("办酒、赌博、作风"),
    "industry": N_("种养、销路、合作社"),
    "suggest": N_("想法、点子"),
}


def categories(workflow: Workflow, row: Row, english: bool) -> Kinds:
    """The choices of `category`, where the row asks for it."""
    field = workflow.fields.get("category") if "category" in row.needs else None
    choices = field.choices if field else {}
    found = [
        Kind(code=code, title=title(words, english), example=_EXAMPLES.get(code, ""))
        for code, words in choices.items()
        if code != _UNSURE
    ]
    return Kinds(few=found[:_FEW], more=found[_FEW:], unsure=_UNSURE if _UNSURE in choices else None)


def dangers(workflow: Workflow, row: Row, english: bool) -> Sequence[Kind]:
    """The choices of what the alarm needs to know."""
    field = workflow.fields[row.needs[0]] if row.needs else None
    return [Kind(code=code, title=title(words, english)) for code, words in (field.choices if field else {}).items()]
