"""What is said of a group's numbers, by where: in the group, to who holds one, to who held it before."""

from collections.abc import Mapping
from dataclasses import replace

from bot.clock import Clock
from bot.drawing import Drawing
from bot.groups import Groups
from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.cards import draw_card
from handlers.code_rings import draw_aside, draw_former, draw_group_code
from handlers.holders import Held, held_in
from storage.chats import ChatStore
from storage.models import Activation, Post, Sms


class GroupRings:
    """Draws cards and codes for a group and for the private chats of its people."""

    def __init__(
        self, groups: Groups, chats: ChatStore, providers: Mapping[str, Provider], clock: Clock
    ) -> None:
        self._groups = groups
        self._chats = chats
        self._providers = providers
        self._clock = clock

    async def card(self, row: Activation, post: Post, t: Texts) -> Drawing | None:
        """In private it hangs while the group is out of reach; who gave the number away has none."""
        if post.chat_id > 0 and post.chat_id != row.owner_id:
            return None
        held = await self._held(row) if post.chat_id < 0 else None
        if held is not None:
            held = replace(held, anew=post.created_at > row.created_at)
        return draw_card(row, t, self._providers, self._clock(), held)

    async def code(self, sms: Sms, row: Activation, post: Post, t: Texts) -> Drawing | None:
        """Said in the group; the copy in private, and what comes there while the group is out of reach."""
        if post.chat_id < 0:
            held = replace(await self._held(row), known=await self._is_known(row.owner_id))
            return draw_group_code(sms, row, t, self._providers, held, post.message_id)
        chat = await self._chats.get(row.chat_id)
        group = chat.title if chat is not None else ""
        if post.chat_id != row.owner_id:
            return draw_former(sms, row, t, group, post.message_id)
        return draw_aside(sms, row, t, self._providers, group, post.message_id)

    async def _is_known(self, person_id: int) -> bool:
        """Whether somebody has a private chat with the bot that can be written to."""
        chat = await self._chats.get(person_id)
        return chat is not None and bool(chat.kind) and chat.unreachable_at is None

    async def _held(self, row: Activation) -> Held:
        return await held_in(row, self._groups) or Held("")
