"""The house of the tests keeps its own promise: no network inside a transaction."""

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from tests.doubles import KEY
from tests.house import House


async def test_both_ends_of_the_world_refuse_a_call_inside_a_transaction(house: House) -> None:
    async with house.database.begin() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="balance was called inside a transaction"):
            await house.alpha.balance(SecretStr(KEY))
        with pytest.raises(RuntimeError, match="getMe was called inside a transaction"):
            await house.codebell.bot.me()
    assert (await house.alpha.balance(SecretStr(KEY))).currency == "USD"
