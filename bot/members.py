"""How somebody stands in a group, as Telegram tells it: asked when it matters, remembered for a minute.

Nobody is taken for an administrator because Telegram did not answer.
"""

import logging
from datetime import datetime, timedelta
from enum import StrEnum

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import ChatMemberRestricted, ResultChatMemberUnion

from bot.clock import Clock

log = logging.getLogger(__name__)

#: How long an answer holds.
FRESH = timedelta(seconds=60)
#: Answers remembered at most.
_MOST = 10_000
_LEADING = frozenset({ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR})
_GONE = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.KICKED})


class Standing(StrEnum):
    """What somebody is in a group."""

    ADMIN = "admin"
    MEMBER = "member"
    #: They left, were thrown out, or never came.
    GONE = "gone"
    #: Telegram does not tell right now.
    UNTOLD = "untold"


class Members:
    """Asks Telegram who is who in a group."""

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._told: dict[tuple[int, int], tuple[datetime, Standing]] = {}

    async def standing(self, chat_id: int, person_id: int) -> Standing:
        """How somebody stands there, no more than a minute ago."""
        at, told = self._told.get((chat_id, person_id), (None, Standing.UNTOLD))
        if at is not None and self._clock() - at < FRESH:
            return told
        return await self._ask(chat_id, person_id)

    async def now(self, chat_id: int, person_id: int) -> Standing:
        """How somebody stands there right now: asked at every press that only administrators may do."""
        return await self._ask(chat_id, person_id)

    def forget(self, chat_id: int, person_id: int) -> None:
        """Somebody came, went or was given another part: what is remembered is out of date."""
        self._told.pop((chat_id, person_id), None)

    async def _ask(self, chat_id: int, person_id: int) -> Standing:
        try:
            standing = _of(await self._bot.get_chat_member(chat_id, person_id))
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            log.info("a group does not tell its member: %s", type(error).__name__)
            standing = Standing.GONE if "PARTICIPANT" in error.message else Standing.UNTOLD
        except (AiogramError, TimeoutError, OSError) as error:
            log.info("Telegram does not tell a member: %s", type(error).__name__)
            return Standing.UNTOLD
        self._note(chat_id, person_id, standing)
        return standing

    def _note(self, chat_id: int, person_id: int, standing: Standing) -> None:
        if standing is Standing.UNTOLD:
            return
        if len(self._told) >= _MOST:
            self._told.clear()
        self._told[chat_id, person_id] = self._clock(), standing


def _of(member: ResultChatMemberUnion) -> Standing:
    if member.status in _LEADING:
        return Standing.ADMIN
    away = isinstance(member, ChatMemberRestricted) and not member.is_member
    return Standing.GONE if away or member.status in _GONE else Standing.MEMBER
