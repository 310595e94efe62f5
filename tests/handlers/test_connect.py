"""Adding provider keys, in private and never in a group; a key that is sent elsewhere does not stay."""

from decimal import Decimal

import pytest

from bot.errors import BadReply, Unavailable
from tests.doubles import KEY
from tests.house import Chat, House

OTHER_KEY = "other-key-9876543210-wxyz"


async def ask_for_alpha(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Add a provider key")
    await chat.press("Alpha")


async def test_a_key_is_deleted_from_the_chat_checked_and_stored(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    assert "The key is under Profile." in newcomer.screen
    said = await newcomer.say(KEY)
    assert newcomer.screen == "✅ Alpha connected · $18.74"
    assert not newcomer.has(said)
    [stored] = await house.codebell.keys.list(newcomer.chat_id)
    assert (stored.provider, stored.tail, stored.balance) == ("alpha", "abcd", Decimal("18.74"))


async def test_a_key_is_never_repeated_in_the_chat(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    await newcomer.say(KEY)
    await newcomer.say("/keys")
    assert "…abcd" in newcomer.screen
    calls = house.human.calls()["calls"]
    assert KEY not in str([call for call in calls if call["method"] != "getUpdates"])


async def test_a_wrong_key_stays_in_place_to_try_again(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    said = await newcomer.say("wrong-key-0000000000-none")
    assert "The provider does not accept this key." in newcomer.screen
    assert "Nothing was stored" in newcomer.screen
    assert not newcomer.has(said)
    await newcomer.say(KEY)
    assert "Alpha connected" in newcomer.screen
    assert len(await house.codebell.keys.list(newcomer.chat_id)) == 1


async def test_a_key_is_not_stored_while_its_provider_is_down(newcomer: Chat, house: House) -> None:
    house.alpha.fails("balance", Unavailable("503"))
    await ask_for_alpha(newcomer)
    said = await newcomer.say(KEY)
    assert "does not answer right now" in newcomer.screen
    assert not newcomer.has(said)
    assert await house.codebell.keys.list(newcomer.chat_id) == ()
    await newcomer.say(KEY)
    assert "Alpha connected" in newcomer.screen


@pytest.mark.parametrize("around", [" {} ", "\n{}\n", "\t{}"])
async def test_blanks_around_a_key_do_no_harm(newcomer: Chat, around: str) -> None:
    await ask_for_alpha(newcomer)
    await newcomer.say(around.format(KEY))
    assert newcomer.screen == "✅ Alpha connected · $18.74"


@pytest.mark.parametrize(
    "typed",
    [
        "two words here",
        "a key\nin two lines",
        "ключ-от-квартиры-0123456789",
        "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑",
        "short",
    ],
)
async def test_x_4_what_cannot_be_a_key_is_refused_before_anybody_is_asked(
    newcomer: Chat, house: House, typed: str
) -> None:
    await ask_for_alpha(newcomer)
    said = await newcomer.say(typed)
    assert newcomer.screen.startswith("Alpha: A key is one word of 8 to 1024 letters, digits and signs")
    assert "Nothing was stored" in newcomer.screen
    assert len(newcomer.news) == 1
    assert not newcomer.has(said)
    assert house.alpha.calls == []


async def test_x_4_ten_kilobytes_are_no_key(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    await newcomer.say("k1" * 5000)
    assert len(newcomer.news) == 3
    assert all("Nothing was stored" in message["text"] for message in newcomer.news)
    assert house.alpha.calls == []


async def test_a_picture_is_no_key(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    house.human.upload(newcomer.chat_id, newcomer.person_id, "key.txt", b"my key")
    await house.settle()
    assert newcomer.screen == "I only understand text and buttons."
    await newcomer.say(KEY)
    assert "Alpha connected" in newcomer.screen


async def test_a_key_the_chat_has_already_is_not_stored_twice(chat: Chat, house: House) -> None:
    await ask_for_alpha(chat)
    await chat.say(KEY)
    assert chat.screen == "Alpha: This key is already here."
    assert chat.buttons == ["📱 Buy a number", "🔑 Keys"]
    said = await chat.say("telegram")
    assert chat.has(said)
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1


async def test_a_second_key_of_a_provider_gets_a_number_of_its_own(chat: Chat, house: House) -> None:
    house.alpha.accounts[OTHER_KEY] = Decimal("3.10")
    await chat.wait(1)
    await ask_for_alpha(chat)
    await chat.say(OTHER_KEY)
    await chat.say("/keys")
    assert [label for label in chat.buttons if "Alpha" in label] == ["Alpha", "Alpha 2"]


async def test_back_from_the_question_for_a_key_ends_it(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    await newcomer.press("◀ Back")
    said = await newcomer.say("telegram")
    assert newcomer.has(said)
    assert newcomer.buttons[0] == "🔑 Add a provider key"
    assert house.alpha.calls == []


async def test_the_question_for_a_key_survives_a_restart(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    await house.restart()
    said = await newcomer.say(KEY)
    assert "Alpha connected" in newcomer.screen
    assert not newcomer.has(said)


async def test_the_question_for_a_key_is_forgotten_after_a_quarter_of_an_hour(
    newcomer: Chat, house: House
) -> None:
    await ask_for_alpha(newcomer)
    await newcomer.wait(16 * 60)
    said = await newcomer.say(KEY)
    assert "nothing was stored" in newcomer.screen
    assert not newcomer.has(said)
    assert await house.codebell.keys.list(newcomer.chat_id) == ()


async def test_a_key_typed_out_of_place_is_deleted_and_not_stored(chat: Chat, house: House) -> None:
    said = await chat.say(OTHER_KEY)
    assert "so I deleted your message; nothing was stored" in chat.screen
    assert chat.buttons == ["🔑 Add a provider key"]
    assert not chat.has(said)
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "0123456789abcdefghij",
        "my key: 0123456789abcdef",
        "key=0123456789abcdef, thanks",
        "мой ключ:0123456789abcdef",
        "/buy a_0123456789-bcdef",
        "two\nlines eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2ln_bmF0-dXJl",
    ],
)
async def test_a_key_among_words_is_deleted_and_not_said_again(chat: Chat, text: str) -> None:
    said = await chat.say(text)
    assert not chat.has(said)
    assert "so I deleted your message; nothing was stored" in chat.screen
    assert "01234" not in chat.screen


@pytest.mark.parametrize(
    "text", ["https://t.me/some_channel_0123456789", "internationalisation", "12345678901234567890"]
)
async def test_what_is_no_key_stays_in_the_chat(chat: Chat, text: str) -> None:
    said = await chat.say(text)
    assert chat.has(said)


async def test_a_long_word_is_not_said_again(chat: Chat) -> None:
    await chat.say("a " + "9" * 21)
    assert "I know no service like “a …”" in chat.screen


async def test_a_long_word_in_a_group_is_none_of_the_bots_business(newcomer: Chat, house: House) -> None:
    group = house.group(newcomer, status="administrator")
    await house.settle()
    said = await group.say("look at commit 0123456789abcdef0123")
    assert group.has(said)
    assert group.news == []


async def test_x_3_who_sends_a_key_is_told_when_it_cannot_be_deleted(newcomer: Chat, house: House) -> None:
    await ask_for_alpha(newcomer)
    house.human.fault("deleteMessage", code=400, description="Bad Request: message can't be deleted")
    said = await newcomer.say(KEY)
    assert newcomer.has(said)
    assert "Alpha connected" in newcomer.screen
    assert "please delete it yourself" in newcomer.screen


async def test_an_answer_nobody_understands_is_told_kindly(newcomer: Chat, house: House) -> None:
    house.alpha.fails("balance", BadReply("<html>"))
    await ask_for_alpha(newcomer)
    await newcomer.say(KEY)
    assert "answered something nobody understands" in newcomer.screen
    assert "<html>" not in newcomer.screen


async def test_x_2_a_key_in_a_group_is_deleted_and_its_owner_told_to_replace_it(
    newcomer: Chat, house: House
) -> None:
    group = house.group(newcomer, status="administrator")
    said = await group.say(f"/keys {KEY}")
    assert not group.has(said)
    assert "Please make a new key" in group.screen
    assert KEY not in group.screen
    assert house.alpha.calls == []


async def test_x_2_a_bare_key_in_a_group_is_treated_alike(newcomer: Chat, house: House) -> None:
    group = house.group(newcomer, status="administrator")
    said = await group.say(KEY)
    assert not group.has(said)
    assert "Please make a new key" in group.screen


async def test_x_3_where_the_bot_may_not_delete_it_says_so(newcomer: Chat, house: House) -> None:
    group = house.group(newcomer)
    said = await group.say(f"/keys {KEY}")
    assert group.has(said)
    assert "please delete it yourself" in group.screen


async def test_keys_in_a_group_sends_people_to_a_private_chat(newcomer: Chat, house: House) -> None:
    group = house.group(newcomer)
    await house.settle()
    await group.say("/keys")
    assert "private chat" in group.screen
    assert len(group.news) == 1


async def test_talk_in_a_group_is_none_of_the_bots_business(newcomer: Chat, house: House) -> None:
    group = house.group(newcomer, status="administrator")
    await house.settle()
    for words in ("hello everybody", "/whatever"):
        await group.say(words)
        assert group.news == []


@pytest.mark.parametrize("text", ["/keys {}", "/add {}", "/keys@codebell_bot  {}", " {} "])
async def test_a_key_after_a_command_does_not_stay_in_the_chat(newcomer: Chat, text: str) -> None:
    said = await newcomer.say(text.format(KEY))
    assert not newcomer.has(said)
    assert "nothing was stored" in newcomer.screen
    assert len(newcomer.news) == 1


async def test_a_key_typed_where_a_name_is_expected_is_no_name(chat: Chat, house: House) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Name")
    said = await chat.say(OTHER_KEY)
    assert not chat.has(said)
    assert "so I deleted your message" in chat.screen
    [key] = await house.codebell.keys.list(chat.chat_id)
    assert key.label == ""


async def test_a_key_typed_where_a_price_is_expected_is_deleted(chat: Chat) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.press("Maximum price")
    said = await chat.say(OTHER_KEY)
    assert not chat.has(said)
    assert "so I deleted your message" in chat.screen


async def test_the_bot_never_asks_for_a_key_in_a_group(newcomer: Chat, house: House) -> None:
    group = house.group(newcomer, status="administrator")
    await group.say("/start")
    await group.forge("ca::")
    assert group.alert == "Keys are added in a private chat with me, never in a group."
    assert len(house.sent("answerCallbackQuery")) == 1
    await group.forge("cp:alpha")
    await group.say("shortkey-123")
    assert house.alpha.calls == []
    assert await house.codebell.keys.list(group.chat_id) == ()
