"""/balance: what is left on every account, and who could not be asked."""

from decimal import Decimal

from bot.errors import BadKey, Unavailable
from tests.doubles import KEY
from tests.house import Chat, House


async def test_without_keys_there_is_nothing_to_tell(newcomer: Chat) -> None:
    await newcomer.say("/balance")
    assert newcomer.screen == "You have no provider keys yet."
    assert newcomer.buttons == ["🔑 Add a provider key", "◀ Menu"]


async def test_every_account_is_asked(chat: Chat, house: House) -> None:
    house.beta.currency = "RUB"
    house.clock.advance(1)
    await house.connect(chat, house.beta, label="work")
    house.beta.accounts[KEY] = Decimal("1234.5")
    await chat.say("/balance")
    assert chat.screen == "Balance\nAlpha: $18.74\nBeta work: ₽1,234.50"


async def test_asking_again_shows_what_changed(chat: Chat, house: House) -> None:
    await chat.say("/balance")
    house.alpha.accounts[KEY] = Decimal("5")
    await chat.press("Ask again")
    assert "Alpha: $5.00" in chat.screen
    assert len(chat.messages) == 1


async def test_who_does_not_answer_is_named_with_the_last_known_balance(chat: Chat, house: House) -> None:
    await house.connect(chat, house.beta)
    house.beta.accounts[KEY] = Decimal("3")
    house.alpha.breaks("balance", Unavailable("503"))
    await chat.say("/balance")
    problem = "⚠️ Alpha: The provider does not answer right now. Last known: $18.74, as of 12:00"
    assert problem in chat.screen
    assert "Beta: $3.00" in chat.screen


async def test_a_key_that_was_revoked_says_so(chat: Chat, house: House) -> None:
    house.alpha.breaks("balance", BadKey())
    await chat.say("/balance")
    screen = chat.find("Balance\n")["text"]
    assert "⚠️ Alpha: The provider does not accept this key. Last known: $18.74" in screen


async def test_the_balance_opens_from_the_menu_too(chat: Chat) -> None:
    await chat.say("/start")
    await chat.press("Balance")
    assert "Alpha: $18.74" in chat.screen
    await chat.press("◀ Menu")
    assert "What shall it be?" in chat.screen


async def test_exact_amounts_are_shown_and_never_rounded_away(chat: Chat, house: House) -> None:
    house.alpha.accounts[KEY] = Decimal("0.0123")
    await chat.say("/balance")
    assert "Alpha: $0.0123" in chat.screen


async def test_the_money_is_told_per_channel(sender: Chat, house: House) -> None:
    await sender.say("/balance")
    assert sender.screen == "Balance\nAlpha: SMS $18.74 · Viber $191.477"


async def test_without_the_money_per_channel_the_account_is_shown_all_the_same(
    sender: Chat, house: House
) -> None:
    house.alpha.fails("balances", Unavailable("503"))
    await sender.say("/balance")
    assert sender.screen == "Balance\nAlpha: $18.74"


async def test_accounts_in_the_same_money_are_summed_up(chat: Chat, house: House) -> None:
    await house.connect(chat, house.beta)
    house.beta.accounts[KEY] = Decimal("1.26")
    await chat.say("/balance")
    assert chat.screen.splitlines()[-1] == "Together: $20.00"


async def test_each_currency_has_a_sum_of_its_own(chat: Chat, house: House) -> None:
    house.beta.currency = "RUB"
    house.clock.advance(1)
    await house.connect(chat, house.beta)
    await house.connect(chat, house.beta, "another-key-0123456789-wxyz", "2")
    house.beta.accounts |= {KEY: Decimal(100), "another-key-0123456789-wxyz": Decimal(50)}
    await chat.say("/balance")
    assert chat.screen.splitlines()[-1] == "Together: $18.74 · ₽150.00"


async def test_a_sum_with_an_old_balance_in_it_says_so(chat: Chat, house: House) -> None:
    await house.connect(chat, house.beta)
    house.beta.accounts[KEY] = Decimal("1.26")
    house.alpha.breaks("balance", Unavailable("503"))
    await chat.say("/balance")
    assert chat.screen.splitlines()[-1] == "Together, as far as known: $20.00"


async def test_an_old_balance_says_its_day(chat: Chat, house: House) -> None:
    house.clock.advance(3 * 24 * 3600)
    house.alpha.breaks("balance", Unavailable("503"))
    await chat.say("/balance")
    assert "Last known: $18.74, as of 1 May 12:00" in chat.screen


async def test_a_low_balance_is_marked(chat: Chat, house: House) -> None:
    [key] = await house.codebell.keys.list(chat.chat_id)
    await house.codebell.keys.set_limit(key.id, chat.chat_id, Decimal(20), house.clock())
    await chat.say("/balance")
    assert "📉 Alpha: $18.74, running low" in chat.screen
    assert "🔑 Keys" in chat.buttons


async def test_money_of_an_unknown_currency_is_never_summed_up(chat: Chat, house: House) -> None:
    house.alpha.currency = house.beta.currency = ""
    await house.connect(chat, house.beta)
    await chat.say("/balance")
    assert "Together" not in chat.screen
