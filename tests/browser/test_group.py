"""Three people share one key in a group: who is served, who is refused, and who sees which code."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser import brisk
from tests.browser.company import Colleague, company
from tests.browser.demo import Demo, running
from tests.browser.page.acting import last_text

TEAM = "QA team"
OFFERS = "Which offer?"
FIRST, SECOND, THIRD = "80417", "66302", "91755"


@dataclass(frozen=True, slots=True)
class Team:
    """Who shares: Ann leads, Bob and Cy are members; Cy never started the bot."""

    demo: Demo
    ann: Colleague
    bob: Colleague
    cy: Colleague

    @property
    async def group(self) -> int:
        """The id of the chat that Ann looks at."""
        return int(await self.ann.page.locator("body").get_attribute("data-chat") or 0)

    async def gets(self, phone: str, code: str) -> None:
        """The provider has an SMS for a number."""
        await self.demo.control("smsbower", "sms", phone=phone, text=f"Telegram code {code}")


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """One for this team alone, whose bot need not wait for Telegram's minute."""
    async with running(tmp_path, ("-m", brisk.NAME)) as demo:
        yield demo
    assert "Traceback" not in demo.log.read_text()


@pytest_asyncio.fixture(loop_scope="session")
async def team(browser: Browser, demo: Demo) -> AsyncIterator[Team]:
    await demo.control("smsbower", "auto")
    async with company(browser, demo, Ann="desktop", Bob="phone", Cy="desktop") as (ann, bob, cy):
        for one in (ann, bob):
            await one.starts()
        await ann.makes_a_group(TEAM, "Bob", "Cy")
        yield Team(demo, ann, bob, cy)


async def test_a_group_shares_numbers_and_each_sees_what_is_theirs(team: Team) -> None:
    await _the_key_is_linked_in_private(team)
    await _the_rules_are_set(team)
    await _only_the_buyer_sees_the_code(team)
    await _then_everyone_sees_it(team)
    await _the_quota_is_reached(team)
    await _the_group_moves_while_a_code_is_waited_for(team)


async def _the_key_is_linked_in_private(team: Team) -> None:
    ann = team.ann
    await ann.sees("Here a whole group can buy with one provider key")
    await ann.keeps("1-greeting")
    await ann.presses("Set up sharing")
    await ann.presses("Add a key")
    await ann.keeps("2-link")
    await ann.presses("Add it in private")
    await ann.page.get_by_test_id("start").click()
    await ann.reads(f"A key for {TEAM}")
    await ann.presses("SMSBower")
    await ann.reads("Send the key here")
    await ann.keeps("3-question")
    await ann.pastes(await ann.copies_the_key("smsbower"))
    await ann.reads("connected")
    await ann.keeps("4-connected")
    for one in (ann, team.bob, team.cy):
        await one.opens(TEAM)
        await one.sees("SMSBower is connected to this group.")


async def _the_rules_are_set(team: Team) -> None:
    ann = team.ann
    await ann.asks("/share", "Sharing numbers in this group")
    await ann.presses("Who buys")
    await ann.presses("Everyone here")
    await ann.presses("Numbers a day")
    await ann.keeps("5-quota")
    await ann.chooses("2")
    await ann.reads("Each member may buy 2 numbers a day.")
    await ann.keeps("6-rules")


async def _only_the_buyer_sees_the_code(team: Team) -> None:
    phone = await _buys(team.bob)
    await team.bob.keeps("7-card")
    await team.cy.presses_under("Waiting for the SMS", "Cancel")
    await team.cy.is_told("Only Bob may do this.")
    await team.gets(phone, FIRST)
    for one in (team.ann, team.bob, team.cy):
        await one.sees("your code for Telegram came")
    await team.cy.presses_under("your code for Telegram came", "Show code")
    await team.cy.is_told("Only Bob may do this.")
    await team.bob.presses_under("your code for Telegram came", "Show code")
    await team.bob.keeps("8-code-shown")
    await team.bob.is_told(FIRST)
    await team.bob.keeps("9-code-whispered")
    await _bob_reads_it_in_private(team)
    await team.bob.types("I have it, thanks")
    for other in (team.ann, team.cy):
        await other.never_saw(FIRST, before="I have it, thanks")
        await other.keeps("11-no-code")
    await _nobody_else_was_sent_it(team)


async def _nobody_else_was_sent_it(team: Team) -> None:
    """Neither in the group, but for a message to Bob alone, nor in a private chat that is not his."""
    bob, group = await team.bob.id, await team.group
    for call in (await team.demo.deed("calls"))["calls"]:
        sent = call["params"]
        if FIRST in json.dumps(sent) and call["method"] != "answerCallbackQuery":
            alone = {**sent, **sent.get("ephemeral_message_parameters", {})}.get("receiver_user_id")
            assert (int(sent["chat_id"]), alone and int(alone)) in ((bob, None), (group, bob)), call["method"]


async def _bob_reads_it_in_private(team: Team) -> None:
    await team.bob.opens("Codebell")
    await team.bob.reads(FIRST)
    await team.bob.keeps("10-code-in-private")
    await team.bob.opens(TEAM)


async def _then_everyone_sees_it(team: Team) -> None:
    await team.ann.asks("/share", "Sharing numbers in this group")
    await team.ann.presses("Who sees codes")
    await team.ann.presses("Everyone here")
    await team.ann.keeps("12-warning")
    await team.ann.presses("Yes, everyone")
    await team.ann.reads("for everyone")
    await team.gets(await _buys(team.bob), SECOND)
    for one in (team.ann, team.bob, team.cy):
        await one.sees(SECOND)
        await one.keeps("13-posted")


async def _the_quota_is_reached(team: Team) -> None:
    await team.bob.asks("/buy telegram indonesia", OFFERS)
    await team.bob.presses("SMSBower")
    await team.bob.reads("is 2 for each member")
    await expect(team.bob.keys.filter(has_text="Buy for")).to_have_count(0)
    await team.bob.keeps("14-quota")


async def _the_group_moves_while_a_code_is_waited_for(team: Team) -> None:
    phone = await _buys(team.cy)
    await team.ann.makes_it_a_supergroup()
    await team.gets(phone, THIRD)
    for one in (team.ann, team.bob, team.cy):
        await one.sees(THIRD)
        await one.keeps("15-moved")


async def _buys(buyer: Colleague) -> str:
    """The number, digits only."""
    await buyer.asks("/buy telegram indonesia", OFFERS)
    await buyer.presses("SMSBower")
    await buyer.presses("Buy for")
    await buyer.reads("Waiting for the SMS until")
    number = await last_text(buyer.page).locator("code").first.text_content()
    return re.sub(r"\D", "", number or "")
