"""/healthz and /readyz: whether the process lives, and whether it can work."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.answers import HealthOut
from api.docs import PROBLEMS, answers
from api.faults import not_migrated
from engine.cases.office import Office
from engine.wiring import is_current


def add_health(app: FastAPI, office: Office) -> None:
    @app.get("/healthz", tags=["operations"], summary="The process answers", responses={200: answers(HealthOut)})
    def healthz() -> Any:
        return {"status": "ok"}

    @app.get(
        "/readyz",
        tags=["operations"],
        summary="The database answers and has the present schema",
        responses={200: answers(HealthOut), 503: PROBLEMS[503]},
    )
    def readyz() -> Any:
        if not is_current(office.store):
            raise not_migrated()
        return {"status": "ready"}
