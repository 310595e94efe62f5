"""Rented numbers between a provider's list and this bot's rows: which one is new, which one is meant."""

import json
from collections.abc import Sequence

from bot.errors import NotOffered, PriceChanged
from bot.providers.renting import Rented, Tariff
from storage.models import Rental, RentalOrder
from storage.rental_moves import Listed


def rented(row: Rental) -> Rented:
    """A number as its provider is asked about it."""
    return Rented(row.provider_id or "", row.phone or "", row.raw or "", row.until, row.online)


def listed(number: Rented) -> Listed:
    """A number as the list tells it, to be stored."""
    return Listed(number.id, number.phone, number.raw, number.until, number.online)


def same(order: RentalOrder, tariffs: Sequence[Tariff]) -> Tariff:
    """The tariff as it is now. Raises `NotOffered` when it is gone, `PriceChanged` when it is dearer."""
    agreed = (order.tariff, order.country_code, order.days)
    for tariff in tariffs:
        if (tariff.id, tariff.country, tariff.days) == agreed:
            if tariff.cost > order.cost:
                raise PriceChanged(minimum=tariff.cost)
            return tariff
    raise NotOffered


def by_id(every: Sequence[Rented], provider_id: str | None) -> Rented | None:
    return next((number for number in every if number.id == provider_id), None)


def as_json(every: Sequence[Rented]) -> str:
    """What an account rents: provider id to the end of its rent, in seconds since 1970."""
    ends = {each.id: None if each.until is None else each.until.timestamp() for each in every}
    return json.dumps(ends, separators=(",", ":"))
