"""Sent messages, a part of the history: pages, newest first, one's own alone; each with its receipt."""

from bot.errors import NoMoney
from tests.house import Chat, House


async def test_who_sent_nothing_is_led_to_sending(sender: Chat) -> None:
    await sender.say("/send")
    await sender.press("Sent messages")
    assert sender.screen.endswith("You have sent no messages yet.")
    assert sender.buttons == ["✉️ Send a message", "◀ Menu"]
    await sender.press("Send a message")
    assert "Which way shall it go?" in sender.screen


async def test_a_draft_is_no_sent_message(draft: Chat) -> None:
    await draft.press("◀ Back")
    await draft.press("Sent messages")
    assert draft.screen.endswith("You have sent no messages yet.")


async def test_sent_messages_have_pages_and_back_leads_to_the_same_one(draft: Chat, house: House) -> None:
    for _ in range(8):
        await draft.press("Send for")
        await draft.wait(1)
        await draft.press("Write another like it")
    await draft.press("Send for")
    await draft.press("Sent messages")
    assert draft.screen.split("\n\n")[:2] == [
        "History · 9 · page 1 of 2\n✉️ Messages\n🧾 opens a receipt.",
        "1. ✉️ SMS · 🇺🇦 Ukraine\n+380 50 123 4567 · $0.48\n1 May 12:00 · ⏳ on its way",
    ]
    ways_on = ["✉️ Send a message", "🔎 Filters", "⬇️ Export", "◀ Menu"]
    assert draft.buttons == [*(f"🧾 {place}" for place in range(1, 7)), *ways_on[:1], "2 ▶", *ways_on[1:]]
    await draft.press("2 ▶")
    assert draft.buttons == ["🧾 7", "🧾 8", "🧾 9", *ways_on[:1], "◀ 1", *ways_on[1:]]
    second = draft.screen
    await draft.press("🧾 8")
    await draft.press("◀ History")
    assert draft.screen == second


async def test_a_message_that_was_not_sent_cost_nothing_and_is_listed_where_it_is_asked_for(
    draft: Chat, house: House
) -> None:
    house.alpha.fails("send", NoMoney())
    await draft.press("Send for")
    await draft.press("Sent messages")
    assert draft.screen.endswith("You have sent no messages yet.")
    await draft.say("/history")
    assert draft.screen.startswith("History\n\nNothing yet.")
    await draft.press("🚫 Failed")
    assert draft.screen.split("\n\n") == [
        "History · 1\n🚫 Failed\n🧾 opens a receipt.",
        "1. ✉️ SMS · 🇺🇦 Ukraine\n+380 50 123 4567\n1 May 12:00 · 🚫 not sent",
    ]


async def test_nobody_sees_what_somebody_else_sent(draft: Chat, house: House) -> None:
    await draft.press("Send for")
    await draft.press("Sent messages")
    opens, again = draft.data("🧾 1"), draft.data("Write another like it")
    stranger = house.person("Bob")
    await house.connect(stranger, house.alpha, "alpha-key-of-somebody-else")
    await stranger.say("/send")
    for button in (opens, again):
        await stranger.forge(button)
        assert stranger.alert == "This button belongs to somebody else."
    await stranger.press("Sent messages")
    assert stranger.screen.endswith("You have sent no messages yet.")


async def test_another_like_it_goes_with_another_key_once_the_first_was_removed(
    draft: Chat, house: House
) -> None:
    [first] = await house.codebell.keys.list(draft.chat_id)
    await draft.press("Send for")
    await house.codebell.keys.remove(first.id, draft.chat_id, house.clock())
    await draft.press("Write another like it")
    assert draft.alert == "Its key was removed. Add one of that provider with /keys, then press this again."
    await house.connect(draft, house.alpha, "alpha-key-of-the-shop-0123", label="shop")
    await draft.press("Write another like it")
    assert "Alpha shop · SMS" in draft.screen
    assert draft.screen.splitlines()[-1] == "⚠️ Still missing: 🏷 SMS sender."
    await draft.press("Go on")
    await draft.press("InfoCenter")
    assert draft.buttons[0] == "✅ Send for at most $0.50"


async def test_in_a_group_no_button_shows_messages_or_drafts(draft: Chat, house: House) -> None:
    opens = [draft.data(label) for label in ("Send for", "SMS text", "Price per operator", "◀ Back")]
    group = house.group(draft)
    await house.connect(group, house.alpha, "alpha-key-of-the-group-0123")
    await group.say("/start")
    assert "✉️ Send message" not in group.buttons
    why = "Messages are sent in a private chat with me: they are nobody else's business."
    for opened in (*opens, "d:0:0"):
        await group.forge(opened)
        assert group.alert == why, opened
    assert house.alpha.called("send") == []


async def test_a_card_outlives_its_provider(draft: Chat, house: House) -> None:
    await draft.press("Send for")
    await draft.press("Sent messages")
    del house.codebell.providers["alpha"]
    await draft.press("🧾 1")
    assert "Dinner is ready" in draft.screen
    await draft.press("Write another like it")
    assert draft.alert == "The provider does not offer that any more."
