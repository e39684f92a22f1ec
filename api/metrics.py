"""/metrics: how long the queues are and how old, and how the log of access fares, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi import FastAPI, Request, Response

from api.docs import PROBLEMS
from engine.audit.access import Figures
from engine.audit.queues import Queue

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
#: name of the queue -> (metric, what its length counts, what its age is of)
_METRICS = {
    "timers": ("minqing_timers_due", "Steps of clocks that are due and not done", "the step that is due longest"),
    "outbox": ("minqing_outbox_waiting", "Letters that wait to be delivered", "the letter that waits longest"),
    "dead": ("minqing_outbox_dead", "Letters that were given up", "the oldest of them"),
    "blocked": ("minqing_blocked", "What could not be carried out and waits to be seen", "the oldest of it"),
}


def add_metrics(app: FastAPI) -> None:
    """Numbers alone, of the whole installation, so no token; keep it from the outside like /readyz."""

    @app.get(
        "/metrics",
        tags=["operations"],
        summary="Lengths and ages of the queues, and how the log of access fares, for Prometheus",
        response_class=Response,
        responses={200: {"description": "Done", "content": {"text/plain": {"schema": {"type": "string"}}}},
                   503: PROBLEMS[503]},
    )  # fmt: skip
    def metrics(request: Request) -> Response:
        served = request.app.state.services
        told = exposition(served.queues.queues()) + of_access(served.access.figures())
        return Response(told, media_type=_TEXT)


def exposition(queues: Sequence[Queue]) -> str:
    """The text format of Prometheus, version 0.0.4."""
    return "".join(f"{line}\n" for name in _METRICS for line in _lines(name, [q for q in queues if q.name == name]))


def of_access(found: Figures) -> str:
    """How the log of access fares in this process; the last two should stay 0."""
    told = (
        ("minqing_access_waiting", "gauge", "Calls that wait to be written to the log of access", found.waiting),
        ("minqing_access_failures_total", "counter", "Times that the log could not be written", found.failures),
        ("minqing_access_lost_total", "counter", "Calls that the log lacks; the process said them instead", found.lost),
    )
    return "".join(
        f"# HELP {name} {words}\n# TYPE {name} {kind}\n{name} {value}\n" for name, kind, words, value in told
    )


def _lines(name: str, queues: Sequence[Queue]) -> Iterator[str]:
    metric, counted, oldest = _METRICS[name]
    yield from _gauge(metric, counted, [(queue, f"{queue.length}") for queue in queues])
    ages = [(queue, f"{queue.age:.3f}") for queue in queues]
    yield from _gauge(f"{metric}_oldest_seconds", f"Age of {oldest}, 0 where there is none", ages)


def _gauge(metric: str, words: str, values: Sequence[tuple[Queue, str]]) -> Iterator[str]:
    yield f"# HELP {metric} {words}"
    yield f"# TYPE {metric} gauge"
    for queue, value in values:
        label = f'{{kind="{queue.kind}"}}' if queue.kind else ""
        yield f"{metric}{label} {value}"
