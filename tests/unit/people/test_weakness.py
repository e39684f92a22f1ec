"""Which passwords are refused, and why."""

from __future__ import annotations

import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.people.easy_passwords import easy_password, is_easy
from engine.people.weakness import normal, weakness

ABOUT = ("lisi", "李四", "13900002468", "00002468", "陈桥村", "陈桥村第一屋场")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("xK4!pq2", "too_short"),
        ("陈桥村有七条狗", "too_short"),
        ("  xK4!pq2  ", "too_short"),
        ("e\u0301" * 7, "too_short"),
        ("tukamo48" * 16 + "x", "too_long"),
        ("x" * 100_000, "too_long"),
        ("12345678", "common"),
        ("1qaz2wsx", "common"),
        ("Password1", "common"),
        ("P@ssw0rd!", "common"),
        ("pass word", "common"),
        ("!!-pass-word-!!", "common"),
        ("🐟🐟🐟🐟🐟🐟🐟🐟", "common"),
        ("drowssap", "common"),
        ("woaini1314", "common"),
        ("5201314520", "common"),
        ("wang19880101", "common"),
        ("11112222", "common"),
        ("p4ssw0rd" * 9, "common"),
        ("lisi@2026", "context"),
        ("LiSi--88", "context"),
        ("ｌｉｓｉ１２３４", "context"),
        ("13900002468", "context"),
        ("李四00002468", "context"),
        ("陈桥村2026年", "context"),
        ("陈桥村第一屋场", "too_short"),
        ("陈桥村第一屋场好", "context"),
        ("minqing2026!", "context"),
        ("民情民情民情民情", "context"),
        ("minqing202611", "common"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, code: str):
    assert weakness(password, ABOUT) == code


@pytest.mark.parametrize(
    "password",
    [
        "x7Kq2mPz",
        "今天的鱼很好吃呀",
        "correct horse battery staple",
        "李四的鱼塘里有三只鸭",
        "tukamolu4826",
        "  tukamolu4826 ",
        "e\u0301" * 4 + "x7Kq2",
        "!@#^&*()[]~?",
        "!@#^&*(a",
        "🐟🦆🌾🐟🌧🦆🏠🌾",
    ],
)
def test_no_kind_of_character_is_asked_for(password: str):
    assert weakness(password, ABOUT) is None


def test_the_limits_of_length_are_inclusive():
    longest = ("tukamolu4826 ein neues Dach für das Haus am Teich, " * 3)[:128]

    assert weakness("x7Kq2mP", ()) == "too_short"
    assert weakness("x7Kq2mPz", ()) is None
    assert (len(longest), weakness(longest, ()), weakness(longest + "s", ())) == (128, None, "too_long")


def test_words_are_those_of_this_person_alone():
    assert weakness("tukamo4826", ("tukamo",)) == "context"
    assert weakness("tukamo4826", ("lisi",)) is None


def test_a_word_too_short_says_nothing():
    assert weakness("litukamo", ("li", "四", "")) is None


def test_composed_and_taken_apart_are_the_same():
    assert normal("cafe\u0301 am Teich") == normal("café am Teich") == unicodedata.normalize("NFC", "café am Teich")


def test_many_at_a_time_do_not_share_their_words():
    """The library's own entry keeps them in a global."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: weakness(f"tukamo{n:04}", ("tukamo",) if n % 2 else ()), range(200)))

    assert found == ["context" if n % 2 else None for n in range(200)]


def test_the_hardest_to_judge_takes_no_seconds():
    began = time.process_time()

    weakness("4@8({[<369!1|70$5+7%2" * 6, ())

    assert time.process_time() - began < 3  # the library's own entry: 5 seconds for half of it


def test_easy_passwords_are_good_and_all_different():
    made = [easy_password() for _ in range(50)]

    assert len(set(made)) == 50
    assert [word for word in made if weakness(word, ABOUT) or not is_easy(word)] == []
    assert all(word.isascii() and word.islower() and len(word) <= 16 for word in made)


@pytest.mark.parametrize("text", ["", "tukamolu482", "tukamo4826", "tukamolu4826x", "TUKAMOLU4826", "tukamolu4826\n"])
def test_others_are_told_from_easy_ones(text: str):
    assert not is_easy(text)
    assert is_easy("tukamolu4826")


def test_an_easy_one_is_good_for_its_owner_too(monkeypatch: pytest.MonkeyPatch):
    made = iter(["tukamolu4826", "wanodeho7395"])
    monkeypatch.setattr("engine.people.easy_passwords._made", lambda: next(made))

    assert easy_password(("tukamolu",)) == "wanodeho7395"
