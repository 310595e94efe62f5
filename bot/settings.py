"""The environment, read once. A missing or malformed setting is one line that names it."""

import base64
import binascii
import re
import stat
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from bot.errors import SettingsError

_TOKEN = re.compile(r"[0-9]{3,16}:[A-Za-z0-9_-]{10,}")
_MASTER_KEY_BYTES = 32
_YEAR = 365 * 86400
_LOCALES = Path(__file__).parent / "locales"


class Access(StrEnum):
    """Who may talk to the bot."""

    OPEN = "open"
    INVITE = "invite"
    ALLOWLIST = "allowlist"


def _split(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", value):
        raise ValueError("must be an http(s) URL")
    return value.rstrip("/")


def _language(value: str) -> str:
    if value not in {"en", *(folder.parent.name for folder in _LOCALES.glob("*/LC_MESSAGES"))}:
        raise ValueError("is no language the bot has")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
Language = Annotated[str, AfterValidator(_language)]


class Limits(BaseModel):
    """Caps per person; 0 is no limit. `spend_per_day` is per provider, in its currency."""

    # A cap that is misspelt would cap nothing.
    model_config = ConfigDict(extra="forbid")

    purchases_per_day: int = Field(default=30, ge=0)
    active_numbers: int = Field(default=5, ge=0)
    messages_per_day: int = Field(default=20, ge=0)
    spend_per_day: Decimal = Field(default=Decimal(0), ge=0)


class Times(BaseModel):
    """A provider's times in seconds, where the operator knows better than its file."""

    model_config = ConfigDict(extra="forbid")

    min_poll: float | None = Field(default=None, gt=0, le=_YEAR, allow_inf_nan=False)
    min_cancel: float | None = Field(default=None, ge=0, le=_YEAR, allow_inf_nan=False)
    lifetime: float | None = Field(default=None, gt=0, le=_YEAR, allow_inf_nan=False)

    def given(self) -> dict[str, float]:
        """Only what was set, for `Timing.with_overrides`."""
        return self.model_dump(exclude_none=True)


class Settings(BaseSettings):
    """Every setting; the README's table says the same in words."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="ignore", env_ignore_empty=True)

    bot_token: SecretStr = SecretStr("")
    bot_token_file: Path | None = None
    bot_api_url: WebAddress = "https://api.telegram.org"
    database_url: str = "sqlite+aiosqlite:///data/codebell.db"
    master_key: SecretStr = SecretStr("")
    master_key_file: Path | None = None
    admin_ids: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_split)] = ()
    access: Access = Access.ALLOWLIST
    base_urls: dict[str, WebAddress] = {}
    handler_api_sites: dict[str, WebAddress] = {}
    limits: Limits = Limits()
    providers: dict[str, Times] = {}
    blocked_services: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()
    default_language: Language = "en"
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)(:json)?$")
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    heartbeat_file: Path | None = None
    retention_days: int = Field(default=30, ge=1, le=36500)

    @model_validator(mode="after")
    def _read_secret_files(self) -> Self:
        self.bot_token = _one_of(self.bot_token, self.bot_token_file, "BOT_TOKEN")
        self.master_key = _one_of(self.master_key, self.master_key_file, "MASTER_KEY")
        return self

    @model_validator(mode="after")
    def _secrets_are_well_formed(self) -> Self:
        if not _TOKEN.fullmatch(self.bot_token.get_secret_value()):
            raise SettingsError("BOT_TOKEN: does not look like a token from @BotFather (123456:ABC…)")
        self.master_keys()
        return self

    def confidential(self) -> tuple[str, ...]:
        """What must never be seen: the token, and each master key by itself, as a file may hold several."""
        given = self.master_key.get_secret_value()
        return (self.bot_token.get_secret_value(), given, *re.split(r"[\s,]+", given))

    def master_keys(self) -> list[bytes]:
        """The keyring, newest first: 32 bytes each."""
        keys = [_key_bytes(part) for part in re.split(r"[\s,]+", self.master_key.get_secret_value()) if part]
        if not keys:
            raise SettingsError("MASTER_KEY: holds no key")
        return keys


def exposed(settings: Settings, env_file: Path = Path(".env")) -> list[str]:
    """The files with secrets that every user of this machine can read, as the settings call them."""
    files = {
        "BOT_TOKEN_FILE": settings.bot_token_file,
        "MASTER_KEY_FILE": settings.master_key_file,
        str(env_file): env_file,
    }
    return [name for name, file in files.items() if file and file.is_file() and _is_public(file)]


def _is_public(file: Path) -> bool:
    return bool(file.stat().st_mode & stat.S_IROTH)


def read(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process; the environment wins over the file. Raises `SettingsError`, one line."""
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError(_lines(error)[0]) from None
    except UnreadableSetting as error:
        raise SettingsError(_unreadable(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file}: cannot be read ({type(error).__name__})") from None


def faults(env_file: Path | None = Path(".env")) -> list[str]:
    """What is wrong with the settings, a line each; of the two secrets the first fault is told."""
    try:
        Settings(_env_file=env_file)
    except ValidationError as error:
        return _lines(error)
    except SettingsError as error:
        return [error.detail]
    except UnreadableSetting as error:
        return [_unreadable(error)]
    except (OSError, UnicodeDecodeError) as error:
        return [f"{env_file}: cannot be read ({type(error).__name__})"]
    return []


def _one_of(value: SecretStr, file: Path | None, name: str) -> SecretStr:
    """The secret from its file or the environment; two that disagree, or none, are an error."""
    from_file = _contents(file, name)
    given = value.get_secret_value().strip()
    if given and from_file and given != from_file:
        raise SettingsError(f"{name} and {name}_FILE: both are set and differ; keep one")
    if not (given or from_file):
        raise SettingsError(f"{name}: is missing; set {name} or {name}_FILE")
    return SecretStr(given or from_file)


def _contents(file: Path | None, name: str) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE: cannot be read ({type(error).__name__})") from None


def _key_bytes(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _MASTER_KEY_BYTES:
        raise SettingsError("MASTER_KEY: each key must be 32 bytes in base64 (openssl rand -base64 32)")
    return key


def _lines(error: ValidationError) -> list[str]:
    """Every complaint, by the setting's name; never its value, which may be a secret."""
    return [
        _line(each) for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _line(complaint: ErrorDetails) -> str:
    forbidden = complaint["type"] == "extra_forbidden"
    said = "there is no such setting" if forbidden else complaint["msg"]
    return f"{_name(complaint['loc'])}: {said.removeprefix('Value error, ')}"


def _name(location: tuple[int | str, ...]) -> str:
    """A nested setting as the environment spells it; an entry of a JSON setting by its key."""
    top, *inner = (str(part) for part in location)
    if top in ("limits", "providers"):
        return "__".join([top, *inner]).upper()
    return f"{top.upper()} ({inner[0]})" if inner and not inner[0].isdigit() else top.upper()


def _unreadable(error: UnreadableSetting) -> str:
    name = re.search(r'field "(\w+)"', str(error))
    return f"{name[1].upper() if name else 'settings'}: is not valid JSON"
