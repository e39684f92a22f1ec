"""What somebody does on the web pages, and what they show him."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.features.pages import Pages, as_typed, pages_of, uploaded
from tests.features.words import act, fact
from tests.features.world import World


@pytest.fixture
def pages(world: World) -> Iterator[Pages]:
    with pages_of(world) as found:
        yield found


@act("{person:Person}在今天的页面上点{taps:Taps}")
def somebody_begins_at_today(pages, person, taps):
    pages.begin(person, "/")
    for words in taps:
        pages.tap(words)


@act("在页面上接着点{taps:Taps}")
def he_goes_on(pages, taps):
    for words in taps:
        pages.tap(words)


@act("{person:Person}打开上报页面, 地点写「{place:Said}」")
def somebody_opens_the_form(pages, person, place):
    pages.begin(person, "/report")
    pages.fill({"unit_name": place})


@act("在页面上填写{given:Values}, 点「{button:Said}」")
def he_fills_in_the_form(pages, given, button):
    pages.fill(as_typed(given))
    pages.press(button)


@act("在页面上附一段语音, 点「{button:Said}」")
def he_speaks(pages, button):
    pages.press(button, {"d.files": uploaded("语音")})


@act("{person:Person}在页面上{trigger:Act}{given:Values}")
def somebody_acts_by_its_page(pages, person, trigger, given):
    pages.do(person, "", trigger, given)


# --- what the form says ----------------------------------------------------------------------------------------------


@fact("页面指明“{sentence:Sentence}”")
def the_page_names_the_field(pages, sentence):
    tree = pages.refusal().tree
    told = {link.text: link.attrs["href"] for link in tree.one("div", role="alert").all("a")}
    assert sentence in told
    control = tree.one(id=told[sentence].removeprefix("#"))
    assert control.attrs.get("aria-invalid") == "true"
    assert tree.one(id=control.attrs["aria-describedby"].split()[-1]).text == sentence


@fact("已填内容都还在")
def nothing_typed_is_lost(pages):
    form = pages.page.form("/report")
    assert len(pages.typed) > 1
    assert {name: form.value(name) for name in pages.typed} == pages.typed


@fact("页面提示“{sentence:Sentence}”, 能办的岗位有{posts:Names}")
def the_page_refuses_and_says_who_could(pages, sentence, posts):
    told = pages.refusal().tree.one("div", role="alert").text
    assert sentence in told
    assert f"可以由这些岗位办：{'、'.join(posts)}" in told


@fact("一共点了 {times:N} 下, 没有填一个字, 也没有要照片和定位")
def nothing_was_asked_for(pages, times):
    assert (pages.taps, pages.typed) == (times, {})
    forms = [form for page in pages.way for form in page.forms]
    assert "/report" in [form.action for form in forms]
    assert [name for form in forms for name in _must_be_filled(form)] == []
    assert all("geolocation=()" in page.headers["permissions-policy"] for page in pages.way)


def _must_be_filled(form):
    """Controls that have to be given and that the page did not fill itself."""
    given = {name for name, value in form.values if value}
    return {each.attrs["name"] for each in form.controls if "required" in each.attrs} - given


@fact("页面先列出拨号{numbers:Names}, 后面才有可填可点的")
def the_telephones_come_first(pages, numbers):
    order = list(pages.page.tree.one("main").walk())
    dials = [at for at, each in enumerate(order) if each.attrs.get("href", "").startswith("tel:")]
    others = [at for at, each in enumerate(order) if each.tag in ("form", "input", "select", "textarea", "button")
              or each.attrs.get("href", "").startswith("/")]  # fmt: skip
    assert [order[at].attrs["href"] for at in dials] == [f"tel:{number}" for number in numbers]
    assert max(dials) < min(others)


@fact("页面写着“{words:Sentence}”")
def the_page_says(pages, words):
    assert words in pages.page.text


# --- what a page of a case says --------------------------------------------------------------------------------------


@fact("{person:Person}的页面上{name:Case}的「{title:ActTitle}」可以点")
def his_page_leads_to_the_form(pages, person, name, title):
    (page,) = pages.look(person, pages.case(name))
    (link,) = {each.attrs["href"] for each in page.tree.all("a") if each.text == title}
    (form,) = pages.look(person, link)
    assert (form.status, form.h1) == (200, title)
    assert form.tree.all("div", role="alert") == []


@fact("{person:Person}的页面上{name:Case}的「{title:ActTitle}」写明“{why:Sentence}”")
def his_page_says_why_not(pages, person, name, title, why):
    (page,) = pages.look(person, pages.case(name))
    said = {each.one("b").text: each.all("p")[0].text for each in _why_not(page)}
    assert said[title] == why


def _why_not(page):
    return [each for part in page.tree.all("ul", class_="mq-why") for each in part.all("li")]


# --- what can be found -----------------------------------------------------------------------------------------------


@fact("{person:Person}的页面、查找、打印里都有{name:Case}")
def it_is_found_everywhere(pages, person, name):
    assert _without(pages, person, name) == []


@fact("{person:Person}的页面、查找、打印里都没有{name:Case}")
def it_is_found_nowhere(pages, person, name):
    places = pages.everywhere(name)
    assert _without(pages, person, name) == list(places)
    case = [place for place in places if place.startswith(pages.case(name))]
    assert {page.status for page in pages.look(person, *case)} == {404}
    assert {page.status for page in pages.look(person, *(set(places) - set(case)))} == {200}


def _without(pages, person, name):
    """Addresses where he finds nothing of it."""
    places = pages.everywhere(name)
    found = zip(places.items(), pages.look(person, *places), strict=True)
    return [path for (path, repeats), page in found if not pages.shows(page, name, repeats=repeats)]


@fact("{person:Person}投影的会议各页里有{name:Case}")
def it_is_projected(pages, person, name):
    shown = {part for part, page in pages.projected(person).items() if pages.shows(page, name)}
    assert {"", "/closing", "/briefs"} <= shown
    assert any(part.startswith("/items/") for part in shown)


@fact("{person:Person}投影的会议各页里没有{name:Case}")
def it_is_not_projected(pages, person, name):
    assert [part for part, page in pages.projected(person).items() if pages.shows(page, name)] == []


@fact("{person:Person}打印的问题清单里有{name:Case}, 进展情况为「{state:Said}」")
def the_printed_list_has_it(pages, person, name, state):
    (page,) = pages.look(person, "/cases/list")
    head, *lines = page.tree.one("table").all("tr")
    titles = [cell.text for cell in head.all("th")]
    rows = [dict(zip(titles, [cell.text for cell in line.all("td")], strict=True)) for line in lines]
    number = pages.world.held(name).identity.number
    assert [row["进展情况"] for row in rows if row["事项编号"] == number] == [state]


@fact("{person:Person}的会议纪要页上有{name:Case}")
def the_minutes_show_it(pages, person, name):
    assert pages.shows(pages.projected(person)["/minutes"], name)
