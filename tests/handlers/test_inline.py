"""Price cards in any chat: what is typed after the bot's name, what is offered, what a sent card leads to."""

import pytest

from bot.errors import Unavailable
from bot.sandbox.telegram.wire import Json
from tests.doubles import KEY
from tests.house import Chat, House, keyboard


async def typed(chat: Chat, words: str, offset: str = "") -> Json:
    """What is offered to these words; nothing where the bot does not answer."""
    human = chat.house.human
    asked = human.inline(chat.person_id, words, offset)["inline_query_id"]
    await chat.house.settle()
    answer = human.results(asked)
    return {"results": [], "button": None, "unanswered": True} if answer is None else answer


async def titles(chat: Chat, words: str) -> list[str]:
    return [one["title"] for one in (await typed(chat, words))["results"]]


async def sent(chat: Chat, words: str, where: Chat | None = None) -> Json:
    """The first card that is offered, sent to a chat."""
    human, place = chat.house.human, where or chat
    asked = human.inline(chat.person_id, words)["inline_query_id"]
    await chat.house.settle()
    first = (human.results(asked) or {})["results"][0]["id"]
    message: Json = human.choose(asked, first, place.chat_id, chat.person_id)["message"]
    await chat.house.settle()
    return message


async def test_a_service_and_a_country_give_one_card(chat: Chat) -> None:
    [card] = (await typed(chat, "telegram us"))["results"]
    assert card["title"] == "Telegram · 🇺🇸 United States · from $0.50"
    assert card["description"] == "1 provider · 10 left"


async def test_a_service_gives_its_countries_the_cheapest_first_and_no_price_is_cut(chat: Chat) -> None:
    assert await titles(chat, "telegram") == [
        "Telegram · 🇬🇧 UK · from $0.40",
        "Telegram · 🇺🇸 United States · from $0.50",
        "Telegram · 🇩🇪 Germany · from $0.90",
    ]


async def test_where_not_even_a_short_name_fits_the_flag_stands_for_a_country(
    chat: Chat, house: House
) -> None:
    house.alpha.places = {"1": "CF"}
    house.alpha.prices_of = {("tg", "1"): ("1234.5678", 1)}
    assert await titles(chat, "telegram") == ["Telegram · 🇨🇫 · from $1,234.5678"]


async def test_a_country_alone_gives_the_first_services_there(chat: Chat) -> None:
    assert await titles(chat, "usa") == [
        "Telegram · 🇺🇸 United States · from $0.50",
        "WhatsApp · 🇺🇸 United States · from $0.30",
    ]


async def test_other_names_and_mistakes_are_understood(chat: Chat) -> None:
    for words in ("телеграм сша", "tg usa", "telegarm us"):
        assert await titles(chat, words) == ["Telegram · 🇺🇸 United States · from $0.50"], words


async def test_where_nothing_is_typed_favourites_come_first_then_popular_services(
    chat: Chat, house: House
) -> None:
    for words in ("", " ", "t"):
        assert [title.split(" · ")[0] for title in await titles(chat, words)] == ["Telegram", "WhatsApp"]
    await house.codebell.preferences.star(chat.chat_id, chat.person_id, "whatsapp", house.clock())
    house.clock.advance(60)
    assert [title.split(" · ")[0] for title in await titles(chat, "")] == ["WhatsApp", "Telegram"]


async def test_a_sent_card_tells_the_price_and_nothing_of_who_sent_it(chat: Chat, house: House) -> None:
    await house.connect(chat, house.beta, "a-second-key-0123456789", label="work")
    friend = house.person("Bob")
    team = house.group(friend, chat)
    card = await sent(chat, "telegram us", team.seat(chat))
    assert card["text"] == (
        "Telegram · 🇺🇸 United States\n"
        "A number for one code from $0.50\n"
        "2 providers · 20 left\n"
        f"Price of {house.clock():%-d %b %Y}"
    )
    for private in ("Alpha", "Beta", "work", "18.74", KEY[-4:]):
        assert private not in str(card), private
    [button] = keyboard(card)
    assert (button["text"], button["url"]) == (
        "📱 Buy a number",
        "https://t.me/codebell_bot?start=buy_telegram_us",
    )


async def test_who_presses_the_cards_button_comes_to_the_offers_or_first_to_a_key(
    chat: Chat, house: House
) -> None:
    [button] = keyboard(await sent(chat, "telegram us"))
    start = button["url"].partition("?start=")[2]
    await chat.say(f"/start {start}")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")
    friend = house.person("Bob")
    await friend.say(f"/start {start}")
    assert friend.screen.startswith("Telegram · 🇺🇸 United States\nNumbers are bought with your own key")


async def test_a_card_that_is_sent_to_the_bot_itself_leads_to_its_offers(chat: Chat) -> None:
    await chat.say("/start")
    await sent(chat, "telegram us")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")
    assert len(chat.messages) == 2
    assert "Alpha · $0.50" in chat.buttons


async def test_the_card_of_another_bot_is_a_text_as_any_other(chat: Chat, house: House) -> None:
    card = await sent(chat, "telegram us")
    another = {"id": 99, "is_bot": True, "first_name": "Gif", "username": "gif"}
    house.human.strange_update("message", {**card, "via_bot": another, "text": "whatsapp"})
    await house.settle()
    assert chat.screen.startswith("WhatsApp")


async def test_without_a_key_there_is_a_way_to_connect_one(newcomer: Chat) -> None:
    offered = await typed(newcomer, "telegram us")
    assert offered["results"] == []
    assert offered["button"] == {
        "text": "🔑 Connect a provider key first",
        "start_parameter": "connect",
    }
    await newcomer.say("/start connect")
    assert newcomer.screen == "Which provider is the key from?"


async def test_cards_are_there_as_soon_as_there_is_a_key(newcomer: Chat, house: House) -> None:
    assert await titles(newcomer, "telegram us") == []
    await house.connect(newcomer, house.alpha)
    assert await titles(newcomer, "telegram us") == ["Telegram · 🇺🇸 United States · from $0.50"]


async def test_what_nobody_knows_or_sells_has_a_way_on(chat: Chat) -> None:
    unknown = await typed(chat, "xyzzyq")
    assert unknown["button"] == {"text": "Nothing like that is sold: see what is", "start_parameter": "buy"}
    await chat.say("/start buy")
    assert chat.screen.startswith("Which service is the number for?")
    nowhere = await typed(chat, "telegram japan")
    assert nowhere["button"] == {
        "text": "Telegram: nobody sells it there right now",
        "start_parameter": "buy_telegram_JP",
    }
    await chat.say("/start buy_telegram_JP")
    assert "Nobody sells it there" in chat.screen


async def test_countries_come_in_pages_of_twenty(chat: Chat, house: House) -> None:
    codes = [f"{first}{second}" for first in "ABCDEFGHIJK" for second in "EMRS"]
    house.alpha.places = {str(at): code for at, code in enumerate(codes)}
    house.alpha.prices_of = {("tg", str(at)): ("0.50", 1) for at in range(len(codes))}
    seen, offset, pages = [], "", 0
    while pages == 0 or offset:
        page = await typed(chat, "telegram", offset)
        assert len(page["results"]) <= 20
        seen += [one["id"] for one in page["results"]]
        offset, pages = page["next_offset"], pages + 1
    assert (len(seen), len(set(seen)), pages) == (44, 44, 3)
    for odd in ("-1", "x", "99999", "²"):
        assert isinstance((await typed(chat, "telegram", odd))["results"], list)


async def test_others_see_their_own_prices_only(chat: Chat, house: House, newcomer: Chat) -> None:
    assert await titles(chat, "telegram us") != []
    assert await titles(newcomer, "telegram us") == []
    house.beta.prices_of[("tg", "1")] = ("0.77", 1)
    bob = house.person("Bob")
    await house.connect(bob, house.beta)
    assert await titles(bob, "telegram us") == ["Telegram · 🇺🇸 United States · from $0.77"]


async def test_typing_letter_by_letter_asks_a_provider_once_for_its_prices(chat: Chat, house: House) -> None:
    words = "telegram united states"
    for length in range(2, 18):
        await typed(chat, words[:length])
    assert len(house.alpha.called("prices")) == 1
    assert len(house.alpha.called("services")) == 1


async def test_while_somebody_types_fast_only_the_newest_is_asked_for(chat: Chat, house: House) -> None:
    asked = [house.human.inline(chat.person_id, f"telegram {at}")["inline_query_id"] for at in range(15)]
    await house.settle()
    answered = [one for one in asked if house.human.results(one) is not None]
    assert answered == [asked[0], asked[-1]]


async def test_typing_keeps_no_button_from_working(chat: Chat, house: House) -> None:
    await chat.say("/start")
    for at in range(30):
        await typed(chat, f"telegram {at}")
    await chat.press("Buy a number")
    assert "Which service" in chat.screen
    assert (await typed(chat, "too much"))["results"] == []
    house.clock.advance(10)
    assert await titles(chat, "telegram us") != []


async def test_typing_in_another_chat_ends_no_question(newcomer: Chat, house: House) -> None:
    await newcomer.say("/start")
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await typed(newcomer, "telegram")
    await newcomer.say(KEY)
    assert "connected" in newcomer.screen


async def test_a_provider_that_does_not_answer_says_so_above_nothing(chat: Chat, house: House) -> None:
    house.alpha.breaks("services", Unavailable("down"))
    offered = await typed(chat, "telegram us")
    assert offered["results"] == []
    assert offered["button"]["start_parameter"] == "buy"
    assert offered["button"]["text"].startswith("⚠️ Alpha: ")


async def test_a_query_that_is_too_old_is_no_mistake(chat: Chat, house: House) -> None:
    asked = house.human.inline(chat.person_id, "telegram")["inline_query_id"]
    house.clock.advance(20)
    await house.settle()
    assert house.human.results(asked) is None


async def test_cards_are_in_the_language_of_who_types(house: House) -> None:
    anna = house.person("Анна", language="ru")
    await house.connect(anna, house.alpha)
    [card] = (await typed(anna, "телеграм сша"))["results"]
    assert card["title"].startswith("Telegram · 🇺🇸 США · ")


@pytest.mark.parametrize("settings", [{"access": "allowlist"}])
async def test_who_may_not_come_in_is_offered_nothing(newcomer: Chat, house: House) -> None:
    await house.connect(newcomer, house.alpha)
    offered = await typed(newcomer, "telegram us")
    assert (offered["results"], offered["button"]) == ([], None)
    assert "unanswered" not in offered
    assert house.alpha.calls == []


async def test_inline_queries_are_asked_for_at_telegram(house: House) -> None:
    assert "inline_query" in house.codebell.dispatcher.resolve_used_update_types()
