"""One Telegram flow per file. `routers()` lists them in the order they are asked."""

from copy import deepcopy

from aiogram import Router

from handlers import (
    activation,
    balance,
    buy,
    connect,
    errors,
    keys,
    numbers,
    options,
    quote,
    start,
)

#: Commands and buttons first; typed answers to questions; what nobody understood comes last.
ROUTERS: tuple[Router, ...] = (
    start.router,
    connect.router,
    keys.router,
    buy.router,
    quote.router,
    options.router,
    activation.router,
    numbers.router,
    balance.router,
    errors.router,
)


def routers() -> list[Router]:
    """Fresh copies: a router has one dispatcher for life, and a process (of tests) may have several."""
    return [deepcopy(router) for router in ROUTERS]
