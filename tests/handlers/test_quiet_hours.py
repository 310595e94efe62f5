"""Quiet hours: notices wait for their end and ring then, across midnight and restarts; codes never wait."""

from storage.outbox import Kind, arm
from tests.handlers.test_rental_rings import HOUR, LISTED, ends_in, reminders
from tests.house import Chat, House


async def a_night_begins(chat: Chat) -> None:
    """It is 23:00 where the person is, whose quiet hours are from 23:00 to 7:00."""
    voices = chat.house.codebell.voices
    await voices.choose(chat.chat_id, utc_offset=11 * 60, quiet_from=23 * 60, quiet_to=7 * 60)


async def a_night_is_chosen(chat: Chat) -> None:
    await chat.say("/settings")
    await chat.press("Time zone")
    await chat.press("23:00")
    await chat.press("Quiet hours")
    await chat.press("23:00–07:00")


async def test_a_reminder_of_tomorrow_waits_for_the_morning_and_rings_then(
    tenant: Chat, house: House
) -> None:
    await a_night_is_chosen(tenant)
    await ends_in(tenant, 24.5)
    await tenant.wait(HOUR)
    assert reminders(tenant) == []
    await house.restart()
    await tenant.wait(6.8 * HOUR)
    assert reminders(tenant) == []
    await tenant.wait(0.2 * HOUR)
    [day] = reminders(tenant)
    assert "ends in 17 hours" in day
    await house.restart()
    assert len(reminders(tenant)) == 1


async def test_what_rests_is_looked_at_once_and_counts_as_no_try(tenant: Chat, house: House) -> None:
    await a_night_begins(tenant)
    async with house.database.begin() as session:
        await arm(session, Kind.RESTORED, str(tenant.chat_id), tenant.chat_id, house.clock())
    await house.settle()
    assert await house.codebell.outbox.due(house.clock()) == []
    await tenant.wait(8 * HOUR - 60)
    assert tenant.news == []
    await tenant.wait(60)
    assert "backup" in tenant.screen


async def test_the_last_hour_of_a_number_and_its_sms_ring_at_any_time(tenant: Chat, house: House) -> None:
    await a_night_begins(tenant)
    await ends_in(tenant, 1.5)
    await tenant.wait(0.6 * HOUR)
    assert len(reminders(tenant)) == 1
    house.alpha.speaks_again()
    house.alpha.texts("Your code is 4321")
    await tenant.wait(LISTED)
    assert "4321" in tenant.screen
    assert house.sent("sendMessage")[-1]["params"].get("disable_notification") is None


async def test_a_code_rings_at_any_time(owner: Chat, house: House) -> None:
    await a_night_begins(owner)
    await owner.buys()
    house.alpha.delivers("54321")
    await owner.wait(5)
    assert "🔔" in owner.screen
    assert "54321" in owner.screen
    assert house.sent("sendMessage")[-1]["params"].get("disable_notification") is None


async def test_who_ends_the_quiet_hours_hears_at_once_what_waited(tenant: Chat) -> None:
    await a_night_begins(tenant)
    await ends_in(tenant, 24.5)
    await tenant.wait(HOUR)
    await tenant.say("/settings")
    await tenant.press("Quiet hours")
    await tenant.press("Off")
    assert len(reminders(tenant)) == 1


async def test_who_moves_to_where_it_is_day_hears_at_once_what_waited(tenant: Chat) -> None:
    await a_night_begins(tenant)
    await ends_in(tenant, 24.5)
    await tenant.wait(HOUR)
    await tenant.say("/settings")
    await tenant.press("Time zone")
    await tenant.say("+1")
    assert len(reminders(tenant)) == 1


async def test_outside_of_quiet_hours_nothing_waits(tenant: Chat) -> None:
    await tenant.say("/settings")
    await tenant.press("Time zone")
    await tenant.say("+1")
    await tenant.press("Quiet hours")
    await tenant.press("23:00–07:00")
    await ends_in(tenant, 24.5)
    await tenant.wait(HOUR)
    assert len(reminders(tenant)) == 1


async def test_what_would_be_out_of_date_in_the_morning_comes_at_once_without_a_sound(
    chat: Chat, house: House
) -> None:
    await a_night_begins(chat)
    house.alpha.prices_of["tg", "1"] = ("0.50", 0)
    await chat.say("/watch telegram us")
    await chat.press("Tell me")
    house.alpha.prices_of["tg", "1"] = ("0.48", 5)
    await chat.wait(HOUR)
    assert "There it is" in chat.screen
    assert house.sent("sendMessage")[-1]["params"]["disable_notification"] == "true"
