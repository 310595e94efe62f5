"""/numbers with their codes, /cancel, and the cards that can be called up again."""

from datetime import timedelta

from sqlalchemy import inspect, select

from bot.errors import NoNumbers, Unavailable
from storage.models import Activation, State
from storage.outbox import new_id
from tests.handlers.reading import marked
from tests.house import Chat, House


async def many_more(house: House, count: int, state: State) -> None:
    """Numbers made after the newest one and like it, but for their state; nobody looks at them."""
    async with house.database.begin() as session:
        newest = select(Activation).order_by(Activation.created_at.desc()).limit(1)
        model = (await session.scalars(newest)).one()
        like = {column.key: getattr(model, column.key) for column in inspect(Activation).column_attrs}
        for age in range(1, count + 1):
            made = model.created_at + timedelta(milliseconds=age)
            own = {"id": new_id(), "nonce": new_id(), "provider_id": new_id(), "phone": f"+1201666{age:04}"}
            unwatched = {"state": state, "created_at": made, "next_poll_at": None}
            session.add(Activation(**{**like, **own, **unwatched}))


async def test_without_numbers_the_list_says_so(chat: Chat) -> None:
    await chat.say("/numbers")
    assert chat.screen == "You have no numbers from the last 24 hours."
    assert chat.buttons == ["📱 Buy a number", "🗂 History", "◀ Menu"]


async def test_numbers_are_listed_with_state_and_code_newest_first(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("00-123")
    await chat.wait(10)
    await chat.buys("whatsapp us")
    await chat.say("/numbers")
    assert chat.screen.split("\n\n") == [
        "Your numbers",
        "+1 201-555-0002\n🇺🇸 WhatsApp · waiting for the SMS",
        "+1 201-555-0001\n🇺🇸 Telegram · code received\nCode: 00-123",
    ]
    assert "00-123" in marked(chat.last, "code")


async def test_more_than_ten_numbers_are_shown_page_by_page_those_at_work_first(
    chat: Chat, house: House
) -> None:
    await chat.buys()
    await many_more(house, 10, State.WAITING)
    await many_more(house, 1, State.EXPIRED)
    await chat.say("/numbers")
    assert chat.screen.count("waiting for the SMS") == 10
    assert chat.screen.endswith("… and 2 more numbers")
    assert chat.buttons[-4:] == ["2 ▶", "📱 Buy a number", "🗂 History", "◀ Menu"]
    await chat.press("2 ▶")
    states = [line.split(" · ")[1] for line in chat.screen.splitlines() if "Telegram" in line]
    assert states == ["waiting for the SMS", "expired"]
    assert "more" not in chat.screen
    assert chat.buttons[-4:] == ["◀ 1", "📱 Buy a number", "🗂 History", "◀ Menu"]


async def test_the_list_opens_from_the_menu_too(chat: Chat) -> None:
    await chat.buys()
    await chat.say("/start")
    await chat.press("My numbers")
    assert "waiting for the SMS" in chat.screen


async def test_a_code_can_be_fetched_while_telegram_loses_messages(chat: Chat, house: House) -> None:
    await chat.buys()
    house.human.fault("sendMessage", code=500, times=1)
    house.alpha.delivers("424242")
    await chat.wait(5)
    await chat.say("/numbers")
    assert "Code: 424242" in chat.screen


async def test_a_card_comes_again_at_the_end_of_the_chat(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.say("/numbers")
    await chat.press("🗂")
    [card] = chat.news
    assert "+1 201-555-0001" in card["text"]
    house.alpha.delivers("13579")
    await chat.wait(5)
    renewed = next(one for one in chat.messages if one["message_id"] == card["message_id"])
    assert "Code: 13579" in renewed["text"]


async def test_with_the_card_the_last_code_comes_again_with_its_buttons(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("24680")
    await chat.wait(5)
    await chat.say("/numbers")
    await chat.press("🗂")
    assert any("24680" in one["text"] and "✅ Finish" in str(one) for one in chat.news)
    await chat.press("✅ Finish")
    assert chat.alert == "Finished."


async def test_only_ones_own_numbers_are_listed(chat: Chat, newcomer: Chat, house: House) -> None:
    await chat.buys()
    await house.connect(newcomer, house.beta)
    await newcomer.say("/numbers")
    assert "no numbers" in newcomer.screen


async def test_numbers_of_the_day_before_are_not_listed(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.ends()
    await chat.wait(24 * 3600 + 60)
    await chat.say("/numbers")
    assert "no numbers" in chat.screen


async def test_a_purchase_that_failed_is_not_listed_and_an_unknown_one_is(chat: Chat, house: House) -> None:
    house.alpha.fails("buy", NoNumbers(), Unavailable("timeout"))
    await chat.buys()
    await chat.say("/numbers")
    assert "no numbers" in chat.screen
    await chat.buys()
    await chat.say("/numbers")
    assert "Telegram · unknown · Alpha · 1 May" in chat.screen


async def test_cancel_lists_what_can_be_cancelled_and_cancels_it(chat: Chat, house: House) -> None:
    await chat.say("/cancel")
    assert chat.screen == "There is no number that could be cancelled."
    await chat.buys()
    house.clock.advance(1)
    await chat.buys("whatsapp us")
    await chat.wait(40)
    await chat.say("/cancel")
    each = ["❌ +1 201-555-0002 WhatsApp", "❌ +1 201-555-0001 Telegram"]
    assert chat.buttons == [*each, "❌ Cancel all 2", "◀ Menu"]
    await chat.press("0001")
    assert chat.alert is not None
    await chat.wait(5)
    [call] = house.alpha.called("cancel")
    assert getattr(call.about, "id", "") == "alpha-1"
    assert "❌ Cancelled" in chat.find("+1 201-555-0001\nTelegram")["text"]


async def test_all_that_wait_are_cancelled_by_one_press_and_none_that_was_bought_later(
    chat: Chat, house: House
) -> None:
    await chat.buys()
    house.clock.advance(1)
    await chat.buys("whatsapp us")
    await chat.say("/cancel")
    listed = chat.last
    house.clock.advance(1)
    await chat.buys()
    await chat.press("Cancel all 2", on=listed)
    assert chat.alert is not None
    assert chat.alert.endswith(": 2.")
    await chat.wait(60)
    assert [getattr(call.about, "id", "") for call in house.alpha.called("cancel")] == ["alpha-1", "alpha-2"]


async def test_one_number_alone_has_no_button_for_all(chat: Chat) -> None:
    await chat.buys()
    await chat.say("/cancel")
    assert not any("Cancel all" in label for label in chat.buttons)


async def test_nobody_cancels_the_numbers_of_others_by_cancelling_all(
    chat: Chat, newcomer: Chat, house: House
) -> None:
    await chat.buys()
    await chat.buys("whatsapp us")
    await chat.say("/cancel")
    await newcomer.say("/start")
    await newcomer.forge(chat.data("Cancel all 2"))
    await chat.wait(60)
    assert house.alpha.called("cancel") == []


async def test_of_very_many_numbers_the_newest_can_be_cancelled_first(chat: Chat, house: House) -> None:
    await chat.buys()
    await many_more(house, 20, State.WAITING)
    await chat.say("/cancel")
    assert chat.screen == "Which number shall be cancelled?\n… and 1 more number"
    assert (len(chat.buttons), chat.buttons[-1]) == (22, "◀ Menu")
    assert not any("555-0001" in label for label in chat.buttons)


async def test_cancel_books_what_is_too_early(chat: Chat) -> None:
    await chat.buys()
    await chat.say("/cancel")
    await chat.press("0001")
    assert chat.alert is not None
    assert chat.alert.startswith("Too early")


async def test_a_number_with_a_code_is_not_offered_for_cancelling(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("1")
    await chat.wait(5)
    await chat.say("/cancel")
    assert chat.screen == "There is no number that could be cancelled."
