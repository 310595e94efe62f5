"""Everybody who works in the bot, made once and in order, each given the ones it needs."""

from collections.abc import Callable

from bot.accounts import Accounts
from bot.activations import Activations
from bot.admission import Admission
from bot.alarms import Alarms
from bot.balances import Balances
from bot.broadcasts import Broadcasts, Speed
from bot.catalogue import Catalogue
from bot.clock import Clock
from bot.disk import Room, room_beside
from bot.errands import Errands
from bot.exports import Exports
from bot.health import Health
from bot.i18n import Catalogues
from bot.log import secrets
from bot.lookout import Lookout
from bot.menus import Menus
from bot.messages import Messages
from bot.metrics import Metrics
from bot.offers import Offers
from bot.overview import Overview
from bot.pictures import Pictures
from bot.postage import Postage
from bot.providers.base import Provider
from bot.providers.observed import observed
from bot.purchases import Purchases
from bot.rental_orders import RentalOrders
from bot.rentals import Rentals
from bot.sealed import Seals
from bot.settings import Settings
from bot.shops import Shops
from bot.statistics import Statistics
from bot.strays import Strays
from bot.switches import Switches
from bot.tariffs import Tariffs
from bot.voices import Voices
from bot.warming import Warming
from bot.watch_looks import WatchLooks
from bot.watches import Watches
from bot.window import Window
from bot.witness import Witness
from storage.activations import ActivationStore
from storage.audiences import Audiences
from storage.broadcasts import BroadcastStore
from storage.chats import ChatStore
from storage.copies import CopyStore
from storage.database import Database
from storage.deeds import DeedStore
from storage.everything import Everything
from storage.figures import FigureStore
from storage.forgetting import Forgetting
from storage.forms import FormStore
from storage.gauges import Gauges
from storage.guests import GuestStore
from storage.history import HistoryStore
from storage.holders import HolderStore
from storage.incidents import IncidentStore
from storage.invitations import InvitationStore
from storage.keys import KeyStore
from storage.links import LinkStore
from storage.menus import MenuStore
from storage.messages import MessageStore
from storage.open_ends import OpenEndStore
from storage.outbox import OutboxStore
from storage.outsiders import OutsiderStore
from storage.overview import OverviewStore
from storage.people import PeopleStore
from storage.preferences import PreferenceStore
from storage.purchases import PurchaseStore
from storage.quotes import QuoteStore
from storage.receipts import ReceiptStore
from storage.recent import RecentStore
from storage.rental_orders import RentalOrderStore
from storage.rentals import RentalStore
from storage.retention import Retention
from storage.sharings import SharingStore
from storage.strays import StrayStore
from storage.switches import SwitchStore
from storage.usage import UsageStore
from storage.vault import Vault
from storage.waits import WaitStore
from storage.watches import WatchStore


class Crew:
    """The stores over one database, and the lives of what lies there; `nudge` wakes who waits for a tick."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        providers: dict[str, Provider],
        clock: Clock,
        nudge: Callable[[], None],
        room: Callable[[], Room | None] | None = None,
    ) -> None:
        """`room` tells what is free on the disk: that of the database unless told otherwise."""
        self.settings, self.clock, self._nudge = settings, clock, nudge
        database.season(vault.pepper)
        self.keys = KeyStore(database, vault, heard=secrets.add)
        self.health = Health([*providers], clock)
        self.metrics = Metrics(Gauges(database), clock)
        witness = Witness(self.keys, clock)
        self.providers = observed(providers, self.metrics.hear, self.health.hear, witness.hear)
        self.chats = ChatStore(database, vault)
        self.numbers = ActivationStore(database)
        self.outbox = OutboxStore(database)
        self.holders, self.usage = HolderStore(database), UsageStore(database)
        self.quotes = QuoteStore(database)
        self.forms = FormStore(database)
        self.preferences = PreferenceStore(database)
        self.retention = Retention(database, settings.retention_days)
        self.switches = Switches(SwitchStore(database), settings, clock)
        self.invites, self.people = InvitationStore(database), PeopleStore(database)
        self.outsiders = OutsiderStore(database)
        self.admission = Admission(GuestStore(database), self.invites, self.switches, settings, clock)
        self.chats.moved = self._load_what_moved
        self.deeds, self.links = DeedStore(database), LinkStore(database)
        self.sharings = SharingStore(database)
        self.menus = Menus(MenuStore(database), clock)
        self.open_ends, self.forgetting = OpenEndStore(database), Forgetting(database)
        self.catalogues = Catalogues(settings.default_language)
        self.voices = Voices(self.catalogues, self.chats, self.preferences, self.outbox, clock)
        self.errands = Errands()
        self.history, self.receipts = HistoryStore(database), ReceiptStore(database)
        self._broadcasting(database)
        self.exports = Exports(Everything(database), clock, self.errands)
        self._shopping(database)
        self._numbers(database)
        self._rentals(database)
        self._messages(database)
        self._operating(database, room or room_beside(database.path))

    async def _load_what_moved(self) -> None:
        """What is at hand of chats: where notices go, who was let in, and who has an open form."""
        self.forms.moved()
        await self.switches.load()
        await self.admission.load()

    def _broadcasting(self, database: Database) -> None:
        """One message to many chats."""
        self.copies, self.announcements = CopyStore(database), BroadcastStore(database)
        audiences, self.speed = Audiences(database), Speed(self.clock)
        self.broadcasts = Broadcasts(self.announcements, audiences, self.speed, self.clock, self._nudge)

    def _shopping(self, database: Database) -> None:
        """What there is to buy, and with what."""
        clock, keys = self.clock, self.keys
        self.balances = Balances(keys, self.providers, clock)
        self.accounts = Accounts(keys, self.providers, clock)
        self.shops = Shops(keys, self.providers)
        figures = FigureStore(database)
        self.statistics = Statistics(figures, clock)
        self.overview = Overview(OverviewStore(database), figures, clock)
        self.pictures = Pictures({name: each.title for name, each in self.providers.items()})
        self.catalogue = catalogue = Catalogue(clock)
        self.lookout = Lookout(catalogue, self.shops, clock)
        self.warming = Warming(keys, catalogue, self.providers)
        self.offers = Offers(catalogue, self.shops, self.quotes, self.switches, clock)
        recent = RecentStore(database)
        self.window = Window(self.offers, self.preferences, recent, self.statistics, clock)
        self.strays = Strays(
            *(StrayStore(database), keys, self.shops, catalogue, self.accounts, clock, self._nudge)
        )

    def _numbers(self, database: Database) -> None:
        """Buying numbers, and their life."""
        waits, keys, nudge = WaitStore(database), self.keys, self._nudge
        store, caps = PurchaseStore(database), self.admission.caps
        self.activations = Activations(self.numbers, waits, keys, self.providers, self.clock, nudge)
        self.purchases = Purchases(
            *(store, waits, keys, self.accounts, caps, self.clock, nudge, self.errands, self.catalogue)
        )
        self.watchlist = WatchStore(database)
        looks = WatchLooks(
            *(
                self.watchlist,
                self.lookout,
                self.purchases,
                self.chats,
                self.switches,
                self.admission.serves,
                lambda: self.switches.paused,
                self.clock,
            )
        )
        self.watches = Watches(self.watchlist, self.lookout, looks, self.switches, self.clock, nudge)

    def _rentals(self, database: Database) -> None:
        """Renting numbers, and their life."""
        self.rented, self.orders = RentalStore(database), RentalOrderStore(database)
        keys, clock, nudge = self.keys, self.clock, self._nudge
        self.tariffs = Tariffs(self.shops)
        self.rentals = Rentals(self.rented, keys, self.shops, self.providers, clock, nudge)
        self.rental_orders = RentalOrders(
            *(self.orders, self.rented, keys, self.accounts, self.admission.caps, clock, nudge, self.errands)
        )

    def _messages(self, database: Database) -> None:
        """Sending messages, and their delivery."""
        self.letters = MessageStore(database)
        self.postage = Postage(self.shops, self.letters, self.clock)
        self.messages = Messages(
            *(self.letters, self.keys, self.accounts, self.providers, self.admission.caps),
            *(self.clock, self._nudge, self.errands),
        )

    def _operating(self, database: Database, room: Callable[[], Room | None]) -> None:
        """What operators are told, and given."""
        self.incidents = IncidentStore(database)
        self.alarms = Alarms(
            *(self.incidents, self.chats, self.voices, self.switches, self.settings, self.clock),
            *(room, self.health, self._nudge),
        )
        self.seals = Seals(database, self.settings.master_keys(), self.clock)

    def by_name(self) -> dict[str, object]:
        """What a handler is given for a parameter of that name."""
        return {
            "activations": self.activations,
            "admission": self.admission,
            "alarms": self.alarms,
            "balances": self.balances,
            "broadcasts": self.broadcasts,
            "chats": self.chats,
            "clock": self.clock,
            "deeds": self.deeds,
            "errands": self.errands,
            "forgetting": self.forgetting,
            "exports": self.exports,
            "health": self.health,
            "history": self.history,
            "holders": self.holders,
            "invites": self.invites,
            "keys": self.keys,
            "links": self.links,
            "menus": self.menus,
            "messages": self.messages,
            "numbers": self.numbers,
            "offers": self.offers,
            "open_ends": self.open_ends,
            "overview": self.overview,
            "outbox": self.outbox,
            "people": self.people,
            "outsiders": self.outsiders,
            "pictures": self.pictures,
            "postage": self.postage,
            "preferences": self.preferences,
            "providers": self.providers,
            "purchases": self.purchases,
            "quotes": self.quotes,
            "receipts": self.receipts,
            "rental_orders": self.rental_orders,
            "rentals": self.rentals,
            "retention": self.retention,
            "seals": self.seals,
            "sharings": self.sharings,
            "shops": self.shops,
            "statistics": self.statistics,
            "strays": self.strays,
            "switches": self.switches,
            "tariffs": self.tariffs,
            "watches": self.watches,
            "usage": self.usage,
            "voices": self.voices,
            "window": self.window,
        }
