"""The check over all group tests sees what it is there to see."""

from storage.models import Eyes
from tests.discretion import indiscretions
from tests.handlers.teams import buy, hears, sees, team
from tests.house import Chat, House


async def test_a_code_that_the_rule_hides_is_found_wherever_it_stands(chat: Chat, house: House) -> None:
    group = await team(house, chat, sees=Eyes.EVERYONE)
    await buy(house, group)
    await hears(house, "31337", "It is 31337")
    calls = house.human.calls()["calls"]
    assert indiscretions(house.database.path, calls) == []
    await sees(house, group, Eyes.BUYER)
    [said, *_] = [call for call in calls if "31337" in str(call["params"])]
    told = {**said, "at": house.clock().timestamp()}
    assert len(indiscretions(house.database.path, [told])) == 1
    elsewhere = {**said, "params": {**said["params"], "chat_id": group.chat_id - 1}}
    assert len(indiscretions(house.database.path, [elsewhere])) == 1
    whispered = {**told, "method": "editEphemeralMessageText"}
    assert indiscretions(house.database.path, [whispered]) == []
    risked = {**told, "params": {**said["params"], "ephemeral_message_parameters": {}}}
    assert len(indiscretions(house.database.path, [risked])) == 1
