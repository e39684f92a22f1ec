"""Invented people: common surnames, generated given names, telephones that no network has, no identity numbers."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

_SURNAMES = "刘李王陈周张黄罗谢唐彭邓曾肖蒋谭何吴廖欧邹雷段尹贺匡胡龙易郭龚阳资詹" + "刘李王陈周张黄罗刘李王陈"
_MIDDLE = "建国文志春桂冬小立新德光明福玉秀金爱海正永贵兴家运成宏满友晓仁世云美丽书生"
_LAST = "军平华生娥英明辉强林清兰香云勇峰梅凤莲珍芳红山根初元友良忠义安发祥松涛斌"
_DOUBLE = "欧阳"
_SHARE_OF_SHORT, _SHARE_OF_DOUBLE = 0.12, 0.004
_PLACE_FIRST = "高石大新老上下枫竹茶杨松黄白清长龙双金观仓花油桐柏荷梅"
_PLACE_LAST = "树桥塘冲湾岭山坪井垅头田园屋洲江丰家坳铺背口"
NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一")


def person_name(rng: Random) -> str:
    """Two or three characters, now and then four behind a double surname."""
    surname = _DOUBLE if rng.random() < _SHARE_OF_DOUBLE else rng.choice(_SURNAMES)
    middle = "" if rng.random() < _SHARE_OF_SHORT else rng.choice(_MIDDLE)
    return surname + middle + rng.choice(_LAST)


def telephones(rng: Random, count: int) -> list[str]:
    """Different numbers behind the prefix 100, which no Chinese network gives out."""
    return [f"100{number:08d}" for number in rng.sample(range(10**8), count)]


def place_names(rng: Random, count: int, without: Collection[str]) -> list[str]:
    """Different names of hamlets for one village."""
    every = [first + last for first in _PLACE_FIRST for last in _PLACE_LAST]
    return rng.sample([name for name in every if name not in without], count)
