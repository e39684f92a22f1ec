"""Masking: names and telephones by pattern, addresses down to the group, telephones and ids in free text."""

from __future__ import annotations

import unicodedata

import pytest

from engine.rules.mask import (
    Names,
    Sight,
    address_pattern,
    free_text,
    index_of,
    masked,
    name_pattern,
    phone_pattern,
    seen,
    stranger,
    telephones,
)
from tests.unit.rules.small import workflow

FLOW = workflow(
    fields="""
        text: {T, type: text}
        name: {T, type: text, pii: name}
        phone: {T, type: text, pii: phone}
        address: {T, type: text, pii: address}
        story: {T, type: text, pii: free_text}
        stories: {T, type: list, of: text, pii: free_text}
        names: {T, type: list, of: text, pii: name}
        who: {T, type: person, pii: name}
        anyone: {T, type: person}
        whos: {T, type: list, of: person}
        house: {T, type: household, pii: address}
        amount: {T, type: integer}
        flag: {T, type: flag}
        """
)
SAID = "打13812341234或0734-8765432，证号43048219900101123X"


def shown(sight: Sight, **values: object) -> dict[str, object]:
    return masked(FLOW, values, sight)


# --- patterns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("张明", "张*"),
        ("张小明", "张*明"),
        ("张大小明", "张**明"),
        ("欧阳明", "欧阳*"),
        ("欧阳小明", "欧阳*明"),
        ("欧阳", "*"),
        ("张", "*"),
        ("", "*"),
        ("阿卜杜拉·买买提", "阿******提"),
        ("John Smith", "J********h"),
    ],
)
def test_of_a_name_the_surname_and_of_long_ones_the_last_sign_are_kept(name: str, pattern: str):
    assert name_pattern(name) == pattern


@pytest.mark.parametrize(
    ("phone", "pattern"),
    [
        ("13812341234", "138****1234"),
        (" 13812341234 ", "138****1234"),
        ("0734-8765432", "0734-****5432"),
        ("07348765432", "0734****5432"),
        ("010-12345678", "010-****5678"),
        ("8765432", "*******"),
        ("110", "***"),
        ("", ""),
        ("13800138000138", "138****0138"),
    ],
)
def test_of_a_telephone_the_beginning_and_the_last_four_are_kept(phone: str, pattern: str):
    assert phone_pattern(phone) == pattern


@pytest.mark.parametrize(
    ("address", "pattern"),
    [
        ("洋泉镇陈桥村第一屋场高子树组12号", "洋泉镇陈桥村第一屋场高子树组***"),
        ("陈桥村三组塘坝下", "陈桥村三组***"),
        ("陈桥村三组", "陈桥村三组"),
        ("陈桥村第一屋场李家门口", "陈桥村第一屋场***"),
        ("陈桥村塘边第二家", "陈桥村***"),
        ("陈桥村", "陈桥村"),
        ("城关社区5栋302", "城关社区***"),
        ("第一屋场高子树组12号", "第一屋场高子树组***"),
        ("三组12号", "三组***"),
        ("水渠边上李家", "***"),
        ("", ""),
    ],
)
def test_an_address_is_kept_down_to_the_group(address: str, pattern: str):
    assert address_pattern(address) == pattern


@pytest.mark.parametrize(
    ("text", "masked_text"),
    [
        ("电话13812341234。", "电话138****1234。"),
        ("138 1234 1234", "138****1234"),
        ("138-1234-1234", "138****1234"),
        ("13812341234和13900001111", "138****1234和139****1111"),
        ("座机0734-8765432", "座机0734-****5432"),
        ("座机07348765432", "座机0734****5432"),
        ("单号138123412345", "单号138123412345"),  # twelve digits are no telephone
        ("2026年3月6日，1250.00元，第12号", "2026年3月6日，1250.00元，第12号"),
        ("", ""),
    ],
)
def test_telephones_are_found_in_free_text(text: str, masked_text: str):
    assert telephones(text) == masked_text
    assert free_text(text) == masked_text


@pytest.mark.parametrize(
    ("text", "masked_text"),
    [
        ("身份证430482199001011234。", "身份证430482********1234。"),
        ("43048219900101123X", "430482********123X"),
        ("43048219900101123x", "430482********123x"),
        ("4304821990010112345", "4304821990010112345"),  # nineteen digits are no id
    ],
)
def test_ids_are_found_in_free_text_and_hidden_from_those_who_only_read(text: str, masked_text: str):
    assert free_text(text) == masked_text
    assert telephones(text) == text


# --- fields ----------------------------------------------------------------------------------------------------------


def test_each_kind_of_personal_text_has_its_pattern():
    values = {"name": "张小明", "phone": "13812341234", "address": "陈桥村三组12号", "story": SAID, "text": SAID}

    assert shown(Sight.MASKED, **values) == {
        "name": "张*明",
        "phone": "138****1234",
        "address": "陈桥村三组***",
        "story": "打138****1234或0734-****5432，证号430482********123X",
        "text": "打138****1234或0734-****5432，证号430482********123X",  # not classed: masked all the same
    }


def test_who_sees_more_reads_all_but_telephones():
    values = {"name": "张小明", "phone": "13812341234", "address": "陈桥村三组12号", "story": SAID, "text": SAID}

    assert shown(Sight.OPEN, **values) == {
        "name": "张小明",
        "phone": "138****1234",
        "address": "陈桥村三组12号",
        "story": "打138****1234或0734-****5432，证号43048219900101123X",
        "text": "打138****1234或0734-****5432，证号43048219900101123X",
    }


def test_names_on_record_are_hidden_in_free_text_the_longest_first():
    names = Names((index_of(["张明", "张明远", "李婶", "王"]), index_of(["欧阳修竹"])))

    assert names.hide("张明远和张明，找李婶；王家、欧阳修竹") == "张*远和张*，找李*；王家、欧阳*竹"
    assert free_text("张明13812341234", names) == "张*138****1234"
    assert masked(FLOW, {"story": "张明来过", "address": "三组张明家"}, Sight.MASKED, names) == {
        "story": "张*来过",
        "address": "三组***",
    }
    assert masked(FLOW, {"story": "张明来过"}, Sight.OPEN, names) == {"story": "张明来过"}
    assert seen("问张明", Sight.MASKED, names) == "问张*"


def test_in_the_names_of_the_case_s_own_units_no_name_is_looked_for():
    names = Names((index_of(["高子", "高子树"]),), ("高子树组",))

    assert names.hide("高子树组的高子树家") == "高子树组的高*树家"


@pytest.mark.parametrize("names", [(), ("",), ("王",)])
def test_without_names_a_text_stays_as_it_is(names: tuple[str, ...]):
    assert Names((index_of(names),)).hide("王家门口") == "王家门口"


def test_entries_of_a_list_are_masked_one_by_one():
    assert shown(Sight.MASKED, names=["张明", "李小红"], stories=[SAID, "无"]) == {
        "names": ["张*", "李*红"],
        "stories": ["打138****1234或0734-****5432，证号430482********123X", "无"],
    }
    assert shown(Sight.OPEN, names=["张明"]) == {"names": ["张明"]}


def test_an_upload_tells_nothing_personal_and_is_shown_as_it_is():
    flow = workflow(fields="text: {T, type: text}\nscan: {T, type: file}\nphotos: {T, type: list, of: file}")
    upload = {"id": "430482109-01KAZ0C3W8N5T2Q7R4X6V9B1MD", "kind": "photo", "size": 5, "sha256": "1" * 64}

    for sight in Sight:
        assert masked(flow, {"scan": upload, "photos": [upload]}, sight) == {"scan": upload, "photos": [upload]}


def test_a_stranger_is_masked_in_every_field_and_his_telephone_always():
    person = {"name": "张小明", "phone": "0734-8765432"}

    for name in ("who", "anyone"):
        assert shown(Sight.MASKED, **{name: person}) == {name: {"name": "张*明", "phone": "0734-****5432"}}
        assert shown(Sight.OPEN, **{name: person}) == {name: {"name": "张小明", "phone": "0734-****5432"}}
    assert shown(Sight.MASKED, whos=["p1", {"name": "张明"}]) == {"whos": ["p1", {"name": "张*"}]}


def test_ids_of_registered_people_and_households_are_no_text():
    values = {"who": "p0001", "house": "h12", "amount": 13812341234, "flag": True}

    assert shown(Sight.MASKED, **values) == values


def test_a_stranger_without_a_telephone_has_none():
    assert stranger({"name": "张明"}, Sight.MASKED) == {"name": "张*"}


def test_a_note_is_read_like_free_text():
    assert seen(None, Sight.MASKED) is None
    assert seen(SAID, Sight.MASKED) == "打138****1234或0734-****5432，证号430482********123X"
    assert seen(SAID, Sight.OPEN) == "打138****1234或0734-****5432，证号43048219900101123X"


# --- as it is written by hand ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["+8613812341234", "电话8613812341234", "008613812341234", "电话１３８１２３４１２３４"]
)
def test_a_telephone_is_masked_however_it_is_written(text: str):
    assert "13812341234" not in unicodedata.normalize("NFKC", telephones(text))


@pytest.mark.parametrize("text", ["0734 8765432", "(0734)8765432", "（0734）8765432", "0734－8765432"])
def test_a_land_line_is_masked_however_its_area_code_is_set_off(text: str):
    assert "8765432" not in telephones(text)


@pytest.mark.parametrize("address", ["陈桥村王小军组长家对面", "第一屋场王小军组长家"])
def test_a_name_before_the_word_group_head_is_no_group(address: str):
    assert "王小军" not in address_pattern(address)
