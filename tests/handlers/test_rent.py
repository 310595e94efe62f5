"""Renting a number: countries, tariffs, one confirmation, and what becomes of the order."""

from decimal import Decimal

import pytest

from bot.errors import BadReply, CodebellError, NoMoney, NoNumbers, PriceChanged, Unavailable, Unclear
from bot.providers.renting import Tariff
from tests.doubles import KEY
from tests.house import Chat, House
from tests.renting import RENTING


async def to_the_confirmation(chat: Chat) -> None:
    await chat.say("/rent")
    await chat.press("United States")
    await chat.press("7 days")


async def test_renting_stands_in_the_menu_of_who_can_rent(chat: Chat, house: House) -> None:
    await chat.say("/start")
    assert "🗓 Rent a number" not in chat.buttons
    house.alpha.capabilities |= RENTING
    await chat.say("/start")
    await chat.press("Rent a number")
    assert "Which country should it be from?" in chat.screen


async def test_countries_show_flag_name_cheapest_tariff_and_stock(renter: Chat) -> None:
    await renter.say("/rent")
    assert sorted(renter.buttons[:2], reverse=True) == [
        "🇺🇸 United States · from $1.50 · 5 left",
        "🇬🇧 United Kingdom · from $3.00 · 1 left",
    ]
    assert renter.buttons[2:] == ["🔎 Numbers rented elsewhere", "◀ Menu"]


async def test_tariffs_are_listed_shortest_first(renter: Chat) -> None:
    await renter.say("/rent")
    await renter.press("United States")
    assert renter.screen == "Rent a number · 🇺🇸 United States\nFor how long?"
    assert renter.buttons == ["1 day · $1.50", "7 days · $4.00", "◀ Countries"]


async def test_the_confirmation_says_everything_and_costs_nothing(renter: Chat, house: House) -> None:
    await to_the_confirmation(renter)
    assert renter.screen.splitlines() == [
        "Rent a number · 🇺🇸 United States",
        "Alpha · 7 days · $4.00 of your $18.74",
        "",
        "Every SMS to it is pushed here. I remind you a day before it ends, and an hour before.",
        "A rented number cannot be given back early.",
    ]
    assert renter.buttons == ["✅ Rent for $4.00", "◀ Other tariffs"]
    assert house.alpha.called("rent") == []


async def test_one_press_rents_once_and_the_pressed_message_becomes_the_card(
    renter: Chat, house: House
) -> None:
    await to_the_confirmation(renter)
    pressed = renter.last["message_id"]
    await renter.press("Rent for")
    assert renter.alert == "Renting…"
    assert renter.last["message_id"] == pressed
    assert renter.screen.splitlines()[:3] == [
        "📱 +44 7700 900001",
        "Rented number · 🇺🇸 United States",
        "Alpha · 7 days · $4.00",
    ]
    assert house.alpha.accounts[KEY] == Decimal("14.74")


async def test_pressed_twice_at_once_it_is_rented_once(renter: Chat, house: House) -> None:
    await to_the_confirmation(renter)
    first, second = renter.click("Rent for"), renter.click("Rent for")
    await house.settle()
    assert {renter.answer(first), renter.answer(second)} == {
        "Renting…",
        "Already done: this button was pressed before.",
    }
    assert len(house.alpha.called("rent")) == 1


async def test_back_leads_back_everywhere(renter: Chat) -> None:
    await to_the_confirmation(renter)
    await renter.press("◀ Other tariffs")
    assert "For how long?" in renter.screen
    await renter.press("◀ Countries")
    assert "Which country" in renter.screen
    await renter.press("◀ Menu")
    assert "What shall it be?" in renter.screen
    assert len(renter.messages) == 1


async def test_a_key_that_cannot_rent_leads_to_one_that_can(chat: Chat, house: House) -> None:
    house.beta.capabilities |= RENTING
    await chat.say("/rent")
    assert "your own key of a provider that rents numbers: Beta." in chat.screen
    assert chat.buttons == ["🔑 Add a provider key", "◀ Menu"]


async def test_where_no_provider_rents_it_is_said(chat: Chat) -> None:
    await chat.say("/rent")
    assert "None of the providers here rents numbers." in chat.screen
    assert chat.buttons == ["◀ Menu"]


async def test_renting_in_a_group_is_refused_kindly(renter: Chat, house: House) -> None:
    group = house.group(renter)
    await group.say("/rent")
    assert "private chat" in group.screen


async def test_a_button_of_renting_pays_nothing_in_a_group(renter: Chat, house: House) -> None:
    await to_the_confirmation(renter)
    group = house.group(renter)
    await group.say("/rent")
    for label in ("◀ Other tariffs", "Rent for"):
        await group.forge(renter.data(label))
        assert group.alert is not None, label
        assert "private chat" in group.alert, label
    assert house.alpha.called("rent") == []


async def test_a_country_that_is_sold_out_says_so_and_leads_to_another(renter: Chat, house: House) -> None:
    house.alpha.rental_stocks["GB"] = 0
    await renter.say("/rent")
    assert renter.buttons[:2] == [
        "🇺🇸 United States · from $1.50 · 5 left",
        "🇬🇧 UK · from $3.00 · out of stock",
    ]
    await renter.press("UK")
    assert renter.alert == "No numbers in stock there right now."
    await renter.press("United States")
    assert "For how long?" in renter.screen


async def test_several_keys_are_told_apart(renter: Chat, house: House) -> None:
    house.beta.capabilities |= RENTING
    await house.connect(renter, house.beta)
    await renter.say("/rent")
    assert "🇺🇸 USA · Alpha · from $1.50 · 5 left" in renter.buttons
    assert "🇺🇸 USA · Beta · from $1.50 · 5 left" in renter.buttons
    await renter.press("USA · Beta")
    await renter.press("1 day")
    assert "Beta · 1 day · $1.50" in renter.screen


async def test_many_countries_are_shown_page_by_page(renter: Chat, house: House) -> None:
    isos = ["US", "GB", "DE", "VN", "FR", "IT", "ES", "PL", "UA", "RO"]
    house.alpha.rental_tariffs = tuple(Tariff(iso2, 7, Decimal(5), iso2, iso2) for iso2 in isos)
    house.alpha.rental_stocks = dict.fromkeys(isos, 3)
    await renter.say("/rent")
    assert len([label for label in renter.buttons if "from" in label]) == 8
    await renter.press("2 ▶")
    assert len([label for label in renter.buttons if "from" in label]) == 2
    assert "◀ 1" in renter.buttons


async def test_a_tariff_that_is_gone_leaves_no_dead_button(renter: Chat, house: House) -> None:
    await renter.say("/rent")
    await renter.press("United States")
    house.alpha.rental_tariffs = house.alpha.rental_tariffs[:1]
    await renter.press("7 days")
    assert renter.alert == "The provider does not offer that any more."
    assert "Which country" in renter.screen


async def test_a_provider_that_is_down_is_named(renter: Chat, house: House) -> None:
    house.alpha.breaks("tariffs", Unavailable("502"))
    await renter.say("/rent")
    assert "There is nothing to rent right now." in renter.screen
    assert "⚠️ Alpha: The provider does not answer right now." in renter.screen


async def test_a_balance_that_is_too_small_is_said_before_the_press(renter: Chat, house: House) -> None:
    house.alpha.accounts[KEY] = Decimal("2.00")
    house.clock.advance(60)
    await to_the_confirmation(renter)
    assert "⚠️ That is more than your balance there." in renter.screen


REFUSALS: list[CodebellError] = [NoNumbers(), NoMoney(), PriceChanged(), Unavailable("no way", sent=False)]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
async def test_a_refused_rent_says_that_nothing_was_paid_and_why(
    renter: Chat, house: House, refusal: CodebellError
) -> None:
    house.alpha.fails("rent", refusal)
    await to_the_confirmation(renter)
    await renter.press("Rent for")
    assert "🚫 Not rented, not paid.\n" + refusal.text in renter.screen
    assert renter.buttons == ["🔁 Try again", "🌍 Other countries"]
    await renter.wait(300)
    assert len(house.alpha.called("rent")) == 1
    await renter.press("Try again")
    await renter.press("7 days")
    await renter.press("Rent for")
    assert "+44 7700 900001" in renter.screen


@pytest.mark.parametrize("lost", [Unavailable("timeout"), BadReply("<html>")], ids=["timeout", "nonsense"])
async def test_a_lost_answer_is_settled_by_the_accounts_list(
    renter: Chat, house: House, lost: Unclear
) -> None:
    house.alpha.loses_the_answer("rent", lost)
    await to_the_confirmation(renter)
    await renter.press("Rent for")
    assert "📱 +44 7700 900001" in renter.screen
    assert len(house.alpha.called("rent")) == 1


async def test_an_unknown_rent_is_told_with_both_balances_and_never_repeated(
    renter: Chat, house: House
) -> None:
    house.alpha.fails("rent", Unavailable("timeout"))
    await to_the_confirmation(renter)
    await renter.press("Rent for")
    assert "it is unknown whether a number was rented" in renter.screen
    assert "Balance before: $18.74\nBalance after: $18.74" in renter.screen
    assert "Numbers rented elsewhere takes it over." in renter.screen
    assert renter.buttons == ["🔎 Numbers rented elsewhere"]
    await renter.wait(3600)
    await house.restart()
    assert len(house.alpha.called("rent")) == 1


async def test_an_offer_that_is_too_old_rents_nothing(renter: Chat, house: House) -> None:
    await to_the_confirmation(renter)
    await renter.wait(3600)
    await renter.press("Rent for")
    assert renter.alert is not None
    assert "too old" in renter.alert
    assert house.alpha.called("rent") == []


async def test_somebody_elses_offer_rents_nothing(renter: Chat, newcomer: Chat, house: House) -> None:
    await to_the_confirmation(renter)
    button = renter.data("Rent for")
    await newcomer.say("/start")
    await newcomer.forge(button)
    assert newcomer.alert == "This button belongs to somebody else."
    assert house.alpha.called("rent") == []


@pytest.mark.parametrize("settings", [{"limits": {"purchases_per_day": 1}}])
async def test_the_limit_of_purchases_counts_rents(tenant: Chat, house: House) -> None:
    await to_the_confirmation(tenant)
    await tenant.press("Rent for")
    assert tenant.alert == "That is the limit of 1 purchases a day; try again later."
    assert len(house.alpha.called("rent")) == 1
