"""The composition root, which alone knows everybody: makes the bot, starts and stops it in order."""

import asyncio
import logging
import re
import signal
from contextlib import suppress
from datetime import timedelta

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update

from bot import clock as clocks
from bot.activations import Activations
from bot.balances import Balances
from bot.catalogue import Catalogue
from bot.clock import Clock
from bot.errors import SettingsError
from bot.greeting import greet, name_commands
from bot.heartbeat import Heartbeat
from bot.i18n import Catalogues, Texts
from bot.log import secrets
from bot.middlewares import Forms, Welcome
from bot.offers import Offers
from bot.poller import Poller
from bot.postman import TELEGRAM, Drawing, Paces, Postman
from bot.providers import connect
from bot.providers.base import Provider
from bot.purchases import Purchases
from bot.services import slug
from bot.settings import Settings
from bot.shops import Shops
from bot.ticks import Ticks
from bot.verdicts import REVOKED, Stopped
from bot.watcher import Sleep, Watcher
from handlers import routers
from handlers.cards import draw_card, draw_code
from storage.activations import ActivationStore
from storage.chats import ChatStore
from storage.database import Database
from storage.forms import FormStore
from storage.keys import KeyStore
from storage.models import Activation, Post, State
from storage.opening import opened
from storage.outbox import Kind, OutboxStore
from storage.purchases import Caps, PurchaseStore
from storage.quotes import QuoteStore
from storage.vault import Vault
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: Seconds for each part of the stop; together well below the 45 s a container is given.
DRAIN = 15.0
LAST_ROUND = 5.0
#: An intent this old that nobody carries out any more is settled.
LEFT_BEHIND = timedelta(minutes=5)


class Codebell:
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
    ) -> None:
        self.settings, self.bot, self.providers, self.clock = settings, bot, providers, clock
        self.keys = KeyStore(database, vault, heard=secrets.add)
        self.chats = ChatStore(database, vault)
        self.numbers = ActivationStore(database)
        self.outbox = OutboxStore(database)
        self.quotes = QuoteStore(database)
        self.forms = FormStore(database)
        self.catalogues = Catalogues(settings.default_language)
        self.heartbeat = Heartbeat(settings.heartbeat_file)
        self.stopped: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        waits = WaitStore(database)
        self.balances = Balances(self.keys, providers, clock)
        shops = Shops(self.keys, providers)
        self.offers = Offers(Catalogue(clock), shops, self.quotes, settings.blocked_services, clock)
        self.activations = Activations(self.numbers, waits, self.keys, providers, clock, self.nudge)
        self.purchases = Purchases(
            PurchaseStore(database),
            waits,
            self.keys,
            providers,
            caps(settings),
            clock,
            self.nudge,
        )
        self.watcher = Watcher(self.numbers, self.step, clock, sleep=sleep)
        self.postman = Postman(
            bot, self.outbox, self.chats, self.draw, self.hung, clock, self._revoked, paces
        )
        self.dispatcher = self._dispatcher()
        allowed = self.dispatcher.resolve_used_update_types()
        self.poller = Poller(bot, self.feed, allowed, lambda: self.heartbeat.beat("poll"))
        self._ticks = Ticks(self.heartbeat.beat)
        self._tasks: list[asyncio.Task[None]] = []

    def _dispatcher(self) -> Dispatcher:
        dispatcher = Dispatcher(
            storage=Forms(self.forms, self.clock),
            activations=self.activations,
            balances=self.balances,
            chats=self.chats,
            clock=self.clock,
            keys=self.keys,
            numbers=self.numbers,
            offers=self.offers,
            postman=self.postman,
            providers=self.providers,
            purchases=self.purchases,
            quotes=self.quotes,
        )
        admins = frozenset(self.settings.admin_ids)
        welcome = Welcome(self.catalogues, self.chats, self.settings.access, admins, self.clock, self.nudge)
        dispatcher.update.outer_middleware(welcome)
        dispatcher.include_routers(*routers())
        return dispatcher

    def nudge(self) -> None:
        """Something changed: whoever waits for the next tick looks at once."""
        self.watcher.nudge()
        self.postman.nudge()

    async def feed(self, update: Update) -> None:
        await self.dispatcher.feed_update(self.bot, update)

    async def step(self, row: Activation) -> None:
        """What the watcher does with a due number."""
        if row.state is State.UNKNOWN:
            await self.purchases.look_for(row)
        else:
            await self.activations.step(row)

    async def draw(self, post: Post) -> Drawing | None:
        """What the postman says for an outbox row, in the chat's language."""
        t = self.catalogues.texts(await self.chats.language(post.chat_id))
        if post.kind == Kind.CODE:
            return await self._draw_code(post, t)
        row = await self.numbers.get(post.subject)
        return None if row is None else draw_card(row, t, self.providers, self.clock())

    async def _draw_code(self, post: Post, t: Texts) -> Drawing | None:
        found = await self.numbers.sms(post.subject)
        if found is None or (post.sent_at is not None and not post.message_id):
            # Delivered, but where it hangs is not known: said again it would ring again.
            return None
        return draw_code(*found, t, self.providers, post.message_id)

    async def hung(self, post: Post, message_id: int) -> None:
        if post.kind == Kind.CARD:
            await self.numbers.place_card(post.subject, post.chat_id, message_id)

    # The start

    async def start(self) -> None:
        """First what a dead process left, then the ticks, then people."""
        await self.take_over()
        self._start_ticks()
        for listening in (self.watcher.listen(), self.postman.listen(), self._listen_to_people()):
            self._tasks.append(asyncio.create_task(listening))

    async def take_over(self) -> None:
        """Settle the intents of a dead process, look at every open number, send what waited."""
        await self.purchases.recover()
        await self.watcher.start()
        await self.postman.round()

    def _start_ticks(self) -> None:
        self._ticks.start(
            {
                "watch": (self.watcher.tick, 1),
                "post": (self.postman.round, 1),
                "housekeeping": (self.housekeeping, 3600),
                "heartbeat": (self._write_heartbeat, 10),
            }
        )

    async def _write_heartbeat(self) -> None:
        self.heartbeat.write()

    async def housekeeping(self) -> None:
        """Forget what is of no use any more, then settle what was left lying."""
        now = self.clock()
        await self.keys.sweep(now)
        await self.forms.sweep(now)
        await self.quotes.sweep(now)
        await self.postman.tidy()
        await self.purchases.recover(LEFT_BEHIND)

    async def _listen_to_people(self) -> None:
        try:
            await greet(self.bot)
            self._tasks.append(asyncio.create_task(name_commands(self.bot, self.catalogues)))
            await self.poller.run()
        except Stopped as stopped:
            self._give_up(str(stopped))
        except Exception:
            log.exception("polling broke off")
            self._give_up("polling broke off by a mistake of ours; the log says more")

    def _revoked(self) -> None:
        self._give_up(REVOKED)

    def _give_up(self, why: str) -> None:
        if not self.stopped.done():
            self.stopped.set_result(why)

    # The stop

    async def stop(self) -> None:
        """No new updates, then let everything under way find its end, then a last round of the postman."""
        self.purchases.halt()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ticks.pause()
        ends = asyncio.get_running_loop().time() + DRAIN
        await self.poller.drain(DRAIN)
        await self.purchases.drain(max(0.0, ends - asyncio.get_running_loop().time()))
        await self.watcher.settle(LAST_ROUND)
        await self.postman.round()
        await self.postman.settle(LAST_ROUND)
        await self.poller.confirm()
        self._ticks.end()


def caps(settings: Settings) -> Caps:
    limits = settings.limits
    blocked = frozenset(slug(name) for name in settings.blocked_services)
    return Caps(limits.active_numbers, limits.purchases_per_day, limits.spend_per_day, blocked)


def telegram(settings: Settings) -> Bot:
    """The one `Bot` of the process."""
    server = TelegramAPIServer.from_base(settings.bot_api_url)
    return Bot(settings.bot_token.get_secret_value(), session=AiohttpSession(api=server))


def providers_of(settings: Settings) -> dict[str, Provider]:
    """Every provider the settings name, at the addresses and with the times they give."""
    times = {name: given.given() for name, given in settings.providers.items()}
    found = connect(settings.base_urls, settings.handler_api_sites, times)
    for name in {**settings.base_urls, **settings.providers}:
        if name not in found:
            raise SettingsError(f"BASE_URLS or PROVIDERS: there is no provider {name!r}")
    return found


def conceal(settings: Settings) -> None:
    """From the log: the token, and each master key by itself, as a file may hold several."""
    given = settings.master_key.get_secret_value()
    for secret in (settings.bot_token.get_secret_value(), given, *re.split(r"[\s,]+", given)):
        secrets.add(secret)


async def run(settings: Settings) -> str:
    """Run until a signal or for good; the reason when it could not go on, "" after a signal."""
    conceal(settings)
    providers = providers_of(settings)
    async with opened(settings.database_url, settings.master_keys()) as (database, vault):
        bot = telegram(settings)
        codebell = Codebell(settings, database, vault, bot, providers)
        try:
            await codebell.start()
            return await _until_stopped(codebell)
        finally:
            await codebell.stop()
            await asyncio.gather(*(provider.close() for provider in providers.values()))
            await bot.session.close()


async def _until_stopped(codebell: Codebell) -> str:
    """Wait for SIGTERM, SIGINT, or the bot's own reason to give up."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, _signalled, codebell)
    return await codebell.stopped


def _signalled(codebell: Codebell) -> None:
    if not codebell.stopped.done():
        codebell.stopped.set_result("")
