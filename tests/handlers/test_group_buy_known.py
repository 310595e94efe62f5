"""A purchase in a group and what is known of it: who reads the code, where it is told, who may no more."""

from storage.group_rules import Seat
from storage.models import Buyers, Eyes
from tests.handlers.conftest import telegram_us
from tests.handlers.teams import group, rules
from tests.house import Chat, House

__all__ = ["group"]


async def test_that_everyone_will_see_the_code_is_said_before_it_is_bought(group: Chat, house: House) -> None:
    await group.say("/buy telegram us")
    await group.press("Alpha")
    assert "Everyone here will see the code" not in group.screen
    await rules(group, who_sees=Eyes.EVERYONE)
    await group.press("Buy for")
    assert group.alert == "It was changed meanwhile: look again."
    assert "👁 Everyone here will see the code." in group.screen
    assert house.alpha.called("buy") == []
    await group.press("Buy for")
    assert "👁 Everyone here will see the code." in group.find("📱")["text"]
    assert len(house.alpha.called("buy")) == 1


async def test_who_is_named_no_more_gets_no_more_of_several(group: Chat, bob: Chat, house: House) -> None:
    sharings, seat = house.codebell.sharings, group.seat(bob)
    await rules(group, who_buys=Buyers.NAMED)
    await sharings.let_buy(group.chat_id, bob.person_id, True, house.clock())
    quote = await telegram_us(seat, house)
    quote.count = 3
    await house.codebell.quotes.open(quote)
    house.clock.advance(1)
    await house.codebell.purchases.buy(quote.nonce, bob.person_id, group.chat_id, None, seat=Seat())
    house.clock.advance(1)
    await sharings.let_buy(group.chat_id, bob.person_id, False, house.clock())
    await house.settle()
    assert len(house.alpha.called("buy")) == 1


async def test_where_the_number_could_be_told_nowhere_nothing_is_bought(
    group: Chat, bob: Chat, house: House
) -> None:
    seat = group.seat(bob)
    await seat.say("/buy telegram us")
    await seat.press("Alpha")
    house.human.add_bot(group.chat_id, group.person_id, "restricted")
    await house.settle()
    await seat.press("Buy for")
    assert (seat.alert or "").startswith("I may not write in this group right now")
    assert house.alpha.called("buy") == []
    await bob.say("/start")
    await seat.press("Buy for")
    assert len(house.alpha.called("buy")) == 1
    assert "201-555" in bob.find("📱")["text"]
