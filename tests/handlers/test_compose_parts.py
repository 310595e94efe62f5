"""What else can be changed in a draft: Viber's button and image, lifetimes, flash, channels, names."""

from bot.providers.sending import Channel, ViberButton
from tests.handlers.sending import sent
from tests.house import Chat, House

# Viber's button and image


async def test_a_viber_button_is_its_caption_and_then_its_address(both: Chat) -> None:
    await both.press("Viber button")
    await both.say("a" * 31)
    assert both.screen == "A button's caption has 1 to 30 characters."
    await both.say("To the menu")
    for wrong in ("example.org", "ftp://example.org", "https://two words"):
        await both.say(wrong)
        assert both.screen == "A button leads to a web address that begins with https:// or http://.", wrong
    await both.say("https://example.org/menu?a=1&b=2")
    assert "🔘 To the menu: https://example.org/menu?a=1&b=2" in both.screen
    outgoing = await sent(both)
    assert outgoing.viber is not None
    assert outgoing.viber.button == ViberButton("To the menu", "https://example.org/menu?a=1&b=2")


async def test_of_a_long_address_the_host_and_the_end_are_seen(both: Chat) -> None:
    host, end = f"https://me@{'shop.' * 40}example.org", "a=1&b=2&pay=500"
    await both.press("Viber image")
    await both.say(f"https://example.org/{'x' * 180}/menu.png")
    assert f"🖼 https://example.org/{'x' * 180}/menu.png" in both.screen.splitlines()
    await both.press("Viber image")
    await both.say(f"{host}/{'x' * 700}?{end}")
    [line] = [each for each in both.screen.splitlines() if each.startswith("🖼")]
    assert line.startswith(f"🖼 {host}")
    assert line.endswith(end)
    assert "…" in line


async def test_a_button_that_was_not_finished_is_none(both: Chat) -> None:
    await both.press("Viber button")
    await both.say("To the menu")
    await both.press("◀ Back")
    assert "To the menu" not in both.screen


async def test_a_viber_button_and_image_can_be_taken_out_again(both: Chat) -> None:
    before = both.screen
    await both.press("Viber button")
    await both.say("To the menu")
    await both.say("https://example.org/menu")
    await both.press("Viber image")
    for wrong in ("http://example.org/menu.png", "example.org/images/menu2026.png"):
        said = await both.say(wrong)
        assert both.has(said)
        assert both.screen == "An image is given by its web address, and that begins with https://."
    await both.say("Https://example.org/Menu.png")
    assert "🖼 https://example.org/Menu.png" in both.screen
    await both.press("Viber image")
    await both.press("No image")
    await both.press("Viber button")
    await both.press("No button")
    assert both.screen == before


async def test_a_viber_message_may_be_an_image_alone(sender: Chat) -> None:
    await sender.say("/send")
    await sender.press("Viber")
    await sender.press("Promo")
    await sender.say("+380501234567")
    await sender.press("An image instead")
    await sender.say("https://example.org/menu.png")
    outgoing = await sent(sender)
    assert outgoing.viber is not None
    assert (outgoing.viber.text, outgoing.viber.image) == ("", "https://example.org/menu.png")


# Lifetime, flash, channels, names


async def test_a_lifetime_is_chosen_or_typed(both: Chat) -> None:
    await both.press("Viber lifetime")
    assert both.buttons == ["5 minutes", "30 minutes", "60 minutes", "5 hours", "24 hours", "◀ Back"]
    assert "After that the next channel has its turn." in both.screen
    await both.press("30 minutes")
    await both.press("SMS lifetime")
    for wrong in ("0", "1441", "soon", "-5", "1.5"):
        await both.say(wrong)
        assert both.screen.startswith("A message can wait for its delivery from 1 to 1440 minutes"), wrong
    await both.say("90")
    outgoing = await sent(both)
    assert outgoing.viber is not None
    assert outgoing.sms is not None
    assert (outgoing.viber.ttl, outgoing.sms.ttl) == (30, 90)


async def test_a_flash_sms_is_switched_on_and_off(draft: Chat) -> None:
    await draft.press("As a flash SMS")
    assert "⚡ Flash: shown at once and not kept." in draft.screen
    await draft.press("No flash")
    assert "Flash" not in draft.screen
    await draft.press("As a flash SMS")
    outgoing = await sent(draft)
    assert outgoing.sms is not None
    assert outgoing.sms.flash


async def test_another_channel_takes_the_text_along_and_asks_for_its_name(draft: Chat) -> None:
    await draft.press("Channels")
    assert draft.buttons == ["SMS", "Viber", "Viber, then SMS", "◀ Back"]
    await draft.press("Viber, then SMS")
    await draft.press("Taxi")
    outgoing = await sent(draft)
    assert outgoing.channels == (Channel.VIBER, Channel.SMS)
    assert outgoing.viber is not None
    assert (outgoing.viber.source, outgoing.viber.text) == ("Taxi", "Dinner is ready")


async def test_many_sender_names_have_pages_and_any_letters(both: Chat, house: House) -> None:
    names = [f"Shop {number}: Їжа {'x' * 50}" for number in range(30)]
    house.alpha.sender_names = {Channel.VIBER: names, Channel.SMS: ["InfoCenter"]}
    await both.press("Viber sender")
    await both.press("2 ▶")
    await both.press("3 ▶")
    await both.press("Shop 29")
    outgoing = await sent(both)
    assert outgoing.viber is not None
    assert outgoing.viber.source == names[29]


async def test_a_name_that_is_gone_meanwhile_is_not_sent_from(both: Chat, house: House) -> None:
    await both.press("Viber sender")
    house.alpha.sender_names = {Channel.VIBER: ["Promo"], Channel.SMS: ["InfoCenter"]}
    await both.press("Taxi")
    assert both.alert == "The provider does not offer that any more."
    await both.press("Promo")
    assert "Viber from Promo" in both.screen
