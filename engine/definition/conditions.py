"""Conditions: a closed vocabulary. Here they are found and nested; `subjects.py` knows what may be asked of whom."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.definition.field_tests import is_now
from engine.definition.findings import Code
from engine.definition.model import AllOf, AnyOf, Condition, Not
from engine.definition.names import Names
from engine.definition.nodes import ListNode, MapNode
from engine.definition.properties import Properties, each, properties, title
from engine.definition.reading import Place
from engine.definition.subjects import SUBJECTS, TESTS
from engine.definition.unknown_keys import lone_refusal
from engine.definition.words import allowed, guess, listing, shown

NESTING = ("any", "all", "not")
_NOTHING = AllOf(conditions=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Where conditions stand decides which subjects they may have, and whether a refusal can be worded."""

    zh: str
    en: str
    subjects: frozenset[str]
    refuses: bool = True
    acting: bool = True  #: an act is judged: what it gives is told from what was there before


WHEN = Scope(zh="这里", en="here", subjects=frozenset(SUBJECTS) - {"state"})
CLOCK_WHEN = Scope(
    zh="时限的 when 中",
    en="in the `when` of a clock",
    subjects=frozenset({"field", "counter", "level"}),
    acting=False,
)
COUNTER_WHERE = Scope(
    zh="计数的 where 中",
    en="in the `where` of a counter",
    subjects=frozenset({"field", "actor"}),
    refuses=False,
    acting=False,
)
VISIBILITY_WHEN = Scope(
    zh="visibility 中",
    en="in `visibility`",
    subjects=frozenset({"state", "field", "person", "level"}),
    acting=False,
)


def read_conditions(place: Place, names: Names, scope: Scope = WHEN) -> tuple[Condition, ...]:
    """One condition or a list of them; all must hold. An `all` among them says nothing that the list does not."""
    items = list(each(place))
    for item in items:
        if isinstance(item.node, MapNode) and item.node.entries and item.node.entries[0].key == "all":
            zh, en = (
                "这里列出的本来就须全部成立，不用 all",
                "the entries of this list must all hold anyway: leave out `all`",
            )
            item.fail(Code.S35, zh, en)
    return tuple(_condition(item, names, scope) for item in items)


def _several(place: Place, names: Names, scope: Scope) -> tuple[Condition, ...]:
    return tuple(_condition(item, names, scope) for item in each(place))


def _condition(place: Place, names: Names, scope: Scope) -> Condition:
    subject = _subject(place)
    if not subject:
        return replace(_NOTHING, mark=place.node.mark)
    tests = tests_of(subject, scope)
    refusal = ("refuse",) if scope.refuses else ()
    keys = properties(place, (subject, *tests, *refusal), passed=TESTS)
    bare = _NOTHING if _misfits(place, subject, tests) or _no_act(keys, scope) else _bare(subject, keys, names, scope)
    return replace(bare, mark=place.node.mark, refuse=keys.read("refuse", title, None))


def _bare(subject: str, keys: Properties, names: Names, scope: Scope) -> Condition:
    """The condition without its place and its refusal."""
    if subject == "not":
        return _not(keys[subject], names, scope)
    if subject in NESTING:
        inner = _several(keys[subject], names, scope)
        return AnyOf(conditions=inner) if subject == "any" else AllOf(conditions=inner)
    if subject not in scope.subjects:
        _refuse_subject(keys[subject], subject, scope)
        return _NOTHING
    return SUBJECTS[subject].reader(keys, names)


def _refuse_subject(place: Place, subject: str, scope: Scope) -> None:
    """S18: a condition that cannot be asked here."""
    known = [*(name for name in SUBJECTS if name in scope.subjects), *NESTING]
    zh_tail, en_tail = ("；在流转行里请用 from", "; in a row write `from`") if subject == "state" else ("", "")
    zh = f"{scope.zh}不能用条件 '{subject}'；可用：{'、'.join(known)}{zh_tail}"
    en = f"the condition '{subject}' has no place {scope.en}; there are: {', '.join(known)}{en_tail}"
    place.fail(Code.S18, zh, en, at=place.start)


def _not(place: Place, names: Names, scope: Scope) -> Condition:
    if isinstance(place.node, ListNode):
        zh = "not 只否定一个条件；几个请写 {not: {all: […]}} 或 {not: {any: […]}}"
        place.fail(Code.S11, zh, "not takes one condition; of several write {not: {all: […]}} or {not: {any: […]}}")
        return _NOTHING
    return Not(condition=_condition(place, names, scope))


def tests_of(subject: str, scope: Scope) -> tuple[str, ...]:
    tests = SUBJECTS[subject].tests if subject in SUBJECTS else ()
    return tests if scope.acting else tuple(test for test in tests if test not in ("change", "of"))


def _misfits(place: Place, subject: str, tests: tuple[str, ...]) -> bool:
    """S18: a test that belongs to another subject."""
    assert isinstance(place.node, MapNode)
    wrong = [entry for entry in place.node.entries if entry.key in TESTS and entry.key not in tests]
    for entry in wrong:
        zh = f"'{entry.key}' 不能用于 '{subject}'" + (f"；可用：{'、'.join(tests)}" if tests else "")
        en = f"'{entry.key}' does not fit '{subject}'" + (f"; there are: {', '.join(tests)}" if tests else "")
        place.fail(Code.S18, zh, en, at=entry.mark)
    return bool(wrong)


def _no_act(keys: Properties, scope: Scope) -> bool:
    """S18: `given: now` where no act is judged."""
    if scope.acting or "given" not in keys or not is_now(keys["given"]):
        return False
    zh, en = f"{scope.zh}没有“本次”，请写 given: true", f"there is no act {scope.en}: write `given: true`"
    keys["given"].fail(Code.S18, zh, en)
    return True


def _subject(place: Place) -> str:
    """The key that says what is asked; it comes first."""
    known = (*SUBJECTS, *NESTING)
    if not isinstance(place.node, MapNode) or not place.node.entries:
        subjects = f"主语有 {listing(known, '、')}", f"the subjects are {listing(known, ', ')}"
        place.wrong("条件 {主语: …}", "a condition {subject: …}", hint=subjects)
        return ""
    first = place.node.entries[0]
    if first.key in known:
        return first.key
    if late := [entry.key for entry in place.node.entries if entry.key in known]:
        zh, en = f"条件应以主语 '{late[0]}' 开头", f"a condition begins with its subject '{late[0]}'"
        place.fail(Code.S11, zh, en, at=first.mark)
        return late[0]
    if first.key == "refuse":
        lone_refusal(place, first.mark)
        return ""
    zh, en = allowed(known, guess(first.key, known))
    place.fail(
        Code.S11, f"不认识的条件 {shown(first.key)}{zh}", f"unknown condition {shown(first.key)}{en}", at=first.mark
    )
    return ""
