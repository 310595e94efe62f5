"""Who may set the rules of a group: every button of /share, its quotas and keys, by everybody there is."""

from itertools import chain

import pytest

from bot.errors import UnknownKey
from handlers.leading import NotALeader, OnlyThere
from handlers.nobody import FACELESS
from storage.links import LinkOver
from storage.sharings import unset
from tests.handlers.belongings import Presser
from tests.handlers.sharing import BY_LINK, SOMEBODY, sharing
from tests.house import Chat, House

ROLES = ("member", "former member", "stranger")


@pytest.fixture
async def ann(house: House) -> Chat:
    return house.person("Ann")


@pytest.fixture
async def others(house: House) -> dict[str, Chat]:
    return {who: house.person(who) for who in (*ROLES, "other admin")}


@pytest.fixture
async def group(house: House, ann: Chat, others: dict[str, Chat]) -> Chat:
    """A group with a key, as Ann sees it, who leads it and has sent /share."""
    inside = [one for who, one in others.items() if who != "stranger"]
    group = house.group(ann, *inside)
    await house.settle()
    await house.connect(group, house.alpha)
    await house.codebell.sharings.met(group.chat_id, SOMEBODY, "Somebody", house.clock())
    house.human.leave(group.chat_id, others["former member"].person_id)
    house.human.join(group.chat_id, others["other admin"].person_id, "administrator")
    await group.say("/share")
    return group


async def all_data(group: Chat) -> list[str]:
    [key] = await group.house.codebell.keys.list(group.chat_id)
    return [one.pack() for one in chain.from_iterable(sharing(key.id).values())]


async def decided(group: Chat) -> object:
    """What stands of a group's rules, names and keys."""
    bell = group.house.codebell
    rules = await bell.sharings.of(group.chat_id) or unset(group.chat_id)
    members = {one.user_id: one.may_buy for one in await bell.sharings.members(group.chat_id)}
    keys = [key.id for key in await bell.keys.list(group.chat_id)]
    chosen = rules.who_buys, rules.who_sees, rules.numbers_per_day, rules.spend_per_day, rules.active_numbers
    return chosen, members.get(SOMEBODY), keys


async def on_a_menu_of_their_own(group: Chat, one: Chat) -> None:
    await group.house.codebell.menus.hang(group.chat_id, group.last["message_id"], one.person_id)


@pytest.mark.parametrize("who", ROLES)
async def test_who_does_not_lead_the_group_changes_nothing_with_any_button(
    group: Chat, others: dict[str, Chat], who: str
) -> None:
    """Not even on a menu of their own, from the time when they led it."""
    before, one, data = await decided(group), others[who], await all_data(group)
    theirs = await Presser(group, one.person_id).press(*data)
    assert all("Only " in str(text) for text in theirs.values())
    await on_a_menu_of_their_own(group, one)
    answers = await Presser(group, one.person_id).press(*data)
    assert set(answers.values()) == {NotALeader.text}
    assert await decided(group) == before


async def test_another_administrator_presses_in_a_menu_of_their_own(
    group: Chat, others: dict[str, Chat]
) -> None:
    before, other, data = await decided(group), others["other admin"], await all_data(group)
    answers = await Presser(group, other.person_id).press(*data)
    assert all(str(text).startswith("Only Ann may use these buttons.") for text in answers.values())
    assert await decided(group) == before
    await on_a_menu_of_their_own(group, other)
    await Presser(group, other.person_id).press(*data)
    assert await decided(group) != before


async def test_who_asked_may_press_every_button_while_they_lead(group: Chat) -> None:
    answers = await Presser(group).press(*await all_data(group))
    assert {data: text for data, text in answers.items() if text} == {}
    assert await group.house.codebell.keys.list(group.chat_id) == ()


async def test_who_presses_as_the_group_or_a_channel_is_nobody(group: Chat) -> None:
    before = await decided(group)
    for account in FACELESS:
        answers = await Presser(group, account).press(*await all_data(group))
        assert all(str(text).startswith("I cannot tell who you are") for text in answers.values())
    assert await decided(group) == before


async def test_in_a_private_chat_they_say_where_it_is_set(group: Chat, ann: Chat) -> None:
    await ann.say("/share")
    answers = await Presser(ann).press(*await all_data(group))
    assert set(answers.values()) == {OnlyThere.text}


async def test_in_another_group_they_do_nothing_to_this_one(
    group: Chat, others: dict[str, Chat], house: House
) -> None:
    data, other = await all_data(group), others["other admin"]
    before, elsewhere = await decided(group), house.group(other)
    await elsewhere.say("/share")
    answers = await Presser(elsewhere).press(*data)
    assert {text for text in answers.values() if text} == {UnknownKey.text}
    assert await decided(group) == before


async def test_a_link_that_nobody_made_opens_nothing_for_anybody(
    group: Chat, ann: Chat, others: dict[str, Chat]
) -> None:
    data = [one.pack() for one in chain.from_iterable(BY_LINK.values())]
    for one in (ann, *others.values()):
        await one.say("/start")
        assert set((await Presser(one).press(*data)).values()) == {LinkOver.text}
    answers = await Presser(group).press(*data)
    assert {text for text in answers.values() if "/start" not in str(text)} == set()
