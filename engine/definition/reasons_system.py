"""Why `system` may not fire a row (S16), each with what to do in which line."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definition.model import SYSTEM, Row, Title, Workflow
from engine.definition.words import listing


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `system` may not fire a row, and what to do about it."""

    zh: str
    en: str
    hint: Title


def no_row(workflow: Workflow, trigger: str, state: str) -> Reason:
    others = [row for row in workflow.rows if row.trigger == trigger]
    zh, en = f"写一行 trigger: {trigger}，from: {state}", f"write a row `trigger: {trigger}`, `from: {state}`"
    if others:
        line = others[0].mark.line
        zh = f"在第 {line} 行（{trigger}）的 from 中加上 {state}；或另{zh}"
        en = f"add {state} to `from` in line {line} ({trigger}), or {en}"
    hint = Title(zh=f"{zh}；by 中要有 system", en=f"{en}; with system in `by`")
    return Reason("那里没有这个动作的行", "there is no row of this trigger", hint)


def not_in_by(row: Row) -> Reason:
    line, by = row.mark.line, listing(row.by, ", ")
    if SYSTEM in row.never:
        hint = Title(zh=f"从第 {line} 行的 never 中去掉 system", en=f"take system out of `never` in line {line}")
    else:
        hint = Title(
            zh=f"在第 {line} 行（{row.trigger}）的 by 中加上 system：by: [{by}, system]",
            en=f"add system to `by` in line {line} ({row.trigger}): by: [{by}, system]",
        )
    return Reason("该行的 by 没有 system", "its row does not let `system` act", hint)


def not_via(row: Row, meeting: str) -> Reason:
    via = f"[{listing((*row.via, meeting), ', ')}]" if row.via else meeting
    hint = Title(
        zh=f"在第 {row.mark.line} 行（{row.trigger}）写 via: {via}",
        en=f"write via: {via} in line {row.mark.line} ({row.trigger})",
    )
    return Reason(f"该行的 via 没有会议 '{meeting}'", f"its row is not `via` the meeting '{meeting}'", hint)


def only_via(row: Row) -> Reason:
    line = row.mark.line
    hint = Title(
        zh=f"换一个不经会议的动作；或去掉第 {line} 行（{row.trigger}）的 via",
        en=f"fire a trigger that needs no meeting, or drop `via` in line {line} ({row.trigger})",
    )
    return Reason("该行只能在会上决定（via）", "its row is only `via` a meeting", hint)


def not_taken(row: Row, names: list[str]) -> Reason:
    zh, en, line = "、".join(names), ", ".join(names), row.mark.line
    hint = Title(
        zh=f"在第 {line} 行（{row.trigger}）的 takes 中加上 {zh}，或从 with 中去掉",
        en=f"let line {line} ({row.trigger}) take {en}, or drop it from `with`",
    )
    return Reason(f"该行不收字段 {zh}", f"its row takes no {en}", hint)


def cannot_hold(row: Row) -> Reason:
    line = row.mark.line
    hint = Title(
        zh=f"改第 {line} 行（{row.trigger}）的 when；或用这一步的 when 避开",
        en=f"mend the `when` in line {line} ({row.trigger}), or keep the step away by its `when`",
    )
    return Reason("该行的 when 那时不可能成立", "the `when` of its row cannot hold then", hint)
