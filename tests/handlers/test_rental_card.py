"""The card of a rented number: what it says while the number lives and when it ends, and its buttons."""

from datetime import timedelta
from decimal import Decimal

from bot.errors import NoMoney, Unavailable
from bot.providers.base import Capability
from bot.providers.renting import SimAnswer
from tests.doubles import KEY
from tests.handlers.reading import copied, marked
from tests.house import Chat, House, labels

HOUR = 3600
#: The account's list is read every five minutes.
LISTED = 310


def card(chat: Chat) -> str:
    """The text of the newest card."""
    return str(chat.find("Rented number")["text"])


async def test_the_card_tells_number_country_price_end_and_sim(tenant: Chat, house: House) -> None:
    end = house.alpha.newest_lease.rented.until
    assert end is not None
    moment = end.astimezone().strftime("%-d %b %H:%M")
    assert tenant.screen.splitlines() == [
        "📱 +44 7700 900001",
        "Rented number · 🇺🇸 United States",
        "Alpha · 7 days · $4.00",
        "",
        f"⏳ Until {moment}, 7 days left.",
        "📶 SIM on: it is in the network.",
    ]
    assert marked(tenant.last, "code") == ["+44 7700 900001"]
    assert copied(tenant.last, "Copy number") == "+447700900001"


async def test_the_buttons_are_what_the_provider_can_do_now(tenant: Chat, house: House) -> None:
    assert tenant.buttons == ["📋 Copy number", "✉️ SMS", "🔄 Look now", "📴 SIM off", "🔁 Renew"]
    house.alpha.turns(online=False)
    await tenant.press("Look now")
    await tenant.wait(20)
    assert tenant.buttons == ["📋 Copy number", "✉️ SMS", "🔄 Look now", "📶 SIM on", "🔁 Renew"]
    assert "📴 SIM off: no SMS reach it until it is on." in tenant.screen


async def test_a_provider_that_only_rents_has_no_buttons_it_cannot_answer(renter: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.SIM, Capability.RENEW}
    await renter.say("/rent")
    await renter.press("United States")
    await renter.press("1 day")
    await renter.press("Rent for")
    assert renter.buttons == ["📋 Copy number", "✉️ SMS", "🔄 Look now"]


async def test_old_buttons_of_what_the_provider_lost_say_why(tenant: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.SIM, Capability.RENEW, Capability.RENTAL_SMS}
    for label in ("SIM off", "Renew", "Look now"):
        await tenant.press(label)
        assert tenant.alert == "This provider cannot do that.", label


async def test_the_time_left_is_counted_down(tenant: Chat, house: House) -> None:
    house.alpha.lasts(hours=4)
    await tenant.wait(LISTED)
    assert "4 hours left" in card(tenant)
    house.alpha.falls_silent()
    await tenant.wait(HOUR)
    assert "3 hours left" in card(tenant)


async def test_looking_now_brings_what_is_new(tenant: Chat, house: House) -> None:
    house.alpha.texts("Hello")
    await tenant.press("Look now")
    assert tenant.alert == "I am looking. Whatever is new comes as a message."
    await tenant.wait(10)
    assert "Hello" in tenant.find("🔔")["text"]


async def test_all_sms_are_read_in_a_message_of_their_own_newest_first(tenant: Chat, house: House) -> None:
    house.alpha.texts("First 1111", "<i>Bank</i>\u202e")
    await tenant.wait(60)
    house.alpha.texts("Second <b>2222</b> & more")
    await tenant.wait(60)
    await tenant.press("✉️ SMS", on=tenant.find("Rented number"))
    assert tenant.screen.startswith("✉️ SMS of +44 7700 900001\n\n")
    assert marked(tenant.last, "blockquote") == ["Second <b>2222</b> & more", "First 1111"]
    assert "<i>Bank</i>\n" in tenant.screen
    assert tenant.buttons == ["📋 2222", "📋 1111", "🗂 Card"]
    assert copied(tenant.last, "2222") == "2222"


async def test_without_sms_the_list_says_so(tenant: Chat) -> None:
    await tenant.press("✉️ SMS")
    assert "None so far. Each one comes as a new message." in tenant.screen
    assert tenant.buttons == ["🗂 Card"]


async def test_without_sms_the_list_of_an_ended_number_promises_none(tenant: Chat, house: House) -> None:
    house.alpha.lasts(hours=0.1)
    await tenant.wait(LISTED + 60)
    house.alpha.drops()
    await tenant.wait(900)
    await tenant.press("✉️ SMS")
    assert tenant.screen == "✉️ SMS of +44 7700 900001\nNone came."


async def test_many_sms_are_shown_page_by_page(tenant: Chat, house: House) -> None:
    for count in range(7):
        house.alpha.texts(f"{count} " + "🙂" * 1500)
        house.clock.advance(1)
    await tenant.wait(60)
    await tenant.press("✉️ SMS", on=tenant.find("Rented number"))
    assert [quote[0] for quote in marked(tenant.last, "blockquote")] == ["6", "5", "4", "3", "2"]
    await tenant.press("2 ▶")
    assert [quote[0] for quote in marked(tenant.last, "blockquote")] == ["1", "0"]
    assert tenant.buttons == ["◀ 1", "🗂 Card"]


async def test_the_last_sms_stands_on_the_card(tenant: Chat, house: House) -> None:
    house.alpha.texts("Your <code> is 4321", "Taxify")
    await tenant.wait(60)
    assert "from Taxify:\nYour <code> is 4321" in card(tenant)


async def test_the_sims_three_answers_are_told_apart(tenant: Chat, house: House) -> None:
    house.alpha.sim_answer = SimAnswer.REFUSED
    await tenant.press("SIM off")
    assert tenant.alert == "Alpha refused; nothing was changed. Try again in a while."
    assert "🕑 Asked" not in card(tenant)
    house.alpha.sim_answer = SimAnswer.SENT
    await tenant.press("SIM off")
    assert tenant.alert == "Asked: the SIM leaves the network. It takes a minute; the card tells when."
    assert "to switch the SIM off; it takes a minute." in card(tenant)
    house.alpha.sim_answer = SimAnswer.UNDER_WAY
    await tenant.press("SIM off")
    assert tenant.alert == "That is under way already: Alpha was asked before."


async def test_a_sim_that_followed_is_seen_on_the_card(tenant: Chat, house: House) -> None:
    await tenant.press("SIM off")
    house.alpha.turns(online=False)
    await tenant.wait(60)
    assert "🕑 Asked" not in card(tenant)
    assert "📴 SIM off" in card(tenant)
    await tenant.press("SIM on")
    assert tenant.alert == "Asked: the SIM goes into the network. It takes a minute; the card tells when."
    assert "to switch the SIM on; it takes a minute." in card(tenant)


async def test_a_sim_that_stays_is_said_to(tenant: Chat) -> None:
    await tenant.press("SIM off")
    await tenant.wait(600)
    assert "⚠️ The SIM did not change within five minutes." in card(tenant)


async def test_a_lost_answer_of_the_sim_is_told(tenant: Chat, house: House) -> None:
    house.alpha.fails("sim_off", Unavailable("timeout"))
    await tenant.press("SIM off")
    assert tenant.alert is not None
    assert "The answer of Alpha was lost: it may be under way." in tenant.alert


async def test_a_wish_that_never_left_is_not_said_to_be_under_way(tenant: Chat, house: House) -> None:
    house.alpha.fails("sim_off", Unavailable("no way", sent=False))
    await tenant.press("SIM off")
    assert tenant.alert == "Alpha cannot be reached: nothing was sent. Please try again in a minute."
    assert "🕑 Asked" not in card(tenant)


async def test_a_provider_that_does_not_answer_is_named_on_the_card_until_it_does(
    tenant: Chat, house: House
) -> None:
    house.alpha.falls_silent()
    await tenant.wait(600)
    assert "⚠️ Alpha does not answer; I keep asking." in card(tenant)
    house.alpha.speaks_again()
    await tenant.wait(600)
    assert "⚠️" not in card(tenant)


async def test_somebody_elses_number_cannot_be_touched(tenant: Chat, newcomer: Chat, house: House) -> None:
    await newcomer.say("/start")
    for label in ("✉️ SMS", "Look now", "SIM off", "Renew"):
        await newcomer.forge(tenant.data(label))
        assert newcomer.alert == "This button belongs to somebody else.", label
    assert house.alpha.called("sim_off") == []


async def test_a_rented_number_is_not_shown_in_a_group(tenant: Chat, house: House) -> None:
    group = house.group(tenant)
    await house.settle()
    await group.say("/rent")
    count = len(group.messages)
    for label in ("✉️ SMS", "Look now", "SIM off", "Renew"):
        await group.forge(tenant.data(label))
        assert group.alert is not None, label
        assert "private chat" in group.alert, label
    assert len(group.messages) == count


async def test_the_end_is_told(tenant: Chat, house: House) -> None:
    house.alpha.lasts(hours=0.1)
    await tenant.wait(LISTED + 60)
    house.alpha.drops()
    await tenant.wait(900)
    assert "⌛ The rent ended on" in card(tenant)
    assert labels(tenant.find("⌛ The rent ended")) == ["✉️ SMS", "🗓 Rent another"]


async def test_an_end_before_its_time_is_told_as_such(tenant: Chat, house: House) -> None:
    house.alpha.drops()
    await tenant.wait(HOUR)
    assert "⌛ Alpha dropped it before its time" in card(tenant)


async def test_renewing_asks_for_a_tariff_and_a_confirmation_and_pays_once(
    tenant: Chat, house: House
) -> None:
    await tenant.press("Renew")
    assert tenant.screen.startswith("Renew +44 7700 900001\nRented until ")
    assert tenant.buttons[-1] == "🗂 Card"
    await tenant.press("7 days")
    assert "Alpha · 7 days · $4.00 of your $14.74" in tenant.screen
    old = house.alpha.newest_lease.rented.until
    assert old is not None
    new = old + timedelta(days=7)
    assert (
        f"Until {new.astimezone():%-d %b %H:%M} instead of {old.astimezone():%-d %b %H:%M}." in tenant.screen
    )
    assert tenant.buttons == ["✅ Renew for $4.00", "◀ Other tariffs"]
    assert house.alpha.called("renew") == []
    await tenant.press("Renew for")
    assert tenant.alert == "Renewing…"
    assert "Alpha · renewed for 7 days · $4.00" in tenant.screen
    assert "14 days left" in tenant.screen
    assert house.alpha.accounts[KEY] == Decimal("10.74")
    assert len(house.alpha.called("renew")) == 1


async def test_a_renewal_that_was_not_meant_is_left_by_its_buttons(tenant: Chat, house: House) -> None:
    await tenant.press("Renew")
    await tenant.press("7 days")
    await tenant.press("◀ Other tariffs")
    assert "For how much longer?" in tenant.screen
    await tenant.press("🗂 Card")
    assert "Rented number" in tenant.news[-1]["text"]
    assert house.alpha.called("renew") == []


async def test_a_refused_renewal_says_that_nothing_was_paid_and_the_number_goes_on(
    tenant: Chat, house: House
) -> None:
    house.alpha.fails("renew", NoMoney())
    await tenant.press("Renew")
    await tenant.press("7 days")
    await tenant.press("Renew for")
    assert "🚫 Not renewed, not paid.\n" + NoMoney.text in tenant.screen
    assert "7 days left" in tenant.screen
    assert "🔁 Renew" in tenant.buttons


async def test_a_refusal_is_not_told_any_more_once_it_lasts_longer_after_all(
    tenant: Chat, house: House
) -> None:
    house.alpha.fails("renew", NoMoney())
    await tenant.press("Renew")
    await tenant.press("7 days")
    await tenant.press("Renew for")
    house.alpha.lasts(hours=400)
    await tenant.wait(2 * LISTED)
    assert "17 days left" in card(tenant)
    assert "Not renewed" not in card(tenant)


async def test_an_unknown_renewal_is_told_with_both_balances_and_never_repeated(
    tenant: Chat, house: House
) -> None:
    house.alpha.fails("renew", Unavailable("timeout"))
    await tenant.press("Renew")
    await tenant.press("7 days")
    await tenant.press("Renew for")
    assert "it is unknown whether it was renewed" in tenant.screen
    assert "Balance before: $14.74\nBalance after: $14.74" in tenant.screen
    await tenant.wait(600)
    assert len(house.alpha.called("renew")) == 1


async def test_a_card_its_owner_deleted_does_not_come_back_by_itself(tenant: Chat, house: House) -> None:
    await tenant.wait(2 * LISTED)
    house.alpha.turns(online=False)
    tenant.click("Look now")
    tenant.delete(tenant.last)
    await tenant.wait(20)
    assert tenant.messages == []
    await tenant.say("/numbers")
    await tenant.press("🗂 +44 7700 900001")
    assert "📴 SIM off" in tenant.news[-1]["text"]
