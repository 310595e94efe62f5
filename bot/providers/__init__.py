"""Every provider the bot knows, and how it is connected: one line here per file beside this one."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.providers.base import Provider, Timing
from bot.providers.handler_api import HandlerApi
from bot.providers.hosted import Hosted
from bot.providers.http import Net
from bot.providers.sms3t import Sms3T
from bot.providers.smsak import SmsAk
from bot.providers.smsbower import SmsBower
from bot.providers.smsfly import SmsFly
from bot.providers.smsski import SmsSki

#: In the order in which people see them.
ALL: tuple[type[Hosted], ...] = (SmsSki, SmsBower, Sms3T, SmsAk, SmsFly)

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_TIMES: Mapping[str, Mapping[str, float]] = MappingProxyType({})


def connect(
    base_urls: Mapping[str, str] = NOTHING,
    clones: Mapping[str, str] = NOTHING,
    timings: Mapping[str, Mapping[str, float]] = NO_TIMES,
    net: Net | None = None,
) -> dict[str, Provider]:
    """Providers by name, in display order, the configured clones last; no connection is opened yet.

    `base_urls` are the sites' roots, `clones` full addresses of a handler_api.php; `SettingsError` names the
    one that cannot be used.
    """
    net = net or Net()
    built: dict[str, Provider] = {}
    for provider in ALL:
        root = _address("BASE_URLS", provider.name, base_urls.get(provider.name, provider.root))
        built[provider.name] = provider(root, _timing(provider, provider.name, timings), net)
    for name, url in clones.items():
        if name in built or not re.fullmatch(r"[a-z0-9_]{2,32}", name):
            raise SettingsError(f"HANDLER_API_SITES: {name!r} is taken or not 2 to 32 of a-z, 0-9 and _")
        address = _address("HANDLER_API_SITES", name, url)
        built[name] = _clone(name, address, _timing(HandlerApi, name, timings), net)
    return built


def _clone(name: str, url: str, timing: Timing, net: Net) -> HandlerApi:
    clone = HandlerApi(url, timing, net)
    clone.name = clone.title = name
    return clone


def _timing(provider: type[Hosted], name: str, timings: Mapping[str, Mapping[str, float]]) -> Timing:
    return provider.timing.with_overrides(timings.get(name, {}))


def _address(setting: str, name: str, url: str) -> str:
    """The address, when it is a plain http or https one; never quoted in the error, it may hold a secret."""
    try:
        parsed = urlsplit(url.strip())
        web = parsed.scheme in {"http", "https"} and bool(parsed.hostname) and parsed.port != 0
    except ValueError:
        web = False
    if not web or parsed.username is not None or parsed.query or parsed.fragment:
        raise SettingsError(f"{setting}: the address of {name!r} is not a plain http or https one")
    return url.strip()
