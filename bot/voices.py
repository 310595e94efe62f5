"""In which words a chat is spoken to: its language, its clock, and whether its codes lie under a spoiler.

A chat's words are kept at hand while it is heard, for an hour; what is chosen there counts at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.hours import zone_of
from bot.i18n import Catalogues, Texts
from storage.chats import ChatStore
from storage.outbox import OutboxStore
from storage.preferences import PreferenceStore

#: How often a chat's row is brought up to date.
_SEEN_AGAIN = timedelta(hours=1)
#: The preferences that say when quiet hours end.
_HOURS = frozenset({"quiet_from", "quiet_to", "utc_offset"})
#: Chats whose words are kept at hand.
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Met:
    """A chat that was heard: when it was looked up, and what its person's Telegram spoke then."""

    at: datetime
    spoken: str
    texts: Texts


class Voices:
    """The texts of every chat, each in the voice that was chosen there."""

    def __init__(
        self,
        catalogues: Catalogues,
        chats: ChatStore,
        preferences: PreferenceStore,
        outbox: OutboxStore,
        clock: Clock,
        most: int = _REMEMBERED,
    ) -> None:
        self._catalogues = catalogues
        self._chats = chats
        self._preferences = preferences
        self._outbox = outbox
        self._clock = clock
        self._most = most
        self._met: dict[int, _Met] = {}

    def __len__(self) -> int:
        """How many chats' words are at hand."""
        return len(self._met)

    @property
    def languages(self) -> frozenset[str]:
        """The languages there are."""
        return self._catalogues.languages

    def foreign(self, spoken: str | None) -> Texts:
        """The texts for somebody of whom only this is known: what their Telegram speaks."""
        return self._catalogues.texts(spoken)

    async def of(self, chat_id: int, spoken: str = "") -> Texts:
        """A chat's texts as they are chosen now; `spoken` counts where no language is known."""
        voice = await self._preferences.voice(chat_id)
        zone = zone_of(voice.utc_offset)
        return self._catalogues.texts(voice.language or spoken, zone, veils=voice.hide_codes)

    async def meet(self, chat_id: int, kind: str, title: str, spoken: str) -> Texts:
        """The texts for a chat that is heard; it is seen again each hour, or in another language."""
        now, met = self._clock(), self._met.get(chat_id)
        if met is not None and now - met.at <= _SEEN_AGAIN and not _speaks_anew(met, kind, spoken):
            return met.texts
        await self._chats.see(chat_id, kind, title, spoken, now)
        texts = await self.of(chat_id, spoken)
        self._note(chat_id, _Met(now, spoken, texts))
        return texts

    async def speak(self, chat_id: int, language: str, spoken: str) -> Texts:
        """From now on in this language; in "" as the person's Telegram does, which is `spoken`."""
        await self._preferences.speak(chat_id, language, spoken)
        return await self._anew(chat_id, spoken)

    async def choose(self, chat_id: int, **values: object) -> Texts:
        """Change some of a chat's preferences, by their columns; the texts as they are from now on.

        Where its quiet hours end at another moment now, what rested until then is looked at again.
        """
        await self._preferences.choose(chat_id, **values)
        if not _HOURS.isdisjoint(values):
            await self._outbox.wake(chat_id, self._clock())
        return await self._anew(chat_id)

    def forget(self, chat_id: int) -> None:
        """What is at hand of a chat is out of date."""
        self._met.pop(chat_id, None)

    async def _anew(self, chat_id: int, spoken: str = "") -> Texts:
        self.forget(chat_id)
        return await self.of(chat_id, spoken)

    def _note(self, chat_id: int, met: _Met) -> None:
        if len(self._met) >= self._most:
            self._met.clear()
        self._met[chat_id] = met


def _speaks_anew(met: _Met, kind: str, spoken: str) -> bool:
    """Whether the person's Telegram speaks another language than before; in a group many speak."""
    return kind == "private" and bool(spoken) and spoken != met.spoken
