"""Reading the values of an act: what each type takes, and the code of every problem."""

from __future__ import annotations

from datetime import date

import pytest

from engine.definition.model import FieldType
from engine.rules.values import (
    Bad,
    Frame,
    holds_text,
    named,
    named_files,
    read_behalf,
    read_note,
    read_values,
    runs_now,
    stranger,
)
from tests.unit.rules.small import TODAY, WORLD, workflow

ROWS = """
    - {trigger: begin, T, from: start, to: new, by: helper, needs: must, takes: [%s]}
    - {trigger: finish, T, from: new, to: done, by: helper}
    """
FIELDS = """
    must: {T, type: text, min_length: 3, max_length: 5}
    free: {T, type: text}
    pick: {T, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
    yes: {T, type: flag}
    number: {T, type: integer, at_least: -2, at_most: 10}
    any_number: {T, type: integer}
    cost: {T, type: money, at_least: 1, at_most: 2000}
    any_cost: {T, type: money}
    day: {T, type: date}
    past: {T, type: date, range: past}
    future: {T, type: date, range: future}
    who: {T, type: person}
    chief: {T, type: person, fills: responsible}
    where: {T, type: unit}
    home: {T, type: household}
    words: {T, type: list, of: text, max_length: 3, min_length: 2}
    picks: {T, type: list, of: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
    people: {T, type: list, of: person}
    days: {T, type: list, of: date, max_length: 2}
    """
NAMES = [line.split(":")[0].strip() for line in FIELDS.strip().splitlines()]
SMALL = workflow(fields=FIELDS, transitions=ROWS % ", ".join(NAMES[1:]))
ROW = SMALL.rows[0]
FRAME = Frame(today=date.fromisoformat(TODAY), known=WORLD.known | {("household", "h-1")})


def read(**data: object):
    return read_values(SMALL, ROW, {"must": "好好好", **data}, FRAME)


def value(name: str, given: object) -> object:
    reading = read(**{name: given})
    assert reading.problems == ()
    return reading.values[name]


def problem(name: str, given: object) -> tuple[str, dict[str, object]]:
    (found,) = read(**{name: given}).problems
    assert found.field == name
    assert name not in read(**{name: given}).values
    return found.code, dict(found.facts)


# --- all of it ---


def test_what_is_needed_and_missing_is_named_and_what_may_be_given_may_be_missing():
    reading = read_values(SMALL, ROW, {}, FRAME)

    assert [(each.field, each.code) for each in reading.problems] == [("must", "missing")]
    assert reading.values == {}


@pytest.mark.parametrize("blank", [None, "", "  ", "\n\t ", []])
def test_blank_counts_as_not_given(blank):
    assert "free" not in read(free=blank).values
    assert [each.code for each in read(must=blank).problems] == ["missing"]


def test_a_field_that_the_row_does_not_name_is_unknown_even_when_blank():
    reading = read(colour="red", size=None)

    assert [(each.field, each.code) for each in reading.problems] == [
        ("colour", "unknown_field"),
        ("size", "unknown_field"),
    ]


def test_every_problem_is_named_and_the_rest_is_read_in_the_order_of_the_row():
    reading = read_values(SMALL, ROW, {"day": "soon", "yes": 1, "pick": "a", "must": "好"}, FRAME)

    assert [(each.field, each.code) for each in reading.problems] == [
        ("must", "too_short"),
        ("yes", "not_a_flag"),
        ("day", "not_a_date"),
    ]
    assert reading.values == {"pick": "a"}


def test_no_and_nought_are_values():
    assert read(yes=False, number=0).values == {"must": "好好好", "yes": False, "number": 0}


# --- text ---


def test_a_text_is_kept_as_it_was_typed_and_measured_after_trimming():
    assert value("must", "  好好好\t\n") == "  好好好\t\n"
    assert value("free", "一\t二\r\n三 😀") == "一\t二\r\n三 😀"
    assert problem("must", "好好    ") == ("too_short", {"min_length": 3, "found": 2})
    assert problem("must", "好好好好好好") == ("too_long", {"max_length": 5, "found": 6})


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\ud800b"])
def test_what_no_screen_can_show_is_refused(text):
    assert problem("free", text) == ("control_character", {})


@pytest.mark.parametrize("given", [5, True, {"zh": "好"}, ["好"], 1.5])
def test_a_text_is_text(given):
    assert problem("free", given) == ("not_text", {})


# --- choice, flag, numbers ---


def test_a_choice_is_one_of_its_codes():
    assert value("pick", "b") == "b"
    assert (
        problem("pick", "c") == problem("pick", "甲") == problem("pick", 1) == ("not_a_choice", {"choices": ["a", "b"]})
    )


def test_a_flag_is_true_or_false_and_nothing_like_it():
    assert (value("yes", True), value("yes", False)) == (True, False)
    for given in (1, 0, "true", "是"):
        assert problem("yes", given) == ("not_a_flag", {})


def test_an_integer_has_its_bounds():
    assert [value("number", each) for each in (-2, 0, 10)] == [-2, 0, 10]
    assert problem("number", -3) == ("under", {"at_least": -2})
    assert problem("number", 11) == ("over", {"at_most": 10})


@pytest.mark.parametrize("given", [True, "5", 5.0, [5], 10**15, -(10**15)])
def test_an_integer_is_a_whole_number_that_every_database_holds(given):
    assert problem("any_number", given) == ("not_an_integer", {})


def test_the_largest_integer_is_fifteen_digits():
    assert value("any_number", 10**15 - 1) == 999_999_999_999_999


@pytest.mark.parametrize(
    ("given", "kept"), [("1", "1.00"), ("1250.5", "1250.50"), ("1250.00", "1250.00"), ("2000", "2000.00")]
)
def test_money_is_decimal_text_with_two_places(given, kept):
    assert value("cost", given) == kept


def test_money_has_its_bounds_in_whole_units():
    assert problem("cost", "0.99") == ("under", {"at_least": 1})
    assert problem("cost", "2000.01") == ("over", {"at_most": 2000})
    assert value("any_cost", "-5") == "-5.00"


def test_nought_has_one_form():
    assert value("any_cost", "-0") == value("any_cost", "0.0") == "0.00"


@pytest.mark.parametrize(
    "given", [5, 5.0, True, "5.", ".5", "5.001", "1,250", "1e3", "+5", "五", "１２", "1" * 16, " 5", "NaN"]
)
def test_money_is_nothing_else(given):
    assert problem("any_cost", given) == ("not_money", {})


# --- dates ---


def test_a_date_is_a_day_that_exists():
    assert value("day", "2024-02-29") == "2024-02-29"
    assert problem("day", "2026-02-30") == ("no_such_day", {"given": "2026-02-30"})
    assert problem("day", "2026-13-01") == ("no_such_day", {"given": "2026-13-01"})


@pytest.mark.parametrize(
    "given", ["2026-3-6", "2026.3.6", "20260306", "2026-03-06T00:00", "２０２６-03-06", 20260306, True]
)
def test_a_date_is_written_in_one_way(given):
    assert problem("day", given) == ("not_a_date", {})


def test_a_past_date_is_today_or_before_and_a_future_one_today_or_after():
    assert value("past", TODAY) == value("future", TODAY) == TODAY
    assert value("past", "2000-01-01") == "2000-01-01"
    assert value("future", "2100-01-01") == "2100-01-01"
    assert problem("past", "2026-03-07") == ("after_today", {"today": TODAY})
    assert problem("future", "2026-03-05") == ("before_today", {"today": TODAY})


# --- people, units, households ---


def test_a_registered_person_a_unit_and_a_household_are_known():
    assert (value("who", "boss"), value("where", "L"), value("home", "h-1")) == ("boss", "L", "h-1")
    assert problem("who", "L") == ("unknown_person", {})
    assert problem("where", "boss") == ("unknown_unit", {})
    assert problem("home", "h-2") == ("unknown_household", {})


@pytest.mark.parametrize("given", [5, "no spaces", "x" * 81, "", "-x", "好", True, ["boss"]])
def test_what_cannot_be_an_id_is_unknown_without_looking(given):
    if given == "":
        assert "who" not in read(who=given).values
    else:
        assert problem("who", given) == ("unknown_person", {})


def test_somebody_not_registered_is_a_name_with_a_telephone_if_known():
    assert value("who", {"name": " 王小明 "}) == {"name": "王小明"}
    assert value("who", {"name": "王小明", "phone": None}) == {"name": "王小明"}
    assert value("who", {"name": "王小明", "phone": "13812341234"}) == {"name": "王小明", "phone": "13812341234"}


def test_who_takes_charge_is_registered():
    assert value("chief", "boss") == "boss"
    assert problem("chief", {"name": "王小明"}) == ("unknown_person", {})


@pytest.mark.parametrize(
    "name", ["阿卜杜拉·买买提江江", "欧阳明", "O'Brien-Smith", "王 小明", "王小明（二组）", "𠮷田", "王2"]
)
def test_names_are_letters_and_the_marks_names_are_written_with(name):
    assert stranger({"name": name}) == {"name": name}


def test_a_name_of_eleven_characters_with_a_dot_is_a_name():
    name = "阿卜杜拉木·买买提江·"
    assert len(name) == 11
    assert stranger({"name": name})["name"] == name


@pytest.mark.parametrize("name", ["王小明😀", "王\n小明", "王\t小明", "", "   ", "王" * 41, "<b>", "王;小明", "a@b"])
def test_no_emoji_line_breaks_or_marks_in_a_name(name):
    with pytest.raises(Bad) as bad:
        stranger({"name": name})
    assert bad.value.code in ("bad_name", "control_character")
    assert bad.value.code == "bad_name"
    assert bad.value.facts == {"max_length": 40}


@pytest.mark.parametrize("name", ["王\x00", 5, None])
def test_a_name_is_text(name):
    with pytest.raises(Bad, match="control_character" if name == "王\x00" else "not_text"):
        stranger({"name": name})


@pytest.mark.parametrize("raw", [{}, {"phone": "13812341234"}, {"name": "王", "id": "1"}, {"姓名": "王"}])
def test_a_person_has_a_name_and_nothing_but_a_telephone_beside(raw):
    with pytest.raises(Bad, match="not_a_person"):
        stranger(raw)


@pytest.mark.parametrize("phone", ["13812341234", "0734-8123456", "07348123456", "010-12345678", "01012345678"])
def test_a_telephone_has_eleven_digits_or_a_leading_nought(phone):
    assert stranger({"name": "王", "phone": phone})["phone"] == phone


@pytest.mark.parametrize(
    "phone",
    [
        "138123412345",
        "1381234123",
        "8123456",
        "+8613812341234",
        "138 1234 1234",
        "１３８１２３４１２３４",
        13812341234,
        "",
    ],
)
def test_a_telephone_of_twelve_digits_or_otherwise_is_none(phone):
    with pytest.raises(Bad, match="bad_phone"):
        stranger({"name": "王", "phone": phone})


# --- lists ---


def test_a_list_is_read_entry_by_entry():
    assert value("picks", ["a", "b", "a"]) == ["a", "b", "a"]
    assert value("people", ["boss", {"name": "王小明"}]) == ["boss", {"name": "王小明"}]
    assert value("days", [TODAY]) == [TODAY]
    assert problem("picks", ["a", "c"])[0] == "not_a_choice"
    assert problem("people", ["boss", "stranger"])[0] == "unknown_person"
    assert problem("days", [None])[0] == "not_a_date"


def test_a_list_has_its_length_in_entries():
    assert value("words", ["一", "二"]) == ["一", "二"]
    assert problem("words", ["一"]) == ("too_short", {"min_length": 2, "found": 1})
    assert problem("words", ["一", "二", "三", "四"]) == ("too_long", {"max_length": 3, "found": 4})


def test_the_entries_of_a_list_of_texts_are_texts():
    assert value("words", ["一\t二", "三"]) == ["一\t二", "三"]
    assert problem("words", ["一", 2]) == ("not_text", {})


@pytest.mark.parametrize("given", ["a", {"a": "b"}, 1, True])
def test_a_list_is_a_list(given):
    assert problem("picks", given) == ("not_a_list", {})


# --- around the fields ---


def test_a_note_is_text_of_two_thousand_characters():
    assert read_note("好\n" * 1000) == "好\n" * 1000
    with pytest.raises(Bad, match="too_long") as bad:
        read_note("好" * 2001)
    assert bad.value.facts == {"max_length": 2000, "found": 2001}
    with pytest.raises(Bad, match="control_character"):
        read_note("a\x00")
    with pytest.raises(Bad, match="not_text"):
        read_note(5)


def test_whom_an_act_is_done_for_is_registered_or_named():
    assert read_behalf("boss", FRAME) == "boss"
    assert read_behalf({"name": "王小明"}, FRAME) == {"name": "王小明"}
    with pytest.raises(Bad, match="unknown_person"):
        read_behalf("stranger", FRAME)
    with pytest.raises(Bad, match="unknown_person"):
        read_behalf(5, FRAME)


def test_what_the_shell_must_look_up_is_what_the_act_names_and_could_exist():
    data = {
        "who": "boss",
        "people": ["mate", {"name": "王"}, "no id"],
        "where": "L",
        "home": "h-1",
        "free": "x",
        "day": TODAY,
    }

    assert named(SMALL, ROW, data, "clerk") == {
        ("person", "boss"),
        ("person", "mate"),
        ("unit", "L"),
        ("household", "h-1"),
        ("person", "clerk"),
    }
    assert named(SMALL, ROW, {"who": {"name": "王"}, "where": 5}, {"name": "王"}) == frozenset()


def test_texts_and_people_not_registered_go_where_they_can_be_erased():
    fields = SMALL.fields

    assert holds_text(fields["free"], "x")
    assert holds_text(fields["words"], ["x", "y"])
    assert holds_text(fields["who"], {"name": "王"})
    assert holds_text(fields["people"], ["boss", {"name": "王"}])
    assert not holds_text(fields["people"], ["boss"])
    assert not holds_text(fields["pick"], "a")
    assert not holds_text(fields["day"], TODAY)


def test_every_type_is_read():
    assert [kind for kind in FieldType if not runs_now(kind)] == [FieldType.LIST]


# --- uploads ---------------------------------------------------------------------------------------------------------

UPLOAD = "430482109-01KAZ0C3W8N5T2Q7R4X6V9B1MD"
KEPT = {"id": UPLOAD, "kind": "photo", "type": "image/jpeg", "size": 5, "sha256": "0" * 64}
FILED = workflow(
    fields="must: {T, type: text}\nscan: {T, type: file}\nphotos: {T, type: list, of: file, max_length: 2}",
    transitions=ROWS % "scan, photos",
)


def filed(**data: object):
    frame = Frame(today=FRAME.today, known=frozenset(), files={UPLOAD: KEPT})
    return read_values(FILED, FILED.rows[0], {"must": "好", **data}, frame)


def test_an_upload_is_named_by_its_id_and_kept_with_its_hash():
    assert filed(scan=UPLOAD, photos=[UPLOAD]).values == {"must": "好", "scan": KEPT, "photos": [KEPT]}


@pytest.mark.parametrize("given", ["x", UPLOAD.lower(), 5, True, KEPT, {"name": "王"}, UPLOAD + "\n"])
def test_what_is_no_upload_for_this_case_is_unknown(given: object):
    found = filed(scan=given, photos=[given]).problems

    assert [(problem.field, problem.code) for problem in found] == [
        ("scan", "unknown_file"),
        ("photos", "unknown_file"),
    ]


def test_only_what_may_be_an_upload_is_looked_up():
    row, other = FILED.rows[0], f"nowhere-{UPLOAD[-26:]}"

    assert named_files(FILED, row, {"scan": UPLOAD, "photos": [other, "x", 5, None]}) == {UPLOAD, other}
    assert named_files(FILED, row, {"must": UPLOAD}) == frozenset()
    assert named(FILED, row, {"scan": UPLOAD}, None) == frozenset()


def test_uploads_go_where_they_can_be_erased():
    assert holds_text(FILED.fields["scan"], KEPT)
    assert holds_text(FILED.fields["photos"], [KEPT])
