"""The provider sites of the sandbox: each speaks its protocol to the letter and keeps a ledger of its own."""

import time
from collections.abc import Callable
from random import Random

from bot.sandbox.sites.site import Opening, Site
from bot.sandbox.sites.sms3t import sms3t
from bot.sandbox.sites.smsak import smsak
from bot.sandbox.sites.smsbower import smsbower
from bot.sandbox.sites.smsfly import smsfly
from bot.sandbox.sites.smsski import smsski
from bot.sandbox.sites.vanilla import vanilla

__all__ = ["Site", "all_sites"]

#: How each site is opened, in the page's order.
OPENINGS: tuple[Opening, ...] = (smsbower, sms3t, smsski, smsak, smsfly, vanilla("herosms", "HeroSMS"))


def all_sites(
    pace: float = 1.0, clock: Callable[[], float] = time.time, seed: int | None = None
) -> dict[str, Site]:
    """Every site by name. `pace` divides minimum waits and poll spacings; a `seed` repeats keys and codes."""
    source = Random(seed)  # noqa: S311 - play money; a seed must be able to repeat a run
    opened = [opening(pace, clock, Random(source.random())) for opening in OPENINGS]  # noqa: S311 - as above
    return {site.name: site for site in opened}
