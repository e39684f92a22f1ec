"""The rules themselves, and the static check of a posted file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import WithJsonSchema

from api.answers_workflows import CheckOut, WorkflowOut, WorkflowsOut
from api.deps import English, Served, Who
from api.docs import PROBLEMS, answers
from api.problems import Problem
from api.shapes import WorkflowKey
from engine.definition.check import examine
from engine.definition.model import Condition, Mark, Workflow
from engine.rules.refusals import NotFound
from engine.rules.serving import not_run

router = APIRouter(prefix="/v1", tags=["workflows"], responses=PROBLEMS)


def plain(value: Any) -> Any:
    """A definition as JSON: codes as keys, a condition with its `kind`, marks as lines, without the file itself."""
    if isinstance(value, Mark):
        return value.line
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": type(value).__name__} if isinstance(value, Condition) else {}
        shown = (field.name for field in dataclasses.fields(value) if field.repr)
        return kind | {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {"/".join(key) if isinstance(key, tuple) else key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.strftime("%H:%M") if isinstance(value, time) else value


def _summary(workflow: Workflow, opens: bool, english: bool) -> dict[str, Any]:
    return {
        "workflow": workflow.key,
        "version": workflow.version,
        "title": workflow.title.en if english else workflow.title.zh,
        "draft": workflow.draft,
        "opens_cases": opens,
        "sha256": workflow.sha256,
        "not_run": [{"line": mark.line, "key": key} for mark, key in not_run(workflow)],
    }


@router.get("/workflows", summary="All versions of all workflows", responses={200: answers(WorkflowsOut)})
def list_workflows(served: Served, _: Who, english: English) -> Any:
    book = served.office.rulebook
    return {"items": [_summary(each.workflow, book.opens(each), english) for each in book.all()], "next": None}


@router.get(
    "/workflows/{key}/{version}",
    summary="One version as the engine reads it",
    responses={200: answers(WorkflowOut)},
)
def get_workflow(
    key: Annotated[WorkflowKey, Path()],
    version: Annotated[int, Path(ge=1, le=99_999_999, examples=[1])],
    served: Served,
    _: Who,
    english: English,
) -> Any:
    book = served.office.rulebook
    found = book.versions.get((key, version))
    if found is None:
        raise NotFound("workflow")
    return _summary(found.workflow, book.opens(found), english) | {"definition": plain(found.workflow)}


#: Any YAML whatever: what is wrong with it is the answer.
_FILE = {"description": "The file itself", "examples": ["workflow: my-flow\nversion: 1\n"]}


@router.post(
    "/workflows/check", summary="Check a file: every finding with its place", responses={200: answers(CheckOut)}
)
def check_workflow(
    body: Annotated[bytes, Body(media_type="application/yaml"), WithJsonSchema(_FILE)],
    _: Who,
    english: English,
) -> Any:
    """The body is the YAML file itself. Nothing is kept."""
    if not body:
        raise Problem("bad_request", "unreadable")
    reading = examine(body, "posted.yaml")
    findings = [
        {
            "code": finding.code.value,
            "error": finding.code.is_error,
            "line": finding.mark.line,
            "column": finding.mark.column,
            "path": finding.path,
            "message": finding.en if english else finding.zh,
            "hint": finding.advice("en" if english else "zh"),
            "witness": [dataclasses.asdict(step) for step in finding.witness],
        }
        for finding in reading.findings
    ]
    return {"sound": not any(each["error"] for each in findings), "findings": findings}
