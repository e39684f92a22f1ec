"""Style sheets, scripts and pictures: compressed, named with their hash, kept by browsers for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import URL
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

STATIC = Path(__file__).parent / "static"


class _Kept(StaticFiles):
    """A file asked for under its hash never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if "v=" in URL(scope=scope).query:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def assets() -> ASGIApp:
    """What is served under /static."""
    return GZipMiddleware(_Kept(directory=STATIC), minimum_size=500, compresslevel=6)


@lru_cache(64)
def asset(name: str) -> str:
    """The address of a file below `static`, changing with its bytes."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
