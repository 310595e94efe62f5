"""The knobs SMSAK's site has of its own: SMS to rented numbers, and how many can be rented."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.sites import control
from bot.sandbox.sites.rentals import Rental
from bot.sandbox.sites.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.sites.smsak import SmsAk


def sms(
    site: "SmsAk",
    phone: str | None = None,
    id: str | None = None,  # noqa: A002 - the page's own word for it
    text: str | None = None,
    code: str | None = None,
    sender: str | None = None,
    in_seconds: float = 0,
    late: bool = False,
) -> Json:
    """Let an SMS arrive at a rented number, once its SIM is in the network, or at a sold one."""
    rental = site.rentals.at(str(phone)) if phone else site.rentals.find(str(id))
    if rental is None:
        return control.sms(site, phone, id, text, code, in_seconds, late)
    return _send(site, rental, text, code, sender, float(in_seconds))


def rental_stock(site: "SmsAk", country: str, count: int) -> Json:
    """How many numbers of a country can be rented."""
    if country not in site.rentals.stock:
        raise LookupError(f"no numbers of {country!r} are rented here")
    if int(count) < 0:
        raise ValueError("count is 0 or more")
    site.rentals.stock[country] = int(count)
    return {"to_rent": site.rentals.stock}


KNOBS: dict[str, Callable[..., Json]] = {knob.__name__: knob for knob in (sms, rental_stock)}


def _send(
    site: "SmsAk", rental: Rental, text: str | None, code: str | None, sender: str | None, seconds: float
) -> Json:
    drafted = site.rentals.draft(code, text)
    drafted = replace(drafted, sender=sender or drafted.sender)
    site.rentals.book(rental, drafted, seconds)
    site.shop.settle()
    return {"id": rental.id, "code": drafted.code, "text": drafted.text, "in_seconds": seconds}
