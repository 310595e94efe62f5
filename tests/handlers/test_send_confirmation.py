"""The one confirmation: what is pressed is what is sent, at the price that stands on the button."""

from decimal import Decimal

import pytest

from bot.errors import NoMoney, Unavailable
from bot.providers.base import Capability
from bot.providers.sending import Channel, SmsPart
from bot.providers.sending_errors import RequestRefused
from tests.doubles import KEY
from tests.handlers.sending import sent
from tests.house import Chat, House

CHANGED = "The draft or its price has changed. Look at it once more, then send it."


async def test_a_button_drawn_before_a_change_sends_nothing_and_shows_the_draft_anew(
    draft: Chat, house: House
) -> None:
    before = draft.data("Send for")
    await draft.press("SMS text")
    await draft.say("Breakfast is ready")
    await draft.forge(before)
    assert draft.alert == CHANGED
    assert "Breakfast is ready" in draft.screen
    assert house.alpha.called("send") == []
    assert (await sent(draft)).sms == SmsPart("InfoCenter", 300, "Breakfast is ready")


@pytest.mark.parametrize(
    ("pressed", "typed"),
    [
        (["Recipient"], "+380671234567"),
        (["SMS lifetime"], "30"),
        (["SMS sender", "Shop"], ""),
        (["Channels", "Viber, then SMS", "Promo"], ""),
        (["flash"], ""),
    ],
)
async def test_a_button_drawn_before_any_part_changed_is_dead(
    draft: Chat, house: House, pressed: list[str], typed: str
) -> None:
    house.alpha.sender_names[Channel.SMS] = ["InfoCenter", "Shop"]
    before = draft.data("Send for")
    for label in pressed:
        await draft.press(label)
    if typed:
        await draft.say(typed)
    assert draft.data("Send for") != before
    await draft.forge(before)
    assert draft.alert == CHANGED
    assert house.alpha.called("send") == []


async def test_a_price_that_went_up_meanwhile_is_shown_before_anything_is_sent(
    draft: Chat, house: House
) -> None:
    house.alpha.costs[Channel.SMS] = Decimal("0.90")
    await draft.wait(400)
    await draft.press("Send for at most $0.50")
    assert draft.alert == CHANGED
    assert house.alpha.called("send") == []
    assert draft.buttons[0] == "✅ Send for at most $0.92"


async def test_without_a_price_nothing_is_sent_until_it_is_known(sender: Chat, house: House) -> None:
    house.alpha.breaks("price_list", Unavailable("503"))
    await sender.say("/send")
    await sender.press("SMS")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    assert "⚠️ The price is not known. The provider does not answer right now." in sender.screen
    assert not any("Send" in label for label in sender.buttons)
    house.alpha.breaks("price_list", None)
    await sender.press("Ask for the price again")
    assert sender.buttons[0] == "✅ Send for at most $0.50"


async def test_a_provider_that_tells_no_prices_says_so_on_the_button(sender: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.SEND_PRICES, Capability.CHANNEL_BALANCES}
    await sender.say("/send")
    await sender.press("SMS")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    assert "SMS: Alpha tells no price for this country." in sender.screen
    assert "💲 Price per operator" not in sender.buttons
    await sender.press("Send, price unknown")
    assert len(house.alpha.called("send")) == 1


async def test_a_question_for_prices_that_is_refused_stops_nobody(sender: Chat, house: House) -> None:
    house.alpha.breaks("price_list", RequestRefused())
    await sender.say("/send")
    await sender.press("SMS")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    assert "SMS: Alpha tells no price for this country." in sender.screen
    assert "Nothing was sent" not in sender.screen
    assert sender.buttons[0] == "✅ Send, price unknown"


async def test_one_purse_for_all_channels_stands_beside_the_sum(draft: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.CHANNEL_BALANCES}
    await draft.press("flash")
    assert draft.screen.splitlines()[-2:] == ["SMS: $0.48–$0.50", "At most $0.50 of your $18.74."]


async def test_a_balance_that_is_too_small_is_said_before_the_press(draft: Chat, house: House) -> None:
    house.alpha.accounts[KEY] = Decimal("0.10")
    await draft.press("flash")
    assert draft.screen.splitlines()[-1] == "⚠️ That is more than your balance there."
    house.alpha.fails("send", NoMoney())
    await draft.press("Send for")
    assert "🚫 Not sent, not paid.\nThere is not enough money on the provider's account." in draft.screen
