"""A cancel that does not go as wished, as a person sees it on the card."""

from bot.errors import BadKey
from tests.house import Chat, House


async def test_a_cancel_the_provider_refuses_is_told_and_can_be_pressed_again(
    owner: Chat, house: House
) -> None:
    await owner.wait(31)
    house.alpha.fails("cancel", BadKey())
    await owner.press("❌ Cancel")
    await owner.wait(30)
    card = owner.find("⚠️ Not cancelled. The provider does not accept this key.")
    await owner.press("❌ Cancel", on=card)
    await owner.wait(10)
    assert "❌ Cancelled: Alpha pays it back." in owner.messages[0]["text"]


async def test_a_cancel_that_is_retried_changes_the_card_once_a_try(owner: Chat, house: House) -> None:
    house.alpha.lets_go_after = 200
    await owner.wait(31)
    await owner.press("❌ Cancel")
    await owner.wait(5)
    before, tries = len(house.sent("editMessageText")), len(house.alpha.called("cancel"))
    await owner.wait(120)
    assert len(house.sent("editMessageText")) - before == len(house.alpha.called("cancel")) - tries


async def test_what_was_over_before_the_cancel_is_not_said_to_be_paid_back(owner: Chat, house: House) -> None:
    await owner.wait(31)
    house.alpha.ends()
    await owner.press("❌ Cancel")
    await owner.wait(10)
    assert "⌛ It had ended at Alpha before it was cancelled." in owner.screen
    assert house.alpha.called("cancel") == []
