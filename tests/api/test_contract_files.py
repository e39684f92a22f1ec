"""Uploads over HTTP: what is taken, what the answers say, and how a file is given out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

from api.app import app_of, create_app
from api.settings import Settings
from engine.files.content import Kind
from engine.files.depots import FolderDepot
from engine.files.service import LIMITS, FileService
from engine.store.db import Store, Unavailable
from tests import township as t
from tests.api.client import REPORT, Api, said, whole
from tests.api.in_process import client_of
from tests.api.permission_lines import standing
from tests.api.photos import PHOTO, WITH_PHOTOS, sent, serving_photos
from tests.unit.files import made


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with serving_photos() as client:
        yield client


def opened_with(api: Api, person: str = "linzhang", **data: object):
    body = {"workflow": WITH_PHOTOS, "unit": t.NEIGHBOURHOOD, "data": REPORT | data}
    answer = api.send(person, "POST", "/v1/cases", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def download(api: Api, person: str | None, file_id: str, **how: str):
    return api.send(person, "GET", f"/v1/files/{file_id}", **how)


def test_an_upload_tells_what_is_kept_of_it(api: Api):
    answer = api.send("linzhang", "POST", "/v1/files", raw=PHOTO, content_type="text/html")

    assert answer.status_code == 201
    found = answer.json()
    assert set(found) == {"id", "kind", "type", "size", "sha256", "expires_at", "links"}
    assert (found["kind"], found["type"]) == ("photo", "image/jpeg")
    assert answer.headers["location"] == found["links"]["self"] == f"/v1/files/{found['id']}"
    assert download(api, "linzhang", found["id"]).headers["content-length"] == str(found["size"])


def test_a_case_and_its_history_show_what_is_attached(api: Api):
    photos = [sent(api, "linzhang"), sent(api, "linzhang", made.png())]
    case = opened_with(api, photos=photos, letter=sent(api, "linzhang", made.pdf()))

    assert [each["id"] for each in case["data"]["photos"]] == photos
    assert set(case["data"]["letter"]) == {"id", "kind", "type", "size", "sha256"}
    (row,) = api.get("auditor_county", f"/v1/cases/{case['id']}/history")["items"]
    assert row["data"]["photos"] == case["data"]["photos"]
    listed = api.get("zuzhang", "/v1/cases", workflow=WITH_PHOTOS)["items"]
    assert case["data"]["photos"] in [each["data"].get("photos") for each in listed]


def test_what_a_form_needs_to_know_of_a_field_of_files(api: Api):
    definition = api.get("linzhang", f"/v1/workflows/{WITH_PHOTOS}/1")

    assert definition["not_run"] == []
    assert definition["opens_cases"] is True
    assert definition["definition"]["fields"]["photos"]["of"] == "file"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_download_is_a_file_under_a_generated_name(api: Api, language: str):
    photos = [sent(api, "linzhang"), sent(api, "linzhang", made.png())]
    case = opened_with(api, photos=photos)

    answer = download(api, "auditor_county", photos[1], language=language)
    plain, told = answer.headers["content-disposition"].split("; ")[1:]

    word = {"zh": "照片", "en": "photo"}[language]
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert plain == f'filename="{case["number"]}-photo2.png"'
    assert unquote(told) == f"filename*=UTF-8''{case['number']}-{word}2.png"
    assert Image.open(BytesIO(answer.content)).size == (24, 16)


def test_a_browser_runs_nothing_of_a_download_and_keeps_no_copy(api: Api):
    answer = download(api, "linzhang", sent(api, "linzhang", made.pdf()))

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_no_place_leaves_the_installation(api: Api):
    for make in (made.jpeg, made.png, made.webp, made.m4a, made.mp3, made.ogg):
        answer = download(api, "linzhang", sent(api, "linzhang", make()))
        assert made.PLACE not in answer.content


def test_out_of_reach_is_as_if_it_did_not_exist(api: Api):
    waiting = sent(api, "linzhang")
    attached = sent(api, "linzhang")
    opened_with(api, letter=attached)
    absent = waiting[:-1] + ("0" if waiting[-1] != "0" else "1")

    for person, ids in (("linzhang_2", (waiting, attached)), ("zuzhang_other", (waiting, attached)),
                        ("zuzhang", (waiting,)), ("operator", (waiting, attached))):  # fmt: skip
        answers = {str(whole(download(api, person, each))) for each in (*ids, absent, "x", "a" * 300)}
        assert len(answers) == 1
        assert said(download(api, person, absent)) == "404 file_not_found"


def test_nothing_is_read_or_kept_without_a_token(api: Api):
    answer = api.send(None, "POST", "/v1/files", raw=bytes(15_000_000), content_type="application/octet-stream")

    assert said(answer) == "401 unauthorized"
    assert said(download(api, None, sent(api, "linzhang"))) == "401 unauthorized"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"<html><script>alert(1)</script></html>", "unsupported_file"),
        (b'{"file": "x"}', "unsupported_file"),
        (PHOTO[:-20], "damaged_file"),
        (made.heic(), "heic_photo"),
        (made.m4a(handler=b"vide"), "video_file"),
        (made.package("word/document.xml", "word/vbaProject.bin"), "active_file"),
        (made.bomb(), "packed_file"),
    ],
)
def test_what_is_not_taken_is_named_in_both_languages(api: Api, data: bytes, code: str):
    for language in ("zh", "en"):
        answer = api.send("linzhang", "POST", "/v1/files", raw=data, language=language)
        assert said(answer) == f"422 fields file:{code}"
        assert answer.headers["content-type"].startswith("application/problem+json")


def test_an_upload_may_be_larger_than_other_bodies(api: Api):
    large = made.id3(bytes(3_000_000)) + made.mp3_sound()

    assert api.send("linzhang", "POST", "/v1/files", raw=large).status_code == 201
    assert said(api.send("linzhang", "POST", "/v1/cases", raw=b" " * 3_000_000)) == "413 too_large"


def test_over_the_limit_nothing_is_taken(api: Api):
    def in_parts() -> Iterator[bytes]:
        for _ in range(210):
            yield bytes(100_000)

    headers = {"Authorization": f"Bearer {api.tokens['linzhang']}"}
    for content in (bytes(20_000_001), in_parts()):
        answer = api.client.post("/v1/files", content=content, headers=headers)
        assert said(answer) == "413 too_large"
        assert answer.headers["content-type"].startswith("application/problem+json")


def test_each_kind_has_the_limit_of_the_installation(api: Api, tmp_path: Path):
    files = FileService(api.office, FolderDepot(tmp_path), {Kind.PHOTO: 300, Kind.VOICE: 5_000, Kind.DOCUMENT: 9_000})
    headers = {"Authorization": f"Bearer {api.tokens['linzhang']}", "Accept-Language": "en"}
    with client_of(app_of(api.office, files=files)) as small:
        answer = small.post("/v1/files", content=PHOTO, headers=headers)
        assert said(answer) == "413 file_too_large"
        assert answer.json()["detail"] == "A photo may not be over 0.0003 MB"
        assert small.post("/v1/files", content=made.mp3(), headers=headers).status_code == 201
        assert said(small.post("/v1/files", content=bytes(9_001), headers=headers)) == "413 too_large"


@pytest.mark.parametrize(("full", "status", "code"), [(True, 507, "storage_full"), (False, 503, "unavailable")])
def test_a_place_that_fails_is_told_as_such(api: Api, tmp_path: Path, full: bool, status: int, code: str):
    class Failing(FolderDepot):
        def put(self, file_id: str, data: bytes) -> None:
            raise Unavailable(full=full)

    headers = {"Authorization": f"Bearer {api.tokens['linzhang']}"}
    with client_of(app_of(api.office, files=FileService(api.office, Failing(tmp_path)))) as failing:
        answer = failing.post("/v1/files", content=PHOTO, headers=headers)

    assert said(answer) == f"{status} {code}"
    assert "retry-after" in answer.headers


def test_who_hangs_up_leaves_nothing_behind(api: Api):
    answers, sent_parts = [], iter([
        {"type": "http.request", "body": PHOTO[:100], "more_body": True}, {"type": "http.disconnect"}])  # fmt: skip
    headers = [(b"authorization", f"Bearer {api.tokens['linzhang']}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/files", "headers": headers, "query_string": b"",
             "http_version": "1.1", "scheme": "http", "server": ("testserver", 80), "root_path": ""}  # fmt: skip

    async def receive():
        return next(sent_parts)

    async def send(message):
        answers.append(message)

    before = standing(api)
    asyncio.run(api.app(scope, receive, send))

    assert [each["status"] for each in answers if "status" in each] == [400]
    assert "upload_cut_off" in answers[-1]["body"].decode()
    assert standing(api) == before


def test_an_upload_is_used_once(api: Api):
    photo = sent(api, "linzhang")
    opened_with(api, letter=photo)
    body = {"workflow": WITH_PHOTOS, "unit": t.NEIGHBOURHOOD, "data": REPORT | {"letter": photo}}

    assert said(api.send("linzhang", "POST", "/v1/cases", body)) == "422 fields letter:unknown_file"


def test_an_installation_keeps_uploads_beside_its_database_or_where_it_is_told(sqlite_store: Store, tmp_path: Path):
    def files(**more: object) -> FileService:
        settings = Settings(database_url=sqlite_store.url, workflows_dir=t.WORKFLOWS, **more)
        found: FileService = create_app(settings).state.services.files
        return found

    beside = Path(sqlite_store.url.removeprefix("sqlite:///")).parent / "files"
    assert vars(files().depot) == {"folder": beside}
    assert vars(files(files=str(tmp_path)).depot) == {"folder": tmp_path}
    assert files(max_photo=5).limits == {**LIMITS, Kind.PHOTO: 5}
