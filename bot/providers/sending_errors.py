"""Why a message is not sent, in words for a person: limits that it breaks, and what the provider refused."""

from bot.errors import BadInput, NotSendable, Refused, text


class WrongRecipient(BadInput):
    text = text("That is no phone number. Write it with a plus and the country code, like +380501234567.")


class NoChannel(BadInput):
    text = text("Choose at least one channel: Viber or SMS.")


class DoubleChannel(BadInput):
    text = text("A channel can be tried only once: Viber, SMS, or one after the other.")


class MissingPart(BadInput):
    text = text("There is nothing written for one of the channels. Write it, or leave that channel out.")


class NoSender(BadInput):
    text = text("Choose a sender name first.")


class WrongTtl(BadInput):
    text = text("A message can wait for its delivery from 1 to 1440 minutes, which are 24 hours.")


class EmptySms(BadInput):
    text = text("An SMS needs a text.")


class LongViberText(BadInput):
    text = text("A Viber text has 1000 characters at the most. Please shorten it.")


class WrongViberParts(BadInput):
    text = text(
        "A Viber message is one of four: a text, an image, a text with a button, "
        "or a text with a button and an image."
    )


class WrongCaption(BadInput):
    text = text("A button's caption has 1 to 30 characters.")


class WrongButtonAddress(BadInput):
    text = text("A button leads to a web address that begins with https:// or http://.")


class WrongImageAddress(BadInput):
    text = text("An image is given by its web address, and that begins with https://.")


class RequestRefused(NotSendable):
    text = text("The provider did not understand the request. Nothing was sent.")


class RecipientRefused(NotSendable):
    text = text("The provider says that the recipient's number is wrong. Nothing was sent: check the number.")


class TextRefused(NotSendable):
    text = text("The provider does not accept this text. Nothing was sent: change the text and try again.")


class ButtonRefused(NotSendable):
    text = text("The provider does not accept this button. Nothing was sent: check its caption and address.")


class ImageRefused(NotSendable):
    text = text("The provider does not accept the image's address. Nothing was sent: give another one.")


class NoRoute(NotSendable):
    text = text("The provider has no way to send this message to that number. Nothing was sent.")


class SenderRefused(NotSendable):
    text = text("The provider does not accept this sender name. Nothing was sent: choose another one.")


class ChannelsRefused(NotSendable):
    text = text("The provider does not accept these channels. Nothing was sent: choose others.")


class SmsRefused(NotSendable):
    text = text("The provider found no SMS in this message. Nothing was sent.")


class ViberRefused(NotSendable):
    text = text("The provider found nothing for Viber in this message. Nothing was sent.")


class UnknownMessage(Refused):
    text = text("The provider does not know this message.")
