"""A press into a flood limit is answered in words, and costs neither money nor another call."""

from datetime import timedelta

from tests.house import Chat, House


async def test_t_25_a_press_into_a_flood_is_answered_by_an_alert_and_nothing_more_is_said(
    owner: Chat, house: House
) -> None:
    await owner.say("/start")
    for method in ("editMessageText", "sendMessage"):
        house.human.fault(method, chat_id=owner.chat_id, retry_after=60, times=None)
    before = len(house.sent("sendMessage")), len(house.sent("editMessageText"))
    await owner.press("Help")
    assert "Telegram lets me write nothing here" in str(owner.alert)
    assert (len(house.sent("sendMessage")), len(house.sent("editMessageText"))) == (before[0], before[1] + 1)


async def test_nothing_is_bought_where_telegram_lets_nothing_be_said_for_long(
    chat: Chat, house: House
) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await house.codebell.chats.block_until(chat.chat_id, house.clock() + timedelta(seconds=6000))
    await chat.press("Buy for")
    assert "nothing was ordered" in str(chat.alert)
    assert house.alpha.called("buy") == []
    await house.codebell.chats.block_until(chat.chat_id, house.clock() + timedelta(seconds=30))
    await chat.press("Buy for")
    assert len(house.alpha.called("buy")) == 1


async def test_nothing_is_rented_where_telegram_lets_nothing_be_said_for_long(
    renter: Chat, house: House
) -> None:
    await renter.say("/rent")
    await renter.press("United States")
    await renter.press("7 days")
    await house.codebell.chats.block_until(renter.chat_id, house.clock() + timedelta(seconds=6000))
    await renter.press("Rent for")
    assert "nothing was ordered" in str(renter.alert)
    assert house.alpha.called("rent") == []


async def test_nothing_is_sent_where_telegram_lets_nothing_be_said_for_long(
    draft: Chat, house: House
) -> None:
    await house.codebell.chats.block_until(draft.chat_id, house.clock() + timedelta(seconds=6000))
    await draft.press("Send for")
    assert "nothing was ordered" in str(draft.alert)
    assert house.alpha.called("send") == []
