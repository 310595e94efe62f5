"""/privacy tells what is kept; /forget asks twice, waits for what is under way, and leaves nobody."""

import sqlite3
from contextlib import closing

import pytest

from storage.group_rules import TooManyHereToday
from tests.doubles import KEY
from tests.handlers.belongings import SECRETS, gathered, told
from tests.handlers.teams import buy, hears, team
from tests.house import Chat, House


async def forgets(chat: Chat) -> None:
    await chat.say("/forget")
    await chat.press("Forget me")
    await chat.press("Yes, for good")


def everything(house: House) -> str:
    """All that the database says, as text."""
    path = house.database.path
    assert path is not None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        return "\n".join(file.iterdump())


async def test_privacy_says_what_is_kept_for_how_long_and_who_reads_it(chat: Chat) -> None:
    await chat.say("/privacy")
    for words in (
        "Kept until you have it forgotten:",
        "Erased 30 days after",
        "whoever runs this bot",
        "In a group",
        "Operators see names and figures, never a code",
        "Backups",
    ):
        assert words in chat.screen
    assert chat.buttons == ["⬇️ Export my data", "🗑 Forget me", "◀ Menu"]


@pytest.mark.parametrize("settings", [{"retention_days": 1}])
async def test_privacy_says_the_days_this_bot_keeps_words(newcomer: Chat) -> None:
    await newcomer.say("/privacy")
    assert "Erased 1 day after" in newcomer.screen


async def test_forgetting_is_asked_twice_and_can_be_left_at_each_step(chat: Chat, house: House) -> None:
    await chat.say("/privacy")
    await chat.press("Forget me")
    assert "Goes for good" in chat.screen
    await chat.press("Keep it all")
    await chat.press("Forget me")
    await chat.press("Forget me")
    assert chat.screen.startswith("Forget everything now?")
    await chat.press("No")
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1


async def test_after_it_the_next_message_starts_as_new(chat: Chat, house: House) -> None:
    await chat.say("/start")
    await forgets(chat)
    assert chat.screen.startswith("✅ You are forgotten.")
    assert await house.codebell.chats.get(chat.chat_id) is None
    await chat.press("Begin anew")
    assert "One step to begin:" in chat.screen
    row = await house.codebell.chats.get(chat.chat_id)
    assert row is not None
    assert row.language == "en"
    await house.connect(chat, house.alpha)
    await chat.buys()
    house.alpha.delivers("777888")
    await chat.wait(10)
    assert "777888" in chat.find("🔔")["text"]


async def test_nothing_in_the_database_leads_to_somebody_forgotten(owner: Chat, house: House) -> None:
    house.alpha.delivers("778899", "778899 is your code")
    await owner.wait(400)
    assert str(owner.person_id) in everything(house)
    await forgets(owner)
    left = everything(house)
    assert [word for word in (str(owner.person_id), "778899", "1201555", "Ann") if word in left] == []
    assert "telegram" in left


async def test_while_a_number_waits_nobody_is_forgotten(owner: Chat, house: House) -> None:
    await owner.say("/forget")
    assert owner.screen.splitlines()[0] == "🗑 Not yet"
    assert "⏳ 1 number waits for a code" in owner.screen
    assert owner.buttons == ["📋 My numbers", "🔄 Look again", "◀ Back"]
    house.alpha.delivers("777888")
    await owner.wait(10)
    await owner.press("Look again", on=owner.find("Not yet"))
    assert "Goes for good" in owner.find("Forget me")["text"]


async def test_a_number_bought_between_the_question_and_the_answer_is_not_forgotten(
    chat: Chat, house: House
) -> None:
    await chat.say("/forget")
    await chat.press("Forget me")
    question = chat.last
    await chat.buys()
    await chat.press("Yes, for good", on=question)
    assert "⏳ 1 number waits for a code" in chat.find("Not yet")["text"]
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1


async def test_everything_under_way_is_named_with_the_way_there(house: House) -> None:
    ann = house.person("Ann")
    await gathered(ann, house)
    await ann.say("/forget")
    assert "🗓 1 number is rented" in ann.screen
    assert "📋 My numbers" in ann.buttons
    assert told(house, ann) != []


async def test_an_old_answer_forgets_nobody(chat: Chat, house: House) -> None:
    await chat.say("/forget")
    await chat.press("Forget me")
    house.clock.advance(16 * 60)
    await chat.press("Yes, for good")
    assert "Goes for good" in chat.screen
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1


async def test_somebody_else_forgets_only_themselves(chat: Chat, house: House) -> None:
    bob = house.person("Bob")
    await house.connect(bob, house.alpha)
    await chat.say("/forget")
    await chat.press("Forget me")
    data = chat.data("Yes, for good")
    await bob.say("/start")
    await bob.forge(data)
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1
    assert await house.codebell.keys.list(bob.chat_id) == ()


async def test_old_buttons_of_somebody_forgotten_say_why_they_do_nothing(owner: Chat, house: House) -> None:
    house.alpha.delivers("777888")
    await owner.wait(10)
    code = owner.find("🔔")
    await forgets(owner)
    await owner.press("Finish", on=code)
    assert owner.alert
    assert KEY not in everything(house)


async def test_numbers_of_the_forgotten_still_count_in_what_an_offer_is_worth(
    owner: Chat, house: House
) -> None:
    house.alpha.delivers("777888")
    await owner.wait(400)
    before = await house.codebell.statistics.records("telegram")
    assert sum(record.ended for record in before.values()) == 1
    await forgets(owner)
    house.clock.advance(3 * 3600)
    assert await house.codebell.statistics.records("telegram") == before
    assert [secret for secret in SECRETS if secret in everything(house)] == []


async def test_a_groups_quota_is_not_forgotten_away_also_over_a_restart(chat: Chat, house: House) -> None:
    bob = house.person("Bob")
    group = (await team(house, chat, bob, numbers_per_day=1)).seat(bob)
    await buy(house, group)
    await hears(house, "80417")
    await group.press("Finish")
    await forgets(bob)
    assert bob.find("You are forgotten")
    await house.restart()
    with pytest.raises(TooManyHereToday):
        await buy(house, group)
