"""What stands in the blocked queue, in words: what is wrong, and which posts could go on; never a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.condition_texts import RELATION_TITLES, Text
from api.problems import detail, field_text
from engine.cases.blocked_views import BlockedView
from engine.rules.explain import Could
from engine.rules.refusals import FieldsRefused

Json = dict[str, Any]

OPERATOR = Could(name="operator")
#: kind -> (zh, en) of what did not come about.
KIND_TEXTS: dict[str, Text] = {
    "timer": (
        "「{clock}」已到 {share}%，应自动「{act}」而没有办成",
        "'{act}' should have come at {share}% of '{clock}'",
    ),
    "step": ("「{clock}」到期的一步没有办成", "A step of '{clock}' was not carried out"),
    "carry_over": ("{meeting}顺延次数已满，应自动「{act}」而没有办成", "{meeting}: '{act}' should have followed"),
    "message": ("消息没有送达", "A message was not delivered"),
    "calendar": ("日历更新后，期限没有重算", "The deadlines were not recounted by the new calendar"),
    "proof": (
        "没有取核对点，之后的记录还没有签名作证",
        "No checkpoint was taken: nothing yet witnesses the rows since",
    ),
    "meeting": ("{meeting}没有按时召开或结束", "{meeting} was not held or ended in time"),
}
#: code -> (zh, en) of what was in the way where no line of the rules refused.
REASON_TEXTS: dict[str, Text] = {
    "broken": ("程序出错，管理员可在日志中查到", "the program failed; the server's log says how"),
    "rules_missing": ("缺少这件事项所依据的规则文件", "the rules file of this case is missing"),
    "clock_behind": (
        "服务器时钟比这件事项的最后一条记录早，等它赶上",
        "the server's clock is before the last row of this case and has to catch up",
    ),
    "nobody": ("没有可以通知的人，须有人担任：{absent}", "nobody is there to be told, appoint: {absent}"),
    "undelivered": ("接收系统「{receiver}」没有收下：{reason}", "the receiver '{receiver}' did not take it: {reason}"),
    "turn_missed": (
        "自 {since} 起有 {turns} 次没有开会，{cases} 件事项在等",
        "meetings missed since {since}: {turns}; cases that wait: {cases}",
    ),
    "called_off": (
        "自 {since} 起 {turns} 次会议取消而没有另开，{cases} 件事项在等",
        "meetings called off since {since}: {turns}; cases that wait: {cases}",
    ),
    "key_none_set": (
        "没有设置签名密钥的位置（MINQING_SIGNING_KEY）",
        "no place of a signing key is set (MINQING_SIGNING_KEY)",
    ),
    "key_missing": ("签名密钥文件不在", "the file with the signing key is not there"),
    "key_unreadable": ("签名密钥文件读不出来", "the file with the signing key cannot be read"),
    "key_exposed": ("签名密钥文件别人也能读，须只归运行本系统的账号", "others may read the file with the signing key"),
    "key_other": (
        "密钥文件不是登记的那一把；换密钥请运行 minqing key new",
        "the file holds another key than the one on record; to change it run minqing key new",
    ),
    "not_opened": (
        "原定 {since} 的会议没有召开，{cases} 件事项在等",
        "the meeting set for {since} was never opened; cases that wait: {cases}",
    ),
    "not_closed": (
        "{since} 召开的会议没有结束，{cases} 件事项在等",
        "the meeting opened at {since} was never closed; cases that wait: {cases}",
    ),
}
#: reason -> (zh, en) of what became of a request to a receiver of webhooks.
RECEIVER_TEXTS: dict[str, Text] = {
    "unknown_person": ("设置中的人员没有登记", "the person in the settings is not registered"),
    "unknown_host": ("找不到这个主机", "its host is not found"),
    "forbidden_address": ("地址不在许可范围", "its address is not allowed"),
    "no_answer": ("没有应答", "it does not answer"),
    "redirect": ("应答要求转到别处（{status}）", "it answers with a redirect ({status})"),
    "status": ("应答为 {status}", "it answers with {status}"),
}
_AGAIN: Text = ("，会自动再试", "; it is tried again")
_GIVEN_UP: Text = ("，已不再重试", "; it is not tried any more")
_WHOLE: Text = ("{what}：{why}。能处理的：{who}。", "{what}: {why}. Who could go on: {who}.")
_OPERATOR: Text = ("系统操作员", "the operator")


def blocked_text(view: BlockedView) -> Text:
    """(zh, en): what did not come about and why; then who could go on."""
    return _sentences(view, 0), _sentences(view, 1)


def who_could(view: BlockedView) -> tuple[Could, ...]:
    return view.could or (OPERATOR,)


def could_title(view: BlockedView, could: Could) -> Text:
    if could == OPERATOR:
        return _OPERATOR
    role = view.workflow.roles.get(could.name) if view.workflow else None
    return (role.title.zh, role.title.en) if role else RELATION_TITLES[could.name]


def _sentences(view: BlockedView, language: int) -> str:
    told = _facts(view, language)
    what = KIND_TEXTS[_kind(view)][language].format_map(told)
    why, who = _why(view, language, told), _posts(view, who_could(view), language)
    return _WHOLE[language].format(what=what, why=why, who=who)


def _kind(view: BlockedView) -> str:
    return "step" if view.found.kind == "timer" and view.refusal is None else view.found.kind


def _why(view: BlockedView, language: int, told: Json) -> str:
    refusal = view.refusal
    if isinstance(refusal, FieldsRefused):
        texts = [field_text(refusal.workflow, each)[language] for each in refusal.problems]
        return ("；", "; ")[language].join(texts)
    if refusal is not None:
        return detail(refusal)[language]
    code = view.found.code if view.workflow or view.found.code in REASON_TEXTS else "rules_missing"
    return REASON_TEXTS[code][language].format_map(told) + _prospect(view)[language]


def _prospect(view: BlockedView) -> Text:
    """Letters are given up some day; what else stands here is tried until it is done."""
    if view.found.kind != "message":
        return "", ""
    return _GIVEN_UP if view.found.facts.get("given_up") else _AGAIN


def _posts(view: BlockedView, several: Iterable[Could], language: int) -> str:
    """`村书记（陈桥村）、镇党委书记（洋泉镇）`"""
    comma, places = (("、", "（{}）"), (", ", " ({})"))[language]
    titles = [(could_title(view, each)[language], [view.names.get(unit, unit) for unit in each.units])
              for each in several]  # fmt: skip
    return comma.join(title + (places.format(comma.join(units)) if units else "") for title, units in titles)


def _facts(view: BlockedView, language: int) -> Json:
    """What the texts name, in one language."""
    facts = view.found.facts
    return {
        "clock": _title(view, "clocks", "clock", language),
        "meeting": _title(view, "meetings", "meeting", language),
        "act": _act(view, language),
        "share": facts.get("share"),
        "receiver": facts.get("receiver"),
        "reason": RECEIVER_TEXTS[facts["reason"]][language].format_map(facts) if facts.get("reason") else "",
        "absent": _posts(view, view.absent, language),
        "since": local_text(view, view.found.since),
        "turns": facts.get("turns"),
        "cases": len(facts.get("cases", ())),
    }


def _title(view: BlockedView, section: str, fact: str, language: int) -> str:
    """By its code where the rules are not there."""
    code = str(view.found.facts.get(fact, ""))
    found = getattr(view.workflow, section).get(code) if view.workflow else None
    return (found.title.zh, found.title.en)[language] if found else code


def _act(view: BlockedView, language: int) -> str:
    code = str(view.found.facts.get("trigger", ""))
    rows = view.workflow.rows if view.workflow else ()
    titles = [(row.title.zh, row.title.en) for row in rows if row.trigger == code]
    return titles[0][language] if titles else code


def local_text(view: BlockedView, moment: datetime) -> str:
    """`2026-04-21 17:30` by the time of the rules; where these are not there, in UTC with a Z."""
    zone = ZoneInfo(view.workflow.timezone) if view.workflow else UTC
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}{'' if view.workflow else 'Z'}"
