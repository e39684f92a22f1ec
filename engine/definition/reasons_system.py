"""Why `system` may not fire a row (S16), each with what to do in which line."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definition.model import SYSTEM, Row, Title, Workflow
from engine.definition.words import listing


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `system` may not fire a row, what to do about it, and the same in a few words beside other reasons."""

    zh: str
    en: str
    hint: Title
    brief: Title


def no_row(workflow: Workflow, trigger: str, state: str) -> Reason:
    others = [row for row in workflow.rows if row.trigger == trigger]
    zh, en = f"写一行 trigger: {trigger}，from: {state}", f"write a row `trigger: {trigger}`, `from: {state}`"
    if others:
        line = others[0].mark.line
        zh = f"在第 {line} 行（{trigger}）的 from 中加上 {state}；或另{zh}"
        en = f"add {state} to `from` in line {line} ({trigger}), or {en}"
    hint = Title(zh=f"{zh}；by 中要有 system", en=f"{en}; with system in `by`")
    return Reason("那里没有这个动作的行", "there is no row of this trigger", hint, hint)


def not_in_by(row: Row) -> Reason:
    line, by = row.mark.line, listing(row.by, ", ")
    if SYSTEM in row.never:
        hint = Title(zh=f"从第 {line} 行的 never 中去掉 system", en=f"take system out of `never` in line {line}")
        brief = Title(zh="never 中去掉 system", en="system out of `never`")
    else:
        hint = Title(
            zh=f"在第 {line} 行（{row.trigger}）的 by 中加上 system：by: [{by}, system]",
            en=f"add system to `by` in line {line} ({row.trigger}): by: [{by}, system]",
        )
        brief = Title(zh=f"by: [{by}, system]", en=f"`by: [{by}, system]`")
    return Reason("该行的 by 没有 system", "its row does not let `system` act", hint, brief)


def not_via(row: Row, meeting: str) -> Reason:
    via = f"[{listing((*row.via, meeting), ', ')}]" if row.via else meeting
    hint = Title(
        zh=f"在第 {row.mark.line} 行（{row.trigger}）写 via: {via}",
        en=f"write via: {via} in line {row.mark.line} ({row.trigger})",
    )
    brief = Title(zh=f"写 via: {via}", en=f"`via: {via}`")
    return Reason(f"该行的 via 没有会议 '{meeting}'", f"its row is not `via` the meeting '{meeting}'", hint, brief)


def only_via(row: Row) -> Reason:
    line = row.mark.line
    hint = Title(
        zh=f"换一个不经会议的动作；或去掉第 {line} 行（{row.trigger}）的 via",
        en=f"fire a trigger that needs no meeting, or drop `via` in line {line} ({row.trigger})",
    )
    brief = Title(zh="去掉 via", en="no `via`")
    return Reason("该行只能在会上决定（via）", "its row is only `via` a meeting", hint, brief)


def not_taken(row: Row, names: list[str]) -> Reason:
    zh, en, line = "、".join(names), ", ".join(names), row.mark.line
    hint = Title(
        zh=f"在第 {line} 行（{row.trigger}）的 takes 中加上 {zh}，或从 with 中去掉",
        en=f"let line {line} ({row.trigger}) take {en}, or drop it from `with`",
    )
    brief = Title(zh=f"takes 中加上 {zh}", en=f"{en} added to `takes`")
    return Reason(f"该行不收字段 {zh}", f"its row takes no {en}", hint, brief)


def not_given(names: list[str], *, in_with: bool) -> Reason:
    """Fields the row needs and the step does not give; S17 where nothing else keeps `system` from it."""
    zh, en = "、".join(names), ", ".join(names)
    zh_or, en_or = ("写进 with 或", " given in `with` or") if in_with else ("", "")
    brief = Title(zh=f"{zh} {zh_or}移到 takes", en=f"{en}{en_or} moved to `takes`")
    return Reason(f"该行必填 {zh}，这里没有给出", f"it needs {en}, not given here", brief, brief)


def cannot_hold(row: Row) -> Reason:
    line = row.mark.line
    hint = Title(
        zh=f"改第 {line} 行（{row.trigger}）的 when；或用这一步的 when 避开",
        en=f"mend the `when` in line {line} ({row.trigger}), or keep the step away by its `when`",
    )
    brief = Title(zh="改 when", en="another `when`")
    return Reason("该行的 when 那时不可能成立", "the `when` of its row cannot hold then", hint, brief)


def together(reasons: list[Reason], row: Row, state: str, *, only_this: bool) -> Reason:
    """All reasons as one: whoever mends the first alone would be told the next. `only_this`: no other row will do."""
    if len(reasons) == 1:
        return reasons[0]
    briefs = [reason.brief for reason in reasons]
    zh = f"第 {row.mark.line} 行（{row.trigger}）须一并改：{'、'.join(brief.zh for brief in briefs)}"
    en = f"line {row.mark.line} ({row.trigger}) needs all of this: {', '.join(brief.en for brief in briefs)}"
    if not only_this:
        zh = f"另写一个动作的行，from: {state}，by: system，不写 via，在这里触发它；或者，{zh}"
        en = f"fire another trigger here, of a row `from: {state}`, `by: system`, without `via`; or else {en}"
    hint = Title(zh=zh, en=en)
    return Reason("；".join(each.zh for each in reasons), "; ".join(each.en for each in reasons), hint, hint)
