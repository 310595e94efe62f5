"""What a purchase would meet in its group before it is tried: who will read its codes, which limit is full.

Nothing is decided here: all of it is asked again in the transaction of the intent.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from storage.caps import Expense
from storage.group_rules import GroupLimit, shown_to_all, within_rules
from storage.models import Quote, Sharing


@dataclass(frozen=True, slots=True)
class Outlook:
    """`for_all`: everyone there will read its codes; `full`: the limit that one more number would pass."""

    for_all: bool = False
    full: GroupLimit | None = None


async def outlook(session: AsyncSession, quote: Quote, provider: str, now: datetime) -> Outlook:
    """For the next number of a quote; in a private chat there is nothing to tell."""
    rules = await rules_of(session, quote)
    expense = Expense(quote.owner_id, provider, max(quote.cost, quote.max_price or quote.cost))
    try:
        await within_rules(session, rules, expense, now)
    except GroupLimit as full:
        return Outlook(shown_to_all(rules), full)
    return Outlook(shown_to_all(rules))


async def rules_of(session: AsyncSession, quote: Quote) -> Sharing | None:
    """The rules of a quote's group; None in a private chat."""
    return await session.get(Sharing, quote.chat_id) if quote.chat_id < 0 else None
