"""A house whose operator is the first person who comes, and what they do most."""

import pytest

from tests.house import Chat, House

#: The id of the first person of a house.
FIRST = 700_000_001
#: Settings for `settings`: everybody may come in, the first person operates.
OPERATED = {"admin_ids": str(FIRST)}
#: The same of a bot that works by invitation.
BY_INVITATION = {**OPERATED, "access": "invite"}


def operated_by(settings: dict[str, str]) -> pytest.MarkDecorator:
    """Let every test of a module run in a house with these settings."""
    return pytest.mark.parametrize("settings", [settings], ids=[settings.get("access", "open")])


def operator_of(house: House) -> Chat:
    """The operator, who must come first."""
    chat = house.person("Olga")
    assert chat.person_id == FIRST
    return chat


async def opens(operator: Chat, *labels: str) -> Chat:
    """/admin, and what is pressed there one after another."""
    await operator.say("/admin")
    for label in labels:
        await operator.press(label)
    return operator


async def last_deed(house: House) -> tuple[int, str, str]:
    """Who did what, and about what."""
    [deed] = await house.codebell.deeds.recent(1)
    return deed.admin_id, deed.what, deed.about
