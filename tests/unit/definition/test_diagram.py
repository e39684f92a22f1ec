"""Pictures of workflows: what they tell, and that nothing on them lies upon anything else."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import pytest

from engine.definition.check import examine
from engine.definition.diagram.boxes import width_of, wrapped
from engine.definition.diagram.layout import Layout, Placed, Point, lay_out
from engine.definition.diagram.mermaid import mermaid
from engine.definition.diagram.picture import Card, Kind, Picture, picture
from engine.definition.diagram.routes import tracks
from engine.definition.diagram.svg import svg
from engine.definition.model import Workflow
from tests.unit.definition.files import DESIGN, FULL, SMALL, V1, workflow_of

V2, WORKS = DESIGN / "issue-escalation.v2.yaml", DESIGN / "works-project.v1.yaml"


@cache
def workflow(name: str) -> Workflow:
    if name in ("small", "full"):
        return workflow_of({"small": SMALL, "full": FULL}[name])
    path = {"v1": V1, "v2": V2, "works": WORKS}[name]
    if not path.exists():
        pytest.skip("the design is not here")
    found = examine(path.read_bytes(), path.name).workflow
    assert found is not None
    return found


NAMES = ("small", "full", "v1", "v2", "works")


@pytest.fixture(params=[(name, language) for name in NAMES for language in ("zh", "en")], ids="-".join)
def any_picture(request: pytest.FixtureRequest) -> Picture:
    name, language = request.param
    return picture(workflow(name), language)


def v1(language: str = "zh") -> Picture:
    return picture(workflow("v1"), language)


def card(shown: Picture, code: str) -> Card:
    return next(each for each in shown.cards if each.code == code)


# --- what is told -----------------------------------------------------------------------------------


def test_levels_are_lanes_the_highest_first():
    assert [lane.title for lane in v1().lanes] == ["镇", "村", "屋场"]
    assert card(v1(), "reported").lane == "wuchang"
    assert card(v1(), "verifying").lane is None


def test_a_gate_names_its_meeting():
    gate = card(v1(), "village_queued")

    assert (gate.kind, gate.meetings) == (Kind.GATE, ("民情碰头会",))
    assert [each.label for each in gate.exits if each.by_meeting] == [
        "T09 议定村内办理",
        "T10 议定退回屋场",
        "T11 议定上报镇",
    ]


def test_the_kinds_of_states_are_told_apart():
    kinds = {code: card(v1(), code).kind for code in ("start", "reported", "village_handling", "struck_off")}

    assert list(kinds.values()) == [Kind.START, Kind.PLAIN, Kind.HANDLING, Kind.FINAL]


def test_a_list_of_destinations_tells_each_way():
    redo = next(each for each in card(v1(), "verifying").exits if each.label.startswith("T28"))

    assert [way.words for way in redo.ways] == [
        "符合条件 → 待碰头会议定",
        "符合条件 → 待分析会议定",
        "否则 → 本级办理状态",
    ]
    assert redo.ways[-1].targets == ("wuchang_handling", "village_handling", "township_handling")
    assert [way.loose for way in redo.ways] == [False, False, True]


def test_what_moves_nothing_is_a_line_of_its_card():
    assert card(v1(), "village_queued").stays == ("T12 顺延下次会议",)


def test_a_row_from_many_states_is_told_where_it_leads():
    (arrival,) = card(v1(), "not_accepted").arrivals

    assert arrival.label == "T25 不予受理"
    assert arrival.sources == "已上报待受理、待补正、待碰头会议定、待分析会议定"
    assert all(not each.label.startswith("T25") for shown in v1().cards for each in shown.exits)


def test_what_may_happen_anywhere_is_a_note():
    first, second = v1().notes

    assert (first.sources, first.labels) == ("任何未办结状态", ("T45 更正", "T47 备注"))
    assert second.labels == ("T44 记录措施",)
    assert v1("en").notes[0].sources == "any open state"


def test_back_leads_to_no_card_and_says_so():
    resume = card(picture(workflow("v2"), "zh"), "on_account").exits[0]

    assert (resume.ways[0].targets, resume.ways[0].words) == ((), "→ 返回原状态")


def test_states_left_out_are_named_where_that_is_shorter():
    (arrival,) = card(picture(workflow("v2"), "en"), "emergency").arrivals

    assert arrival.sources == "any open state but Emergency"


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_on_the_picture(name: str):
    shown = picture(workflow(name), "zh")
    labels = [each.label for one in shown.cards for each in (*one.exits, *one.arrivals)]
    labels += [label for one in shown.cards for label in one.stays] + [x for note in shown.notes for x in note.labels]

    for row in workflow(name).rows:
        assert any(row.title.zh in label for label in labels), row.title.zh


# --- where it stands -----------------------------------------------------------------------------------


def overlaps(one: Placed, other: Placed, room: float) -> bool:
    beside = one.x + one.width + room <= other.x or other.x + other.width + room <= one.x
    below = one.y + one.box.height + room <= other.y or other.y + other.box.height + room <= one.y
    return not (beside or below)


def test_no_card_lies_upon_another(any_picture: Picture):
    for one, other in combinations(lay_out(any_picture).cards.values(), 2):
        assert not overlaps(one, other, 20), (one.box.card.code, other.box.card.code)


def test_every_text_fits_its_card(any_picture: Picture):
    for placed in lay_out(any_picture).cards.values():
        for line in placed.box.lines:
            assert 22 + width_of(line.text, line.size) <= placed.width, line.text
            assert line.y + line.size / 2 <= placed.box.height, line.text


def strokes(layout: Layout) -> list[tuple[str, Point, Point]]:
    """Straight pieces by the card they lead to; where one line fans out from its dot, the first piece counts once."""
    found: dict[object, tuple[str, Point, Point]] = {}
    for wire in layout.wires:
        for number, (a, b) in enumerate(zip(wire.points, wire.points[1:], strict=False)):
            key = (a, a) if number == 0 and wire.loose else (a, b)
            found.setdefault((*key, wire.target) if number else key, (wire.target, min(a, b), max(a, b)))
    return [stroke for stroke in found.values() if stroke[1] != stroke[2]]


def test_lines_run_upright_or_level(any_picture: Picture):
    assert all(a[0] == b[0] or a[1] == b[1] for _, a, b in strokes(lay_out(any_picture)))


def test_no_line_runs_through_a_card(any_picture: Picture):
    layout = lay_out(any_picture)
    for net, a, b in strokes(layout):
        for code, placed in layout.cards.items():
            right, bottom = placed.x + placed.width, placed.y + placed.box.height
            outside = b[0] <= placed.x or a[0] >= right or b[1] <= placed.y or a[1] >= bottom
            assert outside, (net, code, a, b)


def test_lines_to_different_cards_cross_but_never_lie_upon_each_other(any_picture: Picture):
    for (net, a, b), (other, c, d) in combinations(strokes(lay_out(any_picture)), 2):
        upright = a[0] == b[0] == c[0] == d[0] and min(b[1], d[1]) > max(a[1], c[1])
        level = a[1] == b[1] == c[1] == d[1] and min(b[0], d[0]) > max(a[0], c[0])
        assert net == other or not (upright or level), (net, other, a, b, c, d)


@pytest.mark.parametrize("seed", range(8))
def test_a_flow_thrown_together_lies_as_well(seed: int):
    """States on any level and rows to anywhere: worse than anybody writes."""
    chance, base = random.Random(seed), workflow("v1")
    codes, levels = list(base.states), [*base.levels, None]
    states = {code: replace(state, level=chance.choice(levels)) for code, state in base.states.items()}
    rows = [
        replace(
            row,
            sources=row.sources if row.sources == ("start",) else tuple(chance.sample(codes, chance.randint(1, 4))),
            targets=tuple(replace(target, to=chance.choice([*codes, target.to])) for target in row.targets),
        )
        for row in base.rows
    ]
    thrown = picture(replace(base, states=states, rows=tuple(rows)), "zh")

    test_no_card_lies_upon_another(thrown)
    test_no_line_runs_through_a_card(thrown)
    test_lines_to_different_cards_cross_but_never_lie_upon_each_other(thrown)


def test_lanes_hold_their_cards(any_picture: Picture):
    layout = lay_out(any_picture)
    for lane, band in zip(any_picture.lanes, layout.bands, strict=True):
        for placed in layout.cards.values():
            if placed.box.card.lane == lane.code:
                assert band.y < placed.y
                assert placed.y + placed.box.height < band.y + band.height


def test_tracks_are_shared_only_where_nothing_overlaps():
    assert tracks({"a": (0, 10), "b": (5, 20), "c": (40, 50)}) == {"a": 0, "b": 1, "c": 0}


# --- how it is written -----------------------------------------------------------------------------------


def test_the_svg_is_sound_and_always_the_same(any_picture: Picture):
    text = svg(any_picture)
    root = ElementTree.fromstring(text)

    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
    assert text == svg(any_picture)
    assert "<script" not in text


def test_the_svg_has_every_title_and_label():
    root = ElementTree.fromstring(svg(v1()))
    texts = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]

    assert {each.title for each in v1().cards} <= set(texts)
    assert "T07 上报碰头会" in texts


def test_a_title_with_marks_of_xml_is_escaped():
    text = svg(picture(workflow_of(SMALL.replace("zh: 办理中", 'zh: "<办>&"')), "zh"))

    assert "&lt;办&gt;&amp;" in text
    ElementTree.fromstring(text)


def test_mermaid_has_composite_states_arrows_and_notes():
    text = mermaid(v1())

    assert "stateDiagram-v2" in text
    assert 'state "村" as lane_village {' in text
    assert 'state "待碰头会议定<br/>会议：民情碰头会<br/>↻ T12 顺延下次会议" as s_village_queued' in text
    assert "[*] --> s_reported : T01 上报" in text
    assert "s_wuchang_handling --> s_verifying : T05 当场办结<br/>T06 屋场办结" in text
    assert "s_verifying --> s_township_handling : T28 不满意重办（否则、视层级而定）" in text
    assert "任何未办结状态：T45 更正 · T47 备注" in text
    assert "class s_wuchang_handling,s_village_handling,s_township_handling handling" in text


def test_mermaid_labels_hold_no_sign_that_ends_them():
    text = mermaid(picture(workflow_of(SMALL.replace("zh: 办结,", "zh: '办: \"结\"; #1 {a}',")), "zh"))

    (arrow,) = re.findall(r"s_working --> s_done : (.*)", text)
    assert arrow == "办∶ ”结”； ＃1 （a）"


def test_texts_are_broken_between_words_and_between_characters():
    assert wrapped("Raised to the village", 10, 75) == ["Raised to the", "village"]
    assert wrapped("上报碰头会", 10, 30) == ["上报碰", "头会"]
    assert wrapped("一二三、四", 10, 40) == ["一二三、", "四"]
    assert wrapped("T07 上报", 10, 1000) == ["T07 上报"]
