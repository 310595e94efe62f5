"""The life of an outgoing message: the draft, the one call that sends it, and the words on its delivery."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from bot.accounts import Accounts
from bot.clock import Clock
from bot.errands import Errands
from bot.providers.base import Provider
from storage.keys import KeyStore
from storage.messages import MessageStore
from storage.models import OutgoingMessage


class Messages:
    """Sends messages, one at a time per account, and follows their delivery."""

    def __init__(
        self,
        store: MessageStore,
        keys: KeyStore,
        accounts: Accounts,
        providers: Mapping[str, Provider],
        per_day: int,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        """`per_day` is the most messages a person may send a day; 0 is no limit."""
        self._store = store
        self._keys = keys
        self._accounts = accounts
        self._providers = providers
        self._per_day = per_day
        self._clock = clock
        self._nudge = nudge
        self._errands = errands

    async def draft(self, chat_id: int, owner_id: int, key_id: str) -> OutgoingMessage:
        """A new empty draft, to be sent with one of the chat's keys. Raises `UnknownKey` or `NotOffered`."""
        raise NotImplementedError

    async def mine(self, message_id: str, person_id: int) -> OutgoingMessage:
        """A message of this person's, in whatever state. Raises `Expired` when it is gone, or `NotYours`."""
        raise NotImplementedError

    async def change(self, message_id: str, person_id: int, **values: object) -> OutgoingMessage:
        """Write something into a draft, by the names of its columns. Raises as `mine`, or `AlreadyDone`."""
        raise NotImplementedError

    def check(self, draft: OutgoingMessage) -> None:
        """Raise `BadInput`, in words for a person, for what is missing or too long; no call is made."""
        raise NotImplementedError

    async def send(
        self, message_id: str, owner_id: int, chat_id: int, card_id: int | None
    ) -> OutgoingMessage:
        """Send a draft, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the row and on its card,
        which the message `card_id` turns into.
        """
        raise NotImplementedError

    async def again(self, message_id: str, person_id: int) -> OutgoingMessage:
        """A new draft with everything of a message sent before. Raises as `mine`."""
        raise NotImplementedError

    async def history(self, person_id: int, chat_id: int, limit: int = 100) -> Sequence[OutgoingMessage]:
        """What a person sent in a chat, newest first; no drafts."""
        raise NotImplementedError

    async def step(self, row: OutgoingMessage) -> None:
        """Do what is due for a message: ask how its delivery stands."""
        raise NotImplementedError

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left."""
