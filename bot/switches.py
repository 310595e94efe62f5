"""What operators set while the bot runs, over what its settings say: at hand for whoever asks."""

from collections.abc import Mapping

from bot.clock import Clock
from bot.services import slug
from bot.settings import Access, Settings
from storage.switches import SwitchStore


class Switches:
    """Access, the pause, the maintenance text, blocked services, and where operators want their notices."""

    def __init__(self, store: SwitchStore, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._set: Mapping[str, str] = {}
        self._blocked = self.blocked_services

    async def load(self) -> None:
        """What was set before this process."""
        self._set = await self._store.all()
        self._blocked = self.blocked_services

    async def set(self, name: str, value: str | None, by: int, about: str = "") -> None:
        """An operator sets one, or with None puts it back to what the settings say.

        `about` is what the log says of it, where that is not the value itself.
        """
        await self._store.set(name, value, by, self._clock(), about)
        await self.load()

    async def let_in(self, access: Access, by: int) -> None:
        """An operator chooses who may talk to the bot; what the settings say is not kept beside them."""
        given = access is Access(self._settings.access)
        await self.set("access", None if given else access, by, about=access)

    def get(self, name: str) -> str | None:
        """What one is set to; None where it is as the settings say."""
        return self._set.get(name)

    @property
    def access(self) -> Access:
        """Who may talk to the bot."""
        return Access(self._set.get("access", self._settings.access))

    @property
    def overrides_access(self) -> bool:
        """Whether an operator chose something else than the settings say."""
        return self.access is not Access(self._settings.access)

    @property
    def invites(self) -> bool:
        """Whether strangers come in by an invitation."""
        return self.access is Access.INVITE

    @property
    def paused(self) -> bool:
        """Whether nothing is bought, rented or sent for now; what is paid for goes on."""
        return self._set.get("paused") == "yes"

    @property
    def maintenance(self) -> str:
        """What everybody but the operators is told instead of anything new; "" while there is none."""
        return self._set.get("maintenance", "")

    @property
    def blocked_services(self) -> frozenset[str]:
        """Slugs of services nobody may buy: the settings' and those blocked since."""
        return self.own_services | {slug(name) for name in self._settings.blocked_services}

    @property
    def own_services(self) -> frozenset[str]:
        """Those that operators blocked while the bot ran."""
        return frozenset(filter(None, self._set.get("blocked_services", "").split(",")))

    def __contains__(self, service: object) -> bool:
        """Whether a service is blocked."""
        return service in self._blocked
