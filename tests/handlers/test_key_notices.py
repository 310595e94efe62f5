"""What is said of a key unasked: little money is left, or it is not taken any more; each once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.errors import BadKey, Banned, CodebellError, Unavailable
from storage.models import Key
from tests.doubles import KEY
from tests.handlers.teams import team
from tests.house import Chat, House, labels

LOW = "📉 Alpha is running low"
STOPPED = "⛔ Alpha: the key …abcd does not work any more."


def said(chat: Chat, words: str) -> int:
    """How often something was said."""
    return sum(words in message["text"] for message in chat.messages)


async def has(chat: Chat, house: House, amount: str) -> None:
    """The balance becomes known."""
    house.alpha.accounts[KEY] = Decimal(amount)
    await house.codebell.balances.ask(await key_of(chat, house))
    await house.settle()


async def key_of(chat: Chat, house: House) -> Key:
    [key] = await house.codebell.keys.list(chat.chat_id)
    return key


async def limited(chat: Chat, house: House, limit: str | None) -> None:
    key, amount = await key_of(chat, house), None if limit is None else Decimal(limit)
    await house.codebell.keys.set_limit(key.id, chat.chat_id, amount, house.clock())


async def test_a_balance_below_the_limit_is_told_once_and_again_after_it_was_above(
    chat: Chat, house: House
) -> None:
    await chat.say("/start")
    await limited(chat, house, "5")
    told = []
    for amount in ("5", "4.99", "3", "5", "4"):
        await has(chat, house, amount)
        told.append(said(chat, LOW))
    assert told == [0, 1, 1, 1, 2]
    assert chat.screen.splitlines() == [
        "📉 Alpha is running low: $4.00 left.",
        "Top it up on the provider's site. You are told below $5.00.",
    ]
    await chat.press("Change")
    assert "when is its balance low?" in chat.screen


async def test_without_a_limit_it_is_low_when_three_more_numbers_cannot_be_paid(
    owner: Chat, house: House
) -> None:
    await has(owner, house, "1.50")
    assert said(owner, LOW) == 0
    await has(owner, house, "1.49")
    assert said(owner, LOW) == 1
    assert "You are told below $1.50." in owner.screen


async def test_a_key_nobody_bought_with_is_never_low_by_itself(chat: Chat, house: House) -> None:
    await chat.say("/start")
    await has(chat, house, "0")
    assert said(chat, LOW) == 0


async def test_who_wants_to_hear_nothing_hears_nothing(owner: Chat, house: House) -> None:
    await limited(owner, house, "0")
    await has(owner, house, "0.01")
    assert said(owner, LOW) == 0


async def test_a_limit_above_the_balance_is_marked_and_not_rung(chat: Chat, house: House) -> None:
    await chat.say("/start")
    await limited(chat, house, "100")
    await has(chat, house, "18")
    assert said(chat, LOW) == 0
    await chat.say("/keys")
    assert "📉 Its balance is running low." in chat.screen


@pytest.mark.parametrize("asks", ["/balance", "🔎 Test"])
async def test_what_is_on_the_screen_is_not_rung(owner: Chat, house: House, asks: str) -> None:
    house.alpha.accounts[KEY] = Decimal("0.40")
    await owner.say("/keys")
    if asks == "🔎 Test":
        await owner.press("Alpha")
        await owner.press(asks)
    else:
        await owner.say(asks)
    await house.settle()
    assert "running low" in owner.screen
    await has(owner, house, "0.39")
    assert said(owner, LOW) == 0
    await has(owner, house, "9")
    await has(owner, house, "0.39")
    assert said(owner, LOW) == 1


async def test_a_purchase_that_leaves_little_is_told_by_a_look_soon_after(owner: Chat, house: House) -> None:
    house.alpha.accounts[KEY] = Decimal("0.80")
    await house.codebell.balances.look()
    await house.settle()
    assert said(owner, LOW) == 1


async def test_keys_in_use_are_looked_at_hourly_and_others_never(owner: Chat, house: House) -> None:
    await house.connect(owner, house.beta)
    looks = []
    for minutes in (1, 1, 30, 30, 60 * 24 * 7):
        house.clock.advance(minutes * 60)
        before = len(house.alpha.called("balance"))
        await house.codebell.balances.look()
        looks.append(len(house.alpha.called("balance")) - before)
    assert looks == [1, 0, 0, 1, 0]
    assert house.beta.called("balance") == []


async def test_a_look_asks_a_few_keys_of_a_provider_and_goes_on_with_the_next_ones(
    chat: Chat, house: House
) -> None:
    for number in range(4):
        await house.connect(chat, house.alpha, f"key-number-{number}-0123456789")
    for key in await house.codebell.keys.list(chat.chat_id):
        await house.codebell.keys.note_use(key.id, house.clock())
    asked = []
    for _ in range(3):
        before = len(house.alpha.called("balance"))
        await house.codebell.balances.look()
        asked.append(len(house.alpha.called("balance")) - before)
    assert asked == [3, 2, 0]


@pytest.mark.parametrize(
    ("call", "refused"), [("balance", BadKey()), ("prices", BadKey()), ("buy", Banned())]
)
async def test_a_key_that_is_refused_on_any_way_is_told_once(
    chat: Chat, house: House, call: str, refused: CodebellError
) -> None:
    house.alpha.breaks(call, refused)
    for _ in range(2):
        await chat.say("/buy telegram us")
        if call == "buy":
            await chat.press("Alpha")
            await chat.press("Buy for")
        await chat.say("/balance")
    assert said(chat, STOPPED) == 1


async def test_the_notice_says_why_and_what_to_do(chat: Chat, house: House) -> None:
    await chat.say("/start")
    house.alpha.breaks("balance", BadKey())
    await house.codebell.balances.ask(await key_of(chat, house))
    await house.settle()
    assert chat.screen.splitlines() == [
        STOPPED,
        "The provider does not accept this key.",
        "Nothing new can be bought with it. Look at your account there, then test it or add a new key.",
    ]
    assert chat.buttons == ["🔎 Test", "🔑 Keys", "🔑 Add a provider key"]


async def test_numbers_that_wait_with_it_are_watched_on_and_that_is_said(owner: Chat, house: House) -> None:
    house.alpha.breaks("balance", BadKey())
    await house.codebell.balances.ask(await key_of(owner, house))
    await house.settle()
    assert owner.screen.splitlines()[-2:] == [
        "With this key I go on looking after:",
        "⏳ 1 number waits for a code",
    ]
    house.alpha.delivers("777888")
    await owner.wait(10)
    assert "777888" in owner.find("🔔")["text"]


async def test_a_number_whose_key_stops_while_it_waits_tells_of_it(owner: Chat, house: House) -> None:
    house.alpha.breaks("poll", BadKey())
    await owner.wait(30)
    assert said(owner, STOPPED) == 1


async def test_trouble_on_the_way_is_no_word_on_the_key(chat: Chat, house: House) -> None:
    house.alpha.breaks("balance", Unavailable("503"))
    await chat.say("/balance")
    assert said(chat, STOPPED) == 0
    assert (await key_of(chat, house)).stopped_at is None


async def test_a_key_that_works_again_is_told_again_when_it_stops_again(chat: Chat, house: House) -> None:
    for stops in (True, False, True):
        if stops:
            house.alpha.breaks("balance", BadKey())
        else:
            house.alpha.breaks("balance", None)
        await chat.say("/balance")
        assert ((await key_of(chat, house)).stopped_at is not None) is stops
    assert said(chat, STOPPED) == 2


async def test_a_key_that_stopped_is_marked_until_it_works_again(chat: Chat, house: House) -> None:
    house.alpha.breaks("balance", BadKey())
    await chat.say("/balance")
    await chat.say("/keys")
    assert "⛔ Stopped on 1 May 12:00. The provider does not accept this key." in chat.screen
    house.alpha.breaks("balance", None)
    await chat.press("Alpha")
    await chat.press("Test")
    assert "⛔" not in chat.screen


async def test_a_blocked_account_that_tells_its_balance_stays_marked_for_a_day(
    owner: Chat, house: House
) -> None:
    house.alpha.fails("buy", Banned())
    await owner.buys()
    await owner.say("/balance")
    assert "⛔ Alpha: $18.24. The provider has blocked this account for now." in owner.screen
    house.clock.advance(timedelta(days=1).total_seconds())
    await owner.say("/balance")
    await owner.say("/balance")
    assert "⛔" not in owner.screen
    assert said(owner, STOPPED) == 1


async def test_everybody_with_the_same_key_is_told_and_nobody_else(chat: Chat, house: House) -> None:
    bob, carol = house.person("Bob"), house.person("Carol")
    await house.connect(bob, house.alpha)
    await house.connect(carol, house.alpha, "carols-key-0123456789-abcd")
    for one in (bob, carol):
        await one.say("/start")
    house.alpha.breaks("balance", BadKey())
    await chat.say("/balance")
    assert [said(one, STOPPED) for one in (chat, bob, carol)] == [1, 1, 0]


async def test_a_key_that_works_again_before_it_was_told_is_not_told(chat: Chat, house: House) -> None:
    await chat.say("/start")
    await house.codebell.preferences.choose(chat.chat_id, quiet_from=0, quiet_to=24 * 60 - 1, utc_offset=0)
    house.alpha.breaks("balance", BadKey())
    await house.codebell.balances.ask(await key_of(chat, house))
    await house.settle()
    house.alpha.breaks("balance", None)
    await house.codebell.balances.ask(await key_of(chat, house))
    await house.wait(24 * 3600)
    assert said(chat, STOPPED) == 0


async def test_in_a_group_what_is_said_of_its_key_tells_no_amount_and_has_ways_that_work_there(
    chat: Chat, house: House
) -> None:
    group = await team(house, chat)
    topic = await chosen_topic(group, house)
    await limited(group, house, "5")
    await has(group, house, "3")
    low = group.find(LOW)
    assert low["text"] == f"{LOW}. Top it up on the provider's site."
    assert (labels(low), low["message_thread_id"]) == (["💰 Balance", "⚙️ Sharing"], topic)
    house.alpha.breaks("balance", BadKey())
    await group.say("/balance")
    stopped = group.find(STOPPED)
    assert (labels(stopped), stopped["message_thread_id"]) == (["🔑 Keys", "⚙️ Sharing"], topic)
    await group.press("🔑 Keys")
    assert "Alpha" in group.screen


async def chosen_topic(group: Chat, house: House) -> int:
    """A topic of a group, chosen for its numbers."""
    house.world.chats[group.chat_id].forum = True
    topic = int(house.human.topic(group.chat_id, group.person_id, "Numbers")["thread_id"])
    await house.codebell.sharings.set(group.chat_id, house.clock(), thread_id=topic)
    return topic
