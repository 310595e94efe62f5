"""Promises of the house that no type checker keeps. Who imports whom stands in pyproject.toml."""

import ast
import base64
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from aiogram import Router
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData, CallbackQueryFilter

from bot.app import Codebell
from bot.process import telegram
from bot.providers import ALL
from bot.services import slug
from bot.settings import Settings
from handlers import ROUTERS
from storage.opening import opened

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "storage", "tests")
SOURCES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {each["name"]: each for each in PROJECT["tool"]["importlinter"]["contracts"]}

LONGEST_FILE = 300
LONGEST_BUTTON = 64
#: What aiogram itself hands to a handler, and what `Welcome` adds.
GIVEN_PER_UPDATE = frozenset(
    {"bot", "dispatcher", "event_chat", "event_from_user", "event_update", "raw_state", "state", "t"}
)
#: The longest values that travel in buttons; other fields are numbers, truths or one of an enum.
LONGEST = {
    "aim": "x" * 8,
    "by": "x" * 16,
    "country": "x" * 16,
    "id": "x" * 16,
    "iso2": "XX",
    "key": "x" * 16,
    "name": "x" * 32,
    "nonce": "x" * 11,
    "phone": "x" * 15,
    "price": "9999999.9999",
    "service": "x" * 20,
    "tariff": "x" * 24,
    "value": "x" * 32,
    "what": "x" * 9,
    "word": "x" * 25,
    "words": "x" * 8,
}


def where(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


def test_bot_init_is_empty() -> None:
    assert (ROOT / "bot" / "__init__.py").read_text() == ""


def test_every_module_says_what_it_is() -> None:
    silent = [where(file) for file in SOURCES if not docstring(file)]
    assert silent == ["bot/__init__.py"]


def test_a_file_over_300_lines_says_in_its_first_sentence_why_it_is_one_file() -> None:
    long = [file for file in SOURCES if len(file.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    unexplained = [where(file) for file in long if "one file" not in first_sentence(docstring(file))]
    assert unexplained == []


def first_sentence(text: str) -> str:
    return " ".join(re.split(r"(?<=[.])\s", text, maxsplit=1)[0].split())


def test_nothing_is_printed_and_nothing_is_left_to_do() -> None:
    left = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b|(?<![\w.])print\(")
    found = [where(file) for file in SOURCES if left.search(file.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("provider", ALL, ids=lambda provider: provider.name)
def test_a_provider_is_one_file_and_one_test_file(provider: type[Any]) -> None:
    assert provider.__module__ == f"bot.providers.{provider.name}"
    assert (ROOT / "tests" / "providers" / f"test_{provider.name}.py").is_file()


def test_every_provider_is_kept_apart_from_the_others() -> None:
    names = {provider.__module__ for provider in ALL}
    assert set(CONTRACTS["Providers do not know each other"]["modules"]) == names
    assert set(CONTRACTS["No provider is known by name outside their list"]["protected_modules"]) == names


def test_every_room_stands_on_a_floor_and_is_hidden_from_the_sandbox() -> None:
    entries = [entry for entry in (ROOT / "bot").iterdir() if (entry / "__init__.py").exists()]
    modules = [file for file in (ROOT / "bot").glob("*.py") if file.name != "__init__.py"]
    rooms = {f"bot.{entry.stem}" for entry in [*entries, *modules]} | {"handlers", "storage"}
    floors = next(each["layers"] for each in CONTRACTS.values() if each["type"] == "layers")
    assert {room for floor in floors for room in floor.split(" | ")} == rooms
    hidden = next(each for each in CONTRACTS.values() if each.get("source_modules") == ["bot.sandbox"])
    assert set(hidden["forbidden_modules"]) == rooms - {"bot.sandbox", "bot.__main__"}


async def test_every_handler_asks_only_for_injected_names(tmp_path: Path) -> None:
    injected = GIVEN_PER_UPDATE | await given_at_the_start(tmp_path)
    missing = {
        f"{handler.callback.__module__}.{handler.callback.__name__}": unknown
        for handler in all_handlers()
        if (unknown := asked(handler) - injected - given_by_filters(handler))
    }
    assert missing == {}


async def given_at_the_start(folder: Path) -> set[str]:
    """The names the whole bot hands to its dispatcher."""
    settings = Settings(
        _env_file=None,
        bot_token="1234567:not-a-token-of-any-bot",
        master_key=base64.b64encode(bytes(32)).decode(),
        database_url=f"sqlite+aiosqlite:///{folder / 'codebell.db'}",
    )
    async with opened(settings.database_url, settings.master_keys()) as (database, vault):
        codebell = Codebell(settings, database, vault, telegram(settings), {})
        return set(codebell.dispatcher.workflow_data)


def all_handlers() -> Iterator[HandlerObject]:
    for router in ROUTERS:
        for observer in router.observers.values():
            yield from observer.handlers


def asked(handler: HandlerObject) -> set[str]:
    """The names a handler cannot do without, beside the event, which comes first."""
    _event, *others = inspect.signature(handler.callback).parameters.values()
    return {each.name for each in others if each.default is each.empty}


def given_by_filters(handler: HandlerObject) -> set[str]:
    """What the handler's own filters add, when they let it through."""
    names: dict[type, str] = {Command: "command", CallbackQueryFilter: "callback_data"}
    filters = [each.callback for each in handler.filters or ()]
    return {name for kind, name in names.items() if any(isinstance(each, kind) for each in filters)}


def all_buttons() -> list[type[CallbackData]]:
    for file in (ROOT / "handlers").glob("*.py"):
        importlib.import_module(f"handlers.{file.stem}" if file.stem != "__init__" else "handlers")
    return [each for each in CallbackData.__subclasses__() if each.__module__.startswith("handlers")]


def longest(name: str, kind: Any) -> object:
    if kind is bool:
        return True
    if kind is int:
        return 999
    if isinstance(kind, type) and issubclass(kind, Enum):
        return max(kind, key=lambda member: len(member.value))
    return LONGEST[name]


@pytest.mark.parametrize("button", all_buttons(), ids=lambda button: button.__name__)
def test_a_button_with_the_longest_values_fits_telegrams_64_bytes(button: type[CallbackData]) -> None:
    values = {name: longest(name, field.annotation) for name, field in button.model_fields.items()}
    assert len(button(**values).pack().encode()) <= LONGEST_BUTTON


def test_no_service_is_longer_in_a_button_than_reckoned_with() -> None:
    names = ["x" * 300, "Ünïcödé " * 40, "Any other", "x" * 20, "x" * 21]
    assert max(len(slug(name)) for name in names) == len(LONGEST["service"])


def answered(router: Router) -> set[type[CallbackData]]:
    """The buttons a router has handlers for."""
    filters = [each.callback for handler in router.callback_query.handlers for each in handler.filters or ()]
    return {each.callback_data for each in filters if isinstance(each, CallbackQueryFilter)}


def test_every_button_is_answered_and_its_first_letter_belongs_to_one_router() -> None:
    """Presses are routed by the first letter, before any other filter is tried."""
    letters = {router.name: {button.__prefix__[0] for button in answered(router)} for router in ROUTERS}
    taken = [letter for each in letters.values() for letter in each]
    assert len(taken) == len(set(taken))
    assert all(len(each) <= 1 for each in letters.values())
    assert set().union(*map(answered, ROUTERS)) == set(all_buttons())
