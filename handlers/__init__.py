"""One Telegram flow per file. `routers()` lists them in the order they are asked."""

from copy import copy

from aiogram import Router

from handlers import (
    activation,
    admin,
    again,
    alerts,
    backup,
    balance,
    broadcast,
    brought,
    buy,
    compose,
    connect,
    deeds,
    elsewhere,
    errors,
    export,
    forward,
    group_key_links,
    group_keys,
    guests,
    guide,
    handover,
    history,
    inline,
    invitations,
    keys,
    links,
    maintenance,
    nobody,
    numbers,
    operators,
    options,
    prices,
    privacy,
    quotas,
    quote,
    receipt,
    rent,
    rental,
    send,
    sent,
    settings,
    share,
    start,
    stats,
    strays,
    switching,
    watch,
    watch_for,
    welcomed,
    wishes,
)

#: Who is nobody in particular is turned away first. Then come commands and buttons, then typed answers to
#: questions; what nobody understood comes last. A message's text comes before the look for keys that nobody
#: asked for.
ROUTERS: tuple[Router, ...] = (
    nobody.router,
    maintenance.router,
    group_key_links.router,
    welcomed.router,
    links.router,
    start.router,
    brought.router,
    inline.router,
    guide.router,
    compose.router,
    connect.router,
    keys.router,
    buy.router,
    prices.router,
    quote.router,
    again.router,
    wishes.router,
    options.router,
    activation.router,
    forward.router,
    rent.router,
    rental.router,
    elsewhere.router,
    send.router,
    operators.router,
    sent.router,
    numbers.router,
    history.router,
    receipt.router,
    export.router,
    strays.router,
    balance.router,
    stats.router,
    privacy.router,
    watch_for.router,
    watch.router,
    settings.router,
    share.router,
    quotas.router,
    group_keys.router,
    handover.router,
    alerts.router,
    admin.router,
    backup.router,
    switching.router,
    deeds.router,
    guests.router,
    invitations.router,
    broadcast.router,
    errors.router,
)


def routers() -> list[Router]:
    """Copies: a router has one dispatcher for life, and a process (of tests) may have several of them."""
    return [_copied(router) for router in ROUTERS]


def _copied(router: Router) -> Router:
    """The same handlers in another tree. A deep copy of all routers takes 20 ms, this one less than one."""
    twin = copy(router)
    twin.observers = dict(router.observers)
    for event, observer in router.observers.items():
        if observer.handlers or observer.middleware or observer.outer_middleware:
            twin.observers[event] = mine = copy(observer)
            mine.router = twin
    return twin
