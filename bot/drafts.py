"""Drafts: what a person writes into a message before it is sent; they live in the database for a day."""

from collections.abc import Mapping, Sequence

from bot.clock import Clock
from bot.errors import AlreadyDone, NotOffered, NotYours, UnknownKey, Unsupported, text
from bot.mobile import country_of
from bot.parts import NEEDS, PARTS, channels, outgoing
from bot.providers.base import Provider
from storage.keys import KeyStore
from storage.messages import MessageStore, OldDraft
from storage.models import MessageState, OutgoingMessage
from storage.outbox import new_id


class KeyGone(UnknownKey):
    text = text("Its key was removed. Add one of that provider with /keys, then press this again.")


class Drafts:
    """A person's messages, and writing new ones."""

    def __init__(
        self, store: MessageStore, keys: KeyStore, providers: Mapping[str, Provider], clock: Clock
    ) -> None:
        self._store = store
        self._keys = keys
        self._providers = providers
        self._clock = clock

    async def draft(self, chat_id: int, owner_id: int, key_id: str) -> OutgoingMessage:
        """A new empty draft, to be sent with one of the chat's keys. Raises `UnknownKey` or `NotOffered`."""
        return await self._open(chat_id, owner_id, key_id)

    async def mine(self, message_id: str, person_id: int) -> OutgoingMessage:
        """A message of this person's, in whatever state. Raises `Expired` when it is gone, or `NotYours`."""
        row = await self._store.get(message_id)
        if row is None:
            raise OldDraft
        if row.owner_id != person_id:
            raise NotYours
        return row

    async def change(self, message_id: str, person_id: int, **values: object) -> OutgoingMessage:
        """Write something into a draft, by the names in `PARTS`. Raises as `mine`, `AlreadyDone`, `TooLong`.

        The country follows the recipient, and what it costs is unknown until it is asked for anew.
        """
        if unknown := values.keys() - set(PARTS):
            raise ValueError(f"no parts of a message: {', '.join(sorted(unknown))}")
        await self.mine(message_id, person_id)
        if "recipient" in values:
            values = {"country": country_of(str(values["recipient"]))} | values
        row = await self._store.write(message_id, quoted=None, **values)
        if row is None:
            raise AlreadyDone
        return row

    def check(self, draft: OutgoingMessage) -> None:
        """Raise `BadInput`, in words for a person, for what is missing or too long; no call is made.

        Raises `NotOffered` or `Unsupported` when the provider has left or cannot send over such a channel.
        """
        if draft.provider not in self._providers:
            raise NotOffered
        provider = self._providers[draft.provider]
        if not all(provider.can(NEEDS[channel]) for channel in channels(draft)):
            raise Unsupported
        provider.check(outgoing(draft))

    async def again(self, message_id: str, person_id: int) -> OutgoingMessage:
        """A new draft with everything of a message sent before. Raises as `mine` and `draft`, or `KeyGone`.

        Where its key was removed, another one of that provider takes over; its sender names are to be chosen.
        """
        row = await self.mine(message_id, person_id)
        parts = {name: getattr(row, name) for name in PARTS}
        keys = [key.id for key in await self._keys.list(row.chat_id) if key.provider == row.provider]
        if row.key_id in keys:
            return await self._open(row.chat_id, person_id, row.key_id, **parts)
        if not keys:
            raise KeyGone
        parts |= {"viber_source": "", "sms_source": ""}
        return await self._open(row.chat_id, person_id, keys[0], **parts)

    async def history(self, person_id: int, chat_id: int, limit: int = 100) -> Sequence[OutgoingMessage]:
        """What a person sent in a chat, newest first; no drafts."""
        return await self._store.history(person_id, chat_id, limit)

    async def sweep(self) -> None:
        """Housekeeping: forget drafts that can no longer be sent."""
        await self._store.sweep(self._clock())

    async def _open(self, chat_id: int, owner_id: int, key_id: str, **parts: object) -> OutgoingMessage:
        key = await self._keys.get(key_id)
        if key is None or key.removed_at is not None or key.chat_id != chat_id:
            raise UnknownKey(f"key {key_id}")
        provider = self._providers.get(key.provider)
        if provider is None or not any(map(provider.can, NEEDS.values())):
            raise NotOffered
        made = {"id": new_id(), "chat_id": chat_id, "owner_id": owner_id, "created_at": self._clock()}
        account = {"key_id": key.id, "provider": key.provider, "currency": key.currency or provider.currency}
        row = OutgoingMessage(**made, **account, **parts, state=MessageState.DRAFT)
        await self._store.open(row)
        return row
