"""The history across cases, a case for the file, and the rules room, as their readers see them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
import sqlalchemy as sa

from engine.definition.model import SYSTEM
from engine.store.tables import cases, history
from tests import township as t
from tests.web.client import Page
from tests.web.hygiene import assert_sound, flaws_of
from tests.web.world import DemoWeb

READERS = ("auditor_township", "auditor_county", "township_party_office", "village_secretary", "linzhang")
LINE = re.compile(r"^/rules/([a-z_-]+)/(\d+)/source#L(\d+)$")


def table(page: Page) -> list[tuple[str, str]]:
    """(address of the case, what was done) of each row."""
    found = []
    for row in (row for table in page.tree.all("table", class_="mq-moves") for row in table.all("tr")[1:]):
        cells = row.all("td")
        found.append((cells[1].all("a")[0].attrs["href"], cells[2].all("b")[0].text))
    return found


def answered(demo_web: DemoWeb, persona: str, **query: str) -> list[tuple[str, str]]:
    """The same of `GET /v1/history`."""
    rows = demo_web.api.get(persona, "/v1/history", limit="50", **query)["items"]
    return [(f"/cases/{row['case']}", row["title"]) for row in rows]


def climbed(demo_web: DemoWeb) -> Any:
    """A case that a meeting sent up to the township, and went on to the county."""
    with demo_web.store.read() as tx:
        return tx.execute(sa.select(history).where(history.c.level_to == "county")).first()


# --- the history across cases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", READERS)
def test_the_page_lists_what_the_api_lists(demo_web: DemoWeb, persona: str):
    page = demo_web.browser(persona).get("/history")

    assert page.status == 200
    assert table(page) == answered(demo_web, persona, upward="true")


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("move=all", {}),
        ("move=up&by=system", {"upward": "true", "by_system": "true"}),
        ("by=people&from_level=village&to_level=township",
         {"upward": "true", "by_system": "false", "from_level": "village", "to_level": "township"}),
        ("move=all&trigger=accept", {"trigger": "accept"}),
        ("ref=T11", {"upward": "true", "ref": "T11"}),
        ("move=all&since=2026-11-01&until=2026-11-30",
         {"since": "2026-11-01T00:00:00+08:00", "until": "2026-12-01T00:00:00+08:00"}),
    ],
)  # fmt: skip
def test_each_filter_of_the_page_is_the_filter_of_the_api(demo_web: DemoWeb, address: str, query: dict[str, str]):
    page = demo_web.browser("auditor_township").get(f"/history?{address}")

    assert table(page) == answered(demo_web, "auditor_township", **query) != []


def test_a_unit_a_person_and_a_meeting_narrow_as_in_the_api(demo_web: DemoWeb):
    browser = demo_web.browser("auditor_township")
    row = next(each for each in demo_web.api.get("auditor_township", "/v1/history", upward="true", limit="200")["items"]
               if each["meeting"])  # fmt: skip
    unit = browser.get("/history").form("/history").options("unit")[3]

    for name, value in (("unit", unit), ("actor", row["actor"]["id"]), ("meeting", row["meeting"])):
        page = browser.get(f"/history?{name}={value}")
        assert table(page) == answered(demo_web, "auditor_township", upward="true", **{name: value}) != []


def test_pages_follow_each_other_without_a_gap(demo_web: DemoWeb):
    browser = demo_web.browser("auditor_county")
    page, listed = browser.get("/history?move=all&trigger=note"), []
    for path in ("/history?move=all", None):
        page = browser.get(path or next(link for link in page.links if "cursor=" in link))
        listed += table(page)

    rows = demo_web.api.get("auditor_county", "/v1/history", limit="100")["items"]
    assert listed == [(f"/cases/{row['case']}", row["title"]) for row in rows]


def test_the_units_to_choose_are_ones_own_by_their_codes(demo_web: DemoWeb):
    for persona, kinds in (
        ("auditor_township", {"village", "township"}),
        ("village_secretary", {"wuchang", "village"}),
    ):
        offered = [code for code in demo_web.browser(persona).get("/history").form("/history").options("unit") if code]
        found = demo_web.api.get(persona, "/v1/units", limit="200")
        assert len(offered) > 3
        assert {each["kind"] for each in found["items"] if each["code"] in offered} <= kinds


@pytest.mark.parametrize(
    ("query", "said", "kept"),
    [
        ("since=2026-02-30&by=people", "从哪天: 要写成年-月-日", ("since", "2026-02-30")),
        ("by=robots", "谁动的: 没有这一项", None),
        ("actor=no%20one&unit=a%00", "经办人: 没有这一项", None),
        ("move=down", "哪些动作: 没有这一项", None),
        ("cursor=zzz", "页码: 没有这一项", None),
        ("unti=2026-01-01", "没有叫 unti 的筛选", None),
    ],
)
def test_a_wrong_filter_is_named_kept_and_nothing_is_listed(demo_web: DemoWeb, query: str, said: str, kept: Any):
    page = demo_web.browser("auditor_township").get(f"/history?{query}")

    assert (page.status, page.tree.all("table")) == (422, [])
    assert said in page.tree.one("div", class_="mq-sum").text
    if kept:
        assert page.form("/history").value(kept[0]) == kept[1]


def test_what_nothing_answers_to_names_its_filters_and_offers_to_drop_the_last(demo_web: DemoWeb):
    page = demo_web.browser("auditor_township").get("/history?by=system&until=2025-01-01")

    assert "没有这样的记录" in page.text
    assert "/history?by=system" in page.links


def test_the_chart_and_its_table_count_what_is_listed(demo_web: DemoWeb):
    page = demo_web.browser("auditor_county").get("/history")
    rows = demo_web.api.get("auditor_county", "/v1/history", upward="true", since="2026-01-01T00:00:00+08:00",
                            limit="200")["items"]  # fmt: skip

    numbers = [[cell.text for cell in row.all("td")] for row in page.tree.all("table", class_="small")[0].all("tr")[1:]]
    clock = sum(row["actor"]["id"] == SYSTEM for row in rows)
    assert len(numbers) == 12
    assert sum(int(people) for people, _, _ in numbers) == len(rows) - clock
    assert sum(int(found) for _, found, _ in numbers) == clock > 0
    assert "style=" not in page.html


def test_a_step_says_how_long_the_case_had_stood_and_which_meeting_decided(demo_web: DemoWeb):
    page = demo_web.browser("auditor_township").get("/history?from_level=village&to_level=township&by=people")

    row = page.tree.one("table", class_="mq-moves").all("tr")[1].text
    assert re.search(r"(\d+ 个工作日|不到 1 个工作日).*到", row)
    assert re.search(r"民情碰头会，2026年第 \d+ 次.*议题 \d+.*T11，第 \d+ 行", row)


def test_an_auditor_lands_on_the_history_and_is_one_press_from_a_case(demo_web: DemoWeb):
    page = demo_web.browser("auditor_township").get("/")
    assert page.path == "/history"

    case = demo_web.browser("auditor_township").get(table(page)[0][0])

    assert case.status == 200
    assert "督查只看不办" in case.text
    assert [form.action for form in case.forms if form.action.startswith("/cases")] == []
    assert not [link for link in case.links if "/do/" in link]


def test_the_pages_speak_english(demo_web: DemoWeb):
    browser = demo_web.browser("auditor_township").likes(lang="en")
    row = climbed(demo_web)

    assert browser.get("/history").h1 == "Escalation history"
    assert browser.get(f"/cases/{row.case_id}/print").h1 == "Escalation history of a case"
    assert browser.get("/rules").h1 == "Rules"


# --- one case for the file -------------------------------------------------------------------------------------------


def test_a_printed_case_has_every_row_oldest_first_and_the_hash_of_the_last(demo_web: DemoWeb):
    row = climbed(demo_web)
    page = demo_web.browser("auditor_township").get(f"/cases/{row.case_id}/print")

    events = demo_web.api.get("auditor_township", f"/v1/cases/{row.case_id}/history")["items"]
    body = page.tree.all("table", class_="p")[1]
    assert [line.all("td")[0].text for line in body.all("tr")[1:]] == [str(event["seq"]) for event in events]
    assert f"{len(events)} 条记录首尾相连" in page.text
    assert events[-1]["hash"] in page.text
    assert "查阅人：罗志义" in page.text


def test_what_was_changed_behind_the_engine_is_told_on_paper(demo_web: DemoWeb):
    row = climbed(demo_web)
    here = (cases.c.home == row.home, cases.c.id == row.case_id)
    with demo_web.store.begin() as tx:
        before = tx.execute(sa.select(cases.c.last_hash).where(*here)).scalar_one()
        tx.execute(sa.update(cases).where(*here).values(last_hash="0" * 64))
    try:
        page = demo_web.browser("auditor_township").get(f"/cases/{row.case_id}/print")
    finally:
        with demo_web.store.begin() as tx:
            tx.execute(sa.update(cases).where(*here).values(last_hash=before))

    assert "校验：对不上。" in page.text
    assert "首尾相连" not in page.text


def test_what_is_printed_is_masked_whoever_prints_it(demo_web: DemoWeb):
    row = climbed(demo_web)
    path = f"/cases/{row.case_id}/print"
    shown = demo_web.api.get("auditor_township", f"/v1/cases/{row.case_id}")["data"]["reporter"]
    open_ = demo_web.api.get("linzhang", f"/v1/cases/{row.case_id}")["data"]["reporter"]
    assert shown["name"] != open_["name"]

    for persona in ("auditor_township", "linzhang"):
        printed = demo_web.browser(persona).get(path).text
        assert shown["name"] in printed and open_["name"] not in printed


def test_a_case_out_of_reach_cannot_be_printed(demo_web: DemoWeb):
    row = climbed(demo_web)

    assert demo_web.browser("linzhang_other").get(f"/cases/{row.case_id}/print").status == 404
    assert demo_web.browser("auditor_township").get(f"/cases/{row.home}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE/print").status == 404


def test_a_case_of_rules_without_hours_and_clocks_is_printed_too(demo_web: DemoWeb):
    with demo_web.store.read() as tx:
        old = tx.execute(sa.select(cases.c.id).where(cases.c.workflow_version == 1)).scalars().first()
    page = demo_web.browser("auditor_county").get(f"/cases/{old}/print")

    assert page.status == 200
    assert "这一版规则没有时限" in page.text


def test_every_deadline_has_its_outcome(demo_web: DemoWeb):
    row = climbed(demo_web)
    page = demo_web.browser("auditor_township").get(f"/cases/{row.case_id}/print")

    clocks = demo_web.api.get("auditor_township", f"/v1/cases/{row.case_id}/clocks")["clocks"]
    lines = page.tree.all("table", class_="p")[2].all("tr")[1:]
    assert len(lines) == len(clocks)
    assert all(re.search(r"按期|超期|还剩|—", line.all("td")[4].text) for line in lines)


# --- the rules room --------------------------------------------------------------------------------------------------


def versions(demo_web: DemoWeb) -> list[Any]:
    return [compiled.workflow for compiled in demo_web.api.office.rulebook.all()]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_version_is_shown_with_all_its_rows_and_their_lines(demo_web: DemoWeb, language: str):
    browser = demo_web.browser("linzhang").likes(lang=language)
    for workflow in versions(demo_web):
        page = browser.get(f"/rules/{workflow.key}/{workflow.version}")

        marks = {int(match.group(3)) for match in map(LINE.match, page.links) if match}
        assert page.status == 200
        assert {row.mark.line for row in workflow.rows} <= marks
        assert {f"state-{code}" for code in workflow.states} <= {node.attrs.get("id") for node in page.tree.walk()}
        for title in (row.title for row in workflow.rows):
            assert (title.en if language == "en" else title.zh) in page.text


def test_every_link_in_a_version_leads_somewhere(demo_web: DemoWeb):
    browser = demo_web.browser("auditor_township")
    for workflow in versions(demo_web):
        page = browser.get(f"/rules/{workflow.key}/{workflow.version}")
        anchors = {node.attrs["id"] for node in page.tree.walk() if "id" in node.attrs}
        assert {link[1:] for link in page.links if link.startswith("#")} <= anchors


def test_every_line_of_the_file_has_its_number(demo_web: DemoWeb):
    for workflow in versions(demo_web):
        page = demo_web.browser("linzhang").get(f"/rules/{workflow.key}/{workflow.version}/source")
        lines = (t.WORKFLOWS / workflow.key / f"v{workflow.version}.yaml").read_text().splitlines()

        shown = [(node.attrs["id"], node.all("code")[0].raw) for node in page.tree.one("ol").all("li")]
        assert shown == [(f"L{number}", line) for number, line in enumerate(lines, 1)]


def test_the_rule_lines_of_a_history_lead_to_the_very_line(demo_web: DemoWeb):
    row = climbed(demo_web)
    browser = demo_web.browser("village_secretary")
    for path in ("/history", f"/cases/{row.case_id}", f"/cases/{row.case_id}/print"):
        found = {match.groups() for match in map(LINE.match, browser.get(path).links) if match}
        assert found
        for key, version, line in found:
            source = (t.WORKFLOWS / key / f"v{version}.yaml").read_text().splitlines()
            assert source[int(line) - 1].strip()  # the case page names lines of refusals, too, which lie within a row
            assert path.endswith(row.case_id) or "trigger:" in "".join(source[int(line) - 1 : int(line) + 2])


def test_the_file_comes_as_its_hash_says_and_pictures_run_nothing(demo_web: DemoWeb):
    browser = demo_web.browser("linzhang")
    for workflow in versions(demo_web):
        base = f"/rules/{workflow.key}/{workflow.version}"
        file, drawing = browser.get(f"{base}/file.yaml").answer, browser.get(f"{base}/diagram.svg").answer

        assert hashlib.sha256(file.content).hexdigest() == workflow.sha256
        assert file.headers["content-disposition"].startswith("attachment")
        assert drawing.headers["content-type"].startswith("image/svg+xml")
        assert drawing.headers["content-security-policy"].startswith("default-src 'none'")
        assert "<a " not in drawing.text


def test_a_version_tells_its_check_and_what_it_changed(demo_web: DemoWeb):
    page = demo_web.browser("auditor_township").get("/rules/issue-escalation/2")

    assert "没有错" in page.text
    assert "比第 1 版，改了什么" in page.text
    assert "更改状态「村级办理中」" in page.text


def test_a_key_leads_to_the_version_in_use_and_what_is_not_there_is_not_found(demo_web: DemoWeb):
    browser = demo_web.browser("operator")

    assert browser.get("/rules/issue-escalation").path == "/rules/issue-escalation/2"
    for path in ("/rules/nothing", "/rules/issue-escalation/9", "/rules/issue-escalation/9/source",
                 "/rules/issue-escalation/9/diagram.svg", "/rules/issue-escalation/9/file.yaml"):  # fmt: skip
        assert browser.get(path).status == 404


def test_the_rules_are_for_whoever_is_signed_in(demo_web: DemoWeb):
    assert demo_web.browser().get("/rules", follow=False).headers["location"] == "/sign-in?to=%2Frules"
    assert demo_web.browser("operator").get("/rules").status == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_sound(demo_web: DemoWeb, language: str):
    row = climbed(demo_web)
    browser = demo_web.browser("auditor_township").likes(lang=language)
    paths = ("/history", "/history?by=robots", "/history?until=2020-01-01", f"/cases/{row.case_id}/print", "/rules",
             "/rules/issue-escalation/2", "/rules/works-project/1/source")  # fmt: skip

    assert_sound({path: flaws_of(browser.get(path), "en" if language == "en" else "zh-CN") for path in paths})
