"""Two versions of a workflow told apart in words, the weightiest first. Every sentence is (zh, en)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.comparison_changes import told
from api.comparison_labels import LABELS
from api.condition_texts import Text, people_titles
from api.rule_words import both, duration, listed, row, state, targets, trigger
from engine.definition.compare import Comparison, Difference, Section
from engine.definition.model import Clock, Row, VisibilityRule, Workflow

_NOUNS: Mapping[Section, Text] = {
    Section.LEVELS: ("层级", "level"),
    Section.STATES: ("状态", "state"),
    Section.TRANSITIONS: ("流转行", "row"),
    Section.ROLES: ("角色", "role"),
    Section.FIELDS: ("字段", "field"),
    Section.COUNTERS: ("计数", "counter"),
    Section.CLOCKS: ("时限", "clock"),
    Section.MEETINGS: ("会议", "meeting"),
    Section.VISIBILITY: ("可见范围", "rule of visibility"),
    Section.HEAD: ("文件头", "head"),
}
_WHAT: Mapping[str, Text] = {"removed": ("删除", "removed"), "added": ("新增", "added"), "changed": ("更改", "changed")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One difference: a heading, and a sentence for each key that is another."""

    section: str
    what: str
    heading: Text
    sentences: tuple[Text, ...] = ()


def tell(comparison: Comparison) -> tuple[Told, ...]:
    """All that is to be said; empty where the two files mean the same."""
    if comparison.is_empty:
        return ()
    found = [*_identity(comparison), *_fate(comparison), *_meaning(comparison)]
    return (*found, *(_difference(comparison, each) for each in comparison.differences))


# --- whether the two can be compared, and what becomes of open cases -------------------------------------------------


def _identity(comparison: Comparison) -> Iterator[Told]:
    old, new = comparison.old, comparison.new
    if old.key != new.key:
        yield _warning(
            f"不是同一个流程：{old.key} 与 {new.key}，以下只比较写法",
            f"not the same workflow: {old.key} and {new.key}; only what they say is compared",
        )
    elif new.version == old.version:
        yield _warning(
            f"版本号相同（{new.version}）：已发布的版本不能再改，请用新的版本号",
            f"the same version number ({new.version}): a published version cannot change, take a new number",
        )
    elif new.version < old.version:
        yield _warning(
            f"版本号变小了：{old.version} 之后是 {new.version}",
            f"the version number went down: {new.version} after {old.version}",
        )


def _warning(zh: str, en: str) -> Told:
    return Told(section="versions", what="warning", heading=(zh, en))


def _cases(zh: str, en: str, *sentences: Text) -> Told:
    return Told(section="cases", what="warning", heading=(zh, en), sentences=sentences)


def _fate(comparison: Comparison) -> Iterator[Told]:
    """What becomes of the open cases of the old version."""
    old, new, fate = comparison.old, comparison.new, comparison.fate
    if old.key != new.key:
        return
    if fate.replaces is None:
        yield _cases(
            f"未结事项：本版没有 replaces，第 {old.version} 版的事项仍按旧版办到底",
            f"open cases: without `replaces` the cases of version {old.version} are finished under it",
        )
    elif not fate.moves:
        yield _cases(
            f"未结事项：replaces 指第 {fate.replaces} 版，不是第 {old.version} 版，后者的事项仍按旧版办到底",
            f"open cases: `replaces` names version {fate.replaces}; those of version {old.version} end under it",
        )
    else:
        yield _cases(
            f"未结事项：按规则，第 {old.version} 版的事项可经预览后逐件移到第 {new.version} 版",
            f"open cases: the rules let those of version {old.version} be moved to {new.version}, each after a preview",
            *_obstacles(comparison),
        )


def _obstacles(comparison: Comparison) -> Iterator[Text]:
    old, new = comparison.old, comparison.new
    for code in comparison.fate.stranded:
        zh, en = state(old, code)
        yield (
            f"停在「{zh}」（{code}）的移不过来：本版没有对应的状态，请在 replaces 的 states 中写明",
            f'cases in "{en}" ({code}) cannot be moved: name their state in `states` of `replaces`',
        )
    for code, end in comparison.fate.ended:
        zh, en = state(old, code)
        end_zh, end_en = state(new, end)
        yield (
            f"停在「{zh}」（{code}）的会移到终结状态「{end_zh}」（{end}）",
            f'cases in "{en}" ({code}) would be moved to the end "{end_en}" ({end})',
        )


# --- codes that must keep their meaning ------------------------------------------------------------------------------


def _meaning(comparison: Comparison) -> Iterator[Told]:
    for one, other in comparison.renamed:
        zh, en = both(other.title)
        yield _meant(
            f"动作改名：「{zh}」原为 {one.trigger}，现为 {other.trigger}；动作的代码应保持不变",
            f'renamed trigger: "{en}" was {one.trigger}, is {other.trigger}; triggers keep their names',
        )
    for reference in comparison.references:
        was_zh, was_en = listed(trigger(comparison.old, code) for code in reference.before)
        is_zh, is_en = listed(trigger(comparison.new, code) for code in reference.after)
        yield _meant(
            f"编号 {reference.ref} 换了含义：原为「{was_zh}」，现为「{is_zh}」；编号应保持含义不变",
            f'{reference.ref} means something else: it was "{was_en}", it is "{is_en}"; a ref keeps its meaning',
        )
    for one, other in comparison.relabelled:
        zh, en = both(other.title)
        none = ("无", "none")
        yield _meant(
            f"「{zh}」（{other.trigger}）换了编号：原为 {one.ref or none[0]}，现为 {other.ref or none[0]}",
            f'"{en}" ({other.trigger}) has another ref: was {one.ref or none[1]}, is {other.ref or none[1]}',
        )


def _meant(zh: str, en: str) -> Told:
    return Told(section="meaning", what="warning", heading=(zh, en))


# --- what was added, removed, changed --------------------------------------------------------------------------------


def _difference(comparison: Comparison, difference: Difference) -> Told:
    old, new = comparison.old, comparison.new
    noun, what = _NOUNS[difference.section], _WHAT[difference.what]
    name = _name(new if difference.new is not None else old, difference)
    return Told(
        section=difference.section.value,
        what=difference.what,
        heading=(f"{what[0]}{noun[0]}{name[0]}", f"{what[1]} {noun[1]}{name[1]}"),
        sentences=(
            *(text for change in difference.changes for text in told(comparison, difference, change)),
            *(_new_row(new, difference.new) if isinstance(difference.new, Row) and difference.old is None else ()),
        ),
    )


def _new_row(workflow: Workflow, added: Row) -> Iterator[Text]:
    """Where a new row leads, and who may."""
    for label, (zh, en) in (
        (LABELS["targets"], targets(workflow, added.targets)),
        (LABELS["by"], people_titles(workflow, added.by)),
    ):
        yield f"{label[0]}：{zh}", f"{label[1]}: {en}"


def _name(workflow: Workflow, difference: Difference) -> Text:
    """The title and code of the thing, as it is called now."""
    thing = difference.new or difference.old
    if isinstance(thing, Workflow) or thing is None:
        return "", ""
    if isinstance(thing, Row):
        zh, en = row(workflow, thing)
        return zh, f" {en}"
    zh, en = both(thing.title)
    if isinstance(thing, VisibilityRule):
        return f"「{zh}」", f' "{en}"'
    limit = _limit(thing) if isinstance(thing, Clock) and difference.what == "added" else ("", "")
    return f"「{zh}」（{thing.code}{limit[0]}）", f' "{en}" ({thing.code}{limit[1]})'


def _limit(clock: Clock) -> Text:
    """The limit of a new clock that has but one."""
    if set(clock.limits) != {()}:
        return "", ""
    zh, en = duration(clock.limits[()])
    return f"，{zh}", f", {en}"
