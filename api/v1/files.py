"""Uploads: photos, voice recordings and documents that acts name in fields of type `file`."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Annotated, Any
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from api.answers_files import FileOut
from api.deps import English, Once, Served, Services, Who, person_of
from api.docs import ID, PROBLEMS, answers, link
from api.problems import Problem
from api.shapes import FileId
from engine.files.content import TYPES
from engine.files.service import Download, Upload

router = APIRouter(prefix="/v1", tags=["files"], responses=PROBLEMS, dependencies=[Once])
_IN_MEMORY = 256_000  # bytes of a body before it goes to disk
_AT_ONCE = CapacityLimiter(2)  # uploads looked at: each needs its bytes a few times in memory
_TITLES = {"photo": ("照片", "photo"), "voice": ("录音", "voice"), "document": ("文档", "document")}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_SOME = {"schema": {"type": "string", "format": "binary", "minLength": 1}}


@router.post(
    "/files",
    status_code=201,
    summary="Upload a photo, a voice recording or a document",
    responses={
        201: answers(
            FileOut, "Kept; an act may name it now", links={"file": link("download_file", "Get it", {"file_id": ID})}
        )
    },
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": _SOME}}},
)
async def upload_file(request: Request, served: Served, who: Who) -> Any:
    """The body is the file itself. What it is, is told by its bytes; the place and other tags of photos and recordings
    are removed. Nobody but the sender can use it, once, within a day: by its id in a field of type `file`."""
    served.limits.uploads.take(who.login)
    person = person_of(who)
    home = await to_thread.run_sync(served.files.admit, person)
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        await _receive(request, spool, served.files.largest)
        kept = await to_thread.run_sync(_take, served, person, home, spool, limiter=_AT_ONCE)
    return JSONResponse(_shown(kept), 201, {"Location": f"/v1/files/{kept.id}"})


async def _receive(request: Request, spool: SpooledTemporaryFile[bytes], most: int) -> None:
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise Problem("too_large", "too_large")
            spool.write(part)
    except ClientDisconnect as gone:
        raise Problem("bad_request", "upload_cut_off") from gone


def _take(served: Services, person: str, home: str, spool: SpooledTemporaryFile[bytes]) -> Upload:
    spool.seek(0)
    return served.files.take(person, home, spool.read())


def _shown(kept: Upload) -> dict[str, Any]:
    return {**kept.kept, "expires_at": kept.expires_at.isoformat(), "links": {"self": f"/v1/files/{kept.id}"}}


@router.get(
    "/files/{file_id}",
    summary="Download an upload",
    response_class=Response,
    responses={200: {"description": "The file", "content": dict.fromkeys(TYPES, _BINARY)}},
)
def download_file(
    file_id: Annotated[FileId, Path(description="Id of the upload")], served: Served, who: Who, english: English
) -> Response:
    """For its sender while it waits; then for whoever may read the row that names it. Always as an attachment, under a
    generated name."""
    return download(served, person_of(who), file_id, english)


def download(served: Services, person: str, file_id: str, english: bool) -> Response:
    """The answer to a download by this person. Raises NotFound."""
    found = served.files.fetch(person, file_id)
    return Response(found.data, media_type=found.file.type, headers=_headers(found, english))


def _headers(found: Download, english: bool) -> dict[str, str]:
    """A browser saves the file and runs nothing of it, whatever it may hold."""
    plain, told = _name(found, True), _name(found, english)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(told, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }


def _name(found: Download, english: bool) -> str:
    """`2612-7360-照片1.jpg`: the number of the case, what it is, the how manieth."""
    parts = [found.number] if found.number else []
    return f"{'-'.join([*parts, _TITLES[found.file.kind][english]])}{found.place}.{found.ending}"
