"""Watches as a person sets them up and sees them end."""

import pytest

from bot.errors import NoMoney, Unavailable
from tests.house import Chat, House

HOUR = 3600


@pytest.fixture
async def waiting(chat: Chat, house: House) -> Chat:
    """Somebody in whose chat Telegram in the US is out of stock."""
    sells(house, "0.50", 0)
    return chat


def sells(house: House, cost: str, stock: int) -> None:
    house.alpha.prices_of["tg", "1"] = (cost, stock)


async def wants_to_buy(chat: Chat, price: str = "0.60", lasts: str = "60 minutes") -> None:
    """As far as the confirmation."""
    await chat.say("/watch telegram us")
    await chat.press("Buy by itself")
    await chat.press("Another price")
    await chat.say(price)
    await chat.press(lasts)


async def watches_to_buy(chat: Chat, price: str = "0.60", lasts: str = "60 minutes") -> None:
    await wants_to_buy(chat, price, lasts)
    await chat.press("Start the watch")
    if "➕ Another one" in chat.buttons:
        await chat.press("Another one")


# To be told


async def test_one_press_and_it_is_told_when_there_are_numbers(waiting: Chat, house: House) -> None:
    await waiting.say("/watch telegram us")
    assert "Out of stock right now. Its price was $0.50." in waiting.screen
    await waiting.press("Tell me")
    assert "Tells you, and buys nothing." in waiting.screen
    await waiting.wait(HOUR)
    assert waiting.news == []
    sells(house, "0.48", 5)
    await waiting.wait(HOUR)
    [ring] = waiting.news
    assert ring["text"].startswith("🔔 Telegram · 🇺🇸 United States\nThere it is: $0.48, seen at 13:0")
    assert waiting.buttons == ["📱 See the offers", "👀 Watch again"]
    assert house.alpha.called("buy") == []
    await waiting.press("See the offers")
    await waiting.press("Alpha")
    assert "Buy for $0.48" in str(waiting.buttons)


async def test_what_is_there_but_too_dear_is_told_at_a_price(chat: Chat, house: House) -> None:
    await chat.say("/watch telegram us")
    assert "On sale now: $0.50, 10 left" in chat.screen
    await chat.press("Tell me")
    assert chat.buttons[:3] == ["$0.45 · −10 %", "$0.38 · −25 %", "$0.25 · −50 %"]
    await chat.press("−25 %")
    assert "At most: $0.38" in chat.screen
    sells(house, "0.39", 9)
    await chat.wait(300)
    assert chat.news == []
    sells(house, "0.38", 9)
    await chat.wait(300)
    assert "There it is: $0.38" in chat.screen


async def test_a_price_chosen_later_changes_the_watch_there_is(waiting: Chat) -> None:
    await waiting.say("/watch telegram us")
    await waiting.press("Tell me")
    await waiting.press("Only at a price")
    await waiting.press("$0.55 · +10 %")
    await waiting.say("/watch")
    assert waiting.screen.count("Telegram") == 1
    assert "at most $0.55 · 7 days left · looked at 12:00" in waiting.screen


# To have one bought


async def test_before_it_starts_everything_it_will_do_stands_on_one_screen(
    waiting: Chat, house: House
) -> None:
    await wants_to_buy(waiting, "$0,60")
    assert waiting.screen.startswith(
        "🛒 Telegram · 🇺🇸 United States\nAt most: $0.60\nTime: 60 minutes\n\nI look about once a minute."
    )
    sells(house, "0.50", 9)
    await waiting.wait(600)
    assert house.alpha.called("buy") == []


async def test_a_watch_across_a_restart_buys_once_within_its_price_and_says_so(
    waiting: Chat, house: House
) -> None:
    await watches_to_buy(waiting)
    await waiting.wait(300)
    sells(house, "0.61", 9)
    await waiting.wait(300)
    await house.restart()
    await waiting.wait(300)
    assert (house.alpha.called("buy"), waiting.news) == ([], [])
    sells(house, "0.60", 9)
    await waiting.wait(100)
    [card] = waiting.news
    assert card["text"].startswith(
        "👀 Your watch bought this number.\n📱 +1 201-555-0001\nTelegram · 🇺🇸 United States\nAlpha · $0.60"
    )
    await house.restart()
    await waiting.wait(HOUR)
    assert len(house.alpha.called("buy")) == 1
    await waiting.say("/watch")
    assert "bought one: /numbers" in waiting.screen


async def test_its_number_is_one_like_any_other(waiting: Chat, house: House) -> None:
    sells(house, "0.50", 9)
    await watches_to_buy(waiting)
    await waiting.wait(60)
    house.alpha.delivers("778899")
    await waiting.wait(10)
    assert "778899" in waiting.find("🔔 Telegram")["text"]
    assert "Your watch bought this number." in waiting.find("📱")["text"]


async def test_a_confirmation_pressed_twice_or_late_starts_one_watch(waiting: Chat, house: House) -> None:
    await wants_to_buy(waiting)
    start = waiting.data("Start the watch")
    first, second = waiting.click("Start the watch"), waiting.click("Start the watch")
    await house.settle()
    assert [waiting.answer(click) for click in (first, second)] == ["", ""]
    sells(house, "0.50", 9)
    await waiting.wait(200)
    await waiting.forge(start)
    assert "bought one" in waiting.screen
    await waiting.wait(200)
    assert len(house.alpha.called("buy")) == 1


async def test_a_second_watch_that_buys_the_same_is_asked_for_once_more(waiting: Chat, house: House) -> None:
    await watches_to_buy(waiting)
    await waiting.wait(60)
    await wants_to_buy(waiting, "0.55", "15 minutes")
    await waiting.press("Start the watch")
    assert waiting.screen == (
        "You already wait for this:\n🛒 Telegram · 🇺🇸 United States\n"
        "at most $0.60 · 59 minutes left · looked at 12:00\n\nAnother watch buys another number."
    )
    another = waiting.data("Another one")
    await waiting.press("Open it")
    assert "Buys one number by itself." in waiting.screen
    sells(house, "0.50", 9)
    await waiting.wait(100)
    assert len(house.alpha.called("buy")) == 1
    await waiting.forge(another)
    await waiting.wait(100)
    assert len(house.alpha.called("buy")) == 2


async def test_what_it_tries_in_vain_is_not_shown(waiting: Chat, house: House) -> None:
    await watches_to_buy(waiting)
    await waiting.wait(60)
    sells(house, "0.50", 9)
    house.alpha.breaks("balance", Unavailable("503"))
    await waiting.wait(200)
    assert waiting.news == []
    await waiting.say("/history")
    await waiting.press("Failed")
    await waiting.press("1")
    assert "not bought" in waiting.screen
    assert "🗂 Card" not in waiting.buttons
    house.alpha.breaks("balance", None)
    await waiting.wait(1000)
    assert [one["text"].splitlines()[0] for one in waiting.news] == ["👀 Your watch bought this number."]


async def test_without_money_it_ends_and_says_what_to_do(waiting: Chat, house: House) -> None:
    await watches_to_buy(waiting)
    sells(house, "0.50", 9)
    house.alpha.fails("buy", NoMoney())
    await waiting.wait(200)
    [ring] = waiting.news
    assert ring["text"] == (
        "Telegram · 🇺🇸 United States\n🚫 Your watch has ended, and bought nothing.\n"
        "There is not enough money on the provider's account."
    )
    assert waiting.buttons == ["💰 Balance", "👀 Watch again"]


async def test_an_unclear_purchase_ends_it_with_its_card(waiting: Chat, house: House) -> None:
    await watches_to_buy(waiting)
    sells(house, "0.50", 9)
    house.alpha.loses_the_answer("buy", Unavailable("lost"))
    await waiting.wait(HOUR)
    [card] = waiting.news
    assert card["text"].startswith("👀 Your watch ordered this, and has ended.\nTelegram")
    assert "unknown" in card["text"]
    assert len(house.alpha.called("buy")) == 1


async def test_when_its_time_is_over_it_says_so_once(waiting: Chat, house: House) -> None:
    await watches_to_buy(waiting, lasts="15 minutes")
    await waiting.wait(15 * 60 + 1)
    [ring] = waiting.news
    assert "⌛ Your watch is over: nothing turned up at $0.60 or less." in ring["text"]
    sells(house, "0.10", 9)
    await waiting.wait(HOUR)
    assert (waiting.news, house.alpha.called("buy")) == ([], [])


# The list


async def test_without_watches_the_list_says_how_to_begin(chat: Chat) -> None:
    await chat.say("/watch")
    assert "You wait for nothing right now." in chat.screen
    assert "/watch telegram us" in chat.screen


async def test_a_watch_is_stopped_and_its_place_is_free(waiting: Chat, house: House) -> None:
    await watches_to_buy(waiting)
    await waiting.press("Stop watching")
    assert "stopped by you" in waiting.screen
    sells(house, "0.50", 9)
    await waiting.wait(HOUR)
    assert house.alpha.called("buy") == []


async def test_more_than_ten_are_refused_in_words(waiting: Chat) -> None:
    for _ in range(10):
        await watches_to_buy(waiting)
    await watches_to_buy(waiting)
    assert (
        waiting.alert == "You have 10 watches, and more are not possible. Stop one of them first, in /watch."
    )


async def test_a_provider_that_does_not_answer_is_named_and_rings_nothing(
    waiting: Chat, house: House
) -> None:
    await waiting.say("/watch telegram us")
    await waiting.press("Tell me")
    house.alpha.breaks("prices", Unavailable("503"))
    await waiting.wait(200)
    assert waiting.news == []
    await waiting.say("/watch")
    await waiting.press("🔔 Telegram")
    assert "⚠️ At 12:" in waiting.screen
    assert "does not answer" in waiting.screen


# What lies beside it


async def test_a_removed_key_ends_its_watch_in_words(waiting: Chat, house: House) -> None:
    await watches_to_buy(waiting)
    [key] = await house.codebell.keys.list(waiting.chat_id)
    await house.codebell.keys.remove(key.id, waiting.chat_id, house.clock())
    await waiting.wait(100)
    assert "There is no key left to buy with." in waiting.screen
    assert waiting.buttons == ["🔑 Keys", "👀 Watch again"]


async def test_a_ring_waits_for_who_blocked_the_bot(waiting: Chat, house: House) -> None:
    await waiting.say("/watch telegram us")
    await waiting.press("Tell me")
    house.human.block(waiting.person_id)
    sells(house, "0.50", 9)
    await waiting.wait(200)
    house.human.unblock(waiting.person_id)
    await waiting.wait(10)
    assert "There it is: $0.50" in waiting.screen


async def test_in_quiet_hours_a_find_comes_without_a_sound_and_an_end_comes_later(
    waiting: Chat, house: House
) -> None:
    await house.codebell.preferences.choose(
        waiting.chat_id, quiet_from=11 * 60, quiet_to=16 * 60, utc_offset=0
    )
    await waiting.say("/watch telegram us")
    await waiting.press("Tell me")
    await watches_to_buy(waiting, "0.40", "15 minutes")
    sells(house, "0.50", 9)
    await waiting.wait(HOUR)
    assert ["There it is" in one["text"] for one in waiting.news] == [True]
    assert house.sent("sendMessage")[-1]["params"].get("disable_notification") in (True, "true")
    await waiting.wait(4 * HOUR)
    assert "Your watch is over" in waiting.screen
