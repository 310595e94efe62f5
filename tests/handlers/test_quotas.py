"""How much each member of a group may: chosen by an administrator, pressed or typed as a reply."""

from decimal import Decimal

import pytest

from tests.handlers.test_share import ONLY_ADMINS, opened, rules, ticked
from tests.house import Chat, House


@pytest.fixture
async def group(house: House, chat: Chat, bob: Chat) -> Chat:
    """A group as Ann sees it, who leads it; Bob is in it, too."""
    group = house.group(chat, bob)
    await house.settle()
    return group


@pytest.mark.parametrize(
    ("label", "chosen", "column", "value", "said"),
    [
        ("Numbers a day", "3", "numbers_per_day", 3, "✅ Each member may buy 3 numbers a day."),
        ("Numbers a day", "No limit", "numbers_per_day", 0, "✅ Members may buy as many numbers a day"),
        (
            "Waiting at once",
            "1",
            "active_numbers",
            1,
            "✅ Of each member, 1 number may wait for a code at once.",
        ),
        (
            "Waiting at once",
            "No limit",
            "active_numbers",
            0,
            "✅ Any count of a member's numbers may wait at once.",
        ),
        (
            "Spending a day",
            "5",
            "spend_per_day",
            Decimal(5),
            "✅ Each member may spend 5.00 a day at each provider.",
        ),
        ("Spending a day", "No limit", "spend_per_day", Decimal(0), "✅ Members may spend a day as much as"),
    ],
)
async def test_what_each_member_may_is_chosen_and_said(
    group: Chat, label: str, chosen: str, column: str, value: object, said: str
) -> None:
    await opened(group, label, chosen)
    assert group.screen.startswith(said)
    assert getattr(await rules(group), column) == value
    await group.press(label)
    assert ticked(group) == [chosen]


async def replies(group: Chat, text: str) -> None:
    """An answer to the bot's last message."""
    house = group.house
    house.human.message(group.chat_id, group.person_id, text, reply_to=group.last["message_id"])
    await house.settle()


async def test_an_amount_of_money_may_be_typed_as_a_reply(group: Chat, house: House) -> None:
    await opened(group, "Spending a day")
    await house.restart()
    await replies(group, "lots")
    assert "That is not an amount" in group.screen
    await replies(group, "7,50")
    assert group.screen.startswith("✅ Each member may spend 7.50 a day at each provider.")
    assert (await rules(group)).spend_per_day == Decimal("7.50")


async def test_with_keys_of_one_currency_limits_are_in_it(group: Chat, house: House) -> None:
    await house.connect(group, house.alpha)
    await opened(group, "Spending a day", "5")
    assert group.screen.startswith("✅ Each member may spend $5.00 a day at each provider.")
    assert "💲 Spending a day at a provider: $5.00" in group.screen
    await group.press("Spending a day")
    assert group.screen.endswith("Now: $5.00")
    house.beta.currency = "EUR"
    await house.connect(group, house.beta)
    await group.say("/share")
    assert "💲 Spending a day at a provider: 5.00" in group.screen


async def test_talk_in_the_group_is_no_amount(group: Chat, house: House) -> None:
    house.human.add_bot(group.chat_id, group.person_id, "administrator")
    await opened(group, "Spending a day")
    count = len(group.messages)
    await group.say("7.50")
    assert len(group.messages) == count
    assert (await rules(group)).spend_per_day == 0


async def test_who_leads_no_more_when_the_amount_comes_sets_nothing(
    group: Chat, bob: Chat, house: House
) -> None:
    house.human.join(group.chat_id, bob.person_id, "administrator")
    theirs = group.seat(bob)
    await opened(theirs, "Spending a day")
    house.human.join(group.chat_id, bob.person_id, "member")
    await replies(theirs, "7.50")
    assert ONLY_ADMINS in group.screen
    assert (await rules(group)).spend_per_day == 0
