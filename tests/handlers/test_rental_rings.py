"""What rings for a rented number: every SMS once, whole and harmless, and the reminders of its end."""

from tests.handlers.reading import copied, marked
from tests.house import Chat, House, labels

HOUR = 3600
LISTED = 310


def reminders(chat: Chat) -> list[str]:
    return [one["text"] for one in chat.messages if one["text"].startswith("⏰")]


async def ends_in(chat: Chat, hours: float) -> None:
    """The account's list, read every five minutes, says so; then the provider answers nothing any more."""
    provider = chat.house.alpha
    provider.speaks_again()
    provider.lasts(hours + LISTED / HOUR)
    await chat.wait(LISTED)
    provider.falls_silent()


async def test_an_sms_rings_as_a_new_message(tenant: Chat, house: House) -> None:
    house.alpha.texts("Your code is 4321", "Taxify")
    await tenant.wait(60)
    [message] = tenant.news
    assert message["text"] == "🔔 +44 7700 900001\nFrom Taxify · unverified\nYour code is 4321"
    assert marked(message, "blockquote") == ["Your code is 4321"]
    assert labels(message) == ["📋 Copy code 4321", "📋 Copy text", "🗂 Card"]
    assert copied(message, "Copy code") == "4321"
    assert copied(message, "Copy text") == "Your code is 4321"


async def test_every_sms_rings_once_oldest_first_across_a_restart(tenant: Chat, house: House) -> None:
    house.alpha.texts("one")
    house.alpha.texts("two")
    await tenant.wait(60)
    await house.restart()
    await tenant.wait(120)
    rung = [one["text"].splitlines()[-1] for one in tenant.messages if one["text"].startswith("🔔")]
    assert rung == ["one", "two"]


async def test_a_hostile_sms_is_shown_as_text_and_cannot_pretend(tenant: Chat, house: House) -> None:
    house.alpha.texts("<b>Bank</b> &lt; \u202efdp.exe\u2066 {code} \x00", "<i>Bank</i>\u202e")
    await tenant.wait(60)
    [message] = tenant.news
    assert "<b>Bank</b> &lt; fdp.exe {code}" in message["text"]
    assert "From <i>Bank</i> · unverified" in message["text"]
    assert not set("\u202e\u2066\x00") & set(message["text"])
    assert labels(message)[0] == "📋 Copy text"


async def test_a_long_sms_is_cut_and_not_offered_for_copying(tenant: Chat, house: House) -> None:
    house.alpha.texts("🙂<&" * 1300)
    await tenant.wait(60)
    [message] = tenant.news
    assert message["text"].endswith("…")
    assert labels(message) == ["🗂 Card"]


async def test_where_several_could_be_the_code_each_says_what_it_copies(tenant: Chat, house: House) -> None:
    house.alpha.texts("123-456 is your code. Order 99887")
    await tenant.wait(60)
    assert labels(tenant.news[0])[:2] == ["📋 Copy code 123-456", "📋 Copy code 99887"]


async def test_from_a_ring_the_card_is_one_press_away(tenant: Chat, house: House) -> None:
    house.alpha.texts("Hello")
    await tenant.wait(60)
    await tenant.press("🗂 Card")
    assert "Rented number" in tenant.news[-1]["text"]


async def test_a_day_before_the_end_it_is_said(tenant: Chat) -> None:
    await ends_in(tenant, 24.5)
    await tenant.wait(0.5 * HOUR - 60)
    assert reminders(tenant) == []
    await tenant.wait(120)
    [day] = reminders(tenant)
    assert day.startswith("⏰ +44 7700 900001 ends in 24 hours, on ")
    assert labels(tenant.find("⏰")) == ["🔁 Renew", "🗂 Card"]


async def test_an_hour_before_the_end_it_is_said(tenant: Chat) -> None:
    await ends_in(tenant, 1.5)
    await tenant.wait(0.5 * HOUR - 60)
    assert reminders(tenant) == []
    await tenant.wait(120)
    [hour] = reminders(tenant)
    assert hour.startswith("⏰ +44 7700 900001 ends in 60 minutes, on ")


async def test_from_a_reminder_it_is_renewed_in_three_presses(tenant: Chat, house: House) -> None:
    await ends_in(tenant, 1.5)
    await tenant.wait(0.6 * HOUR)
    house.alpha.speaks_again()
    await tenant.press("Renew", on=tenant.find("⏰"))
    await tenant.press("7 days")
    await tenant.press("Renew for")
    assert "7 days left" in tenant.find("Rented number")["text"]
    await ends_in(tenant, 1.5)
    await tenant.wait(0.6 * HOUR)
    assert len(reminders(tenant)) == 2


async def test_a_number_that_was_renewed_elsewhere_is_not_said_to_end(tenant: Chat) -> None:
    await ends_in(tenant, 1.5)
    await ends_in(tenant, 100)
    await tenant.wait(2 * HOUR)
    assert reminders(tenant) == []


async def test_a_number_that_ended_early_is_not_said_to_end(tenant: Chat, house: House) -> None:
    await ends_in(tenant, 2.5)
    house.alpha.speaks_again()
    house.alpha.drops()
    await tenant.wait(2 * HOUR)
    assert reminders(tenant) == []


async def test_a_reminder_that_was_held_up_says_what_is_true_when_it_comes(
    tenant: Chat, house: House
) -> None:
    await ends_in(tenant, 1.5)
    house.human.block(tenant.person_id)
    await tenant.wait(HOUR)
    house.human.unblock(tenant.person_id)
    await house.settle()
    [late] = reminders(tenant)
    assert "ends in 30 minutes" in late


async def test_two_reminders_that_were_held_up_are_one(tenant: Chat, house: House) -> None:
    await ends_in(tenant, 24.5)
    house.human.block(tenant.person_id)
    house.clock.advance(24 * HOUR)
    await house.settle()
    house.human.unblock(tenant.person_id)
    await house.settle()
    [late] = reminders(tenant)
    assert "ends in 30 minutes" in late


async def test_a_long_sms_is_read_whole_where_it_rings(tenant: Chat, house: House) -> None:
    house.alpha.texts("<&🙂 " * 690 + "4711")
    await tenant.wait(60)
    [quote] = marked(tenant.news[0], "blockquote")
    assert quote.endswith("🙂 4711")


async def test_an_sms_that_no_message_holds_is_cut_at_a_whole_character(tenant: Chat, house: House) -> None:
    house.alpha.texts("x" + "🙂" * 2000)
    await tenant.wait(60)
    [quote] = marked(tenant.news[0], "blockquote")
    assert quote == "x" + "🙂" * 1749 + "…"
