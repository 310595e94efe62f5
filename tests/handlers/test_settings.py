"""/settings: every choice, made as a person makes it, and what it changes at once."""

from datetime import timedelta, timezone

import pytest

from bot.i18n import Catalogues
from handlers.choices import language_name
from tests.handlers.reading import copied, marked
from tests.house import Chat, House, labels

LANGUAGES = sorted(Catalogues().languages)
SHOWN = (
    "⚙️ Settings\n\n"
    "🌐 Language: English, as in Telegram\n"
    "🕑 Clock: {time} (the bot’s clock)\n"
    "🌙 Quiet hours: off\n"
    "↕️ Countries: Cheapest first\n"
    "💲 Price limit: no limit\n"
    "👁 Codes: shown at once"
)


def line(chat: Chat, sign: str) -> str:
    """The line of the settings that begins so."""
    return next(line for line in chat.screen.splitlines() if line.startswith(sign))


async def opened(chat: Chat, *labels: str) -> Chat:
    """The settings, and what is pressed there."""
    await chat.say("/settings")
    for label in labels:
        await chat.press(label)
    return chat


async def test_the_settings_show_every_choice_with_its_value(newcomer: Chat, house: House) -> None:
    await opened(newcomer)
    assert newcomer.screen == SHOWN.format(time=f"{house.clock().astimezone():%H:%M}")
    assert newcomer.buttons == [
        "🌐 Language",
        "🕑 Time zone",
        "🌙 Quiet hours",
        "↕️ Sorting",
        "💲 Price limit",
        "🙈 Hide codes",
        "🔒 Privacy",
        "◀ Menu",
    ]


async def test_from_every_choice_a_way_leads_back(chat: Chat) -> None:
    await opened(chat)
    for choice in ("Language", "Time zone", "Quiet hours", "Sorting", "Price limit"):
        await chat.press(choice)
        await chat.press("◀ Settings")
        assert chat.screen.startswith("⚙️ Settings")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_is_named_in_itself_and_spoken_at_once(
    newcomer: Chat, house: House, language: str
) -> None:
    await opened(newcomer, "Language")
    assert "✓ As in Telegram: English" in newcomer.buttons
    await newcomer.press(language_name(language))
    t = house.codebell.catalogues.texts(language)
    assert t.plain("◀ Menu") in newcomer.buttons
    assert language_name(language) in line(newcomer, "🌐")
    await newcomer.say("/nonsense")
    assert newcomer.screen == t.plain("I do not know this command.")
    assert await house.codebell.chats.language(newcomer.chat_id) == language


async def test_a_language_can_be_as_in_telegram_again(newcomer: Chat) -> None:
    await opened(newcomer, "Language", "English")
    assert line(newcomer, "🌐") == "🌐 Language: English"
    await opened(newcomer, "Language")
    assert "✓ English" in newcomer.buttons
    await newcomer.press("As in Telegram")
    assert line(newcomer, "🌐") == "🌐 Language: English, as in Telegram"


def test_languages_are_called_as_their_speakers_call_them() -> None:
    names = [language_name(language) for language in ("en", "ru", "uk", "vi")]
    assert names == ["English", "Русский", "Українська", "Tiếng Việt"]


async def test_the_clock_is_pressed_and_every_time_is_told_in_it(owner: Chat, house: House) -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    await opened(owner, "Time zone", "Other minutes", f"{house.clock().astimezone(zone):%H:%M}")
    assert line(owner, "🕑") == f"🕑 Clock: {house.clock().astimezone(zone):%H:%M} (UTC+5:30)"
    await owner.buys()
    end = house.clock() + timedelta(minutes=5)
    assert f"until {end.astimezone(zone):%H:%M:%S}" in owner.find("Waiting for the SMS")["text"]


async def test_every_full_hour_is_there_once_in_its_order(newcomer: Chat) -> None:
    await opened(newcomer, "Time zone")
    hours = [label for label in newcomer.buttons if label[:2].isdigit()]
    assert hours == [f"{hour:02}:00" for hour in range(24)]


async def test_the_distance_from_utc_can_be_typed_and_is_asked_for_until_a_clock_has_it(
    newcomer: Chat,
) -> None:
    await opened(newcomer, "Time zone")
    await newcomer.say("Kyiv")
    assert newcomer.screen == "Send how far your clock is from UTC, like +5:30 or -3."
    await newcomer.say("-9:30")
    assert line(newcomer, "🕑").endswith("(UTC−9:30)")
    await opened(newcomer, "Time zone", "The bot’s clock")
    assert line(newcomer, "🕑").endswith("(the bot’s clock)")


async def test_quiet_hours_can_be_typed_and_are_asked_for_until_they_are_some(newcomer: Chat) -> None:
    await opened(newcomer, "Quiet hours")
    await newcomer.say("night")
    assert newcomer.screen == "Send when they begin and when they end, like 22:30-8."
    await newcomer.say("22:30-8")
    assert line(newcomer, "🌙") == "🌙 Quiet hours: 22:30–08:00"


async def test_quiet_hours_are_pressed_and_switched_off(newcomer: Chat) -> None:
    await opened(newcomer, "Quiet hours", "23:00–07:00")
    assert line(newcomer, "🌙") == "🌙 Quiet hours: 23:00–07:00"
    await opened(newcomer, "Quiet hours")
    assert "✓ 23:00–07:00" in newcomer.buttons
    await newcomer.press("Off")
    assert line(newcomer, "🌙") == "🌙 Quiet hours: off"


async def test_what_comes_first_in_lists_is_one_of_four(chat: Chat) -> None:
    for label in ("Most in stock first", "Best success first", "Cheapest per code first", "Cheapest first"):
        await opened(chat, "Sorting", label)
        assert line(chat, "↕️") == f"↕️ Countries: {label}"


async def test_the_most_to_pay_is_typed_for_a_currency_and_lifted(chat: Chat, house: House) -> None:
    await opened(chat, "Price limit")
    assert chat.buttons == ["USD: no limit", "◀ Settings"]
    await chat.press("USD")
    await chat.say("$0,75")
    assert line(chat, "💲") == "💲 Price limit: $0.75"
    assert {**await house.codebell.preferences.ceilings(chat.chat_id)}.keys() == {"USD"}
    await opened(chat, "Price limit", "USD: $0.75", "No limit")
    assert line(chat, "💲") == "💲 Price limit: no limit"


async def test_with_one_currency_an_amount_may_be_sent_where_limits_are_shown(chat: Chat) -> None:
    await opened(chat, "Price limit")
    assert chat.screen.endswith("Send an amount like 0.50.")
    await chat.say("0.30")
    assert line(chat, "💲") == "💲 Price limit: $0.30"


async def test_with_several_the_one_is_pressed_first(chat: Chat, house: House) -> None:
    house.beta.currency = "EUR"
    await house.connect(chat, house.beta)
    await opened(chat, "Price limit")
    limits = chat.last
    await chat.say("0.30")
    assert chat.screen.startswith("There are several limits: press one of them first, then send the amount.")
    await chat.press("USD", on=limits)
    await chat.say("0.30")
    assert line(chat, "💲") == "💲 Price limit: $0.30"


async def test_where_no_currency_is_told_a_limit_is_one_providers_alone(chat: Chat, house: House) -> None:
    house.alpha.currency = house.beta.currency = ""
    await house.connect(chat, house.beta)
    await opened(chat, "Price limit")
    assert chat.buttons == ["Alpha: no limit", "Beta: no limit", "◀ Settings"]
    await chat.press("Alpha")
    assert chat.screen.startswith("💲 Alpha: the most you pay for one number")
    await chat.say("0.40")
    assert line(chat, "💲") == "💲 Price limit: alpha: 0.40"
    house.beta.prices_of["tg", "1"] = ("18.00", 5)
    await chat.say("telegram us")
    assert chat.buttons[:2] == ["🔺 Alpha · 0.50", "Beta · 18.00"]


async def test_what_is_no_amount_is_asked_for_again(chat: Chat) -> None:
    await opened(chat, "Price limit", "USD")
    for typed in ("0", "-1", "a lot", "NaN", "1e9"):
        await chat.say(typed)
        assert chat.screen == "That is not an amount. Send a number like 0.50."
    await chat.say("0.5")
    assert line(chat, "💲") == "💲 Price limit: $0.50"


async def test_who_has_no_key_is_told_to_add_one_before_a_limit(newcomer: Chat) -> None:
    await opened(newcomer, "Price limit")
    assert newcomer.buttons == ["🔑 Add a provider key", "◀ Settings"]


async def test_a_hidden_code_lies_under_a_spoiler_and_can_be_copied(owner: Chat, house: House) -> None:
    await opened(owner, "Hide codes")
    assert line(owner, "🙈") == "🙈 Codes: under a spoiler"
    house.alpha.delivers(
        "12345", "12345 is your code. See evil.example, https://evil.example/@bank", "Telegram"
    )
    await owner.wait(5)
    [message] = owner.news
    code, text = marked(message, "spoiler")
    assert (code, text.startswith("12345 is")) == ("12345", True)
    assert {one["type"] for one in message["entities"]} == {"bold", "code", "blockquote", "spoiler"}
    assert marked(message, "code") == ["Telegram"]
    assert copied(message, "Copy code") == "12345"
    assert marked(owner.messages[0], "spoiler") == ["12345"]
    await owner.say("/numbers")
    assert "12345" in marked(owner.last, "spoiler")
    await opened(owner, "Show codes")
    assert line(owner, "👁") == "👁 Codes: shown at once"


async def test_a_rented_numbers_sms_is_hidden_with_the_codes_on_its_buttons(
    tenant: Chat, house: House
) -> None:
    await opened(tenant, "Hide codes")
    house.alpha.texts("123-456 is your code", "Taxify")
    await tenant.wait(60)
    message = tenant.find("🔔")
    assert marked(message, "spoiler") == ["123-456 is your code"]
    assert copied(message, "Copy code •••") == "123-456"


async def test_what_no_button_offers_cannot_be_chosen(chat: Chat) -> None:
    await opened(chat)
    before = chat.screen
    for data in ("yl:tlh", "yz:7", "yz:9999", "ym:EUR", "yq:0:9999"):
        await chat.forge(data)
        assert chat.alert
    await opened(chat)
    assert chat.screen == before


async def test_all_of_it_survives_a_restart(chat: Chat, house: House) -> None:
    await opened(
        chat, "Quiet hours", "22:00–07:00", "Sorting", "Best success", "Hide codes", "Time zone", "20:00"
    )
    before = chat.screen
    await house.restart()
    await opened(chat)
    assert chat.screen == before


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_comes_unasked_comes_in_the_language_chosen_meanwhile(
    owner: Chat, house: House, language: str
) -> None:
    await opened(owner, "Language", language_name(language))
    house.alpha.delivers("12345")
    await owner.wait(5)
    t = house.codebell.catalogues.texts(language)
    assert t.plain("📋 Copy code") in labels(owner.find("🔔"))
    assert t.plain("📋 Copy number") in labels(owner.messages[0])
