"""Groups that share numbers: the rules of one, who may buy there and who sees what came.

What a rule forbids is refused again in the transaction of the intent (`storage.group_rules`): what is asked
here first is what only Telegram knows, and what a person should be told before they have chosen.
"""

from collections.abc import Collection, Mapping

from bot.clock import Clock
from bot.errors import Refused, text
from bot.members import Members, Standing
from storage.group_rules import NotABuyer, NotSharing
from storage.models import Buyers, Eyes, Sharing
from storage.sharings import SharingStore


class NotHere(Refused):
    text = text("You are not in this group any more.")


class Untold(Refused):
    # Who is who in a group Telegram tells for certain only to its administrators.
    # https://core.telegram.org/bots/api#getchatmember
    text = text(
        "Telegram does not tell me who you are in this group. Please try again; if it stays so, make me an "
        "administrator here."
    )


class Groups:
    """The rules of every group, and the people in it."""

    def __init__(self, store: SharingStore, members: Members, clock: Clock) -> None:
        self._store = store
        self._members = members
        self._clock = clock
        #: Whether messages for one person can be said in groups: one that was shown to all was the last.
        self.can_whisper = True

    async def rules(self, chat_id: int) -> Sharing | None:
        """A group's rules; None where nobody set it up."""
        return await self._store.of(chat_id)

    async def everyone_sees(self, chat_id: int) -> bool:
        """Whether codes are for all in a group, by the rule of now."""
        rules = await self._store.of(chat_id)
        return rules is not None and rules.who_sees is Eyes.EVERYONE

    async def present(self, chat_id: int, person_id: int) -> Standing:
        """How somebody who is there stands. Raises `NotHere` or `Untold`."""
        match await self._members.standing(chat_id, person_id):
            case Standing.GONE:
                raise NotHere
            case Standing.UNTOLD:
                raise Untold
            case there:
                return there

    async def may_buy(self, chat_id: int, person_id: int) -> None:
        """Raises `NotSharing`, `NotABuyer`, `NotHere` or `Untold`; in a private chat everybody may."""
        if chat_id > 0:
            return
        rules = await self._store.of(chat_id)
        if rules is None:
            raise NotSharing
        standing = await self.present(chat_id, person_id)
        if standing is Standing.ADMIN or rules.who_buys is Buyers.EVERYONE:
            return
        member = await self._store.member(chat_id, person_id)
        if rules.who_buys is not Buyers.NAMED or member is None or not member.may_buy:
            raise NotABuyer

    async def leads_to_buy(self, chat_id: int, person_id: int) -> bool:
        """Whether who is about to pay leads the group, asked anew. Raises as `may_buy` does."""
        self._members.forget(chat_id, person_id)
        await self.may_buy(chat_id, person_id)
        return await self._members.standing(chat_id, person_id) is Standing.ADMIN

    async def meet(self, chat_id: int, person_id: int, name: str) -> None:
        """Somebody pressed or wrote in a group."""
        await self._store.met(chat_id, person_id, name, self._clock())

    async def name(self, chat_id: int, person_id: int) -> str:
        """What somebody is called in a group; "" where they were never met there."""
        return (await self.names(chat_id, {person_id})).get(person_id, "")

    async def names(self, chat_id: int, people: Collection[int]) -> Mapping[int, str]:
        """The same of several; who was never met there is missing."""
        return await self._store.names(chat_id, people)
