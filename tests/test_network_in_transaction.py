"""Nobody talks over the network while a transaction is open: it would hold up everybody else."""

import ast
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.doubles import KEY
from tests.house import House

ROOT = Path(__file__).parent.parent


async def test_s_3_both_ends_of_the_world_refuse_a_call_inside_a_transaction(house: House) -> None:
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "balance": partial(house.alpha.balance, SecretStr(KEY)),
        "getMe": house.codebell.bot.get_me,
    }
    for name, call in calls.items():
        async with house.database.begin():
            with pytest.raises(RuntimeError, match=f"{name} was called inside a transaction"):
                await call()
        await call()


def test_s_3_transactions_are_opened_in_storage_alone_which_knows_no_network() -> None:
    """That storage imports neither httpx nor aiogram nor any provider is a contract of the imports."""
    rooms = [path for room in ("bot", "handlers") for path in (ROOT / room).rglob("*.py")]
    assert [path for path in rooms if opens_a_transaction(path)] == []
    assert opens_a_transaction(ROOT / "storage" / "keys.py")


def opens_a_transaction(path: Path) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    begun = (call.value for call in calls if isinstance(call, ast.Attribute) and call.attr == "begin")
    return any(ast.unparse(value).endswith(("database", "engine", "session")) for value in begun)
