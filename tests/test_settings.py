"""The environment: read once, and a setting that cannot be used is named in one line."""

import base64
import json
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Access, Settings, exposed, read

TOKEN = "123456:ABC-secret-token-0123456789"
MASTER = base64.b64encode(b"m" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test sets: nothing of the machine it runs on."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("MASTER_KEY", MASTER)


def complaint() -> str:
    with pytest.raises(SettingsError) as caught:
        read(None)
    return caught.value.detail


def test_two_secrets_are_enough() -> None:
    settings = read(None)
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.master_keys() == [b"m" * 32]
    assert settings.access is Access.ALLOWLIST
    assert settings.bot_api_url == "https://api.telegram.org"


def test_everything_is_read_as_the_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "ADMIN_IDS": "1, 2",
        "ACCESS": "open",
        "BASE_URLS": '{"smsbower": "http://127.0.0.1:8085/smsbower/"}',
        "HANDLER_API_SITES": '{"herosms": "https://hero-sms.com/stubs/handler_api.php"}',
        "LIMITS__SPEND_PER_DAY": "1.10",
        "LIMITS__ACTIVE_NUMBERS": "0",
        "PROVIDERS__SMSBOWER__MIN_CANCEL": "8",
        "BLOCKED_SERVICES": "telegram, whatsapp,",
        "RETENTION_DAYS": "7",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = read(None)
    assert (settings.admin_ids, settings.access) == ((1, 2), Access.OPEN)
    assert settings.base_urls == {"smsbower": "http://127.0.0.1:8085/smsbower"}
    assert (settings.limits.spend_per_day, settings.limits.active_numbers) == (Decimal("1.10"), 0)
    assert settings.providers["smsbower"].given() == {"min_cancel": 8.0}
    assert settings.blocked_services == ("telegram", "whatsapp")
    assert list(settings.handler_api_sites) == ["herosms"]


def test_an_empty_setting_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADMIN_IDS", "METRICS_PORT", "HEARTBEAT_FILE", "LIMITS__ACTIVE_NUMBERS"):
        monkeypatch.setenv(name, "")
    settings = read(None)
    assert (settings.admin_ids, settings.metrics_port, settings.heartbeat_file) == ((), None, None)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ACCESS=open\nLOG_LEVEL=DEBUG\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    settings = read(file)
    assert (settings.access, settings.log_level) == (Access.OPEN, "ERROR")


def test_a_file_of_settings_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"ACCESS=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env: cannot be read \(UnicodeDecodeError\)"):
        read(tmp_path / ".env")


def test_secrets_come_from_files_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BOT_TOKEN")
    monkeypatch.delenv("MASTER_KEY")
    (tmp_path / "token").write_text(TOKEN + "\n")
    (tmp_path / "keys").write_text(f"{MASTER}\n{OTHER}\n")
    monkeypatch.setenv("BOT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("MASTER_KEY_FILE", str(tmp_path / "keys"))
    settings = read(None)
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.master_keys() == [b"m" * 32, b"o" * 32]


@pytest.mark.parametrize("name", ["BOT_TOKEN", "MASTER_KEY"])
def test_a_missing_secret_is_named_with_both_ways_to_set_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    assert complaint() == f"{name}: is missing; set {name} or {name}_FILE"


def test_a_file_and_a_variable_that_differ_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("654321:another-secret-token")
    monkeypatch.setenv("BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert complaint() == "BOT_TOKEN and BOT_TOKEN_FILE: both are set and differ; keep one"


def test_files_with_secrets_that_everybody_can_read_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token, keys, env = tmp_path / "token", tmp_path / "keys", tmp_path / ".env"
    for file, content, mode in ((token, TOKEN, 0o444), (keys, MASTER, 0o400), (env, "", 0o644)):
        file.write_text(content)
        file.chmod(mode)
    monkeypatch.setenv("BOT_TOKEN_FILE", str(token))
    monkeypatch.setenv("MASTER_KEY_FILE", str(keys))
    assert exposed(read(None), env) == ["BOT_TOKEN_FILE", str(env)]
    for file in (token, env):
        file.chmod(0o440)
    assert exposed(read(None), env) == []
    assert exposed(read(None), tmp_path / "nothing") == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_secret_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "keys").write_bytes(content)
    monkeypatch.setenv("MASTER_KEY_FILE", str(tmp_path / "keys"))
    assert complaint().startswith("MASTER_KEY_FILE: cannot be read (")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BOT_TOKEN", "not-a-token-at-all", "BOT_TOKEN: does not look like a token"),
        ("BOT_TOKEN", "123456:secret with a blank", "BOT_TOKEN: does not look like a token"),
        ("MASTER_KEY", "c2VjcmV0", "MASTER_KEY: each key must be 32 bytes in base64"),
        ("MASTER_KEY", "secret!", "MASTER_KEY: each key must be 32 bytes in base64"),
        ("MASTER_KEY", f"{MASTER},secret", "MASTER_KEY: each key must be 32 bytes in base64"),
        ("MASTER_KEY", ",", "MASTER_KEY: holds no key"),
        ("BOT_API_URL", "api.telegram.org", "BOT_API_URL: must be an http(s) URL"),
        ("ACCESS", "everybody", "ACCESS: Input should be 'open', 'invite' or 'allowlist'"),
        ("ADMIN_IDS", "1,boss", "ADMIN_IDS: Input should be a valid integer"),
        ("LIMITS__ACTIVE_NUMBERS", "-1", "LIMITS__ACTIVE_NUMBERS: Input should be greater than"),
        ("LIMITS__SPEND_PER_DAY", "much", "LIMITS__SPEND_PER_DAY: Input should be a valid decimal"),
        ("PROVIDERS__SMSBOWER__MIN_POLL", "0", "PROVIDERS__SMSBOWER__MIN_POLL: Input should be greater"),
        ("BASE_URLS", "{broken", "BASE_URLS: is not valid JSON"),
        ("BASE_URLS", '{"smsbower": "ftp://x"}', "BASE_URLS (smsbower): must be an http(s) URL"),
        ("HANDLER_API_SITES", '["x"]', "HANDLER_API_SITES: Input should be a valid dictionary"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: String should match pattern"),
        ("METRICS_PORT", "70000", "METRICS_PORT: Input should be less than or equal to 65535"),
        ("RETENTION_DAYS", "0", "RETENTION_DAYS: Input should be greater than or equal to 1"),
        ("RETENTION_DAYS", "36501", "RETENTION_DAYS: Input should be less than or equal to 36500"),
        ("LIMITS__PURCHASES_PER_DY", "3", "LIMITS__PURCHASES_PER_DY: there is no such setting"),
        ("LIMITS", '{"spend": 1}', "LIMITS__SPEND: there is no such setting"),
        ("LIMITS__SPEND_PER_DAY", "nan", "LIMITS__SPEND_PER_DAY: Input should be a finite number"),
        ("PROVIDERS__SMSAK__MIN_POL", "3", "PROVIDERS__SMSAK__MIN_POL: there is no such setting"),
        ("PROVIDERS__SMSAK__MIN_POLL", "nan", "PROVIDERS__SMSAK__MIN_POLL: Input should be a finite number"),
        ("PROVIDERS__SMSAK__MIN_CANCEL", "inf", "PROVIDERS__SMSAK__MIN_CANCEL: Input should be a finite"),
        ("PROVIDERS__SMSAK__LIFETIME", "1e300", "PROVIDERS__SMSAK__LIFETIME: Input should be less than"),
        ("DEFAULT_LANGUAGE", "tlh", "DEFAULT_LANGUAGE: is no language the bot has"),
        ("DEFAULT_LANGUAGE", "..", "DEFAULT_LANGUAGE: is no language the bot has"),
    ],
)
def test_a_malformed_setting_is_one_line_that_names_it_and_never_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    said = complaint()
    assert said.startswith(says)
    assert "\n" not in said
    assert "secret" not in said
    assert TOKEN not in said
    assert MASTER not in said


def test_a_secret_in_another_setting_is_not_repeated_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDLER_API_SITES", json.dumps({"herosms": "hero.example/?api_key=sesame"}))
    assert "sesame" not in complaint()


def test_no_secret_shows_in_the_settings_themselves() -> None:
    shown = repr(read(None)) + str(read(None))
    assert TOKEN not in shown
    assert MASTER not in shown
