"""The process: settings in, one bot over one database and one Telegram, until a signal or for good."""

import asyncio
import logging
import signal
from contextlib import suppress
from typing import Self

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer

from bot import clock as clocks
from bot import frugal
from bot.app import Codebell
from bot.clock import Clock
from bot.errors import SettingsError
from bot.log import secrets
from bot.paces import TELEGRAM, Paces
from bot.providers import connect
from bot.providers.base import Provider
from bot.session import Session
from bot.settings import Settings
from storage.opening import opened

log = logging.getLogger(__name__)

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def telegram(settings: Settings) -> Bot:
    """The one `Bot` of the process."""
    server = TelegramAPIServer.from_base(settings.bot_api_url)
    return Bot(settings.bot_token.get_secret_value(), session=Session(api=server))


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
    for secret in settings.confidential():
        secrets.add(secret)


async def run(settings: Settings, clock: Clock = clocks.now, paces: Paces = TELEGRAM) -> str:
    """Run until a signal or for good; the reason when it could not go on, "" after a signal."""
    conceal(settings)
    providers = providers_of(settings)
    with _Signals() as signals:
        async with opened(settings.database_url, settings.master_keys()) as (database, vault):
            bot = telegram(settings)
            codebell = Codebell(settings, database, vault, bot, providers, clock, paces=paces)
            try:
                signals.stop(codebell)
                await codebell.start()
                frugal.loaded()
                return await codebell.stopped
            finally:
                await codebell.stop()
                await asyncio.gather(*(provider.close() for provider in providers.values()))
                await bot.session.close()


class _Signals:
    """SIGTERM and SIGINT: the first one stops the bot, also while it starts, another one makes it hurry."""

    def __init__(self) -> None:
        self._codebell: Codebell | None = None
        self._early = False

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in _STOPPING:
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number in _STOPPING:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)

    def stop(self, codebell: Codebell) -> None:
        """Let them stop this one, at once if one came already."""
        self._codebell = codebell
        if self._early:
            self._heard()

    def _heard(self) -> None:
        if self._codebell is None:
            self._early = True
        elif self._codebell.stopped.done():
            log.info("asked again to stop: nothing is waited for")
            self._codebell.hurry()
        else:
            log.info("asked to stop: what is under way may find its end")
            self._codebell.stopped.set_result("")
