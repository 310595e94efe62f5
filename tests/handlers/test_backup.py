"""*Back up now*: the operator gets a file that only the master key opens."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.sealed import open_file
from handlers.operator_doors import BackUp
from tests.house import MASTER, PATIENCE, Chat, House
from tests.storage.shelf import sql

OPERATOR = 700_000_001


@pytest.fixture
def settings() -> Mapping[str, object]:
    return {"admin_ids": str(OPERATOR)}


@pytest.fixture
async def operator(house: House) -> Chat:
    one = house.person("Olga")
    await one.say("/start")
    await one.forge(BackUp().pack())
    return one


async def made(operator: Chat, house: House) -> None:
    await operator.press("Back up")
    await house.codebell.errands.drain(PATIENCE)
    await house.settle()


def folder(house: House) -> Path:
    assert house.database.path is not None
    return house.database.path.parent


async def test_it_comes_as_a_file_that_opens_with_the_master_key(
    operator: Chat, house: House, tmp_path: Path
) -> None:
    assert "Only who has the master key can open it" in operator.screen
    await made(operator, house)
    document = operator.last["document"]
    assert document["file_name"] == "codebell-20260501-120000.sealed"
    stored = house.world.files.get(document["file_id"])
    assert stored is not None
    (tmp_path / "came.sealed").write_bytes(stored.content)
    open_file(tmp_path / "came.sealed", tmp_path / "opened.db", [MASTER])
    assert sql(tmp_path / "opened.db", "SELECT id FROM chats") == [(OPERATOR,)]


async def test_nothing_of_it_is_left_on_the_disk_and_it_is_logged(operator: Chat, house: House) -> None:
    await made(operator, house)
    assert [each.name for each in folder(house).iterdir() if "seal" in each.name] == []
    [deed] = await house.codebell.deeds.recent(5)
    assert (deed.what, deed.admin_id) == ("backup", OPERATOR)


async def test_what_a_killed_process_left_of_one_goes_at_the_start(operator: Chat, house: House) -> None:
    (folder(house) / "codebell-20260501-120000.sealed.leaving").write_bytes(b"sealed")
    await house.restart()
    assert [each.name for each in folder(house).iterdir() if "seal" in each.name] == []


async def test_one_that_cannot_be_sent_stays_and_is_named(operator: Chat, house: House) -> None:
    house.human.fault("sendDocument", code=413, description="Request Entity Too Large")
    await made(operator, house)
    name = "codebell-20260501-120000.sealed"
    assert name in operator.screen
    assert (folder(house) / name).exists()


async def test_a_backup_that_fails_is_told_here_and_to_the_operators(operator: Chat, house: House) -> None:
    (folder(house) / "codebell.db.sealing").mkdir()
    await made(operator, house)
    assert any("No backup was made." in message["text"] for message in operator.news)
    assert any("The backup failed." in message["text"] for message in operator.news)
    (folder(house) / "codebell.db.sealing").rmdir()
    await operator.press("Try again")
    await made(operator, house)
    assert any("A backup was made again." in message.get("text", "") for message in operator.news)


async def test_to_nobody_else_the_button_does_anything(operator: Chat, house: House) -> None:
    ann = house.person("Ann")
    await ann.say("/start")
    await ann.forge(BackUp(sure=True).pack())
    await house.codebell.errands.drain(PATIENCE)
    assert all("document" not in message for message in ann.messages)
    assert await house.codebell.deeds.recent(5) == []
