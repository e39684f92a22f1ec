"""What a message says: titles, number, unit, deadline and the fixed notice. Nothing that anybody wrote."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.condition_texts import Text
from engine.messages.inbox import MessageView

#: kind -> (zh, en); a page begins with what it is, and so does `call`, a reminder that waits for no morning.
LETTER_TEXTS: dict[str, Text] = {
    "tell": ("{number}（{unit}）：{title}，现为「{state}」", "{number} ({unit}): {title}, now '{state}'"),
    "page": (
        "【紧急】{number}（{unit}）：{title}，现为「{state}」",
        "URGENT {number} ({unit}): {title}, now '{state}'",
    ),
    "call": (
        "【紧急】{number}（{unit}）：「{title}」已用 {share}%，现为「{state}」",
        "URGENT {number} ({unit}): {share}% of '{title}' used, now '{state}'",
    ),
    "remind": (
        "{number}（{unit}）：「{title}」已用 {share}%，现为「{state}」",
        "{number} ({unit}): {share}% of '{title}' used, now '{state}'",
    ),
}
_DUE: Text = ("，时限 {due}", ", due {due}")
_END: Text = ("。", ".")


def letter_text(view: MessageView, english: bool) -> str:
    """One or two sentences in the reader's language."""
    state = view.workflow.states[view.state].title
    facts = {
        "number": view.number,
        "unit": view.unit_name,
        "title": view.title.en if english else view.title.zh,
        "state": state.en if english else state.zh,
        "share": view.share,
    }
    kind = "call" if view.kind == "remind" and view.urgent else view.kind
    said = LETTER_TEXTS[kind][english].format_map(facts) + _due(view, english) + _END[english]
    return f"{said}{' ' if english else ''}{_notice(view, english)}".rstrip()


def _due(view: MessageView, english: bool) -> str:
    if view.due_at is None or view.closed:
        return ""
    return _DUE[english].format(due=_until(view.due_at.astimezone(ZoneInfo(view.workflow.timezone))))


def _until(local: datetime) -> str:
    """A deadline at midnight is the end of the day before."""
    if local.time() == time(0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def _notice(view: MessageView, english: bool) -> str:
    if view.notice is None:
        return ""
    return f"{view.notice.en.rstrip('.')}." if english else f"{view.notice.zh.rstrip('。')}。"
