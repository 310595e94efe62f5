"""Links that let one person in, each once, while the bot works by invitation."""

import pytest

from handlers.invitations import LASTS
from tests.handlers.operating import BY_INVITATION, last_deed, opens, operated_by, operator_of
from tests.house import Chat, House

pytestmark = operated_by(BY_INVITATION)


@pytest.fixture
def operator(house: House) -> Chat:
    return operator_of(house)


async def invites(operator: Chat) -> str:
    """A new link; what its start says."""
    await opens(operator, "Access", "Invitations", "New link")
    operator.house.clock.advance(1)
    link = operator.find("A link for one person")["text"]
    return str(link.split("start=")[1].split()[0])


async def test_under_a_new_link_is_the_way_back(operator: Chat) -> None:
    await invites(operator)
    await operator.press("◀ Invitations", on=operator.find("A link for one person"))
    assert "Open links: 1" in operator.screen


async def test_a_stranger_is_told_that_an_invitation_is_needed(operator: Chat, house: House) -> None:
    bob = house.person("Bob")
    await bob.say("/start")
    assert "works by invitation" in bob.screen
    assert str(bob.person_id) in bob.screen


async def test_a_link_lets_one_person_in_and_nobody_else(operator: Chat, house: House) -> None:
    word = await invites(operator)
    bob, eve = house.person("Bob"), house.person("Eve")
    await bob.say(f"/start {word}")
    assert "Welcome! You may use this bot from now on." in bob.screen
    assert await last_deed(house) == (operator.person_id, "invited", str(bob.person_id))
    assert bob.buttons == ["🔑 Add a provider key", "❔ How it works"]
    await eve.say(f"/start {word}")
    assert "used already, or is too old" in eve.screen
    await eve.say("/start")
    assert "works by invitation" in eve.screen


async def test_a_link_of_who_operates_no_more_works_no_more(operator: Chat, house: House) -> None:
    bob, bell = house.person("Bob"), house.codebell
    word = await bell.invites.make(bob.person_id, house.clock(), LASTS)
    eve = house.person("Eve")
    await eve.say(f"/start {word}")
    assert "used already, or is too old" in eve.screen
    await opens(operator, "Access", "Invitations")
    assert "Open links: 0" in operator.screen


async def test_who_came_by_a_link_stays_over_a_restart(operator: Chat, house: House) -> None:
    word, bob = await invites(operator), house.person("Bob")
    await bob.say(f"/start {word}")
    await house.restart()
    await bob.say("/start")
    assert "Codebell" in bob.screen


async def test_who_may_come_in_anyway_uses_no_link_up(operator: Chat, house: House) -> None:
    word, bob = await invites(operator), house.person("Bob")
    await operator.say(f"/start {word}")
    assert "You need no invitation" in operator.screen
    await bob.say(f"/start {word}")
    assert "Welcome!" in bob.screen


async def test_a_link_is_over_after_seven_days_or_when_it_is_revoked(operator: Chat, house: House) -> None:
    late, bob = await invites(operator), house.person("Bob")
    house.clock.advance(LASTS.total_seconds())
    revoked = await invites(operator)
    await opens(operator, "Access", "Invitations")
    assert "Open links: 1" in operator.screen
    await operator.press("Revoke all")
    assert "Revoke 1 open link?" in operator.screen
    house.clock.advance(1)
    await operator.press("Revoke all")
    assert "Open links: 0" in operator.screen
    assert await last_deed(house) == (operator.person_id, "uninvite", "1")
    for word in (late, revoked, "in_nonsense"):
        await bob.say(f"/start {word}")
        assert "used already, or is too old" in bob.screen


async def test_links_do_not_work_where_only_who_is_let_in_may_come(operator: Chat, house: House) -> None:
    word, bob = await invites(operator), house.person("Bob")
    await opens(operator, "Access", "Only let in")
    await bob.say(f"/start {word}")
    assert "This bot is private" in bob.screen
    await opens(operator, "People", "Invitations")
    assert "Links work only while access is by invitation" in operator.screen


async def test_who_is_blocked_comes_in_by_no_link(operator: Chat, house: House) -> None:
    word, bob = await invites(operator), house.person("Bob")
    await house.codebell.admission.block(bob.person_id, operator.person_id)
    await bob.say(f"/start {word}")
    assert "has blocked you" in bob.screen
    assert not house.codebell.admission.serves(bob.person_id)


async def test_a_stranger_with_a_bad_link_leaves_nothing_behind(operator: Chat, house: House) -> None:
    bob = house.person("Bob")
    await bob.say("/start in_nonsense")
    assert await house.codebell.chats.get(bob.chat_id) is None


async def test_who_is_let_in_by_their_id_may_come_and_who_is_let_out_may_not(
    operator: Chat, house: House
) -> None:
    bob = house.person("Bob")
    await bob.say("/start")
    await opens(operator, "People")
    await operator.say(str(bob.person_id))
    assert "was not let in" in operator.screen
    await operator.press("Let in")
    await bob.say("/start")
    assert "Codebell" in bob.screen
    await operator.press("Shut out")
    assert "Shut Bob out?" in operator.screen
    await operator.press("Shut out")
    before = len(bob.messages)
    await bob.say("/start")
    assert len(bob.messages) == before
