"""Rented numbers among the others in /numbers."""

from tests.house import Chat, House


async def test_rented_numbers_stand_first_with_their_end_and_sim(tenant: Chat, house: House) -> None:
    await tenant.buys()
    await tenant.say("/numbers")
    end = house.alpha.newest_lease.rented.until
    assert end is not None
    assert tenant.screen.split("\n\n") == [
        "Your numbers",
        f"+44 7700 900001\n🇺🇸 Rental · until {end.astimezone():%-d %b %H:%M} · SIM on",
        "+1 201-555-0001\n🇺🇸 Telegram · waiting for the SMS",
    ]
    assert tenant.buttons[0] == "🗂 +44 7700 900001"


async def test_the_card_of_a_rented_number_comes_again_at_the_end_of_the_chat(
    tenant: Chat, house: House
) -> None:
    await tenant.say("/numbers")
    await tenant.press("🗂 +44")
    [card] = tenant.news
    assert "Rented number" in card["text"]
    house.alpha.texts("Hello")
    await tenant.wait(60)
    renewed = next(one for one in tenant.messages if one["message_id"] == card["message_id"])
    assert "Hello" in renewed["text"]


async def test_a_card_that_comes_again_leaves_no_old_end_behind(tenant: Chat) -> None:
    old = tenant.last["message_id"]
    await tenant.say("/numbers")
    await tenant.press("🗂 +44")
    assert read(tenant, old) == "🗂 +44 7700 900001: its card went on below."
    second = tenant.news[0]["message_id"]
    await tenant.press("Renew", on=tenant.news[0])
    await tenant.press("7 days")
    await tenant.press("Renew for")
    assert read(tenant, second) == "🗂 +44 7700 900001: its card went on below."
    assert "14 days left" in tenant.screen
    assert [one["text"].count("Until") for one in tenant.messages].count(1) == 1


async def test_an_old_card_that_was_deleted_stays_deleted(tenant: Chat) -> None:
    await tenant.say("/numbers")
    tenant.delete(tenant.find("Rented number"))
    await tenant.press("🗂 +44")
    assert [one["text"].split()[0] for one in tenant.messages] == ["Your", "📱"]


async def test_an_old_card_stays_while_the_new_one_cannot_be_sent(tenant: Chat, house: House) -> None:
    old = tenant.last["message_id"]
    house.human.block(tenant.person_id)
    await house.codebell.rentals.hang_anew(await the_rental(house, tenant), tenant.person_id)
    await house.settle()
    assert "Rented number" in read(tenant, old)


async def the_rental(house: House, chat: Chat) -> str:
    [row] = await house.codebell.rentals.recent(chat.person_id, chat.chat_id)
    return row.id


def read(chat: Chat, message_id: int) -> str:
    """What a message says now."""
    return str(next(one["text"] for one in chat.messages if one["message_id"] == message_id))


async def test_a_rent_that_ended_stands_last(tenant: Chat, house: House) -> None:
    house.alpha.drops()
    await tenant.wait(3600)
    await tenant.buys()
    await tenant.say("/numbers")
    assert [block.split(" · ")[-1] for block in tenant.screen.split("\n\n")[1:]] == [
        "waiting for the SMS",
        "ended",
    ]


async def test_the_card_of_a_rent_that_ended_stays_when_another_is_rented(tenant: Chat, house: House) -> None:
    house.alpha.lasts(hours=0.1)
    await tenant.wait(310 + 60)
    house.alpha.drops()
    await tenant.wait(900)
    await tenant.press("Rent another")
    assert "Which country" in tenant.news[-1]["text"]
    assert "⌛ The rent ended" in tenant.find("Rented number")["text"]


async def test_a_rented_number_cannot_be_cancelled(tenant: Chat) -> None:
    await tenant.say("/cancel")
    assert tenant.screen == "There is no number that could be cancelled."
