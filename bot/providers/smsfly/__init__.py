"""SMS-fly (its "REST API v2.04" of 27.02.2023): SMS and Viber messages, sent to one recipient at a time.

POST only, to one address: the body names the action and holds the key. Nothing tells a message sent twice
from two messages, so a send whose answer is lost stays unclear.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from bot.errors import BadReply, text
from bot.providers import values
from bot.providers.base import Balance, Capability, Timing
from bot.providers.hosted import Hosted
from bot.providers.sending import Channel, ChannelPrice, Outgoing, Report, SmsPart, ViberPart
from bot.providers.signing import Call, in_body
from bot.providers.smsfly import limits
from bot.providers.smsfly.replies import Told, listed, prices, reports, told

CHANNELS = (Channel.SMS, Channel.VIBER)


class SmsFly(Hosted):
    name = "smsfly"
    title = "SMS-fly"
    #: Never told; the account's own unit.
    currency = ""
    root = "https://sms-fly.ua"
    where_key = text("Sign in on sms-fly.ua and make a key under API Settings.")
    #: No limit is documented; a message lives 24 hours at the most.
    timing = Timing(min_poll=5, min_cancel=0, lifetime=86_400)
    capabilities = frozenset(
        {
            *(Capability.BALANCE, Capability.CHANNEL_BALANCES, Capability.SENDERS, Capability.SEND_PRICES),
            *(Capability.SEND_SMS, Capability.SEND_VIBER, Capability.DELIVERY),
        }
    )

    def sign(self, call: Call, key: str) -> Call:
        return in_body(call, key)

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        said = told(await self._site.read(_call("GETBALANCE", {}, paid=paid), key))
        amount = values.money(said.data.get("balance"))
        if amount is None:
            raise BadReply("no amount")
        return Balance(amount, self.currency)

    async def balances(self, key: SecretStr) -> dict[Channel, Decimal]:
        found = (await self._ask(key, "GETBALANCEEXT")).data.get("balance")
        amounts = {
            channel: values.money(found.get(channel)) if isinstance(found, dict) else None
            for channel in CHANNELS
        }
        if not any(amount is not None for amount in amounts.values()):
            raise BadReply("no amounts")
        return {channel: amount for channel, amount in amounts.items() if amount is not None}

    async def senders(self, key: SecretStr) -> dict[Channel, list[str]]:
        """The names of both channels; an empty list where there is none."""
        said = await self._ask(key, "GETSOURCES", channels=CHANNELS)
        return {channel: listed(said.data.get(channel)) for channel in CHANNELS}

    async def price_list(self, key: SecretStr, channels: Collection[Channel], mcc: str) -> list[ChannelPrice]:
        said = await self._ask(key, "GETPRICELIST", channels=tuple(channels), mcc=mcc)
        return prices(said.data.get("pricelist"))

    async def price(
        self, key: SecretStr, channels: Collection[Channel], mcc: str, mnc: str
    ) -> list[ChannelPrice]:
        said = await self._ask(key, "GETPRICE", channels=tuple(channels), mcc=mcc, mnc=mnc)
        return prices(said.data.get("price"))

    def check(self, message: Outgoing) -> None:
        limits.check(message)

    async def send(self, key: SecretStr, message: Outgoing) -> Report:
        """A success that names no message may have sent it: `BadReply`.

        A channel may have failed at once (no money, an error): the report says so.
        """
        self.check(message)
        said = told(await self._site.send(_call("SENDMESSAGE", _data(message)), key))
        message_id = values.identifier(said.data.get("messageID"))
        if message_id is None:
            raise BadReply("no message")
        return Report(message_id, reports(said))

    async def delivery(self, key: SecretStr, message_id: str) -> Report:
        said = await self._ask(key, "GETMESSAGESTATUS", messageID=message_id)
        if values.identifier(said.data.get("messageID", message_id)) != message_id:
            raise BadReply("another message")
        return Report(message_id, reports(said))

    async def _ask(self, key: SecretStr, action: str, **data: object) -> Told:
        return told(await self._site.read(_call(action, data), key))


def _call(action: str, data: Mapping[str, Any], *, paid: bool = False) -> Call:
    paid = paid or action == "GETMESSAGESTATUS"
    return Call("/api/v2/api.php", method="POST", body={"action": action, "data": data}, paid=paid)


def _data(message: Outgoing) -> dict[str, object]:
    """The document's SENDMESSAGE: the recipient without a plus, only the parts of channels to be tried."""
    data: dict[str, object] = {"recipient": message.recipient.removeprefix("+"), "channels": message.channels}
    if message.viber is not None and Channel.VIBER in message.channels:
        data["viber"] = _viber(message.viber)
    if message.sms is not None and Channel.SMS in message.channels:
        data["sms"] = _sms(message.sms)
    return data


def _viber(part: ViberPart) -> dict[str, object]:
    optional = {
        "text": part.text if part.text.strip() else "",
        "button": {"caption": part.button.caption, "url": part.button.url} if part.button else None,
        "image": part.image,
    }
    given = {field: value for field, value in optional.items() if value}
    return {"source": part.source, "ttl": part.ttl, **given}


def _sms(part: SmsPart) -> dict[str, object]:
    flash = {"flash": 1} if part.flash else {}
    return {"source": part.source, "ttl": part.ttl, **flash, "text": part.text}
