"""How SMSAK words its answers: errors in Russian, scalars, times, and what its document leaves open."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from bot.sandbox.sites.activation import Activation, Sms
from bot.sandbox.sites.rentals import Rental
from bot.sandbox.sites.wire import Json, Reply, as_json

#: The zone of the site's times is not documented; its owners and its texts are Moscow's.
MOSCOW = timedelta(hours=3)
ERRORS = {
    101: "Сервис не найден",
    102: "Недостаточно средств",
    103: "Нет свободных номеров",
    201: "Отсутствует Api ключ",
    202: "Api ключ не действителен",
    203: "Пользователь заблокирован: {reason}",
}
NO_SUCH_NUMBER = "Номер не найден"
OVER = "Активация уже завершена"
TOO_EARLY = "Возврат возможен не ранее чем через {seconds:g} секунд после взятия"
FORWARD_TOO_EARLY = "Переадресация возможна только после получения первого СМС"
NO_FORWARDING = "Для данного сервиса переадресация недоступна"
BAD_FORWARD = "Неверный номер для переадресации"
BAD_STATUS = "Неверный статус"
#: What the framework shows when it was asked for something it did not expect.
CRASH = Reply("<!DOCTYPE html><html><head><title>Error</title></head>"
              "<body><h1>Internal Server Error (#500)</h1></body></html>", 500)  # fmt: skip
#: How a detail may be worded, the default first.
CHOICES = {
    "small": ("code", "-", "", "null"),
    "rented": ("object", "1", "list", "empty"),
    "scalars": ("plain", "quoted", "newline"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Details the document leaves open or live servers change, each with the sandbox's default.

    `lone_backslashes` sends the error's type as the document prints it, which is no JSON · `small` is what
    stands for an SMS's code: the code, "-", "" or null · `rented` is what renting and renewing answer, which
    no copy of the document shows: an object, 1, a list or nothing · `scalars` are plain, quoted or end with
    a newline · `blocked` is the reason every call is refused for, "" for none.
    """

    lone_backslashes: bool = False
    small: str = "code"
    rented: str = "object"
    scalars: str = "plain"
    blocked: str = ""

    @classmethod
    def names(cls) -> set[str]:
        return {field.name for field in fields(cls)}

    def changed(self, **details: object) -> "Words":
        """`ValueError` for a wording there is none of."""
        typed = {name: type(getattr(self, name))(value) for name, value in details.items()}
        for name, choices in CHOICES.items():
            if typed.get(name, choices[0]) not in choices:
                raise ValueError(f"{name} is one of {', '.join(repr(choice) for choice in choices)}")
        return replace(self, **typed)

    def error(self, code: int) -> Reply:
        """The envelope with a number; HTTP says 200 all the same."""
        message = ERRORS[code].format(reason=self.blocked)
        envelope = {"name": "error", "message": message, "code": code, "status": 200}
        reply = as_json(envelope | {"type": "app\\helpers\\apiException"})
        return replace(reply, body=reply.body.replace("\\\\", "\\")) if self.lone_backslashes else reply

    def scalar(self, value: object) -> Reply:
        match self.scalars:
            case "quoted":
                return as_json(str(value))
            case "newline":
                return Reply(f"{value}\n")
        return Reply(str(value))

    def sms(self, activation: Activation, sms: Sms) -> Json:
        small = {"code": sms.code, "null": None}.get(self.small, self.small)
        about = {"number": f"+{activation.phone}", "from": sms.sender, "text": sms.text}
        return about | {"small": small, "time": moscow(sms.at)}

    def bought(self, rental: Rental) -> Reply:
        """What renting and renewing answer."""
        match self.rented:
            case "1":
                return self.scalar(1)
            case "list":
                return as_json([rented(rental)])
            case "empty":
                return Reply("")
        return as_json(rented(rental))


def refusal(why: str) -> Reply:
    """How an activation says no: without a number."""
    return as_json({"error": why})


def rented(rental: Rental) -> Json:
    """An item of the list of rented numbers."""
    until, online = moscow(rental.until), int(rental.in_network)
    return {"id": int(rental.id), "time": until, "number": f"+{rental.phone}", "is_work": online}


def rental_sms(rental: Rental, sms: Sms) -> Json:
    return {"time": moscow(sms.at), "from": sms.sender, "text": sms.text, "number": f"+{rental.phone}"}


def moscow(moment: float) -> str:
    return (datetime.fromtimestamp(moment, UTC) + MOSCOW).strftime("%Y-%m-%d %H:%M:%S")
