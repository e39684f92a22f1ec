"""One changed key in words: what came, what went, or what it was and is. Every sentence is (zh, en)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from api.comparison_labels import LABELS
from api.condition_texts import Text
from api.condition_words import asked
from api.rule_words import (
    NOTHING,
    both,
    carry_over,
    duration,
    listed,
    named,
    person,
    plain,
    setting,
    state,
    step,
    target,
    targets,
    trigger,
    turn,
)
from engine.definition.compare import Comparison, Difference
from engine.definition.differences import Change, Thing, only_in
from engine.definition.model import Clock, Duration, Field, Title, Workflow

Teller = Callable[[Workflow, Any], Text]

_PERSON: Teller = person
_FIELD, _MEETING, _CLOCK, _LEVEL = named("fields"), named("meetings"), named("clocks"), named("levels")

#: Keys that are called otherwise in things of one kind.
_NAMES: Mapping[tuple[type, str], str] = {(Clock, "by"): "dimensions", (Clock, "when"): "while"}


def _dimension(workflow: Workflow, code: str) -> Text:
    return ("层级", "level") if code == "level" else _FIELD(workflow, code)


#: Lists whose entries come and go, by how one entry is told.
_LISTS: Mapping[str, Teller] = {
    **dict.fromkeys(("by", "never", "pages", "tells", "members", "chair", "only_to", "never_to"), _PERSON),
    **dict.fromkeys(("needs", "takes"), _FIELD),
    **dict.fromkeys(("via", "reports_to", "gate"), _MEETING),
    **dict.fromkeys(("restarts", "extends", "runs"), _CLOCK),
    **dict.fromkeys(("when", "at_once_if", "where"), asked),
    "sources": state,
    "sets": setting,
    "targets": target,
    "steps": step,
    "of": trigger,
    "while": asked,
    "dimensions": _dimension,
}

#: Single values, by how they are told.
_VALUES: Mapping[str, Teller] = {
    "targets": targets,
    "hands_over_by": trigger,
    "level": _LEVEL,
    "until": _FIELD,
    "follows": _FIELD,
    "notice": lambda _, title: both(title),
    "title": lambda _, title: both(title),
    "grace": lambda _, share: (f"{share}%", f"{share}%"),
    "quorum": lambda _, share: (f"{share}%", f"{share}%"),
    "every": lambda _, given: turn(given),
    "cutoff": lambda _, given: _before(given),
    "carry_over": carry_over,
    "business_hours": lambda _, hours: _hours(hours),
}
_TOLD_WITHOUT_VALUE = frozenset({"every", "carry_over"})  #: whose absence has words of its own


def told(comparison: Comparison, difference: Difference, change: Change) -> Iterator[Text]:
    """The sentences of one change of a thing that both versions have."""
    old, new = comparison.old, comparison.new
    name = _NAMES.get((type(difference.new), change.key), change.key)
    if name == "limits":
        yield from _limits(old, new, difference, change)
    elif name == "choices":
        yield from _choices(change)
    elif name == "default":
        yield _was_and_is(LABELS[name], _default(difference.old, change.before), _default(difference.new, change.after))
    elif name in _LISTS and isinstance(change.before, tuple) and not _is_replaced(change, name):
        yield _entries(old, new, change, name)
    else:
        yield _was_and_is(LABELS[name], _single(old, name, change.before), _single(new, name, change.after))


def standing(workflow: Workflow, thing: Thing, key: str) -> tuple[Text, tuple[Text, ...]]:
    """(label, entries): what a key of one thing says; no entries where it says nothing."""
    name, value = _NAMES.get((type(thing), key), key), getattr(thing, key)
    if name == "limits":
        return LABELS[name], tuple(_limit(workflow, thing, cell, value[cell]) for cell in value)
    if name == "choices":
        return LABELS[name], tuple(both(each) for each in value.values())
    if name in _LISTS and isinstance(value, tuple):
        return LABELS[name], tuple(_LISTS[name](workflow, each) for each in value)
    if value in (None, False, "", ()) and name not in _TOLD_WITHOUT_VALUE:
        return LABELS[name], ()
    return LABELS[name], (_single(workflow, name, value),)


def _limit(workflow: Workflow, clock: Thing, key: tuple[str, ...], limit: Duration | None) -> Text:
    (zh, en), (where_zh, where_en) = duration(limit), _place(workflow, clock, key)
    return f"{zh}{where_zh}", f"{en}{where_en}"


def _is_replaced(change: Change, name: str) -> bool:
    """Destinations are told one by one only where those that stayed follow each other as before."""
    before, after = change.before, change.after
    stayed = [each for each in before if each in after]
    return name == "targets" and (not stayed or stayed != [each for each in after if each in before])


def _was_and_is(label: Text, before: Text, after: Text) -> Text:
    return f"{label[0]}：原为 {before[0]}，现为 {after[0]}", f"{label[1]}: was {before[1]}, is {after[1]}"


def _single(workflow: Workflow, name: str, value: Any) -> Text:
    if name in _VALUES and (value is not None or name in _TOLD_WITHOUT_VALUE):
        return _VALUES[name](workflow, value)
    return plain(value)


# --- lists -----------------------------------------------------------------------------------------------------------


def _entries(old: Workflow, new: Workflow, change: Change, name: str) -> Text:
    """What came and what went; entries told alike differ in their refusal alone, or in their order."""
    teller, label = _LISTS[name], LABELS[name]
    gone = {teller(old, each): each for each in only_in(change.before, change.after)}
    come = {teller(new, each): each for each in only_in(change.after, change.before)}
    alike = [text for text in gone if text in come]
    parts = [_part("增加", "added", [text for text in come if text not in gone], name)]
    parts += [_part("去掉", "removed", [text for text in gone if text not in come], name)]
    parts += [_part("改了拒绝时的说法", "another refusal for", alike, name)]
    said = [part for part in parts if part]
    if not gone and not come:
        said = [("改了次序", "another order")]
    zh, en = listed(said, "；", "; ")
    return f"{label[0]}：{zh}", f"{label[1]}: {en}"


def _part(zh: str, en: str, texts: list[Text], name: str) -> Text | None:
    if not texts:
        return None
    sentences = name in ("when", "while", "at_once_if", "where", "steps")
    quoted = [(f"“{text[0]}”", f'"{text[1]}"') for text in texts] if sentences else texts
    joined = listed(quoted, "、", ", ")
    return f"{zh} {joined[0]}", f"{en} {joined[1]}"


def _choices(change: Change) -> Iterator[Text]:
    before: Mapping[str, Title] = change.before
    after: Mapping[str, Title] = change.after
    parts = [_part("增加", "added", [both(after[code]) for code in after if code not in before], "choices")]
    parts += [_part("去掉", "removed", [both(before[code]) for code in before if code not in after], "choices")]
    renamed = [(before[code], after[code]) for code in before if code in after and before[code] != after[code]]
    parts += [(f"「{was.zh}」改称「{now.zh}」", f"{was.en} is now {now.en}") for was, now in renamed]
    if [code for code in before if code in after] != [code for code in after if code in before]:
        parts.append(("改了次序（影响升降）", "another order, which counts for up and down"))
    zh, en = listed([part for part in parts if part], "；", "; ")
    yield f"{LABELS['choices'][0]}：{zh}", f"{LABELS['choices'][1]}: {en}"


# --- durations -------------------------------------------------------------------------------------------------------


def _limits(old: Workflow, new: Workflow, difference: Difference, change: Change) -> Iterator[Text]:
    """Each combination of the table whose limit is another."""
    for key in dict.fromkeys((*change.before, *change.after)):
        before = duration(change.before[key]) if key in change.before else NOTHING
        after = duration(change.after[key]) if key in change.after else NOTHING
        if before != after:
            there = (new, difference.new) if key in change.after else (old, difference.old)
            zh, en = _place(*there, key)
            yield _was_and_is((f"限额{zh}", f"limit{en}"), before, after)


def _place(workflow: Workflow, clock: Thing | None, key: tuple[str, ...]) -> Text:
    """The place in the table: the titles of a level and of choices."""
    if not key or not isinstance(clock, Clock):
        return "", ""
    zh, en = listed((_cell(workflow, *cell) for cell in zip(clock.by, key, strict=True)), "·", ", ")
    return f"（{zh}）", f" ({en})"


def _cell(workflow: Workflow, dimension: str, code: str) -> Text:
    if dimension == "level":
        return both(workflow.levels[code].title)
    return both(workflow.fields[dimension].choices[code])


def _default(field: Thing | None, given: Any) -> Text:
    choices = field.choices if isinstance(field, Field) else {}
    return both(choices[given]) if isinstance(given, str) and given in choices else plain(given)


def _before(given: Duration) -> Text:
    zh, en = duration(given)
    return f"提前 {zh}", f"{en} before"


def _hours(hours: Any) -> Text:
    text = "–".join(hour.strftime("%H:%M") for hour in hours)
    return text, text
