"""What a person was asked to type: aiogram keeps it in our database, for a limited time."""

from datetime import timedelta
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from bot.clock import Clock
from storage.forms import FormStore

#: A question that was not answered in this time is forgotten.
PATIENCE = timedelta(minutes=15)


class Forms(BaseStorage):
    """aiogram's FSM storage on our database: what a person was asked to type survives a restart."""

    def __init__(self, forms: FormStore, clock: Clock) -> None:
        self._forms = forms
        self._clock = clock

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        if name is None:
            await self._forms.drop(key.chat_id, key.user_id)
        else:
            await self._put(key, name, await self.get_data(key))

    async def get_state(self, key: StorageKey) -> str | None:
        form = await self._forms.get(key.chat_id, key.user_id, self._clock())
        return None if form is None else form[0]

    async def set_data(self, key: StorageKey, data: Any) -> None:
        state = await self.get_state(key)
        if data or state:
            await self._put(key, state, dict(data))
        else:
            await self._forms.drop(key.chat_id, key.user_id)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        form = await self._forms.get(key.chat_id, key.user_id, self._clock())
        return {} if form is None else form[1]

    async def close(self) -> None:
        """The database is closed by who opened it."""

    async def _put(self, key: StorageKey, state: str | None, data: dict[str, Any]) -> None:
        await self._forms.put(key.chat_id, key.user_id, state, data, self._clock() + PATIENCE)
