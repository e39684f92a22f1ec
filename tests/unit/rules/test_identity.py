"""Identity numbers are found however they are written, and hardly anything else is taken for one."""

from __future__ import annotations

import pytest

from engine.rules.identity import check_sign, has_identity_number

PLACE_AND_DAY = "430482" + "19900101" + "123"
NUMBER = PLACE_AND_DAY + check_sign(PLACE_AND_DAY)
WITH_X = next(
    body + "X" for n in range(1000) if check_sign(body := f"43048219900101{n:03d}") == "X"
)  # fmt: skip
OLD = "430482900101123"


def wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if each.isascii() and each.isalnum() else each for each in text)


def test_the_standard_s_own_example_checks_itself():
    assert check_sign("11010519491231002") == "X"  # GB 11643-1999


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        WITH_X,
        WITH_X.lower(),
        f"张三{NUMBER}的事",
        f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
        f"{NUMBER[:6]}-{NUMBER[6:10]}-{NUMBER[10:14]}－{NUMBER[14:]}",
        " ".join(NUMBER),
        wide(NUMBER),
        wide(WITH_X),
        f"身份证{OLD}",
        f"身份证号码是：{wide(OLD)}",
        f"id card {OLD[:6]} {OLD[6:12]} {OLD[12:]}",
    ],
)
def test_one_is_found(text: str):
    assert has_identity_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13812341234 和 0734-8765432",
        NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"),  # its last sign is wrong
        NUMBER[:6] + "19901301" + NUMBER[14:],  # there is no thirteenth month
        NUMBER + "5",
        "5" + NUMBER,
        NUMBER[:17],
        f"单号{OLD}",  # fifteen digits without a word of it
        "身份证丢了，电话13812341234",
        f"身份证{OLD[:6]}991399{OLD[12:]}",
        "91430482MA4L16JQ9B",  # a company's code
        "430482109-01KAY4M3T9Q8ZV5WJ2X7C6B1DE",
    ],
)
def test_what_is_none_is_left_alone(text: str):
    assert not has_identity_number(text)
