"""Reading lists: what is in them, which row and cell it is, and what is refused by name before it can hurt."""

from __future__ import annotations

import random
import time
from datetime import datetime

import pytest

from engine.cases.importing import files, workbook
from engine.cases.importing.files import read_file
from engine.cases.importing.outcome import FileRefused
from engine.cases.importing.sheet import SIZE_LIMIT, Cell, Sheet, column_of, letters
from tests.unit.importing.files import book, packed, row, sheet

HEAD = row(1, "编号", "事由")


def read(data: bytes, name: str = "list.xlsx", wanted: int | str = 1, header: int = 1) -> Sheet:
    return read_file(data, name, wanted, header)


def refused(data: bytes, name: str = "list.xlsx", wanted: int | str = 1) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(data, name, wanted)
    return caught.value


def table(found: Sheet) -> dict[int, dict[int, object]]:
    return {each.number: {at: cell.fault or cell.value for at, cell in each.cells.items()} for each in found.rows}


# --- what is in them -------------------------------------------------------------------------------------------------


def test_rows_keep_their_numbers_and_types_and_empty_ones_go_past():
    day = datetime(2020, 1, 6, 19, 9, 38)

    found = read(book(["编号", "何时"], [1, day], [None, None], [" ", "\t"], [2.5, "2020年1月6日"], [True]))

    assert found.header == {1: "编号", 2: "何时"}
    assert table(found) == {2: {1: 1, 2: day}, 5: {1: 2.5, 2: "2020年1月6日"}, 6: {1: True}}


def test_the_header_may_stand_further_down():
    found = read(book(["某镇留言汇总"], [], ["编号"], [7]), header=3)

    assert found.header == {1: "编号"}
    assert table(found) == {4: {1: 7}}


def test_a_heading_that_cannot_be_read_heads_nothing():
    assert read(packed(sheet('<row r="1"><c r="A1"><v>1e20</v></c><c r="B1"><v>7</v></c></row>'))).header == {2: "7"}


def test_thousands_of_empty_rows_are_not_counted_and_rows_after_them_are_not_lost():
    empty = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(2, 5_000))

    found = read(packed(sheet(HEAD + empty + row(5_000, "9", "最后一行"))))

    assert table(found) == {5_000: {1: "9", 2: "最后一行"}}


def test_what_a_sheet_says_of_its_own_size_is_not_believed():
    found = read(packed(sheet(HEAD + row(2, "1", "甲") + row(3, "2", "乙"), before='<dimension ref="A1:A2"/>')))

    assert table(found) == {2: {1: "1", 2: "甲"}, 3: {1: "2", 2: "乙"}}


def test_the_last_row_and_column_of_a_sheet_cost_nothing():
    started = time.monotonic()

    found = read(
        packed(sheet(HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c><c r="B1048576"><v>2</v></c></row>'))
    )

    assert table(found) == {1_048_576: {2: 2}}
    assert time.monotonic() - started < 20


def test_escaped_signs_are_the_signs_they_stand_for():
    found = read(packed(sheet(HEAD + row(2, "一行_x000D_", "_x0007_响"))))

    assert table(found) == {2: {1: "一行\r", 2: "\x07响"}}


def test_a_formula_gives_the_value_it_was_saved_with_or_is_named():
    cells = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>A1</f></c><c r="C2" t="e"><v>#REF!</v></c>'

    found = read(packed(sheet(HEAD + f'<row r="2">{cells}</row><row r="3"><c r="A3"><f>NOW()</f></c></row>')))

    assert table(found) == {
        2: {1: 2, 2: "formula_without_value", 3: "error_value"},
        3: {1: "formula_without_value"},
    }


def test_the_cells_that_a_merged_one_hides_are_named():
    merged = '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="A4:B4"/></mergeCells>'
    rows = (
        row(2, "村", "一") + row(3, "", "二").replace('<c r="A3" t="inlineStr"><is><t></t></is></c>', "") + row(4, "乡")
    )

    found = read(packed(sheet(HEAD + rows, after=merged)))

    assert table(found) == {2: {1: "村", 2: "一"}, 3: {1: "merged_cell", 2: "二"}, 4: {1: "乡", 2: "merged_cell"}}


def test_sheets_are_chosen_by_name_or_among_those_that_show():
    def more(made):
        made.active.title = "旧表"
        made.active.sheet_state = "hidden"
        made.create_sheet("新表").append(["编号"])
        made.create_sheet("图").append(["别的"])

    data = book(["藏着的"], then=more)

    assert read(data).header == {1: "编号"}
    assert read(data, wanted="图").header == {1: "别的"}
    assert refused(data, wanted="旧表").code == "hidden_sheet"
    assert refused(data, wanted="没有").facts == {"name": "没有", "known": ("新表", "图")}
    assert refused(data, wanted=3).code == "no_such_sheet"


def test_a_csv_file_is_read_in_the_same_way():
    text = '编号,事由\n1,"两行\n的话"\n\n2,完\n'

    found = read(text.encode("utf-8-sig"), "list.csv")

    assert found.header == {1: "编号", 2: "事由"}
    assert table(found) == {2: {1: "1", 2: "两行\n的话"}, 4: {1: "2", 2: "完"}}


def test_columns_are_named_as_a_spreadsheet_names_them():
    assert [letters(number) for number in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert [column_of(letters(number)) for number in range(1, 2_000)] == list(range(1, 2_000))


def test_a_cell_with_blanks_alone_is_empty():
    assert Cell(" \t").is_empty
    assert not Cell(0).is_empty
    assert not Cell(fault="merged_cell").is_empty


# --- what is refused by name -----------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (OLE, "list.xls", "old_xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "list.xlsx", "password_protected"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "list.xls", "not_a_workbook"),
        (b"", "list.xlsx", "not_a_workbook"),
        (b"", "list.csv", "empty_file"),
        (b"\n\n", "list.csv", "empty_file"),
        ("编号\n".encode("gb18030"), "list.csv", "not_utf8"),
        (b'a\n"open', "list.csv", "bad_csv"),
        (b"a\n" + b"x\n" * 20_001, "list.csv", "too_many_rows"),
        (b"x" * (SIZE_LIMIT + 1), "list.csv", "too_large"),
        (b"PK\x03\x04 and nothing behind it", "list.xlsx", "damaged_file"),
        (book(["编号"])[:-200], "list.xlsx", "damaged_file"),
        (book(), "list.xlsx", "empty_file"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_told_by_name(data: bytes, name: str, code: str):
    assert refused(data, name).code == code


def test_another_zip_is_no_workbook():
    assert refused(packed(sheet(HEAD)).replace(b"xl/workbook.xml", b"xl/workbooc.xml")).code == "not_a_workbook"


def test_a_zip_with_a_password_is_told_so():
    data = bytearray(packed(sheet(HEAD)))
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the zip's directory

    assert refused(bytes(data)).code == "password_protected"


def test_a_zip_bomb_is_refused_by_what_it_would_unpack_to():
    bomb = refused(packed(sheet(HEAD), xl__media__a_png=b"\0" * 3_000_000))

    assert (bomb.code, bomb.facts["part"]) == ("packed_too_tightly", "xl/media/a.png")


def test_a_zip_that_unpacks_to_too_much_is_refused_by_its_directory():
    data = bytearray(packed(sheet(HEAD)))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (300_000_000).to_bytes(4, "little")

    assert refused(bytes(data)).code == "unpacks_too_large"


def test_too_many_parts_are_refused():
    many = {f"xl__media__{number}_png": b"" for number in range(2_000)}

    assert refused(packed(sheet(HEAD), **many)).code == "too_many_parts"


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def test_an_xml_bomb_is_refused_before_anything_is_expanded():
    bomb = sheet(row(1, "&i;"), prolog=LAUGHS)

    assert refused(packed(bomb)).code == "document_type"


@pytest.mark.parametrize("part", ["xl__sharedStrings_xml", "xl__anything_bin", "docProps__core_xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_part_under_any_name_or_encoding_may_declare_entities(part: str, encoding: str):
    data = f'<?xml version="1.0" encoding="{encoding}"?>{LAUGHS}<x>&i;</x>'.encode(encoding)

    assert refused(packed(sheet(HEAD), **{part: data})).code == "document_type"


def test_pictures_beside_the_sheets_are_nobodys_business():
    assert read(packed(sheet(HEAD), xl__media__a_png=b"\x89PNG\r\n")).header == {1: "编号", 2: "事由"}


@pytest.mark.parametrize(
    "rows",
    [
        row(2, "b") + row(1, "a"),
        row(1, "a") + row(1, "b"),
        '<row r="99999999999"><c><v>1</v></c></row>',
        '<row r="1e6"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>not a number</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
    ],
)
def test_a_sheet_of_which_rows_would_be_lost_is_damaged(rows: str):
    assert refused(packed(sheet(rows))).code == "damaged_file"


def test_too_many_rows_are_refused_before_any_is_imported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "ROW_LIMIT", 3)
    monkeypatch.setattr(files, "ROW_LIMIT", 3)

    assert len(read(book(["编号"], [1], [2], [3])).rows) == 3
    assert refused(book(["编号"], [1], [2], [3], [4])).facts == {"limit": 3}
    assert refused(b"a\n1\n2\n3\n4\n", "list.csv").code == "too_many_rows"


def test_no_broken_file_is_a_crash():
    chance = random.Random(20201106)
    sound = book(["编号", "事由"], *([number, "文字" * 5] for number in range(20)))
    refusals = 0
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(data))
        except FileRefused:
            refusals += 1

    assert refusals > 100
