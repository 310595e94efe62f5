"""The composition root, which alone knows everybody: makes the bot, starts and stops it in order."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from aiogram import Bot
from aiogram.types import Update

from bot import alarms, disk, metrics
from bot import clock as clocks
from bot.balances import LOOK
from bot.clock import Clock, Left
from bot.crew import Crew
from bot.farewell import Farewell
from bot.forms import Forms
from bot.greeting import describe, greet, menus_with, name_commands
from bot.groups import Groups
from bot.heartbeat import Heartbeat, Watchdog
from bot.herald import Herald
from bot.members import Members
from bot.menus import Menus
from bot.messages import Messages
from bot.middlewares import Welcome
from bot.paces import TELEGRAM, Paces, Tempo
from bot.poller import Poller, Signs
from bot.postman import Postman
from bot.providers.base import Provider
from bot.purchases import Purchases
from bot.rental_orders import RentalOrders
from bot.room import Room, Tally
from bot.settings import Settings
from bot.ticks import Tick, Ticks
from bot.turnstile import Timer
from bot.verdicts import REVOKED, Stopped
from bot.watcher import Duty, Sleep, Watcher
from bot.watches import lanes_of
from handlers import routers
from handlers.alarm_notices import AlarmNotices
from handlers.broadcast_progress import BroadcastNotices
from handlers.drawings import Drawings
from handlers.group_rings import GroupRings
from handlers.in_groups import InGroups
from handlers.key_notices import KeyNotices
from handlers.progress import Progress
from handlers.switchboard import Switchboard
from storage.database import Database
from storage.forms import FormStore
from storage.keys import KeyStore
from storage.models import Activation, Rental, RentalState, State
from storage.quotes import QuoteStore
from storage.rental_orders import RentalOrderStore
from storage.vault import Vault

log = logging.getLogger(__name__)

#: Longer than this nothing waits in an outbox that is worked off.
WAITING = timedelta(minutes=1)
#: An intent this old that nobody carries out any more is settled.
LEFT_BEHIND = timedelta(minutes=5)


class Codebell(Crew):
    """The whole bot over one database, one `Bot` and the providers it was given."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        bot: Bot,
        providers: dict[str, Provider],
        clock: Clock = clocks.now,
        sleep: Sleep = asyncio.sleep,
        paces: Paces = TELEGRAM,
        timer: Timer | None = None,
        room: Callable[[], disk.Room | None] | None = None,
    ) -> None:
        """`timer` is what the paces are kept by, the running loop unless told otherwise."""
        super().__init__(settings, database, vault, providers, clock, self.nudge, room)
        self.bot, self.paces, self.tempo = bot, paces, Tempo(paces, timer)
        bot.session.middleware(Tally(self.tempo))
        self.members = Members(bot, clock)
        self.groups = Groups(self.sharings, self.members, clock)
        self.heartbeat = Heartbeat(settings.heartbeat_file)
        self._loop = asyncio.get_running_loop()
        self.stopped: asyncio.Future[str] = self._loop.create_future()
        duties = (
            Duty(self.numbers, self.step),
            Duty(self.rented, self.step_rental),
            Duty(self.letters, self.messages.step),
            Duty(self.watchlist, self.watches.step, lanes_of),
        )
        self.watcher = Watcher(database, duties, clock, sleep=sleep, late=self.metrics.late)
        drawings = Drawings(
            *(self.voices, self.preferences, self.numbers, self.rented, self.orders, self.letters),
            *(self.outbox, providers, clock, self.shops, self.watchlist),
            KeyNotices(self.keys, self.open_ends, providers, clock),
            GroupRings(self.groups, self.chats, providers, clock),
            AlarmNotices(self.incidents, self.numbers, self.overview, providers, clock),
            BroadcastNotices(self.broadcasts, clock),
        )
        self.postman = Postman(
            bot, self.outbox, self.chats, drawings.draw, drawings.hung, clock, self._revoked, self.tempo
        )
        self.herald = Herald(
            *(bot, self.copies, self.announcements, self.chats, self.tempo.turn, self.speed, clock),
            *(self.nudge, self._revoked, lambda: self.postman.hold),
        )
        self.dispatcher = self._dispatcher()
        allowed = self.dispatcher.resolve_used_update_types()
        self.poller = Poller(bot, self.feed, allowed, self._signs(), clock)
        self._ticks = Ticks(self._ticked, failed=self._tick_failed)
        self._figures = metrics.Server(self.metrics, settings.metrics_port)
        bot.session.middleware(self.metrics.count_call)
        self._watchdog = Watchdog(self.heartbeat, self._ask_to_stop, holds=lambda: self.errands.holding)
        working = self.errands, self.watcher, self.postman, self.herald
        self._farewell = Farewell(self.poller, self._ticks, *working)
        self._tasks: list[asyncio.Task[None]] = []

    def _signs(self) -> Signs:
        beat = self.heartbeat.beat
        return Signs(lambda: beat("poll"), lambda seconds: beat("polling", seconds), self.errands.rival)

    def _dispatcher(self) -> Switchboard:
        dispatcher = Switchboard(storage=Forms(self.forms, self.clock), postman=self.postman)
        dispatcher.workflow_data.update(self.by_name(), members=self.members, groups=self.groups)
        room = self.voices, self.chats, self.admission, self.clock, self.nudge
        welcome = Welcome(*room, self.paces.heard, self.paces.typed)
        dispatcher.update.outer_middleware(self.metrics.count_update)
        dispatcher.update.outer_middleware(welcome)
        dispatcher.update.outer_middleware(InGroups(self.groups, self.menus, self.clock))
        dispatcher.update.outer_middleware(Room(self.tempo))
        dispatcher.update.outer_middleware(Progress())
        dispatcher.include_routers(*routers())
        return dispatcher

    def nudge(self) -> None:
        """Something changed: whoever waits for the next tick looks at once."""
        self.watcher.nudge()
        self.postman.nudge()

    async def feed(self, update: Update) -> None:
        await self.dispatcher.feed_update(self.bot, update)

    async def step(self, row: Activation) -> Left | None:
        """What the watcher does with a due number."""
        if row.state not in (State.UNKNOWN, State.FAILED):
            return await self.activations.step(row)
        await self.purchases.look_for(row)
        return None

    async def step_rental(self, row: Rental) -> None:
        """What the watcher does with a due rental."""
        if row.state is RentalState.UNKNOWN:
            await self.rental_orders.look_for(row)
        else:
            await self.rentals.step(row)

    # The start

    async def start(self) -> None:
        """First what a dead process left, then the ticks, then people; SettingsError for a taken port."""
        self._figures.open()
        await self.take_over()
        self._start_ticks()
        self._watchdog.start()
        for listening in (self.watcher.listen(), self.postman.listen(), self._listen_to_people()):
            self._tasks.append(asyncio.create_task(listening))

    async def take_over(self) -> None:
        """Settle the intents of a dead process, look at every open number, send what waited."""
        self.seals.tidy()
        await self.switches.load()
        await self.admission.load()
        for spending in (self.purchases, self.rental_orders, self.messages):
            await spending.recover()
        await self.chats.sweep()
        await self.watcher.start()
        await self.postman.start()
        await self.herald.start()

    def _start_ticks(self) -> None:
        self._ticks.start(
            {
                "watch": (self.watcher.tick, 1),
                "post": (self.postman.round, 1),
                "copies": (self.herald.round, 1),
                "heartbeat": (self.write_heartbeat, 10),
                "balances": (self.balances.look, LOOK),
                "alarms": (self.alarms.look, alarms.EVERY),
                **({"metrics": (self.metrics.look, metrics.EVERY)} if self._figures.are_wanted else {}),
            }
        )
        self._ticks.start_chores(self.housekeeping)

    def _ticked(self, name: str) -> None:
        self.heartbeat.beat(name)
        self.metrics.tick(name)

    def _tick_failed(self, name: str) -> None:
        self.heartbeat.failed(name)
        self.metrics.tick_failed(name)

    async def write_heartbeat(self) -> None:
        waiting = await self.outbox.oldest_due(self.clock())
        if waiting is None or self.clock() - waiting < WAITING:
            self.heartbeat.beat("outbox")
        self.heartbeat.write()

    async def housekeeping(self) -> None:
        """Settle what was left lying, money first, then forget what is of no use any more."""
        money: dict[str, Purchases | RentalOrders | Messages]
        money = {"purchases": self.purchases, "rents": self.rental_orders, "messages": self.messages}
        stores: dict[str, KeyStore | FormStore | QuoteStore | RentalOrderStore | Menus]
        stores = {"keys": self.keys, "forms": self.forms, "quotes": self.quotes, "orders": self.orders}
        stores["menus"] = self.menus
        chores: dict[str, Tick] = {name: partial(each.recover, LEFT_BEHIND) for name, each in money.items()}
        chores |= {name: partial(each.sweep, self.clock()) for name, each in stores.items()}
        chores["watches"] = partial(self.watchlist.sweep, self.clock())
        chores["forgotten"] = partial(self.forgetting.sweep, self.clock())
        chores["departures"] = self.chats.sweep
        chores["links"] = partial(self.links.sweep, self.clock())
        chores["broadcasts"] = partial(self.announcements.sweep, self.clock())
        chores |= {"drafts": self.messages.sweep, "posts": self.postman.tidy, "stock": self.warming.round}
        await self._ticks.each({**chores, "retention": partial(self.retention.sweep, self.clock())})

    async def _listen_to_people(self) -> None:
        try:
            await greet(self.bot, partial(self.heartbeat.beat, "polling"))
            self._tasks.append(asyncio.create_task(self._introduce()))
            self._tasks.append(asyncio.create_task(self.warming.round()))
            await self.poller.run()
        except Stopped as stopped:
            self._give_up(str(stopped))
        except Exception:
            log.exception("polling broke off")
            self._give_up("polling broke off by a mistake of ours; the log says more")

    async def _introduce(self) -> None:
        await name_commands(self.bot, self.catalogues, menus_with(self.settings.admin_ids))
        await describe(self.bot, self.catalogues)

    def _revoked(self) -> None:
        self._give_up(REVOKED)

    def _ask_to_stop(self, why: str) -> None:
        """From another thread, while this one perhaps hangs."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._give_up, why)

    def _give_up(self, why: str) -> None:
        if not self.stopped.done():
            self.stopped.set_result(why)

    # The stop

    async def stop(self) -> None:
        await self._farewell.say(self._tasks)
        self._watchdog.stop()
        await asyncio.to_thread(self._figures.close)

    def hurry(self) -> None:
        """Stop without waiting for what is under way."""
        self._farewell.hurry()
