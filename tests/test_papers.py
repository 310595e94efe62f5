"""What is written for people is true: the README, the settings to copy, the locks, the container's files."""

import base64
import re
import tomllib
from pathlib import Path

import pytest

from bot.overview import VERSION
from bot.settings import Limits, Settings, Times, read
from tests.papers import README, ROOT, table

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

SETTINGS = {name.upper() for name in Settings.model_fields if name not in ("limits", "providers")} | {
    f"LIMITS__{name.upper()}" for name in Limits.model_fields
}
TIMES = {name.upper() for name in Times.model_fields}
FILLED = {"BOT_TOKEN": "1234567:not-a-token-of-any-bot", "MASTER_KEY": base64.b64encode(bytes(32)).decode()}
#: Settings whose default is nothing: the example shows what they may look like.
EMPTY = {"base_urls", "blocked_services", "handler_api_sites", "heartbeat_file", "metrics_port", "providers"}


def test_the_settings_to_copy_are_all_there_are() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    times = {name for name in named if name.startswith("PROVIDERS__")}
    assert named - times == SETTINGS
    assert {name.split("__")[2] for name in times} <= TIMES


def test_the_bot_says_the_version_of_the_project() -> None:
    assert PROJECT["project"]["version"] == VERSION


def test_the_settings_to_copy_need_only_the_token_and_the_key(tmp_path: Path) -> None:
    assert copied(EXAMPLE, tmp_path) == defaults()


def test_every_commented_setting_may_be_uncommented(tmp_path: Path) -> None:
    without_files = re.sub(r"^#[A-Z_]+_FILE=/run.*\n", "", EXAMPLE, flags=re.MULTILINE)
    settings = copied(re.sub(r"^#([A-Z_]+=)", r"\1", without_files, flags=re.MULTILINE), tmp_path)
    assert settings.model_dump(exclude=EMPTY) == defaults().model_dump(exclude=EMPTY)
    assert settings.model_dump(include=EMPTY) != defaults().model_dump(include=EMPTY)


def copied(example: str, folder: Path) -> Settings:
    """The settings of somebody who copied the example and filled the first two in."""
    for name, value in FILLED.items():
        example = example.replace(f"\n{name}=\n", f"\n{name}={value}\n")
    (folder / ".env").write_text(example, encoding="utf-8")
    return read(folder / ".env")


def defaults() -> Settings:
    return Settings.model_validate({name.lower(): value for name, value in FILLED.items()})


def test_the_readme_has_every_setting_with_its_default() -> None:
    rows = table("Setting")
    named = {name for cell in rows for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert named >= SETTINGS
    assert {f"`PROVIDERS__<NAME>__{time}`" for time in TIMES} <= rows.keys()
    limits = {f"`LIMITS__{name.upper()}`": field.default for name, field in Limits.model_fields.items()}
    assert {name: rows[name][0] for name in limits} == {name: f"`{value}`" for name, value in limits.items()}
    told = ("access", "bot_api_url", "database_url", "default_language", "log_level", "retention_days")
    assert [rows[f"`{name.upper()}`"][0] for name in told] == [
        f"`{Settings.model_fields[name].default}`" for name in told
    ]


def test_the_readme_shows_the_floors_as_they_are() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    floors = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert "```\n" + "\n".join(floors) + "\n```" in README.replace("\n    | ", " | ")


def test_the_readmes_map_has_every_room() -> None:
    rooms = README.split("## The house")[1].split("```")[1]
    files = [file.stem for file in (ROOT / "bot").iterdir() if file.suffix == ".py" or file.is_dir()]
    missing = [name for name in files if not re.search(rf"\b{name}\b", rooms)]
    assert sorted(missing) == sorted({"__init__", "__pycache__"} & set(files))


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)]+)\)", README))
def test_a_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).is_file()


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^[a-z0-9_.-]+==[^ ]+", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_tests_run_on_what_the_bot_runs_on() -> None:
    assert pins("requirements.lock") < pins("requirements-dev.lock")


def test_the_locks_hold_every_dependency() -> None:
    locked = {pin.split("==")[0] for pin in pins("requirements.lock")}
    direct = {re.split(r"[\[>=<]", each)[0] for each in PROJECT["project"]["dependencies"]}
    assert direct <= locked
    extra = {re.split(r"[\[>=<]", each)[0] for each in PROJECT["project"]["optional-dependencies"]["test"]}
    assert extra <= {pin.split("==")[0] for pin in pins("requirements-dev.lock")}


def test_the_container_is_built_from_files_that_its_context_has() -> None:
    copied_from = re.findall(r"^COPY (\S+) ", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    sources = [source for source in copied_from if not source.startswith("--from")]
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert sources
    assert [source for source in sources if f"!{source}" not in let_through] == []
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_changelog_begins_with_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[([^]]+)\]", changes, re.MULTILINE)[0] == PROJECT["project"]["version"]
