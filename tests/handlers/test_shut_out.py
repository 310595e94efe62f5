"""Who may not come in any more looks after what they have, and nothing new is open to them."""

import pytest

from bot.settings import Access
from storage.models import State
from storage.purchases import PurchaseStore
from tests.handlers.operating import OPERATED, operated_by, operator_of
from tests.handlers.teams import buy, hears, team
from tests.house import Chat, House

pytestmark = operated_by(OPERATED)
PRIVATE = "This bot is private."
BLOCKED = "The operator of this bot has blocked you."


@pytest.fixture
def operator(house: House) -> Chat:
    return operator_of(house)


@pytest.fixture
async def ann(operator: Chat, house: House) -> Chat:
    """She has a number that waits for its code."""
    ann = house.person("Ann")
    await ann.say("/start")
    await house.connect(ann, house.alpha)
    await buy(house, ann)
    return ann


async def shut_out(house: House, operator: Chat, person: Chat, how: str) -> str:
    """Let out or blocked; the words that whoever is so gets for something new."""
    if how == "blocked":
        await house.codebell.admission.block(person.person_id, operator.person_id)
        return BLOCKED
    await house.codebell.switches.let_in(Access.ALLOWLIST, operator.person_id)
    return PRIVATE


@pytest.mark.parametrize("how", ["let out", "blocked"])
async def test_what_somebody_has_goes_on_and_nothing_new_begins(
    operator: Chat, ann: Chat, house: House, how: str
) -> None:
    why = await shut_out(house, operator, ann, how)
    await hears(house, "80417")
    assert "80417" in ann.screen
    await ann.say("/numbers")
    assert "80417" in ann.screen
    for new in ("ua:x", "b", "m", "l"):
        await ann.forge(new)
        assert ann.alert is not None
        assert ann.alert.startswith(why)
    lines = len(house.alpha.lines)
    await ann.say("/buy telegram us")
    assert len(house.alpha.lines) == lines
    await ann.press("Finish")
    await ann.say("/cancel")
    assert "There is no number that could be cancelled." in ann.screen
    await ann.say("/forget")
    await ann.press("Forget me")
    await ann.press("Yes, for good")
    assert "You are forgotten" in ann.screen


async def test_a_renewal_is_new(operator: Chat, ann: Chat, house: House) -> None:
    await shut_out(house, operator, ann, "let out")
    await ann.forge("t:r:xxxxxxxxxxx")
    assert ann.alert == PRIVATE
    await ann.forge("t:v:xxxxxxxxxxx")
    assert ann.alert != PRIVATE


async def test_a_question_of_something_new_is_not_answered_by_who_was_shut_out(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.say("/keys")
    await ann.press("Add a provider")
    await ann.press("Beta")
    await shut_out(house, operator, ann, "let out")
    await ann.say("key-of-beta-0123456789-wxyz")
    assert [key.provider for key in await house.codebell.keys.list(ann.chat_id)] == ["alpha"]


async def test_who_is_in_a_group_gets_its_codes_in_private_though_nothing_else_is_open(
    operator: Chat, house: House
) -> None:
    bob, eve = house.person("Bob"), house.person("Eve")
    group = (await team(house, operator, bob)).seat(bob)
    await house.codebell.admission.admit(group.chat_id, "Team", operator.person_id)
    await shut_out(house, operator, bob, "let out")
    await bob.say("/start")
    assert "Codes that you alone may see in a group come here as well from now on." in bob.screen
    await eve.say("/start")
    assert PRIVATE in eve.screen
    row = await buy(house, group)
    await hears(house, "80417")
    assert "80417" in bob.screen
    await bob.press("Finish")
    ended = await PurchaseStore(house.database).get(row.id)
    assert ended is not None
    assert ended.state is State.FINISHED
    await bob.say("/buy telegram us")
    assert PRIVATE in bob.screen
