"""What a message may not be, and how much of it: said before anything is sent."""

from decimal import Decimal

import pytest

from bot.errors import Unavailable
from bot.providers.base import Capability
from bot.providers.sending import Channel
from bot.providers.sending_errors import RequestRefused
from bot.providers.smsfly import limits
from tests.house import Chat, House


@pytest.fixture
async def strict(sender: Chat, house: House) -> Chat:
    """Somebody whose provider has limits as a real one has; a Viber draft that only waits for *Send*."""
    house.alpha.limits = limits.check
    await sender.say("/send")
    await sender.press("Viber")
    await sender.press("Promo")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    return sender


def cannot_be_sent(chat: Chat) -> bool:
    return not any("Send" in label for label in chat.buttons)


# What a provider does not take


async def test_a_text_with_an_image_needs_a_button_and_the_draft_says_so(strict: Chat) -> None:
    await strict.press("Viber image")
    await strict.say("https://example.org/menu.png")
    assert strict.screen.splitlines()[-1] == (
        "⚠️ A Viber message is one of four: a text, an image, a text with a button, "
        "or a text with a button and an image."
    )
    assert cannot_be_sent(strict)
    await strict.press("Viber button")
    await strict.say("To the menu")
    await strict.say("https://example.org/menu")
    assert "one of four" not in strict.screen
    assert strict.buttons[0] == "✅ Send for at most $0.77"


async def test_an_image_alone_is_a_message_once_its_text_is_taken_out(strict: Chat, house: House) -> None:
    await strict.press("Viber image")
    await strict.say("https://example.org/menu.png")
    await strict.press("Viber text")
    await strict.press("No text")
    await strict.press("Send for")
    [message] = house.alpha.outgoing.values()
    assert message.viber is not None
    assert (message.viber.text, message.viber.image) == ("", "https://example.org/menu.png")


async def test_a_channel_without_text_is_named_before_the_press(strict: Chat) -> None:
    await strict.press("Viber image")
    await strict.say("https://example.org/menu.png")
    await strict.press("Viber text")
    await strict.press("No text")
    await strict.press("Channels")
    await strict.press("Viber, then SMS")
    assert strict.screen.splitlines()[-1] == "⚠️ An SMS needs a text."
    assert cannot_be_sent(strict)


async def test_limits_are_looked_at_again_at_the_press(strict: Chat, house: House) -> None:
    button = strict.data("Send for")
    await strict.press("Viber image")
    await strict.say("https://example.org/menu.png")
    await strict.forge(button)
    assert house.alpha.called("send") == []
    assert "one of four" in strict.screen


async def test_nothing_is_asked_of_the_provider_while_something_is_missing(
    sender: Chat, house: House
) -> None:
    await sender.say("/send")
    await sender.press("SMS")
    await sender.press("◀ Back")
    assert cannot_be_sent(sender)
    assert house.alpha.called("price_list") == []


# How much one person may send


@pytest.mark.parametrize("settings", [{"limits": {"messages_per_day": 1}}])
async def test_a_limit_of_messages_a_day_is_named_and_the_draft_stays(draft: Chat, house: House) -> None:
    await draft.press("Send for")
    await draft.press("Write another like it")
    before = draft.screen
    await draft.press("Send for")
    assert draft.alert == "That is the limit of messages a day: 1. Try again later."
    assert draft.screen == before
    assert len(house.alpha.called("send")) == 1
    await draft.wait(23 * 3600)
    await draft.press("Send for")
    assert draft.alert == "That is the limit of messages a day: 1. Try again later."


@pytest.mark.parametrize("settings", [{"limits": {"spend_per_day": "0.60"}}])
async def test_a_limit_of_spending_counts_with_the_dearest_operator(draft: Chat, house: House) -> None:
    await draft.press("Send for at most $0.50")
    await draft.press("Write another like it")
    await draft.press("Send for at most $0.50")
    assert draft.alert == "That would pass the daily spending limit of 0.60 at this provider."
    assert len(house.alpha.called("send")) == 1


@pytest.mark.parametrize("settings", [{"limits": {"spend_per_day": "5"}}])
async def test_with_a_limit_of_spending_no_message_of_unknown_price_is_sent(
    sender: Chat, house: House
) -> None:
    house.alpha.capabilities -= {Capability.SEND_PRICES}
    await sender.say("/send")
    await sender.press("SMS")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    await sender.press("Send, price unknown")
    assert sender.alert is not None
    assert sender.alert.startswith(
        "There is a daily spending limit, and what this message costs is not known."
    )
    assert house.alpha.called("send") == []


# The price to one operator


async def test_prices_are_told_per_operator_and_exactly_for_this_message(draft: Chat, house: House) -> None:
    await draft.press("SMS text")
    await draft.say("a" * 200)
    await draft.press("Price per operator")
    assert draft.screen.startswith("Price per operator · +380 50 123 4567 · 🇺🇦 Ukraine")
    assert draft.buttons == ["255-01 · SMS $0.48", "255-03 · SMS $0.50", "◀ Back"]
    await draft.press("255-03")
    assert draft.alert == "Your message to the operator 255-03:\nSMS: $0.96 for 2 SMS"
    assert house.alpha.called("price")[0].about == "03"
    await draft.press("◀ Back")
    assert draft.buttons[0] == "✅ Send for at most $1.00"


async def test_an_operator_whose_price_is_not_told_says_so_and_nothing_of_sending(
    draft: Chat, house: House
) -> None:
    await draft.press("Price per operator")
    house.alpha.breaks("price", RequestRefused())
    await draft.press("255-03")
    assert draft.alert == "The provider tells no price to this operator."


async def test_operators_have_pages_and_both_channels(both: Chat, house: House) -> None:
    house.alpha.networks = tuple(f"{number:02}" for number in range(1, 26))
    await both.wait(400)
    await both.press("Price per operator")
    assert both.buttons[0] == "255-01 · Viber $0.75 · SMS $0.48"
    await both.press("2 ▶")
    await both.press("3 ▶")
    assert both.buttons == [
        *(f"255-{number} · Viber $0.77 · SMS $0.50" for number in range(21, 26)),
        "◀ 2",
        "◀ Back",
    ]


async def test_a_country_without_prices_says_so(draft: Chat, house: House) -> None:
    house.alpha.networks = ()
    await draft.wait(400)
    await draft.press("Price per operator")
    assert draft.screen == "The provider tells no prices for this country."
    await draft.press("◀ Back")
    assert "SMS: Alpha tells no price for this country." in draft.screen
    assert draft.buttons[0] == "✅ Send, price unknown"


async def test_the_costs_of_the_provider_are_shown_to_the_last_digit(draft: Chat, house: House) -> None:
    house.alpha.costs[Channel.SMS] = Decimal("0.4785")
    await draft.wait(400)
    await draft.press("flash")
    assert "SMS: $0.4785–$0.4985 of your $18.74" in draft.screen


# Prices that are not known


async def test_a_refused_price_list_stops_nobody(sender: Chat, house: House) -> None:
    house.alpha.breaks("price_list", RequestRefused())
    await sender.say("/send")
    await sender.press("SMS")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    assert "Nothing was sent" not in sender.screen
    assert sender.buttons[0] == "✅ Send, price unknown"


async def test_a_missing_price_list_of_several_leaves_the_highest_price_open(
    sender: Chat, house: House
) -> None:
    house.alpha.fails("price_list", Unavailable("503"))
    await sender.say("/send")
    await sender.press("SMS")
    await sender.say("+12125550123")
    await sender.say("Dinner is ready")
    assert "SMS: $0.48 or more" in sender.screen
    assert sender.buttons[0] == "✅ Send, price unknown"
    await sender.press("Send, price unknown")
    assert sender.buttons[0] == "✅ Send for at most $0.50"
    assert house.alpha.called("send") == []
