"""What decides a condition on a field: who gives it a value, and which values it may have."""

from __future__ import annotations

from collections.abc import Sequence

from engine.definition.answers import answer
from engine.definition.model import (
    DateRange,
    Field,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldType,
    Row,
    Title,
)
from engine.definition.scene import Scene
from engine.definition.used import settings
from engine.definition.words import listing, shown

Scenes = Sequence[Scene]
Told = tuple[str, str] | tuple[str, str, Title | None] | None


def absent(name: str, scenes: Scenes) -> Told:
    """Why the field has no value in any of the scenes; None where it may have one."""
    if not all(scene.values(name).is_absent for scene in scenes):
        return None
    givers = [row for row in scenes[0].workflow.rows if _gives(row, name)]
    hint = Title(
        zh=f"让前面的一行（或本行）的 needs 或 takes 带上 {name}，或删去这个条件",
        en=f"let a row before (or this one) need or take {name}, or drop the condition",
    )
    if not givers:
        return f"没有一行填 '{name}'（needs、takes、sets 里都没有它）", f"no row gives '{name}' a value", hint
    if scenes[0].row in givers or any(scene.past.may_have_fired(row.trigger) for scene in scenes for row in givers):
        return f"这时 '{name}' 一定没有值", f"'{name}' certainly has no value then", hint
    zh, en = _rows(givers, "第 {} 行（{}）", "、"), _rows(givers, "line {} ({})", ", ")
    return (
        f"走到这里之前没有一行填 '{name}'，填它的是{zh}",
        f"no row before gives '{name}' a value, only {en} does",
        hint,
    )


def _gives(row: Row, name: str) -> bool:
    return name in (*row.needs, *row.takes) or any(setting.field == name for setting in settings(row))


def _rows(rows: list[Row], form: str, joint: str) -> str:
    return listing([form.format(row.mark.line, row.trigger) for row in rows], joint)


def is_reason(asked: FieldIs, scenes: Scenes) -> Told:
    return absent(asked.field, scenes) or _values(asked.field, scenes) or _limits(asked.field, scenes)


def given_reason(asked: FieldGiven, scenes: Scenes) -> Told:
    if asked.now and asked.field not in scenes[0].gives:
        return _not_taken(asked.field, "本次不会填写", "it is never given in this act")
    if found := absent(asked.field, scenes):
        return found
    if not all(answer(asked, scene) for scene in scenes):
        return None
    if asked.field in scenes[0].row.needs:
        return f"本行必填 '{asked.field}'（needs）", f"this row needs '{asked.field}'"
    return f"走到这里时 '{asked.field}' 一定已填", f"'{asked.field}' certainly has a value then"


def _not_taken(name: str, so_zh: str, so_en: str) -> Told:
    hint = Title(zh=f"在 takes 中加上 {name}，或删去这个条件", en=f"let the row take {name}, or drop the condition")
    return f"本行不收 '{name}'（needs、takes 里都没有它），{so_zh}", f"this row does not take '{name}', {so_en}", hint


def bound_reason(asked: FieldBound, scenes: Scenes) -> Told:
    field = scenes[0].workflow.fields.get(asked.field)
    if field and field.type is FieldType.DATE and field.range is DateRange.PAST:
        past = f"'{asked.field}' 只能填今天或以前（range: past）", f"'{asked.field}' is today or before (`range: past`)"
        return absent(asked.field, scenes) or past
    found = absent(asked.field, scenes) or _crossed(asked) or _values(asked.field, scenes)
    return found or _limits(asked.field, scenes)


def change_reason(asked: FieldChange, scenes: Scenes) -> Told:
    name = asked.field
    if all(scene.level is None for scene in scenes):
        return "开立时还没有可比的现值", "at the opening there is no value to compare with"
    if name not in scenes[0].gives:
        return _not_taken(name, "改不了它", "so it cannot change it")
    before = Title(zh=f"先让前面的一行填 {name}，或删去这个条件", en=f"let a row before give {name}, or drop it")
    if all(name not in scene.before or scene.before[name].is_absent for scene in scenes):
        return f"此前 '{name}' 还没有值", f"'{name}' has no value before", before
    return f"'{name}' 在这一侧没有可选的值", f"'{name}' has no choice on that side"


def _crossed(asked: FieldBound) -> Told:
    low, high = asked.at_least, asked.at_most
    if isinstance(low, int) and isinstance(high, int) and low > high:
        return f"at_least（{low}）大于 at_most（{high}）", f"`at_least` ({low}) is above `at_most` ({high})"
    return None


def _values(name: str, scenes: Scenes) -> Told:
    """The values it may have, where these are known."""
    found = [scene.values(name).known for scene in scenes]
    missing = ("或没有填", " or not given") if any(scene.values(name).missing for scene in scenes) else ("", "")
    known = {value for values in found if values is not None for value in values}
    if None in found or not known:
        return None
    zh, en = (listing(sorted(map(_written, known)), joint) for joint in ("、", ", "))
    return f"'{name}' 这时只会是 {zh}{missing[0]}", f"'{name}' is {en}{missing[1]} then"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(str(value))[1:-1]


def _limits(name: str, scenes: Scenes) -> Told:
    field = scenes[0].workflow.fields.get(name)
    if field is None or (field.at_least is None and field.at_most is None):
        return None
    hint = Title(zh=f"改字段 {name} 的界限，或改这个条件", en=f"mend the bounds of {name}, or the condition")
    return f"'{name}' 的界限是 {_span(field)}", f"the bounds of '{name}' are {_span(field)}", hint


def _span(field: Field) -> str:
    bounds = {"at_least": field.at_least, "at_most": field.at_most}
    return ", ".join(f"{key}: {bound}" for key, bound in bounds.items() if bound is not None)
