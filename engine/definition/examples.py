"""How each key of the language looks when it is filled in: what a finding shows where one is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.definition.model import Title

#: By the key. One that is written otherwise in some place stands below.
EXAMPLES: Mapping[str, str] = {
    # --- head ---
    "workflow": "issue-escalation",
    "version": "1",
    "timezone": "Asia/Shanghai",
    "calendar": "cn",
    "business_hours": '{open: "08:30", close: "17:30"}',
    "open": '"08:30"',
    "close": '"17:30"',
    "currency": "CNY",
    # --- sections ---
    "levels": "{village: {zh: 村, en: Village}}",
    "roles": "{village_clerk: {title: {zh: 村文书, en: Village clerk}, level: village}}",
    "fields": "{reason: {title: {zh: 理由, en: Reason}, type: text}}",
    "states": "{closed_case: {title: {zh: 已办结, en: Closed}, final: true}}",
    "transitions": "[{trigger: report, title: {zh: 上报, en: Report}, from: start, to: reported, by: village_clerk}]",
    # --- properties ---
    "title": "{zh: 上报, en: Report}",
    "level": "village",
    "type": "text",
    "choices": "{normal: {zh: 一般, en: Normal}, urgent: {zh: 紧急, en: Urgent}}",
    "trigger": "refer_to_village",
    "from": "reported",
    "to": "village_queued",
    "by": "[village_clerk, village_secretary]",
    "of": "record_measure",
    "per": "case",
    "at": "80%",
    "remind": "village_secretary",
    "fire": "carry_over",
    "limits": "5 working days",
    # --- meetings and visibility ---
    "members": "[village_clerk, village_secretary]",
    "chair": "village_secretary",
    "quorum": "50%",
    "week": "friday",
    "on_holiday": "next_working_day",
    "when": "{state: reported}",
    "only_to": "village_secretary",
    # --- conditions ---
    "at_least": "1",
    "past": "80%",
    "is": "village_secretary",
}

#: Where a key is written otherwise: a pattern of the whole path.
ELSEWHERE: Mapping[str, str] = {
    r"fields\..*\.of": "file",
    r"meetings\..*\.every\.at": '"15:00"',
    r"meetings\..*\.trigger": "carry_over",
}


def example(path: str, key: str) -> Title | None:
    """`as quorum: 50%`: how the key is written at this path; None for one that has no example."""
    found = next((text for pattern, text in ELSEWHERE.items() if re.fullmatch(pattern, path)), EXAMPLES.get(key))
    if found is None:
        return None
    # who reads English need not read Chinese
    return Title(zh=f"例如 {key}: {found}", en="as " + re.sub("[\u4e00-\u9fff]+", "…", f"{key}: {found}"))
