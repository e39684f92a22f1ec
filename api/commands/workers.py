"""The worker as the settings want it, for `worker` and for `serve`."""

from __future__ import annotations

from api.settings import Settings
from engine.cases.office import Office
from engine.messages.sending import Sender
from engine.messages.webhooks import WebhookService
from engine.worker import Worker


def worker_of(office: Office, settings: Settings, every: float) -> Worker:
    """Sweeps every so many seconds. Receivers that left the settings are passed over, so webhooks are always looked
    after."""
    sender = Sender(private=settings.webhooks_private)
    return Worker(office, every, WebhookService(office, settings.receivers(), sender))
