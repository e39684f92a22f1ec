"""Settings from `MINQING_*` variables, or from the TOML file that MINQING_CONFIG names; variables win."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

import engine
from api.web.look import Look
from engine.audit.retention import KEPT_DAYS
from engine.messages.receivers import Receiver, check_url, secret_key

_CONFIG = "MINQING_CONFIG"
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", re.ASCII)
_OF_TESTS = ("MINQING_TEST_", "MINQING_SHARED_DATA")


class BadSettings(Exception):
    """The settings cannot be read; `reasons` names each setting and what is wrong with it."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def _default_database() -> str:
    return f"sqlite:///{Path.cwd() / '.minqing' / 'minqing.db'}"


def _default_workflows() -> Path:
    return Path(engine.__file__).parent.parent / "workflows"


class Webhook(BaseModel):
    """A system that is told what happens, as far as `person` may read it. `secret` is `whsec_` and base64."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    url: str = Field(max_length=500)
    person: str = Field(pattern=r"^[A-Za-z0-9@_-]{1,80}$")
    secret: SecretStr

    @field_validator("secret")
    @classmethod
    def _is_secret(cls, secret: SecretStr) -> SecretStr:
        secret_key(secret.get_secret_value())
        return secret


class Settings(BaseSettings):
    """`database_url` as SQLAlchemy reads it; `max_body` and the limits of uploads in bytes. `files` is the place of
    uploads, a folder or `s3://bucket/prefix`; empty: `files` beside the SQLite file. `signing_key` is the file with the
    key that signs checkpoints; without it one beside the SQLite file. `spool` is the folder, on a
    disk of this machine, where calls wait to be written to the log of access, which is kept `access_log_days` days;
    `trusted_proxies` are addresses or networks that are believed about whom they speak for. `token_days` is how long a
    token works where nobody says until when, `token_days_most` how long it may. `worker`: `serve` carries
    out what falls due itself, looking every `worker_every` seconds. `webhooks_private` lets webhooks go to private and
    loopback addresses, and over http. `theme` and what follows is about the pages: `public_url` is the address that
    browsers use where a proxy stands before us, `frames` are origins that may show pages in a frame, `host_name` says
    who hosts it, `help_name` and `help_phone` whom to ring when signing in does not work, `second_factor` who must have
    one: `none`, `administrators`, `all`; empty: administrators, on a demo nobody."""

    model_config = SettingsConfigDict(env_prefix="MINQING_", extra="forbid")

    database_url: str = Field(default_factory=_default_database)
    workflows_dir: Path = Field(default_factory=_default_workflows)
    default_workflow: str = "issue-escalation"
    max_body: int = Field(default=1_000_000, gt=0)
    files: str = ""
    token_days: int = Field(default=365, ge=1, le=730)
    token_days_most: int = Field(default=730, ge=1, le=3650)
    signing_key: Path | None = None
    spool: str = ""
    access_log_days: int = Field(default=KEPT_DAYS, ge=KEPT_DAYS)
    erase_closed_after_years: int | None = Field(default=None, ge=1, le=100)
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    max_photo: int = Field(default=10_000_000, gt=0)
    max_voice: int = Field(default=20_000_000, gt=0)
    max_document: int = Field(default=20_000_000, gt=0)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    worker: bool = True
    worker_every: float = Field(default=5.0, gt=0)
    webhooks: tuple[Webhook, ...] = ()
    webhooks_private: bool = False
    theme: Literal["red", "blue"] = "red"
    public_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+)?$")
    frames: tuple[str, ...] = ()
    host_name: str = Field(default="", max_length=60)
    help_name: str = Field(default="", max_length=40)
    second_factor: Literal["", "none", "administrators", "all"] = ""
    help_phone: str = Field(default="", pattern=r"^[0-9-]{0,20}$")

    @field_validator("public_url")
    @classmethod
    def _as_browsers_say_it(cls, url: str) -> str:
        """Without a port that goes without saying, in small letters: so an Origin is compared with it."""
        found = urlsplit(url)
        usual = {"http": 80, "https": 443}.get(found.scheme)
        host = found.hostname or ""
        return f"{found.scheme}://{host}" + (f":{found.port}" if found.port not in (None, usual) else "") if url else ""

    @field_validator("frames")
    @classmethod
    def _are_origins(cls, frames: tuple[str, ...]) -> tuple[str, ...]:
        """They go into a header as they are."""
        for origin in frames:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"frames: not an origin: {origin}")
        return frames

    @property
    def spool_folder(self) -> Path | None:
        """None: where it lies if nothing says otherwise."""
        return Path(self.spool) if self.spool else None

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        """Each by name: a star would let anybody say who he is."""
        for each in proxies:
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueError(f"trusted_proxies: not an address or a network: {each}") from error
        return proxies

    def look(self, *, demo: bool) -> Look:
        """What the pages are told."""
        factor = self.second_factor or ("none" if demo else "administrators")
        names = ("theme", "public_url", "frames", "host_name", "help_name", "help_phone")
        return Look(demo=demo, second_factor=factor, **{name: getattr(self, name) for name in names})

    @model_validator(mode="after")
    def _check_webhooks(self) -> Settings:
        names = [each.name for each in self.webhooks]
        if len(set(names)) < len(names):
            raise ValueError("webhooks: a name stands twice")
        for each in self.webhooks:
            try:
                check_url(each.url, private=self.webhooks_private)
            except ValueError as error:
                raise ValueError(f"webhooks: {each.name}: url: {error}") from error
        return self

    def receivers(self) -> tuple[Receiver, ...]:
        """The systems on the allow-list."""
        return tuple(
            Receiver(name=each.name, url=each.url, person=each.person, secret=each.secret.get_secret_value())
            for each in self.webhooks
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get(_CONFIG)
        if not file:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=Path(file))


def load_settings() -> Settings:
    """The settings of this process. Raises `BadSettings`, also for a variable that sets nothing: a misspelt
    MINQING_DATABASE_URL would serve another database."""
    if unknown := _unknown_variables():
        raise BadSettings(tuple(f"{name}: 没有这个设置 / no such setting" for name in unknown))
    file = os.environ.get(_CONFIG)
    if file and not Path(file).is_file():
        raise BadSettings((f"{_CONFIG}: {file}: 没有这个文件 / no such file",))
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings(tuple(_reason(found["loc"], found["msg"]) for found in error.errors())) from error
    except SettingsError as error:
        raise BadSettings((str(error),)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSettings((f"{file}: {error}",)) from error


def _unknown_variables() -> list[str]:
    known = {f"MINQING_{name.upper()}" for name in Settings.model_fields} | {_CONFIG}
    given = (name for name in os.environ if name.startswith("MINQING_") and not name.startswith(_OF_TESTS))
    return sorted(name for name in given if name not in known)


def _reason(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, place))}: {message}".removeprefix(": ")
