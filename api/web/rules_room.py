"""The rules room: each version as a picture and in words, what the check says of it, what changed, the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from markupsafe import Markup

from api.deps import Served, Services
from api.present import title
from api.shapes import WorkflowKey
from api.web import rules_shown
from api.web.reader import InEnglish, Signed, calendar_of
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from api.web.rules_checked import before, differences, findings
from engine.definition.diagram.picture import picture
from engine.definition.diagram.svg import svg
from engine.definition.model import Workflow
from engine.rules.machine import Compiled
from engine.rules.refusals import NotFound

router = APIRouter(include_in_schema=False, route_class=PageRoute)
KeyPath = Annotated[WorkflowKey, Path()]
VersionPath = Annotated[int, Path(ge=1, le=99_999_999)]
#: A picture asked for by itself may load nothing and run nothing.
_PICTURE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@router.get("/rules")
def rules(request: Request, served: Served, _: Signed, english: InEnglish) -> Response:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in reversed(served.office.rulebook.all()):
        found.setdefault(each.workflow.key, []).append(_version(served, each, english))
    default = served.office.default_workflow.partition("/")[0]
    keys = sorted(found, key=lambda key: (key != default, key))
    return render(request, "oversee/rules.html", workflows=[(key, found[key]) for key in keys])


@router.get("/rules/{key}")
def workflow(key: KeyPath, served: Served, _: Signed) -> Response:
    """The version that opens new cases, else the highest there is."""
    book = served.office.rulebook
    versions = [each.workflow.version for each in book.all() if each.workflow.key == key]
    if not versions:
        raise NotFound("workflow")
    opening = book.find(key)
    return back_to(f"/rules/{key}/{opening.workflow.version if opening else max(versions)}")


@router.get("/rules/{key}/{version}")
def version(request: Request, key: KeyPath, version: VersionPath, served: Served, who: Signed,
            english: InEnglish) -> Response:  # fmt: skip
    compiled = found(served, key, version)
    rules = compiled.workflow
    former = before(served.office.rulebook, rules)
    today = calendar_of(request, who).today
    return render(
        request,
        "oversee/version.html",
        **_words(rules, english),
        rules=_version(served, compiled, english),
        counts={"states": len(rules.states), "rows": len(rules.rows), "meetings": len(rules.meetings)},
        drawing=_drawing(rules, english),
        findings=findings(served.office.rulebook, compiled, today, english),
        former=former.version if former else None,
        differences=differences(former, rules, english) if former else [],
        versions=_siblings(served, key, english),
    )


def _words(rules: Workflow, english: bool) -> dict[str, Any]:
    return {
        "levels": rules_shown.levels_shown(rules, english),
        "wide": rules_shown.wide_rows(rules, english),
        "clocks": [rules_shown.clock_shown(rules, each, english) for each in rules.clocks.values()],
        "meetings": [rules_shown.meeting_shown(rules, each, english) for each in rules.meetings.values()],
        "sights": [rules_shown.sight_shown(rules, each, english) for each in rules.visibility],
    }


def _drawing(rules: Workflow, english: bool) -> Markup:
    """The picture inside the page; its cards lead to the states in words."""
    return Markup(svg(picture(rules, "en" if english else "zh"), lambda code: f"#state-{code}"))


@router.get("/rules/{key}/{version}/diagram.svg")
def diagram(key: KeyPath, version: VersionPath, served: Served, _: Signed, english: InEnglish) -> Response:
    drawn = svg(picture(found(served, key, version).workflow, "en" if english else "zh"))
    return Response(drawn, media_type="image/svg+xml", headers={**_PICTURE, "Vary": "Accept-Language, Cookie"})


@router.get("/rules/{key}/{version}/source")
def source(request: Request, key: KeyPath, version: VersionPath, served: Served, _: Signed,
           english: InEnglish) -> Response:  # fmt: skip
    """The file with the numbers of its lines; `#L96` is where a rule line leads."""
    compiled = found(served, key, version)
    lines = compiled.workflow.source.decode().splitlines()
    return render(request, "oversee/source.html", rules=_version(served, compiled, english), lines=lines)


@router.get("/rules/{key}/{version}/file.yaml")
def file(key: KeyPath, version: VersionPath, served: Served, _: Signed) -> Response:
    """The bytes whose SHA-256 stands in every history."""
    name = f"{key}.v{version}.yaml"
    headers = {**_PICTURE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(found(served, key, version).workflow.source, media_type="application/yaml", headers=headers)


def found(served: Services, key: str, version: int) -> Compiled:
    """Raises NotFound."""
    compiled = served.office.rulebook.versions.get((key, version))
    if compiled is None:
        raise NotFound("workflow")
    return compiled


def _version(served: Services, compiled: Compiled, english: bool) -> dict[str, Any]:
    """`opening`: new cases are opened under this version; `since` when the first was."""
    rules, book = compiled.workflow, served.office.rulebook
    opening = book.find(rules.key)
    return {
        "key": rules.key,
        "version": rules.version,
        "title": title(rules.title, english),
        "draft": rules.draft,
        "opening": opening is compiled,
        "runs": compiled.runs_whole,
        "since": served.rules.first_used().get((rules.key, rules.version)),
        "file": rules.file,
        "sha256": rules.sha256,
    }


def _siblings(served: Services, key: str, english: bool) -> Sequence[dict[str, Any]]:
    here = [each for each in served.office.rulebook.all() if each.workflow.key == key]
    return [_version(served, each, english) for each in reversed(here)]
