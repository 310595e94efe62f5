"""The renting half of SMSAK's API, over the trade in `rentals`."""

from collections.abc import Callable, Mapping

from bot.sandbox.sites.rentals import Rental, Rentals
from bot.sandbox.sites.shop import Denied
from bot.sandbox.sites.smsak_words import CRASH, NO_SUCH_NUMBER, Words, refusal, rental_sms, rented
from bot.sandbox.sites.wire import Reply, as_json

Query = Mapping[str, str]
NOT_FOUND, NO_MONEY, NO_NUMBERS = 101, 102, 103


class Renting:
    """Nine methods; `words` gives the site's wording as it is now."""

    def __init__(self, rentals: Rentals, words: Callable[[], Words]) -> None:
        self.rentals = rentals
        self.words = words

    def methods(self) -> dict[str, Callable[[Query], Reply]]:
        return {
            "getfullnumbers": self.stock,
            "getalltarifs": self.tariffs,
            "getfullnumber": self.rent,
            "getallfullnumbers": self.rented,
            "rebuynumber": self.renew,
            "send-enable-sim": self.enable,
            "send-disable-sim": self.disable,
            "getallsmsofnumber": self.all_sms,
            "getlastsmsofnumber": self.last_sms,
        }

    def stock(self, query: Query) -> Reply:
        """Counts are strings; a country without numbers is left out."""
        return as_json({country: str(count) for country, count in self.rentals.stock.items() if count})

    def tariffs(self, query: Query) -> Reply:
        return as_json([
            {"id": int(tariff.id), "days": tariff.days, "cost": f"{tariff.cost:.2f}",
             "country_id": tariff.country_id, "code": tariff.country}
            for tariff in self.rentals.tariffs.values()
        ])  # fmt: skip

    def rent(self, query: Query) -> Reply:
        if query.get("code") not in self.rentals.stock:
            return CRASH
        tariff = self.rentals.tariffs.get(query.get("tarif", ""))
        if tariff is None or tariff.country != query["code"]:
            return self.words().error(NOT_FOUND)
        return self._outcome(self.rentals.rent(tariff))

    def renew(self, query: Query) -> Reply:
        rental = self.rentals.find(query.get("id", ""))
        if rental is None:
            return refusal(NO_SUCH_NUMBER)
        tariff = self.rentals.tariffs.get(query.get("tarif", ""))
        if tariff is None or tariff.country != rental.country:
            return self.words().error(NOT_FOUND)
        return self._outcome(self.rentals.renew(rental, tariff) or rental)

    def rented(self, query: Query) -> Reply:
        return as_json([rented(rental) for rental in self.rentals.running()])

    def enable(self, query: Query) -> Reply:
        rental = self.rentals.find(query.get("id", ""))
        if rental is None:
            return self.words().scalar(0)
        return self.words().scalar(1 if self.rentals.enable(rental) else 2)

    def disable(self, query: Query) -> Reply:
        rental = self.rentals.find(query.get("id", ""))
        if rental is None:
            return self.words().scalar(0)
        self.rentals.disable(rental)
        return self.words().scalar(1)

    def all_sms(self, query: Query) -> Reply:
        """Newest first, as the other list of SMS; nobody's number has none."""
        rental = self.rentals.at(query.get("phone", ""))
        return as_json([rental_sms(rental, sms) for sms in reversed(rental.sms)] if rental else [])

    def last_sms(self, query: Query) -> Reply:
        rental = self.rentals.at(query.get("phone", ""))
        if not query.get("count", "").isdecimal():
            return CRASH
        newest = rental.sms[::-1][: int(query["count"])] if rental else []
        return as_json([rental_sms(rental, sms) for sms in newest] if rental else [])

    def _outcome(self, outcome: Rental | Denied) -> Reply:
        match outcome:
            case Denied.NO_BALANCE:
                return self.words().error(NO_MONEY)
            case Denied():
                return self.words().error(NO_NUMBERS)
            case rental:
                return self.words().bought(rental)
