"""What can be chosen for an offer: tiers, suppliers, operators, a maximum price, prefixes to avoid."""

from decimal import Decimal

import pytest

from bot.errors import Unavailable
from bot.providers.base import Capability, Wish
from tests.house import Chat, House


@pytest.fixture
async def offer(chat: Chat) -> Chat:
    """Somebody who looks at an offer of Alpha."""
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    return chat


async def bought(chat: Chat) -> Wish:
    """Press *Buy*; what the provider was asked for."""
    await chat.press("Buy for")
    [call] = chat.house.alpha.called("buy")
    assert isinstance(call.about, Wish)
    return call.about


async def test_only_what_the_provider_can_do_is_offered(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    assert chat.buttons[6:-1] == [
        "💲 Price tiers",
        "⬆ Maximum price",
        "🏭 Suppliers",
        "📶 Operator",
        "🚫 Avoid prefixes",
    ]
    house.alpha.capabilities -= {Capability.TIERS, Capability.SUPPLIERS, Capability.PREFIXES}
    await chat.press("Other offers")
    await chat.press("Alpha")
    assert chat.buttons[6:-1] == ["⬆ Maximum price", "📶 Operator"]


async def test_a_provider_without_choices_is_asked_for_nothing_it_does_not_know(
    chat: Chat, house: House
) -> None:
    house.alpha.capabilities = frozenset({Capability.BUY, Capability.BALANCE})
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    assert chat.buttons == ["✅ Buy for $0.50", "✓ ×1", "×2", "×3", "×4", "×5", "◀ Other offers"]
    assert await bought(chat) == Wish("tg", "1")


async def test_a_tier_is_one_price_exactly(offer: Chat) -> None:
    await offer.press("Price tiers")
    assert offer.buttons == ["Any", "$0.50 · 4 left", "$0.70 · 6 left", "◀ Back"]
    await offer.press("$0.70")
    assert "Only at $0.70" in offer.screen
    assert offer.buttons[0] == "✅ Buy for $0.70"
    assert await bought(offer) == Wish("tg", "1", max_price=Decimal("0.70"), min_price=Decimal("0.70"))


async def test_a_tier_can_be_taken_back(offer: Chat) -> None:
    await offer.press("Price tiers")
    await offer.press("$0.70")
    await offer.press("Price tiers")
    await offer.press("Any")
    assert "Only at" not in offer.screen
    assert await bought(offer) == Wish("tg", "1", max_price=Decimal("0.50"))


async def test_a_supplier_can_be_chosen(offer: Chat) -> None:
    await offer.press("Suppliers")
    assert offer.buttons[1::2] == ["21 · $0.50", "38 · $0.60", "◀ Back"]
    assert "21: 4 left\n38: 9 left" in offer.screen
    await offer.press("38 ·")
    assert "Supplier: 38" in offer.screen
    assert await bought(offer) == Wish("tg", "1", suppliers=("38",), max_price=Decimal("0.60"))


async def test_several_suppliers_can_be_chosen_at_the_dearest_of_their_prices(offer: Chat) -> None:
    for supplier in ("38 ·", "21 ·"):
        await offer.press("Suppliers")
        await offer.press(supplier)
    assert "Only suppliers 21, 38" in offer.screen
    await offer.press("Suppliers")
    assert offer.buttons[1::2] == ["✓ 21 · $0.50", "✓ 38 · $0.60", "◀ Back"]
    await offer.press("◀ Back")
    assert await bought(offer) == Wish("tg", "1", suppliers=("21", "38"), max_price=Decimal("0.60"))


async def test_a_chosen_supplier_is_taken_back_by_choosing_it_again(offer: Chat) -> None:
    for _ in range(2):
        await offer.press("Suppliers")
        await offer.press("38 ·")
    assert "At most" not in offer.screen
    assert await bought(offer) == Wish("tg", "1", max_price=Decimal("0.50"))


async def test_suppliers_can_be_left_out(offer: Chat) -> None:
    await offer.press("Suppliers")
    await offer.press("not 21")
    await offer.press("Suppliers")
    await offer.press("not 38")
    assert (await bought(offer)).except_suppliers == ("21", "38")


async def test_more_suppliers_than_can_be_kept_are_refused_and_none_is_cut(offer: Chat) -> None:
    await offer.press("Suppliers")
    button = offer.data("not 21").removesuffix("21")
    for start in range(8):
        await offer.forge(button + f"{start}" * 35)
    assert offer.alert == "A limit was reached."
    assert {len(one) for one in (await bought(offer)).except_suppliers} == {35}


async def test_leaving_suppliers_out_can_be_taken_back(offer: Chat) -> None:
    await offer.press("Suppliers")
    await offer.press("not 21")
    await offer.press("Suppliers")
    await offer.press("Any")
    assert await bought(offer) == Wish("tg", "1", max_price=Decimal("0.50"))


async def test_a_maximum_price_takes_the_place_of_a_tier(offer: Chat) -> None:
    await offer.press("Price tiers")
    await offer.press("$0.70")
    await offer.press("Maximum price")
    await offer.say("0.90")
    assert await bought(offer) == Wish("tg", "1", max_price=Decimal("0.90"))


async def test_a_suppliers_price_goes_with_the_supplier(offer: Chat) -> None:
    await offer.press("Suppliers")
    await offer.press("38 ·")
    await offer.press("Suppliers")
    await offer.press("not 21")
    assert "At most" not in offer.screen
    assert await bought(offer) == Wish("tg", "1", except_suppliers=("21",), max_price=Decimal("0.50"))


@pytest.mark.parametrize("choice", ["not 21", "Any"])
async def test_a_typed_maximum_outlives_a_choice_among_suppliers(offer: Chat, choice: str) -> None:
    await offer.press("Maximum price")
    await offer.say("0.90")
    await offer.press("Suppliers")
    await offer.press(choice)
    assert (await bought(offer)).max_price == Decimal("0.90")


async def test_an_operator_can_be_chosen(offer: Chat) -> None:
    await offer.press("Operator")
    assert offer.buttons == ["Any", "tmobile", "verizon", "◀ Back"]
    await offer.press("verizon")
    assert "Operator: verizon" in offer.screen
    assert (await bought(offer)).operator == "verizon"


async def test_back_from_a_choice_changes_nothing(offer: Chat) -> None:
    before = offer.screen
    await offer.press("Operator")
    await offer.press("◀ Back")
    assert offer.screen == before


async def test_a_maximum_price_is_typed(offer: Chat) -> None:
    for typed, price in (("0.61", "0.61"), ("0,62", "0.62"), (" $0.63 ", "0.63"), ("00.750", "0.75")):
        await offer.press("Maximum price")
        await offer.say(typed)
        assert f"At most ${price}" in offer.screen
    assert offer.buttons[0] == "✅ Buy for at most $0.75"
    assert (await bought(offer)).max_price == Decimal("0.75")


async def test_what_is_no_price_is_asked_for_again(offer: Chat) -> None:
    await offer.press("Maximum price")
    for typed in ("much", "-1", "0", "NaN", "Infinity", "1e9", "10001", "🙂", "5" * 4000):
        await offer.say(typed)
        assert offer.screen == "That is not a price. Send a number like 0.50.", typed
        assert len(offer.news) == 1, typed
    await offer.say("0.80")
    assert "At most $0.80" in offer.screen


async def test_prefixes_to_avoid_are_typed(offer: Chat) -> None:
    await offer.press("Avoid prefixes")
    await offer.say("+1917, 1646")
    assert "Not starting with 1917, 1646" in offer.screen
    assert (await bought(offer)).avoid_prefixes == ("1917", "1646")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1201,+44 20 1", ("1201", "44201")),
        ("+1 201, 1202", ("1201", "1202")),
        ("+1 (201) 555", ("1201555",)),
        ("44-20-1", ("44201",)),
    ],
)
async def test_prefixes_are_typed_as_numbers_are_written(
    offer: Chat, typed: str, meant: tuple[str, ...]
) -> None:
    await offer.press("Avoid prefixes")
    await offer.say(typed)
    assert (await bought(offer)).avoid_prefixes == meant


async def test_what_are_no_prefixes_is_asked_for_again(offer: Chat) -> None:
    await offer.press("Avoid prefixes")
    for typed in ("7918 7900", "none", "12", "1917;1646", ",,,", "1" * 11, ",".join(["7918"] * 21)):
        await offer.say(typed)
        assert offer.screen.startswith("These are no prefixes. Send them like 7918, 7900111"), typed
        assert len(offer.news) == 1, typed
    await offer.say("7918")
    assert "Not starting with 7918" in offer.screen


async def test_choices_add_up(offer: Chat) -> None:
    await offer.press("Maximum price")
    await offer.say("0.60")
    await offer.press("Operator")
    await offer.press("tmobile")
    await offer.press("Avoid prefixes")
    await offer.say("1917")
    assert await bought(offer) == Wish(
        "tg", "1", operator="tmobile", max_price=Decimal("0.60"), avoid_prefixes=("1917",)
    )


async def test_going_back_ends_the_question(offer: Chat) -> None:
    await offer.press("Maximum price")
    await offer.press("◀ Back")
    await offer.say("0.75")
    assert "At most" not in offer.screen


async def test_a_command_ends_the_question_and_words_are_a_service_again(offer: Chat) -> None:
    await offer.press("Maximum price")
    await offer.say("/numbers")
    await offer.say("whatsapp")
    assert offer.screen.startswith("WhatsApp\nWhich country")


async def test_a_question_survives_a_restart(offer: Chat, house: House) -> None:
    await offer.press("Maximum price")
    await house.restart()
    await offer.say("0.75")
    assert "At most $0.75" in offer.screen


async def test_a_choice_is_not_changed_after_the_purchase(offer: Chat, house: House) -> None:
    await offer.press("Operator")
    button = offer.data("verizon")
    await offer.press("◀ Back")
    await offer.press("Buy for")
    await offer.forge(button)
    assert offer.alert is not None
    assert "+1 201-555-0001" in offer.screen


async def test_a_provider_that_cannot_say_its_tiers_leaves_the_offer_as_it_is(
    offer: Chat, house: House
) -> None:
    house.alpha.fails("tiers", Unavailable("503"))
    await offer.press("Price tiers")
    assert offer.alert == "The provider does not answer right now."
    assert offer.buttons[0] == "✅ Buy for $0.50"


async def test_names_a_button_cannot_carry_are_left_out(offer: Chat, house: House) -> None:
    house.alpha.operator_names = ["a:b", "o" * 39, "оператор" * 3, "o" * 38]
    await offer.press("Operator")
    assert offer.buttons == ["Any", "o" * 38, "◀ Back"]
    await offer.press("ooo")
    assert f"Operator: {'o' * 38}" in offer.screen
