"""The environment, read once. A missing or malformed setting is one line that names it."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

TOKEN = r"[0-9]{3,12}:[A-Za-z0-9_-]{10,}"


class Access(StrEnum):
    """Who may talk to the bot."""

    OPEN = "open"
    INVITE = "invite"
    ALLOWLIST = "allowlist"


class Limits(BaseModel):
    """Caps per person; 0 is no limit."""

    purchases_per_day: int = Field(default=30, ge=0)
    active_numbers: int = Field(default=5, ge=0)
    messages_per_day: int = Field(default=20, ge=0)
    #: Per person and provider, in the provider's currency.
    spend_per_day: Decimal = Field(default=Decimal(0), ge=0)


class Times(BaseModel):
    """A provider's times in seconds, where the operator knows better than its file."""

    min_poll: float | None = Field(default=None, gt=0)
    min_cancel: float | None = Field(default=None, ge=0)
    lifetime: float | None = Field(default=None, gt=0)


class Settings(BaseSettings):
    """Every setting; the README's table says the same in words."""

    model_config = SettingsConfigDict(
        env_file=".env", env_nested_delimiter="__", extra="ignore", env_ignore_empty=True
    )

    bot_token: SecretStr | None = None
    bot_token_file: Path | None = None
    bot_api_url: str = "https://api.telegram.org"
    database_url: str = "sqlite+aiosqlite:///data/codebell.db"
    master_key: SecretStr | None = None
    master_key_file: Path | None = None
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    access: Access = Access.ALLOWLIST
    base_urls: dict[str, str] = {}
    handler_api_sites: dict[str, str] = {}
    limits: Limits = Limits()
    providers: dict[str, Times] = {}
    blocked_services: Annotated[tuple[str, ...], NoDecode] = ()
    default_language: str = "en"
    log_level: str = "INFO"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    heartbeat_file: Path | None = None
    retention_days: int = Field(default=30, ge=1)

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("blocked_services", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _secrets_from_files(self) -> Self:
        self.bot_token = _one_of(self.bot_token, self.bot_token_file, "BOT_TOKEN")
        self.master_key = _one_of(self.master_key, self.master_key_file, "MASTER_KEY")
        return self
