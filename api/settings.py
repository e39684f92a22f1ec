"""Settings from `MINQING_*` variables, or from the TOML file that MINQING_CONFIG names; variables win."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

import engine
from engine.messages.receivers import Receiver, check_url, secret_key

_CONFIG = "MINQING_CONFIG"
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
    uploads, a folder or `s3://bucket/prefix`; empty: `files` beside the SQLite file. `worker`: `serve` carries out
    what falls due itself, looking every `worker_every` seconds. `webhooks_private` lets webhooks go to private and
    loopback addresses, and over http."""

    model_config = SettingsConfigDict(env_prefix="MINQING_", extra="forbid")

    database_url: str = Field(default_factory=_default_database)
    workflows_dir: Path = Field(default_factory=_default_workflows)
    default_workflow: str = "issue-escalation"
    max_body: int = Field(default=1_000_000, gt=0)
    files: str = ""
    max_photo: int = Field(default=10_000_000, gt=0)
    max_voice: int = Field(default=20_000_000, gt=0)
    max_document: int = Field(default=20_000_000, gt=0)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    worker: bool = True
    worker_every: float = Field(default=5.0, gt=0)
    webhooks: tuple[Webhook, ...] = ()
    webhooks_private: bool = False

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
