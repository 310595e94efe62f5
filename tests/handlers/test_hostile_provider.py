"""A provider that means harm: whatever it calls its wares, screens show it as text, and the others go on."""

from decimal import Decimal

import pytest

from bot.providers.renting import Tariff
from bot.providers.sending import Channel
from bot.sandbox.telegram.wire import Json
from tests.house import Chat, House
from tests.renting import TARIFFS

#: Markup, formats, directions, cells of a spreadsheet, no words at all, and as many as there can be.
NAMES = (
    "<b>Evil</b> & <a href='https://evil.example'>Co</a>",
    "{provider} {0} %s %(x)d",
    "\u202eelgooG\u2066\x00\x1b[31m",
    "=HYPERLINK(1)",
    "\n\n\n",
    "x" * 64,
)
#: What its buttons would have to carry.
CODES = ("a:b", "💥" * 20, "x" * 64, "<i>", "..")
PRESSABLE = {"url", "text_link", "mention", "bot_command", "text_mention"}


@pytest.fixture
async def victim(chat: Chat, house: House) -> Chat:
    """Somebody with a key of the hostile provider and one of another."""
    alpha = house.alpha
    alpha.names |= {f"n{count}": name for count, name in enumerate(NAMES)} | {code: code for code in CODES}
    alpha.places |= dict.fromkeys(CODES, "US")
    for code in CODES:
        alpha.prices_of[code, "1"] = ("0.10", 5)
        alpha.prices_of["tg", code] = ("0.01", 5)
    for count, _ in enumerate(NAMES):
        alpha.prices_of[f"n{count}", "1"] = ("0.20", 5)
    alpha.operator_names = [*NAMES, *CODES]
    await house.connect(chat, house.beta)
    return chat


def harmless(message: Json) -> bool:
    return not PRESSABLE & {one["type"] for one in message.get("entities", [])}


async def test_names_of_any_kind_are_shown_as_text_on_every_screen(victim: Chat) -> None:
    await victim.say("/buy")
    assert "Which service" in victim.screen
    while any("▶" in label for label in victim.buttons):
        await victim.press("▶")
        assert "Which service" in victim.screen
    for words in ("/buy telegram", "/buy telegram us", "/balance", "/prices", "evil", "/start"):
        await victim.say(words)
        assert "Something went wrong" not in victim.screen, words
        assert all(map(harmless, victim.news)), words


async def test_codes_that_no_button_can_carry_hide_nobody_elses_offers(victim: Chat) -> None:
    await victim.say("/buy telegram us")
    assert any("Alpha" in label for label in victim.buttons)
    assert any("Beta" in label for label in victim.buttons)
    await victim.say("/buy telegram")
    assert any("United States" in label for label in victim.buttons)
    await victim.say("/buy telegram us")
    await victim.press("Alpha")
    await victim.press("Operator")
    assert "Which operator" in victim.screen


async def test_senders_and_tariffs_of_any_kind_are_shown_as_text(
    sender: Chat, renter: Chat, house: House
) -> None:
    alpha = house.alpha
    alpha.sender_names = {Channel.VIBER: [*NAMES], Channel.SMS: [*NAMES]}
    alpha.rental_tariffs = tuple(Tariff(code, 7, Decimal(1), code, "US") for code in CODES) + TARIFFS
    alpha.rental_stocks |= dict.fromkeys(CODES, 5)
    for words, labels in (("/send", ["SMS"]), ("/rent", ["United States"])):
        await sender.say(words)
        for label in labels:
            await sender.press(label)
        assert "Something went wrong" not in str(sender.messages)
        assert harmless(sender.last)
