"""The worker as the settings want it, for `worker` and for `serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from api.logs import Form
from api.settings import Settings
from engine.audit.access import AccessLog
from engine.audit.personal_retention import PersonalRetention
from engine.audit.retention import AccessRetention
from engine.cases.office import Office
from engine.files.depots import folder_beside, open_depot
from engine.files.service import FileService
from engine.messages.sending import Sender
from engine.messages.webhooks import WebhookService
from engine.worker import Worker

LogForm = Annotated[
    Form | None,
    typer.Option(
        "--log", help="日志的写法，默认终端上 plain，别处 json / form of the log; plain on a terminal, else json"
    ),
]


def worker_of(office: Office, settings: Settings, every: float, access: AccessLog) -> Worker:
    """Sweeps every so many seconds. Receivers that left the settings are passed over, so webhooks are always looked
    after."""
    sender = Sender(private=settings.webhooks_private)
    webhooks = WebhookService(office, settings.receivers(), sender)
    return Worker(
        office, every, webhooks, AccessRetention(access, settings.access_log_days), _personal(office, settings)
    )


def _personal(office: Office, settings: Settings) -> PersonalRetention | None:
    """Without the setting nothing is erased by itself."""
    if settings.erase_closed_after_years is None:
        return None
    files = FileService(office, open_depot(settings.files or folder_beside(office.store)))
    return PersonalRetention(office, settings.erase_closed_after_years, files.sweep_everywhere)
