"""Numbers rented elsewhere with the same key: listed, and taken over."""

from bot.errors import Unavailable
from tests.house import Chat, House


async def to_the_list(chat: Chat) -> None:
    await chat.say("/rent")
    await chat.press("Numbers rented elsewhere")


async def test_none_elsewhere_is_said(renter: Chat) -> None:
    await to_the_list(renter)
    assert "None: every number that your keys rent is watched already." in renter.screen
    await renter.press("◀ Back")
    assert "Which country" in renter.screen


async def test_a_number_rented_elsewhere_is_taken_over_and_its_new_sms_ring(
    renter: Chat, house: House
) -> None:
    lease = house.alpha.rents_out()
    house.alpha.texts("old", lease=lease)
    await to_the_list(renter)
    assert "+44 7700 900001 · until " in renter.buttons[0]
    await renter.press("+44 7700 900001")
    assert renter.alert == "Taken over: its new SMS come here from now on. Its card is below."
    assert "Alpha · rented elsewhere" in renter.screen
    await renter.wait(60)
    assert not any(one["text"].startswith("🔔") for one in renter.messages)
    house.alpha.texts("new", lease=lease)
    await renter.wait(60)
    assert renter.find("🔔")["text"].endswith("new")
    await renter.press("✉️ SMS", on=renter.find("Rented number"))
    assert "old" in renter.screen


async def test_what_is_watched_is_not_listed_again(tenant: Chat) -> None:
    await to_the_list(tenant)
    assert "None: every number" in tenant.screen


async def test_taking_over_twice_is_done_once(renter: Chat, house: House) -> None:
    house.alpha.rents_out()
    await to_the_list(renter)
    button = renter.data("+44")
    await renter.press("+44")
    await renter.forge(button)
    assert renter.alert == "Already done: this button was pressed before."


async def test_many_are_shown_page_by_page(renter: Chat, house: House) -> None:
    for _ in range(9):
        house.alpha.rents_out()
    await to_the_list(renter)
    assert len(renter.buttons) == 10
    await renter.press("2 ▶")
    assert "+44 7700 900009" in renter.buttons[0]


async def test_a_provider_that_does_not_answer_is_named(renter: Chat, house: House) -> None:
    house.alpha.breaks("rented", Unavailable("503"))
    await to_the_list(renter)
    assert "⚠️ Alpha: The provider does not answer right now." in renter.screen


async def test_where_no_account_tells_what_it_rents_nothing_is_promised(renter: Chat, house: House) -> None:
    await renter.say("/rent")
    [key] = await house.codebell.keys.list(renter.chat_id)
    await house.codebell.keys.remove(key.id, renter.chat_id, house.clock())
    await renter.press("Numbers rented elsewhere")
    assert "None of your providers tells what an account rents" in renter.screen


async def test_the_number_of_a_rent_with_unknown_outcome_is_taken_over_once_it_is_listed(
    renter: Chat, house: House
) -> None:
    house.alpha.fails("rent", Unavailable("timeout"))
    await renter.say("/rent")
    await renter.press("United States")
    await renter.press("7 days")
    await renter.press("Rent for")
    await renter.wait(600)
    house.alpha.rents_out()
    await renter.press("Numbers rented elsewhere")
    assert "Numbers rented elsewhere" in renter.news[-1]["text"]
    assert "it is unknown whether" in renter.find("Rent a number")["text"]
    await renter.press("+44 7700 900001")
    assert "Alpha · rented elsewhere" in renter.screen
    assert len(house.alpha.called("rent")) == 1


async def test_what_is_rented_elsewhere_is_not_shown_in_a_group(renter: Chat, house: House) -> None:
    house.alpha.rents_out()
    await to_the_list(renter)
    group = house.group(renter)
    await group.say("/rent")
    await group.forge(renter.data("+44"))
    assert group.alert is not None
    assert "private chat" in group.alert


async def test_a_number_can_be_taken_over_only_with_a_key_of_ones_own(
    renter: Chat, newcomer: Chat, house: House
) -> None:
    house.alpha.rents_out()
    await to_the_list(renter)
    button = renter.data("+44")
    await newcomer.say("/start")
    await newcomer.forge(button)
    assert newcomer.alert == "This key was removed."
    await newcomer.say("/numbers")
    assert "no numbers" in newcomer.screen
