"""Numbers bought elsewhere with the same key: listed for its owner, and taken over when they say so."""

import pytest
from pydantic import SecretStr

from bot.errors import Unavailable
from bot.providers.base import Capability, Number, Wish
from handlers.doors import BoughtElsewhere
from storage.outbox import Kind, arm
from tests.doubles import KEY
from tests.house import Chat, House
from tests.storage.shelf import sql


@pytest.fixture
def lister(chat: Chat, house: House) -> Chat:
    """Somebody whose account at Alpha tells what it holds."""
    house.alpha.capabilities |= {Capability.ACTIVE}
    return chat


@pytest.fixture
async def stray(lister: Chat, house: House) -> Number:
    """A number they bought on Alpha's own site."""
    return await house.alpha.buy(SecretStr(KEY), Wish("tg", "1"))


async def to_the_list(chat: Chat) -> None:
    await chat.say("/numbers")
    await chat.press("Numbers bought elsewhere")


@pytest.mark.usefixtures("stray")
async def test_a_number_bought_elsewhere_is_taken_over_and_its_code_rings(lister: Chat, house: House) -> None:
    await to_the_list(lister)
    assert "Your accounts hold these, and I do not watch them." in lister.screen
    assert lister.buttons[0] == "🇺🇸 +1 201-555-0001 · Telegram"
    await lister.press("+1 201-555-0001")
    assert lister.alert == "Taken over: its code comes here from now on. Its card is below."
    card = lister.find("Waiting for the SMS")["text"]
    assert "Telegram · 🇺🇸" in card
    assert "Alpha · $0.50" in card
    house.alpha.delivers("12345")
    await lister.wait(10)
    assert "12345" in lister.find("🔔")["text"]
    await to_the_list(lister)
    assert "None: every number that your accounts tell of is watched already." in lister.screen
    assert len(house.alpha.called("buy")) == 1


@pytest.mark.usefixtures("stray")
async def test_nothing_is_taken_over_unasked(lister: Chat, house: House) -> None:
    await to_the_list(lister)
    house.alpha.delivers("12345")
    await lister.wait(600)
    assert [one["text"] for one in lister.messages if "12345" in one["text"]] == []
    assert house.alpha.called("poll") == []


async def test_what_was_bought_here_is_not_listed(lister: Chat) -> None:
    await lister.buys()
    await to_the_list(lister)
    assert "None: every number" in lister.screen
    await lister.press("◀ Back")
    assert "Your numbers" in lister.screen


@pytest.mark.usefixtures("stray")
async def test_taking_over_twice_is_done_once(lister: Chat) -> None:
    await to_the_list(lister)
    button = lister.data("+1 201")
    await lister.press("+1 201")
    await lister.forge(button)
    assert lister.alert == "Already done: this button was pressed before."


async def test_a_number_that_is_gone_by_now_is_not_taken_over(
    lister: Chat, stray: Number, house: House
) -> None:
    await to_the_list(lister)
    del house.alpha.lines[stray.id]
    await lister.press("+1 201")
    assert lister.alert == "The provider does not know this number."


async def test_while_a_lost_purchase_is_looked_for_its_number_cannot_be_taken_for_a_stray(
    lister: Chat, house: House
) -> None:
    await lister.buys()
    assert house.database.path is not None
    lost = "UPDATE activations SET state = 'unknown', provider_id = NULL, next_poll_at = ?"
    sql(house.database.path, lost, house.clock().timestamp() + 100)
    await to_the_list(lister)
    await lister.press("+1 201")
    assert lister.alert == "A purchase is still being looked for on that account. Try again in a few minutes."


@pytest.mark.usefixtures("stray")
async def test_s_7_after_a_restore_everybody_with_a_key_is_told_and_finds_what_was_bought_after_the_backup(
    lister: Chat, house: House
) -> None:
    await lister.say("/start")
    async with house.database.begin() as session:
        await arm(session, Kind.RESTORED, str(lister.chat_id), lister.chat_id, house.clock(), anew=True)
    await house.settle()
    assert "I was restored from a backup." in lister.screen
    await lister.press("Numbers bought elsewhere")
    assert "I was restored from a backup." in lister.messages[-2]["text"]
    await lister.press("+1 201")
    assert "Waiting for the SMS" in lister.screen
    assert "Numbers rented elsewhere" not in str(lister.find("I was restored")["reply_markup"])


@pytest.mark.parametrize(
    ("told", "buttons", "line"),
    [
        (set(), [], "These do not tell me what was bought: look at your account at Alpha."),
        ({Capability.ACTIVE}, ["🔎 Numbers bought elsewhere"], "can be taken over"),
        ({Capability.RENTED}, ["🔎 Numbers rented elsewhere"], "can be taken over"),
    ],
)
async def test_s_7_a_restored_bot_offers_to_list_only_what_an_account_tells(
    chat: Chat, house: House, told: set[Capability], buttons: list[str], line: str
) -> None:
    house.alpha.capabilities |= told
    await chat.say("/start")
    async with house.database.begin() as session:
        await arm(session, Kind.RESTORED, str(chat.chat_id), chat.chat_id, house.clock(), anew=True)
    await house.settle()
    assert chat.buttons == buttons
    assert line in chat.screen
    assert ("can be taken over" in chat.screen) is bool(buttons)


@pytest.mark.usefixtures("stray")
async def test_a_provider_that_does_not_answer_is_named(lister: Chat, house: House) -> None:
    house.alpha.breaks("active", Unavailable("503"))
    await to_the_list(lister)
    assert "⚠️ Alpha: The provider does not answer right now." in lister.screen


async def test_where_no_account_tells_what_it_holds_nothing_is_promised(chat: Chat) -> None:
    await chat.say("/numbers")
    assert not [label for label in chat.buttons if "elsewhere" in label]
    await chat.forge(BoughtElsewhere().pack())
    assert "None of your providers tells what an account holds" in chat.screen
