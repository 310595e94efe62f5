"""The knobs of a site: stock, price, SMS, balance, faults, keys, clock, and its ledger to read."""

import inspect
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from bot.sandbox.sites.activation import Activation
from bot.sandbox.sites.faults import Fault
from bot.sandbox.sites.shop import Auto
from bot.sandbox.sites.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.sites.site import Site


def carry_out(site: "Site", op: str, args: Mapping[str, object]) -> Json:
    """`LookupError` for an unknown knob, number or goods; `ValueError` for what cannot be set so."""
    knobs = {**KNOBS, **site.knobs}
    knob = knobs.get(op)
    if knob is None:
        raise LookupError(f"no such control: {op}; there are {', '.join(knobs)}")
    try:
        inspect.signature(knob).bind(site, **args)
    except TypeError as wrong:
        raise ValueError(f"{op}: {wrong}") from None
    return knob(site, **args)


def stock(site: "Site", service: str, country: str, count: int) -> Json:
    if int(count) < 0:
        raise ValueError("count is 0 or more")
    site.shop.goods.set_stock(str(service), str(country), int(count))
    return {"stock": site.shop.goods.stock(str(service), str(country))}


def price(site: "Site", service: str, country: str, price: object) -> Json:
    site.shop.goods.set_price(str(service), str(country), money(price))
    return {"price": str(site.shop.goods.price(str(service), str(country)))}


def sms(
    site: "Site",
    phone: str | None = None,
    id: str | None = None,  # noqa: A002 - the page's own word for it
    text: str | None = None,
    code: str | None = None,
    in_seconds: float = 0,
    late: bool = False,
) -> Json:
    """Let an SMS arrive. `late`: even at a number that has ended, which is charged again then."""
    activation = _sold(site, phone, id)
    if not activation.listening and not late and not in_seconds:
        raise ValueError(f"number {activation.id} takes no SMS now: it is {activation.stage}")
    drafted = site.shop.draft(activation, code, text)
    site.shop.book(activation, drafted, float(in_seconds), late)
    site.shop.settle()
    return {"id": activation.id, "code": drafted.code, "text": drafted.text, "in_seconds": in_seconds}


def auto(site: "Site", after_seconds: list[float] | None = None, share: float = 1.0) -> Json:
    """None switches it off. Numbers sold before are left as they are."""
    if after_seconds is None:
        site.shop.auto = None
        return {"auto": None}
    earliest, latest = after_seconds
    site.shop.auto = Auto((float(earliest), float(latest)), float(share))
    return {"auto": {"after_seconds": [earliest, latest], "share": share}}


def balance(site: "Site", amount: object, purse: str = "") -> Json:
    """Set what is in one of the account's purses, "" the main one."""
    if purse not in site.ledger.purses:
        raise LookupError(f"{site.name} has no purse {purse!r}")
    site.ledger.deposit(site.shop.clock.now(), money(amount), purse)
    return {"balance": str(site.ledger.purses[purse])}


def fault(
    site: "Site",
    kind: object,
    method: str = "",
    after_processing: bool = False,
    times: int | None = 1,
    body: str | None = None,
) -> Json:
    """Break a method ("" for all) so many times, None or 0 until healed by the kind "none"."""
    if kind in ("none", None):
        site.faults.heal(method)
    else:
        site.faults.add(Fault(method, str(kind), after_processing, times or None, body))
    return {"faults": [active.read() for active in site.faults.active]}


def key(site: "Site", value: str, replace: bool = False) -> Json:
    """Accept one more key of the account, or only that one."""
    if not value:
        raise ValueError("a key is not empty")
    site.keys = {value} if replace else site.keys | {value}
    site.key = value
    return {"key": value}


def clock(site: "Site", advance: float) -> Json:
    """Put the site's clock forward by seconds."""
    site.shop.clock.advance(float(advance))
    site.shop.settle()
    return {"now": site.shop.clock.now()}


def dialect(site: "Site", **details: object) -> Json:
    """Switch details that differ between live servers of this protocol."""
    site.switch(**details)
    return dict(details)


def ledger(site: "Site") -> Json:
    now = site.shop.clock.now()
    numbers = [activation.read(now) for activation in site.shop.sold.values()]
    about = {"name": site.name, "currency": site.currency, "numbers": numbers}
    return about | site.extra() | site.ledger.read()


KNOBS: dict[str, Callable[..., Json]] = {
    knob.__name__: knob for knob in (stock, price, sms, auto, balance, fault, key, clock, dialect, ledger)
}


def _sold(site: "Site", phone: str | None, number: str | None) -> Activation:
    found = site.shop.by_phone.get(str(phone).lstrip("+")) if phone else site.shop.sold.get(str(number))
    if found is None:
        raise LookupError(f"{site.name} sold no such number: {phone or number}")
    return found


def money(value: object) -> Decimal:
    """An amount somebody typed; `ValueError` if it is none."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"not an amount: {value!r}") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"not an amount: {value!r}")
    return amount
