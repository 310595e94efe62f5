"""Every button with which a group's administrators set its rules, as it would act on a group with a key."""

from aiogram.filters.callback_data import CallbackData

from handlers import group_doors, group_key_links, group_keys, quotas, share_screens
from storage.models import Buyers, Eyes

#: Somebody of the group who may be named.
SOMEBODY = 777


def sharing(key: str) -> dict[type[CallbackData], list[CallbackData]]:
    """In the group, by a key of its own."""
    return {
        group_doors.Share: [group_doors.Share()],
        share_screens.Decide: [share_screens.Decide(what=what) for what in share_screens.Decision],
        share_screens.LetBuy: [share_screens.LetBuy(who=who) for who in Buyers],
        share_screens.ShowCodes: [
            share_screens.ShowCodes(to=to, sure=sure) for to in Eyes for sure in (False, True)
        ],
        share_screens.Named: [share_screens.Named(page=page) for page in (0, 9)],
        share_screens.Name: [share_screens.Name(person=SOMEBODY, may=may) for may in (True, False)],
        share_screens.Settle: [share_screens.Settle(here=False)],
        group_doors.LimitOf: [group_doors.LimitOf(what=what) for what in group_doors.Quota],
        quotas.Limit: [quotas.Limit(what=what, value="5") for what in group_doors.Quota],
        group_doors.GroupKeys: [group_doors.GroupKeys(), group_doors.GroupKeys(page=9)],
        group_doors.AddGroupKey: [group_doors.AddGroupKey()],
        group_keys.RemoveGroupKey: [
            group_keys.RemoveGroupKey(id=key),
            group_keys.RemoveGroupKey(id=key, sure=True),
        ],
    }


#: In private, with the word of a link that nobody made.
BY_LINK: dict[type[CallbackData], list[CallbackData]] = {
    group_key_links.OfProvider: [
        group_key_links.OfProvider(word="gk_AAAAAAAAAAAAAAAAAAAAAA"),
        group_key_links.OfProvider(word="gk_AAAAAAAAAAAAAAAAAAAAAA", name="alpha"),
    ]
}
