"""The OpenAPI document is one that tools can use: whole, with examples that work, shown at /docs from local assets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from engine.files.content import TYPES
from tests import township as t
from tests.api import world
from tests.api.client import OPERATOR, REPORT, SECURITY, Api, office_of, opened, said, settle
from tests.databases import fresh_store
from tests.web.page_table import page_routes

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
CHANGES_WHAT_IS_THERE = {
    "fire", "open_meeting", "set_attendance", "decide", "undo_decision", "close_meeting", "cancel_meeting",
    "move_meeting", "delegate_chair", "add_to_agenda",
}  # fmt: skip
Json = dict[str, Any]


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """On the day of the examples, which is the demo's."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        with opened(office_of(store), tokens) as client:
            client.moved_clock("2026-12-25T08:00:00+08:00")
            yield client


@pytest.fixture(scope="module")
def document(api: Api) -> Json:
    found: Json = api.get(None, "/openapi.json")
    return found


def operations(document: Json) -> dict[str, tuple[str, str, Json]]:
    """operationId -> (method, path, operation)."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def walk(node: Any) -> Iterator[Json]:
    """Every object of the document."""
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from walk(each)
    elif isinstance(node, list):
        for each in node:
            yield from walk(each)


def resolved(document: Json, node: Json) -> Json:
    """The node, or what it refers to."""
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return resolved(document, found)


# --- the structure ---------------------------------------------------------------------------------------------------


def test_it_is_openapi_3_1_with_what_every_document_has(document):
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert set(document) <= {"openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"}
    assert {"title", "version"} <= set(document["info"])
    for path, item in document["paths"].items():
        assert path.startswith("/")
        assert set(item) <= METHODS


def test_every_reference_leads_somewhere(document):
    references = [node["$ref"] for node in walk(document) if isinstance(node.get("$ref"), str)]

    assert references
    assert all(reference.startswith("#/components/") for reference in references)
    assert all(isinstance(resolved(document, {"$ref": reference}), dict) for reference in references)


def test_every_component_is_used_and_well_named(document):
    used = {node["$ref"].rpartition("/")[2] for node in walk(document) if isinstance(node.get("$ref"), str)}

    assert set(document["components"]["schemas"]) == used
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in used)


def test_every_schema_is_one(document):
    types = {"string", "integer", "number", "boolean", "object", "array", "null"}
    for schema in walk({**document["components"]["schemas"]}):
        kind = schema.get("type")
        if isinstance(kind, str | list):
            assert set([kind] if isinstance(kind, str) else kind) <= types
        if kind == "object" and isinstance(schema.get("required"), list):
            assert set(schema["required"]) <= set(schema["properties"])
        if isinstance(schema.get("pattern"), str):
            re.compile(schema["pattern"])


def test_every_operation_has_a_name_of_its_own(document):
    named = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]

    assert len(named) == len(set(named)) == 74
    assert all(re.fullmatch(r"[a-z][a-z_]+", name) for name in named)


def test_every_parameter_is_described_once_and_those_of_the_path_are_in_it(document):
    for _, path, operation in operations(document).values():
        parameters = operation.get("parameters", [])
        assert len({(each["name"], each["in"]) for each in parameters}) == len(parameters)
        assert {each["name"] for each in parameters if each["in"] == "path"} == set(re.findall(r"{(\w+)}", path))
        for each in parameters:
            assert each["in"] in ("path", "query", "header")
            assert "schema" in each
            assert each["required"] or each["in"] != "path"


def test_every_response_is_described(document):
    for _, _, operation in operations(document).values():
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d", status)
            assert response["description"]
            assert all("schema" in content for content in response.get("content", {}).values())


def test_it_describes_every_route_but_its_own_page_and_files(api: Api, document):
    pages = {path for _, path in page_routes(api.app)}  # they speak to people: tests/web
    routes = {
        (method.lower(), route.path)
        for route in iter_route_contexts(api.app.routes)  # type: ignore[attr-defined]
        for method in getattr(route, "methods", None) or []
        if route.path not in pages
    }

    described = {(method, path) for method, path, _ in operations(document).values()}
    assert routes - described == {("get", "/docs"), ("get", "/openapi.json"), ("head", "/openapi.json")}
    assert described <= routes


# --- what every route says -------------------------------------------------------------------------------------------


def test_every_route_has_a_summary_and_a_tag(document):
    summaries = [operation["summary"] for _, _, operation in operations(document).values()]

    assert all(summaries)
    assert len(summaries) == len(set(summaries))
    assert all(len(operation["tags"]) == 1 for _, _, operation in operations(document).values())


def test_every_route_but_those_of_operations_wants_a_token(document):
    schemes = document["components"]["securitySchemes"]

    assert [(scheme["type"], scheme["scheme"]) for scheme in schemes.values()] == [("http", "bearer")]
    for _, path, operation in operations(document).values():
        wanted = [] if path in ("/healthz", "/readyz", "/metrics") else [{name: [] for name in schemes}]
        assert operation.get("security", []) == wanted


PATH_PARTS = [
    *(
        (each, "case_id")
        for each in (
            "get_case",
            "get_triggers",
            "fire",
            "get_history",
            "get_clocks",
            "get_calls",
            "undo_decision",
            "list_accesses_of_case",
            "list_reveals",
            "reveal",
        )
    ),
    *((each, "meeting_id") for each in sorted(CHANGES_WHAT_IS_THERE - {"fire"})),
    *((each, "meeting_id") for each in ("get_meeting", "preview_closing")),
    ("download_file", "file_id"),
    ("get_checkpoint", "checkpoint_id"),
    ("read_message", "message_id"),
    ("call_off_turn", "turn_id"),
    *((each, "login") for each in ("end_account", "give_password", "end_sessions", "remove_factor")),
    ("revoke_token", "token_id"),
    ("end_post", "post_id"),
    ("get_workflow", "key"),
    ("get_workflow", "version"),
]


@pytest.mark.parametrize(("operation", "name"), PATH_PARTS)
def test_every_part_of_a_path_has_a_type_and_an_example_that_fits_it(document, operation, name):
    (parameter,) = [each for each in operations(document)[operation][2]["parameters"] if each["name"] == name]
    schema = parameter["schema"]
    examples = [*schema.get("examples", []), *([parameter["example"]] if "example" in parameter else [])]

    assert schema["type"] in ("string", "integer")
    assert examples
    if schema["type"] == "string":
        assert all(re.search(schema["pattern"], example) for example in examples)


def test_every_part_of_every_path_is_looked_at(document):
    parts = {
        (name, each["name"])
        for name, (_, _, operation) in operations(document).items()
        for each in operation.get("parameters", [])
        if each["in"] == "path"
    }

    assert parts == {*PATH_PARTS, ("get_workflow", "version")}


def schema_of(document: Json, operation: str) -> Json:
    responses = operations(document)[operation][2]["responses"]
    (success,) = [each for status, each in responses.items() if status in ("200", "201")]
    schema: Json = success["content"]["application/json"]["schema"]
    return schema


def test_every_success_has_its_schema(document):
    for operation, (_, path, _) in operations(document).items():
        if path.startswith("/v1/") and operation not in ("download_file", "export_access"):
            found = resolved(document, schema_of(document, operation))
            assert (found["type"], found["additionalProperties"]) == ("object", False)
            assert found["properties"]


@pytest.mark.parametrize("operation", ["healthz", "readyz"])
def test_the_health_of_the_process_has_its_schema(document, operation):
    assert set(schema_of(document, operation)) - {"title"}


PROBLEMS = {"401", "403", "404", "409", "412", "413", "422", "428", "429", "503", "507"}


def test_every_route_tells_its_problems_in_one_shape(document):
    for _, path, operation in operations(document).values():
        responses = operation["responses"]
        if not path.startswith("/v1/"):
            continue
        assert set(responses) >= PROBLEMS
        for status in set(responses) - {"200", "201", "204"}:
            (content,) = responses[status]["content"].items()
            assert content[0] == "application/problem+json"
            assert content[1]["schema"]["required"] == ["type", "title", "status", "detail", "code"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_body_that_cannot_be_read_is_among_the_problems(document):
    assert all("400" in operation["responses"] for _, _, operation in operations(document).values()
               if "requestBody" in operation)  # fmt: skip


def test_not_being_ready_is_described(document):
    assert "503" in operations(document)["readyz"][2]["responses"]


def test_a_real_problem_has_the_shape_that_is_described(api: Api, document):
    described = operations(document)["fire"][2]["responses"]["422"]["content"]["application/problem+json"]["schema"]
    problem = api.fire("zuzhang", world.reported(api), "refer_to_village", x=1).json()

    assert set(described["required"]) <= set(problem) <= set(described["properties"])
    error = described["properties"]["errors"]["items"]
    assert all(set(error["required"]) == set(each) for each in problem["errors"])
    assert set(problem["refused_by"]) == set(described["properties"]["refused_by"]["properties"])


def header(document: Json, operation: str, name: str) -> Json | None:
    parameters = operations(document)[operation][2].get("parameters", [])
    return next((each for each in parameters if each["in"] == "header" and each["name"] == name), None)


def test_what_changes_something_that_is_there_takes_its_version(document):
    taking = {name for name in operations(document) if header(document, name, "If-Match")}

    assert taking == CHANGES_WHAT_IS_THERE


def test_the_version_is_required(document):
    assert all(header(document, name, "If-Match")["required"] for name in CHANGES_WHAT_IS_THERE)


def test_what_opens_or_moves_a_case_takes_a_key(document):
    taking = {name for name in operations(document) if header(document, name, "Idempotency-Key")}

    assert taking == {"open_case", "fire", "fire_many"}


# --- examples that work ----------------------------------------------------------------------------------------------


def example_of(document: Json, operation: str) -> Any:
    """The example of a body: a whole one, or one put together of those of its properties."""
    body = operations(document)[operation][2]["requestBody"]["content"]
    (content,) = body.values()
    schema = resolved(document, content["schema"])
    if examples := [*schema.get("examples", []), *content.get("examples", {}).values()]:
        return examples[0]
    parts = {name: found for name, each in schema["properties"].items() if (found := _first(each)) is not None}
    return parts if parts and set(schema.get("required", [])) <= set(parts) else None


def _first(schema: Json) -> Any:
    inner = [schema, *schema.get("anyOf", [])]
    return next((example for each in inner for example in each.get("examples", [])), None)


def test_the_example_of_an_opening_opens_a_case(api: Api, document):
    assert (
        said(api.send("village_clerk", "POST", "/v1/cases", example_of(document, "open_case"), key="example")) == "201"
    )


def test_the_example_of_firing_fires(api: Api, document):
    case = api.send("village_clerk", "POST", "/v1/cases", example_of(document, "open_case")).json()["id"]
    key = header(document, "fire", "Idempotency-Key")["schema"]["examples"][0]
    version = header(document, "fire", "If-Match")["schema"]["examples"][0].replace("7", "1")
    body = example_of(document, "fire")

    assert said(api.send("zuzhang", "POST", f"/v1/cases/{case}/transitions", body, version=version, key=key)) == "200"


def test_the_example_of_firing_many_fires(api: Api, document):
    case = api.send("village_clerk", "POST", "/v1/cases", example_of(document, "open_case")).json()["id"]
    body = example_of(document, "fire_many")
    body["items"][0]["case"] = case

    answer = api.send("zuzhang", "POST", "/v1/transitions", body).json()

    assert [each["status"] for each in answer["items"]] == [200]


def test_the_example_of_a_file_is_checked(api: Api, document):
    raw = example_of(document, "check_workflow").encode()
    answer = api.send("linzhang", "POST", "/v1/workflows/check", raw=raw, content_type="application/yaml")

    assert said(answer) == "200"
    assert answer.json()["sound"] is False


def test_the_example_of_a_reveal_shows_who_reported(api: Api, document):
    body = {"unit": t.NEIGHBOURHOOD, "data": REPORT | {"reporter": {"name": "李小明"}}}
    case = api.send("linzhang", "POST", "/v1/cases", body).json()["id"]

    assert said(api.send("zuzhang", "POST", f"/v1/cases/{case}/reveal", example_of(document, "reveal"))) == "200"


def test_the_example_of_the_clock_moves_it(api: Api, document):
    assert said(api.send(OPERATOR, "POST", "/v1/clock", example_of(document, "move_clock"))) == "200"


@pytest.mark.parametrize(
    "operation",
    ["create_meeting", "set_attendance", "decide", "cancel_meeting", "move_meeting", "delegate_chair", "add_to_agenda"],
)
def test_the_bodies_of_meetings_have_their_example(document, operation):
    assert example_of(document, operation)


def test_every_body_is_among_those_whose_example_is_sent(document):
    bodies = {name for name, (_, _, operation) in operations(document).items() if "requestBody" in operation}

    assert bodies == {
        "open_case", "fire", "fire_many", "check_workflow", "move_clock", "create_meeting", "set_attendance", "decide",
        "cancel_meeting", "upload_file", "move_meeting", "delegate_chair", "add_to_agenda",
        "enter_turn", "add_account", "issue_token", "add_person", "give_post", "end_post", "declare_relative",
        "end_relative", "reveal",
    }  # fmt: skip


def test_the_example_of_a_turn_of_duty_is_entered(api: Api, document):
    assert said(api.send("township_secretary", "POST", "/v1/duty", example_of(document, "enter_turn"))) == "201"


def test_the_examples_of_administration_do_what_they_say(api: Api, document):
    for person, path, operation in (
        (OPERATOR, "/v1/accounts", "add_account"),
        (OPERATOR, "/v1/people", "add_person"),
        (SECURITY, "/v1/tokens", "issue_token"),
        (SECURITY, "/v1/posts", "give_post"),
        ("village_clerk", "/v1/relatives", "declare_relative"),
    ):
        assert said(api.send(person, "POST", path, example_of(document, operation))) == "201", operation
    ending = api.send(SECURITY, "POST", "/v1/relatives/end", example_of(document, "end_relative"))
    assert said(ending) == "200"
    (post,) = [each for each in api.get(SECURITY, "/v1/posts?person=township_party_office")["items"]
               if each["role"] == "village_clerk"]  # fmt: skip
    body = example_of(document, "end_post")
    assert said(api.send(SECURITY, "POST", f"/v1/posts/{post['id']}/end", body)) == "200"


def test_an_upload_and_a_download_are_bytes(document):
    (sent,) = operations(document)["upload_file"][2]["requestBody"]["content"].values()
    got = operations(document)["download_file"][2]["responses"]["200"]["content"]

    assert sent == {"schema": {"type": "string", "format": "binary", "minLength": 1}}
    assert set(got) == set(TYPES)
    assert all(each == {"schema": {"type": "string", "format": "binary"}} for each in got.values())


# --- links -----------------------------------------------------------------------------------------------------------


#: Answers that lead on, beside every answer of a meeting.
LEADING = {
    "open_case", "get_case", "list_cases", "create_meeting", "list_meetings", "enter_turn", "list_messages",
    "upload_file",
}  # fmt: skip


def test_every_link_leads_to_an_operation_that_takes_what_it_gives(document):
    links = [
        (link, name)
        for name, (_, _, operation) in operations(document).items()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]

    assert {name for _, name in links} == {*LEADING, "get_meeting", *(CHANGES_WHAT_IS_THERE - {"fire"}), "fire"} | {
        "preview_closing"
    }
    for link, _ in links:
        _, _, target = operations(document)[link["operationId"]]
        taken = {each["name"]: each for each in target["parameters"]}
        assert set(link["parameters"]) <= set(taken)
        assert {name for name, each in taken.items() if each["required"]} - {"case_id"} <= set(link["parameters"])
        assert all(value.startswith(("$response.body#/", "$response.header.")) for value in link["parameters"].values())


def test_what_has_a_version_says_so_in_every_answer(document):
    """Whoever follows a link to a change has the version that the change asks for."""
    for name, (_, _, operation) in operations(document).items():
        for response in operation["responses"].values():
            versions = [link for link in response.get("links", {}).values() if "If-Match" in link["parameters"]]
            assert not versions or response["headers"]["ETag"]["required"] is True, name


def test_the_links_of_an_answer_can_be_followed(api: Api, document):
    opened_case = api.send("village_clerk", "POST", "/v1/cases", example_of(document, "open_case")).json()
    for link in operations(document)["open_case"][2]["responses"]["201"]["links"].values():
        method, path, _ = operations(document)[link["operationId"]]
        given = {name: _pointed(opened_case, value) for name, value in link["parameters"].items() if name == "case_id"}
        body = example_of(document, "fire") if method == "post" else None
        version = api.version(opened_case["id"]) if body else None
        assert said(api.send("zuzhang", method.upper(), path.format(**given), body, version=version)) == "200"


def _pointed(body: Json, expression: str) -> Any:
    found: Any = body
    for step in expression.removeprefix("$response.body#/").split("/"):
        found = found[step]
    return found


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_asks_for_local_assets_only_and_each_is_served(api: Api):
    page = api.send(None, "GET", "/docs")
    assets = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page.text)

    assert page.headers["content-type"].startswith("text/html")
    assert len(assets) == 3
    for asset in assets:
        found = api.send(None, "GET", asset)
        assert asset.startswith("/static/")
        assert (found.status_code, len(found.content) > 100) == (200, True)
    assert not re.findall(r"(?:https?:)?//[a-z]", page.text)
    assert re.search(r"url: ['\"]/openapi.json['\"]", page.text)


def test_the_style_of_the_page_fetches_nothing_from_elsewhere(api: Api):
    style = api.send(None, "GET", "/static/vendor/swagger-ui/swagger-ui.css").text

    assert "@import" not in style
    assert all(url.startswith(("data:", '"data:', "'data:", "#")) for url in re.findall(r"url\(([^)]*)", style))


def test_assets_come_with_their_own_type(api: Api):
    types = {
        "/static/icon.svg": "image/svg+xml",
        "/static/vendor/swagger-ui/swagger-ui.css": "text/css",
        "/static/vendor/swagger-ui/swagger-ui-bundle.js": "text/javascript",
    }

    assert {path: api.send(None, "GET", path).headers["content-type"].split(";")[0] for path in types} == types
