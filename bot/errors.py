"""Everything that may go wrong on purpose, named by what to do next.

CodebellError
├── SettingsError          a setting is missing or malformed: nothing starts
├── StorageError           the database cannot be used as it is: nothing starts
│   └── BrokenKey          a stored key does not decrypt: remove it, add it again
├── Refused                a definite no: nothing was bought, sent or changed
│   ├── NoNumbers          out of stock: another offer, another country, later
│   ├── NoMoney            top the provider's account up
│   ├── BadKey             the key is wrong, expired or banned for good
│   ├── Banned             the account is blocked, perhaps until a moment
│   ├── TooEarly           the minimum wait is not over
│   │   └── TooSoon        the provider wants a pause between two wishes
│   ├── NoSmsYet           first an SMS has to come
│   ├── TooLate            it ended before, or can no longer be changed
│   ├── CodeArrived        not cancelled: a code came first
│   ├── PriceChanged       it costs more than the person agreed to
│   ├── UnknownActivation  the provider knows no such number
│   ├── NotOffered         the provider has no such service, country or operator
│   │   └── NotSoldHere    the operator blocked the service: choose another one
│   ├── NotForwardable     calls to this number cannot be forwarded
│   ├── NotSendable        the provider would not send this message
│   ├── LimitReached       a limit of the provider's or of this bot
│   ├── AlreadyDone        this press was carried out before
│   ├── AlreadyThere       this key was added before
│   ├── Expired            the button is too old to be trusted with money
│   ├── NotYours           somebody else's number, key or button
│   ├── UnknownKey         the key was removed: add it again
│   ├── NoKeys             there is no key to buy with: add one
│   ├── BadInput           what the person typed cannot be used
│   └── Unsupported        this provider cannot do that
└── Unclear                it may have happened: look before doing it again
    ├── Unavailable        no answer, or a server error
    └── BadReply           an answer nobody documented

Each class names its text: an English message of the catalogue, with named variables.
"""

from decimal import Decimal
from typing import ClassVar


def text(message: str) -> str:
    """Mark a message for the catalogue where it is named; it is translated where it is shown."""
    return message


class CodebellError(Exception):
    """The root of what this bot raises on purpose. `values` fill the named variables of `text`."""

    text: ClassVar[str] = text("Something went wrong. Please try again.")

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or type(self).__name__)
        self.detail = detail
        self.values = values

    @property
    def changed_nothing(self) -> bool:
        """Whether a call that failed so surely had no effect."""
        return True


class SettingsError(CodebellError):
    """A setting is missing or malformed; `detail` is the one line to print."""


class StorageError(CodebellError):
    """The database cannot be used as it is; `detail` is the one line to print."""


class BrokenKey(StorageError):
    """A stored key does not decrypt: its row was changed by something else than this bot."""

    text = text("This key can no longer be read. Remove it and add it again.")


class Refused(CodebellError):
    """A definite no: nothing was bought, sent or changed."""


class Unclear(CodebellError):
    """It may have happened. A purchase that ends so is never repeated.

    `sent` is False when the request provably never left, so that nothing happened: no connection was made.
    """

    def __init__(self, detail: str = "", *, sent: bool = True) -> None:
        super().__init__(detail)
        self.sent = sent

    @property
    def changed_nothing(self) -> bool:
        return not self.sent


class NoNumbers(Refused):
    text = text("No numbers in stock there right now.")


class NoMoney(Refused):
    text = text("There is not enough money on the provider's account.")


class BadKey(Refused):
    text = text("The provider does not accept this key.")


class Banned(Refused):
    """The account is blocked; `until` is the provider's own words, if it said until when."""

    text = text("The provider has blocked this account for now.")

    def __init__(self, detail: str = "", *, until: str | None = None) -> None:
        super().__init__(detail)
        self.until = until


class TooEarly(Refused):
    """The minimum wait is not over; `seconds` are what is left, None when nobody knows."""

    text = text("It is too early to cancel this number.")

    def __init__(self, detail: str = "", *, seconds: float | None = None) -> None:
        super().__init__(detail)
        self.seconds = seconds


class TooSoon(TooEarly):
    """The provider wants a pause between two wishes."""

    text = text("The provider wants a short pause first. Nothing was changed. Please try again in a minute.")


class NoSmsYet(Refused):
    text = text("Calls can be forwarded only after the first SMS.")


class TooLate(Refused):
    text = text("This number has ended; there is nothing left to change.")


class CodeArrived(Refused):
    """Not cancelled; `code` is the code itself when the provider's answer already held it."""

    text = text("Not cancelled: a code had arrived.")

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail)
        self.code = code


class PriceChanged(Refused):
    """It costs more than agreed; `minimum` is what the provider asks now, if it said so."""

    text = text("The price has gone up. Nothing was bought.")

    def __init__(self, detail: str = "", *, minimum: Decimal | None = None) -> None:
        super().__init__(detail)
        self.minimum = minimum


class UnknownActivation(Refused):
    text = text("The provider does not know this number.")


class NotOffered(Refused):
    text = text("The provider does not offer that any more.")


class NotSoldHere(NotOffered):
    text = text("This service is not sold here: this bot's operator has blocked it.")


class NotForwardable(Refused):
    text = text("The provider does not forward calls of this number.")


class NotSendable(Refused):
    """A message the provider refused; each subclass says which part of it."""

    text = text("The provider would not send this message.")


class LimitReached(Refused):
    text = text("A limit was reached.")


class AlreadyDone(Refused):
    text = text("Already done: this button was pressed before.")


class AlreadyThere(Refused):
    text = text("This key is already here.")


class Expired(Refused):
    text = text("This offer is too old to buy from. Open the menu again for today's price.")


class NotYours(Refused):
    text = text("This button belongs to somebody else.")


class UnknownKey(Refused):
    text = text("This key was removed.")


class NoKeys(Refused):
    text = text("You have no key of a provider that sells numbers yet. Add one first: it takes a minute.")


class BadInput(Refused):
    text = text("That does not look right.")


class Unsupported(Refused):
    text = text("This provider cannot do that.")


class Unavailable(Unclear):
    """No answer or a server error; `retry_after` are the seconds the provider asked for."""

    text = text("The provider does not answer right now.")

    def __init__(self, detail: str = "", *, retry_after: float | None = None, sent: bool = True) -> None:
        super().__init__(detail, sent=sent)
        self.retry_after = retry_after


class BadReply(Unclear):
    text = text("The provider answered something nobody understands.")


def named(name: str) -> type[CodebellError] | None:
    """The error class of that name, as rows of the database remember it; None for other reasons."""
    waiting = [CodebellError]
    while waiting:
        found = waiting.pop()
        if found.__name__ == name:
            return found
        waiting.extend(found.__subclasses__())
    return None
