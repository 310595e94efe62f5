"""Every call a provider may be asked, with the capability it stands for and what it is asked with."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal

from bot.providers.base import Capability, Held, Provider, Wish
from bot.providers.renting import Rented, Tariff
from bot.providers.sending import Channel, Outgoing, SmsPart, ViberPart
from tests.providers.site import KEY

Asked = Callable[[Provider, Held, Wish], Awaitable[object]]

#: Where calls are forwarded to.
PHONE = "+79007777777"
TARIFF = Tariff("1", 1, Decimal("150.00"), "RU", "RU")
RENTED = Rented(
    "19999999", "+380999999999", "+380999999999", datetime(2026, 10, 14, 17, 48, 12, tzinfo=UTC), False
)
#: Ukraine, one of its operators and a message of ours.
MCC, MNC, MESSAGE_ID = "255", "01", "FAPI0004072D010001"
CHANNELS = (Channel.VIBER, Channel.SMS)
MESSAGE = Outgoing(
    "+380501234567",
    CHANNELS,
    ViberPart("InfoCenter", 60, "Your parcel has arrived"),
    SmsPart("InfoCenter", 60, "Your parcel has arrived"),
)

_TRADING: dict[str, tuple[Capability, Asked]] = {
    "balance": (Capability.BALANCE, lambda p, held, wish: p.balance(KEY)),
    "services": (Capability.SERVICES, lambda p, held, wish: p.services(KEY)),
    "countries": (Capability.COUNTRIES, lambda p, held, wish: p.countries(KEY)),
    "all_prices": (Capability.PRICES, lambda p, held, wish: p.prices(KEY)),
    "prices": (Capability.PRICES, lambda p, held, wish: p.prices(KEY, wish.service, wish.country)),
    "tiers": (Capability.TIERS, lambda p, held, wish: p.tiers(KEY, wish.service, wish.country)),
    "suppliers": (Capability.SUPPLIERS, lambda p, held, wish: p.suppliers(KEY, wish.service, wish.country)),
    "operators": (Capability.OPERATOR, lambda p, held, wish: p.operators(KEY, wish.country)),
    "buy": (Capability.BUY, lambda p, held, wish: p.buy(KEY, wish)),
}
_HOLDING: dict[str, tuple[Capability, Asked]] = {
    "poll": (Capability.CODE, lambda p, held, wish: p.poll(KEY, held)),
    "sent": (Capability.SENT, lambda p, held, wish: p.sent(KEY, held)),
    "another_sms": (Capability.ANOTHER_SMS, lambda p, held, wish: p.another_sms(KEY, held)),
    "finish": (Capability.FINISH, lambda p, held, wish: p.finish(KEY, held)),
    "cancel": (Capability.CANCEL, lambda p, held, wish: p.cancel(KEY, held)),
    "active": (Capability.ACTIVE, lambda p, held, wish: p.active(KEY)),
    "all_sms": (Capability.ALL_SMS, lambda p, held, wish: p.all_sms(KEY, held)),
    "forward": (Capability.FORWARD, lambda p, held, wish: p.forward(KEY, held, PHONE)),
}
_RENTING: dict[str, tuple[Capability, Asked]] = {
    "rental_stock": (Capability.RENT, lambda p, held, wish: p.rental_stock(KEY)),
    "tariffs": (Capability.RENT, lambda p, held, wish: p.tariffs(KEY)),
    "rent": (Capability.RENT, lambda p, held, wish: p.rent(KEY, TARIFF)),
    "renew": (Capability.RENEW, lambda p, held, wish: p.renew(KEY, RENTED, TARIFF)),
    "rented": (Capability.RENTED, lambda p, held, wish: p.rented(KEY)),
    "sim_on": (Capability.SIM, lambda p, held, wish: p.sim_on(KEY, RENTED)),
    "sim_off": (Capability.SIM, lambda p, held, wish: p.sim_off(KEY, RENTED)),
    "rental_sms": (Capability.RENTAL_SMS, lambda p, held, wish: p.rental_sms(KEY, RENTED)),
    "last_rental_sms": (Capability.RENTAL_SMS, lambda p, held, wish: p.rental_sms(KEY, RENTED, 5)),
}
_SENDING: dict[str, tuple[Capability, Asked]] = {
    "balances": (Capability.CHANNEL_BALANCES, lambda p, held, wish: p.balances(KEY)),
    "senders": (Capability.SENDERS, lambda p, held, wish: p.senders(KEY)),
    "price_list": (Capability.SEND_PRICES, lambda p, held, wish: p.price_list(KEY, CHANNELS, MCC)),
    "price": (Capability.SEND_PRICES, lambda p, held, wish: p.price(KEY, CHANNELS, MCC, MNC)),
    "send": (Capability.SEND_SMS, lambda p, held, wish: p.send(KEY, MESSAGE)),
    "delivery": (Capability.DELIVERY, lambda p, held, wish: p.delivery(KEY, MESSAGE_ID)),
}

#: Every call, with the capability it stands for.
CALLS: dict[str, tuple[Capability, Asked]] = {**_TRADING, **_HOLDING, **_RENTING, **_SENDING}
#: Calls that cost money: asked of the site once and nothing before or after.
SPENDS = frozenset({"buy", "rent", "renew", "send"})
#: Calls about what is paid for: a site that fails is asked them all the same.
PAID = frozenset(_HOLDING) | {"rented", "sim_on", "sim_off", "rental_sms", "last_rental_sms", "delivery"}
#: Calls that cost money or change something; sms.ski gives a code out once.
CHANGES = SPENDS | {"poll", "sent", "another_sms", "finish", "cancel", "forward", "sim_on", "sim_off"}
