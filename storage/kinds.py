"""What rows of the outbox draw: their kinds, who goes first, and what waits for the end of quiet hours."""

from enum import IntEnum, StrEnum

#: Why a row is not due although it was never delivered: its chat cannot be reached for now.
PARKED = "Unreachable"


class Kind(StrEnum):
    """What a row draws."""

    #: A bought number: its card, and one SMS of it.
    CARD = "card"
    CODE = "code"
    #: The whole SMS of a group's number, to its holder in private, where not all of the group may read it.
    CODE_ASIDE = "code_aside"
    #: A rented number: its card, one SMS of it, and the words that its end is near.
    RENTAL = "rental"
    #: What is left of its card where that hung before.
    RENTAL_MOVED = "rental_moved"
    RENTAL_SMS = "rental_sms"
    DAY_LEFT = "day_left"
    HOUR_LEFT = "hour_left"
    #: An outgoing message: its card, and the last word on its delivery.
    MESSAGE = "message"
    DELIVERY = "delivery"
    #: The bot goes on from a backup: what came after that is missing.
    RESTORED = "restored"
    #: A watch found what it waited for, or ended without it.
    WATCH = "watch"
    WATCH_OVER = "watch_over"
    #: A key: there is little left on its account; its provider does not take it any more.
    KEY_LOW = "key_low"
    KEY_STOPPED = "key_stopped"
    #: To a group: an administrator added a key for it, in private.
    KEY_SHARED = "key_shared"
    #: To operators: trouble, its end, a purchase nobody knows the end of, and the figures of a day.
    ALARM = "alarm"
    ALARM_OVER = "alarm_over"
    LOST = "lost"
    REPORT = "report"
    #: A broadcast: how far it is, for the operator; a copy of it, which the herald takes, not the postman.
    PROGRESS = "progress"
    BROADCAST = "broadcast"


class Priority(IntEnum):
    """Who goes first when much is due."""

    CODE = 0
    CARD = 1
    REMINDER = 2
    BROADCAST = 3


PRIORITIES = {
    Kind.CARD: Priority.CARD,
    Kind.CODE: Priority.CODE,
    Kind.CODE_ASIDE: Priority.CODE,
    Kind.RENTAL: Priority.CARD,
    Kind.RENTAL_MOVED: Priority.REMINDER,
    Kind.RENTAL_SMS: Priority.CODE,
    Kind.DAY_LEFT: Priority.REMINDER,
    Kind.HOUR_LEFT: Priority.REMINDER,
    Kind.MESSAGE: Priority.CARD,
    Kind.DELIVERY: Priority.CARD,
    Kind.RESTORED: Priority.REMINDER,
    Kind.WATCH: Priority.CARD,
    Kind.WATCH_OVER: Priority.REMINDER,
    Kind.KEY_LOW: Priority.REMINDER,
    Kind.KEY_STOPPED: Priority.REMINDER,
    Kind.KEY_SHARED: Priority.REMINDER,
    **dict.fromkeys((Kind.ALARM, Kind.ALARM_OVER, Kind.LOST, Kind.REPORT), Priority.REMINDER),
    Kind.PROGRESS: Priority.CARD,
    Kind.BROADCAST: Priority.BROADCAST,
}


#: What waits for the end of a chat's quiet hours: it is no less true in the morning, and rings then.
NOTICES = frozenset(
    {
        *(Kind.DAY_LEFT, Kind.RESTORED, Kind.KEY_LOW, Kind.KEY_STOPPED, Kind.WATCH_OVER),
        *(Kind.ALARM_OVER, Kind.LOST, Kind.REPORT),
    }
)
#: What would be out of date by then: within quiet hours it comes at once, without a sound.
PERISHABLE = frozenset({Kind.WATCH})


#: What is said in the message that a card leaves; always after the card.
LEFT_BEHIND = {Kind.RENTAL: Kind.RENTAL_MOVED}
