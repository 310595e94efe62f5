"""/admin: what the operator sees at a glance, and that nobody else has it."""

import pytest

from bot.errors import NoMoney, Unavailable
from bot.health import DOWN_AFTER
from bot.settings import Access
from tests.handlers.operating import OPERATED, last_deed, opens, operated_by, operator_of
from tests.house import Chat, House

pytestmark = operated_by(OPERATED)
UNKNOWN = "I do not know this command."


@pytest.fixture
def operator(house: House) -> Chat:
    return operator_of(house)


@pytest.fixture
async def ann(operator: Chat, house: House) -> Chat:
    """Somebody with a key, who comes after the operator."""
    ann = house.person("Ann")
    await house.connect(ann, house.alpha)
    return ann


def line(chat: Chat, sign: str) -> str:
    """The line of the screen that begins so."""
    return next(line for line in chat.screen.splitlines() if line.startswith(sign))


async def test_today_stands_beside_the_last_seven_days(operator: Chat, ann: Chat, house: House) -> None:
    await ann.buys()
    house.alpha.delivers("4711")
    await ann.wait(10)
    await house.wait(30 * 3600)
    await ann.buys("telegram gb")
    await opens(operator)
    assert operator.screen.splitlines()[1].split() == ["today", "7", "days"]
    assert line(operator, "Numbers").split() == ["Numbers", "1", "2"]
    assert line(operator, "With a code").split()[-2:] == ["0", "1"]
    assert line(operator, "🎯 Success today") == "🎯 Success today: –"
    assert line(operator, "🎯 Success in") == "🎯 Success in 7 days: 1 of 1"
    assert line(operator, "People seen").split()[-2:] == ["2", "2"]
    assert line(operator, "💸 Spent today") == "💸 Spent today: $0.00, perhaps $0.40 more"
    assert line(operator, "💸 Spent in") == "💸 Spent in 7 days: $0.50, perhaps $0.40 more"


async def test_what_was_given_back_is_not_spent(operator: Chat, ann: Chat, house: House) -> None:
    await ann.buys()
    await ann.wait(31)
    await ann.press("Cancel")
    await ann.wait(10)
    await opens(operator)
    assert line(operator, "💸") == "💸 Spent today: –"


async def test_every_way_of_the_home_leads_somewhere_and_back(operator: Chat) -> None:
    await opens(operator)
    for label in operator.buttons:
        await opens(operator, label)
        assert operator.alert == ""
        if label != "🔄 Refresh":
            await operator.press("◀ Operator")
        assert operator.screen.startswith("🛠 Operator"), label


async def test_a_provider_is_up_slow_or_down_since_a_moment(operator: Chat, ann: Chat, house: House) -> None:
    await opens(operator)
    assert "No provider was asked yet" in operator.screen
    await ann.say("/balance")
    await opens(operator)
    assert "All providers that were asked answer" in operator.screen
    house.alpha.fails("balance", *[Unavailable("503")] * DOWN_AFTER)
    for _ in range(DOWN_AFTER):
        await ann.say("/balance")
        await house.wait(61)
    await opens(operator)
    assert "🔴 Alpha: down since" in operator.screen
    await operator.press("Providers")
    assert "In a row without an answer: 3. The provider does not answer right now." in operator.screen
    assert "⚪ Beta: not asked yet" in operator.screen


async def test_queues_tell_what_is_looked_at_and_what_waits(operator: Chat, ann: Chat) -> None:
    await ann.buys()
    await opens(operator, "Queues")
    assert "number: 0 due, 1 later" in operator.screen
    assert "Kept for people who cannot be reached: 0" in operator.screen


async def test_errors_are_told_by_provider_and_reason(operator: Chat, ann: Chat, house: House) -> None:
    house.alpha.fails("buy", NoMoney())
    await ann.buys()
    await opens(operator, "Errors")
    assert "1 × Alpha: There is not enough money on the provider's account." in operator.screen
    await opens(operator)
    assert line(operator, "Failed").split() == ["Failed", "1", "1"]


async def test_the_settings_are_told_without_anything_secret(operator: Chat, house: House) -> None:
    await opens(operator, "Settings")
    assert f"Operators: {operator.person_id}" in operator.screen
    assert "Spending a day at a provider: no limit" in operator.screen
    secret = house.codebell.settings.bot_token.get_secret_value()
    assert secret not in operator.screen
    assert house.codebell.settings.master_key.get_secret_value() not in operator.screen


async def test_what_is_chosen_over_the_settings_is_told_until_it_is_as_they_say(
    operator: Chat, house: House
) -> None:
    switches = house.codebell.switches
    await switches.let_in(Access.ALLOWLIST, operator.person_id)
    await opens(operator, "Settings")
    assert "Access: only let in\nChosen here: it overrides ACCESS of the settings." in operator.screen
    await opens(operator, "Access")
    assert "it overrides ACCESS" in operator.screen
    await operator.press("Open")
    assert "it overrides ACCESS" not in operator.screen
    assert switches.get("access") is None
    await opens(operator, "Settings")
    assert "Access: open to everybody\nNumbers at once" in operator.screen


async def test_the_log_tells_who_did_what_page_by_page(operator: Chat, house: House) -> None:
    for _ in range(13):
        house.clock.advance(1)
        await house.codebell.switches.set("paused", "yes", operator.person_id)
    house.clock.advance(1)
    await opens(operator, "Resume …", "Resume orders")
    await opens(operator, "Log")
    assert operator.screen.count("Olga: orders") == 12
    await operator.press("Older")
    assert operator.screen.count("Olga: orders paused") == 2
    await operator.press("Newer")
    assert operator.screen.count("Olga: orders") == 12
    assert await last_deed(house) == (operator.person_id, "set paused", "")


async def test_the_menu_and_the_commands_lead_an_operator_there(
    operator: Chat, ann: Chat, house: House
) -> None:
    await house.connect(operator, house.alpha)
    await operator.say("/start")
    await operator.press("🛠 Operator")
    assert operator.screen.startswith("🛠 Operator")
    for chat, told in ((operator, True), (ann, False)):
        await chat.say("/start")
        assert ("🛠 Operator" in chat.buttons) is told
        await chat.say("/help")
        await chat.press("Commands")
        assert all((f"/{name} – " in chat.screen) is told for name in ("admin", "broadcast"))


async def test_for_everybody_else_the_command_does_not_exist(operator: Chat, ann: Chat) -> None:
    await opens(operator)
    data = operator.data("Pause …")
    await ann.say("/admin")
    assert ann.screen == UNKNOWN
    await ann.forge(data)
    assert ann.alert == "This button is too old. Please open /start again."


async def test_in_a_group_the_operator_hears_nothing(operator: Chat, ann: Chat, house: House) -> None:
    await opens(operator)
    data = operator.data("Pause …")
    group = house.group(operator, ann)
    await house.settle()
    before = len(group.messages)
    await group.say("/admin")
    assert len(group.messages) == before
    await group.forge(data)
    assert not house.codebell.switches.paused
