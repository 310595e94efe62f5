"""What was chosen for an offer is seen and ticked, and taken back with one press; long lists have pages."""

from decimal import Decimal

import pytest

from bot.providers.base import Supplier, Wish
from tests.house import Chat, House


@pytest.fixture
async def offer(chat: Chat) -> Chat:
    """Somebody who looks at an offer of Alpha."""
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    return chat


@pytest.mark.parametrize(
    ("path", "typed", "seen", "back"),
    [
        (["Price tiers", "$0.70"], "", "Only at $0.70", "✖ Price"),
        (["Maximum price"], "0.90", "At most $0.90 each", "✖ Price"),
        (["Suppliers", "38 ·"], "", "Supplier: 38", "✖ Suppliers"),
        (["Suppliers", "not 21"], "", "Without suppliers 21", "✖ Suppliers"),
        (["Operator", "verizon"], "", "Operator: verizon", "✖ Operator"),
        (["Avoid prefixes"], "1917, 1646", "Not starting with 1917, 1646", "✖ Prefixes"),
    ],
    ids=lambda given: given if isinstance(given, str) and "✖" in given else "",
)
async def test_a_choice_is_seen_and_taken_back_with_one_press(
    offer: Chat, house: House, path: list[str], typed: str, seen: str, back: str
) -> None:
    before = offer.screen, offer.buttons
    for label in path:
        await offer.press(label)
    if typed:
        await offer.say(typed)
    assert seen in offer.screen
    await offer.press(back)
    assert (offer.screen, offer.buttons) == before
    await offer.press("Buy for")
    [call] = house.alpha.called("buy")
    assert call.about == Wish("tg", "1", max_price=Decimal("0.50"))


async def test_what_is_chosen_is_ticked_in_its_list(offer: Chat) -> None:
    for path, ticked in (
        (["Price tiers", "$0.70", "Price tiers"], "✓ $0.70 · 6 left"),
        (["Suppliers", "not 21", "Suppliers"], "✓ 🚫 not 21"),
        (["Suppliers", "38 ·", "Suppliers"], "✓ 38 · $0.60"),
        (["Operator", "verizon", "Operator"], "✓ verizon"),
    ):
        for label in path:
            await offer.press(label)
        assert ticked in offer.buttons
        await offer.press("◀ Back")


async def test_a_supplier_that_was_left_out_is_taken_in_again_by_the_same_button(offer: Chat) -> None:
    for label in ("Suppliers", "not 21", "Suppliers", "not 38", "Suppliers", "not 21"):
        await offer.press(label)
    assert "Without suppliers 38" in offer.screen


async def test_long_lists_have_pages(offer: Chat, house: House) -> None:
    house.alpha.operator_names = [f"operator{number}" for number in range(40)]
    await offer.press("Operator")
    assert len(offer.buttons) == 1 + 16 + 1 + 1
    await offer.press("2 ▶")
    assert "operator16" in offer.buttons
    await offer.press("operator31")
    assert "Operator: operator31" in offer.screen


async def test_a_page_that_is_gone_is_the_last_one(offer: Chat, house: House) -> None:
    button = offer.data("Operator")
    await offer.forge(button.removesuffix("0") + "7")
    assert "verizon" in offer.buttons


@pytest.mark.parametrize("label", ["Price tiers", "Suppliers", "Operator"])
async def test_where_there_is_nothing_to_choose_it_says_so(offer: Chat, house: House, label: str) -> None:
    async def nothing(*_: object) -> list[Supplier]:
        return []

    house.alpha.operator_names = []
    house.alpha.tiers = house.alpha.suppliers = nothing  # type: ignore[method-assign, assignment]
    await offer.press(label)
    assert "There is nothing to choose from right now." in offer.screen
    await offer.press("◀ Back")
    assert offer.buttons[0] == "✅ Buy for $0.50"


async def test_the_question_for_a_price_says_what_it_costs_today(offer: Chat) -> None:
    await offer.press("Maximum price")
    assert "Send the most you would pay, like 0.50. Today it costs $0.50." in offer.screen


async def test_a_maximum_below_the_price_of_today_is_warned_of(offer: Chat) -> None:
    await offer.press("Maximum price")
    await offer.say("0.20")
    assert "below the price of today" in offer.screen


@pytest.mark.parametrize(("question", "typed"), [("Maximum price", "much"), ("Avoid prefixes", "none")])
async def test_from_a_typing_error_back_leads_to_the_offer(offer: Chat, question: str, typed: str) -> None:
    before = offer.screen
    await offer.press(question)
    await offer.say(typed)
    assert offer.buttons == ["◀ Back"]
    await offer.press("◀ Back")
    assert offer.screen == before
