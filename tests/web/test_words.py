"""The words of the pages: all of them in both languages, none of those that the glossary forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from api.web.words import LOCALE, catalogue
from tests.web.client import Page
from tests.web.hygiene import assert_sound
from tests.web.page_table import READERS, STARRED
from tests.web.texts import CHINESE, WEB, Text, modules, placeholders, templates, texts, unmarked
from tests.web.world import DemoWeb

TEXTS = texts()
#: domain.md, "Vocabulary traps": the word, and the words in which it may stand.
FORBIDDEN = {
    "案件": (),
    "升级": (),
    "上交": (),
    "驳回": (),
    "拒绝": (),
    "关闭": (),
    "审批": (),
    "用户": (),
    "客户": (),
    "投诉": (),
    "打卡": (),
    "积分": (),
    "排行": (),
    "排名": (),
    "案例": (),
    "指派": (),
    "上访": (),
    "刁民": (),
    "重点人员": (),
    "提交": (),
}
FORBIDDEN_ENGLISH = ("escalat(?!ion history)", "ranking", "leaderboard", "ticket", "complainant", "submit")


def entries() -> Iterator[tuple[Path, Message]]:
    for file in sorted((LOCALE / "en").glob("*.po")):
        with file.open("rb") as text:
            yield from ((file, message) for message in read_po(text, locale="en") if message.id)


def known() -> dict[str, Message]:
    """Chinese text -> its entry."""
    return {_id(message): message for message in catalogue("en") if message.id}


def _id(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else str(message.id)


def _english(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [str(message.string)]


def by_file(found: list[Text]) -> dict[str, list[str]]:
    files = dict.fromkeys(text.file for text in found)
    return {file: sorted({text.words for text in found if text.file == file}) for file in files}


def test_every_text_has_its_english():
    english = known()
    missing = [text for text in TEXTS if text.words not in english or not all(_english(english[text.words]))]

    assert_sound(by_file(missing))


def test_a_text_with_a_number_has_an_english_singular_and_plural():
    english = known()
    single = [t for t in TEXTS if t.plural and t.words in english and len(_english(english[t.words])) != 2]

    assert_sound(by_file(single))


def test_no_english_is_left_of_a_text_that_is_gone():
    said = {text.words for text in TEXTS}
    left = {f"{file.name}": [] for file, _ in entries()}
    for file, message in entries():
        left[file.name] += [_id(message)] if _id(message) not in said else []

    assert_sound(left)


def test_both_languages_have_the_same_places_for_values():
    """The singular may say its number in a word, as `once`."""
    wrong = {f"{file.name} {_id(message)}": [] for file, message in entries()}
    for file, message in entries():
        text = _english(message)[-1]
        if placeholders(text) != placeholders(_id(message)):
            wrong[f"{file.name} {_id(message)}"].append(text)

    assert_sound(wrong)


def test_the_english_is_english():
    assert_sound({_id(m): [t for t in _english(m) if CHINESE.search(t.replace("中文", ""))] for _, m in entries()})


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_no_chinese_in_python_lacks_its_english(path: Path):
    assert unmarked(path) == []


def test_no_chinese_in_a_template_stands_outside_of_a_text():
    """What is left of a template without its texts, comments and the name of the language."""
    left = {}
    for path in templates():
        source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        source = re.sub(r"""(["'])(?:(?!\1).)*?\1(?=\s*[,)])""", "", source)
        source = re.sub(r"""["'“”、，。；：（）《》「」！？ …·]+""", "", source.replace('"中文"', ""))
        left[path.name] = CHINESE.findall(source)

    assert_sound(left)


def test_no_word_that_the_glossary_forbids():
    said = {text.words: text.words for text in TEXTS} | {_id(m): " ".join(_english(m)) for _, m in entries()}
    wrong = {words: [bad for bad in FORBIDDEN if bad in words] for words in said}
    wrong |= {words: [bad for bad in FORBIDDEN_ENGLISH if re.search(bad, en, re.I)] for words, en in said.items()}

    assert_sound(wrong)


# --- pages in English ------------------------------------------------------------------------------------------------


def data_of(demo_web: DemoWeb) -> str:
    """Every Chinese text of the database and of the organisation: names, gists, places. What stands in it is data."""
    engine = demo_web.store.engine
    with engine.connect() as connection:
        lines = "\n".join(connection.connection.driver_connection.iterdump())
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), lines)


def chinese_of(page: Page) -> set[str]:
    """Runs of Chinese that can be read, in texts and in attributes that are read aloud."""
    spoken = [node.attrs.get(name, "") for node in page.tree.walk() for name in ("aria-label", "title", "placeholder")]
    texts = [child for node in page.tree.walk() for child in node.children if isinstance(child, str)]
    return {run for text in [*texts, *spoken] for run in CHINESE.findall(text)}


def test_no_chinese_is_left_in_an_english_page_but_data(demo_web: DemoWeb):
    data = data_of(demo_web)
    left = {}
    for line, column in STARRED:
        page = demo_web.browser(READERS[column]).likes(lang="en").get(demo_web.addresses.of(line.address))
        if "html" in page.headers["content-type"] and not line.path.endswith("/source"):  # that is the file itself
            left[f"{line.address} {column}"] = sorted(r for r in chinese_of(page) - {"中文"} if r not in data)

    assert_sound(left)


def test_what_is_no_data_would_be_found(demo_web: DemoWeb):
    page = demo_web.browser("linzhang").get("/")

    assert {"要您办的", "我报的"} <= {run for run in chinese_of(page) if run not in data_of(demo_web)}
    assert WEB.is_dir()
