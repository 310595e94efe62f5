"""Buttons that only operators have; in anybody else's hands, and in groups, they are buttons of no flow."""

from aiogram.filters.callback_data import CallbackData

from bot.settings import Access
from handlers import (
    alerts,
    broadcast_progress,
    broadcast_screens,
    guest_screens,
    invitations,
    operator_doors,
    switch_screens,
)
from storage.audiences import Segment

_ID = "x" * 11
#: Somebody who was never here.
_SOMEBODY = "123456789"

OPERATING: dict[type[CallbackData], list[CallbackData]] = {
    operator_doors.Admin: [operator_doors.Admin()],
    operator_doors.Show: [operator_doors.Show(page=page) for page in operator_doors.Page],
    operator_doors.Switching: [operator_doors.Switching(what=each) for each in operator_doors.Lever],
    switch_screens.Pause: [switch_screens.Pause(on=on) for on in (True, False)],
    switch_screens.Reopen: [switch_screens.Reopen()],
    switch_screens.Enter: [switch_screens.Enter(access=access) for access in reversed(Access)],
    switch_screens.Narrow: [switch_screens.Narrow(access=access) for access in reversed(Access)],
    switch_screens.Close: [switch_screens.Close()],
    switch_screens.Services: [switch_screens.Services(page=1)],
    switch_screens.Block: [switch_screens.Block(service="telegram")],
    switch_screens.Allow: [switch_screens.Allow(service="telegram")],
    operator_doors.DeedsOf: [operator_doors.DeedsOf(), operator_doors.DeedsOf(page=1)],
    operator_doors.Guests: [operator_doors.Guests()],
    guest_screens.OneGuest: [guest_screens.OneGuest(id=_SOMEBODY)],
    guest_screens.Judge: [
        guest_screens.Judge(id=_SOMEBODY, verdict=verdict) for verdict in guest_screens.Verdict
    ],
    guest_screens.Limits: [guest_screens.Limits(id=_SOMEBODY)],
    guest_screens.Cap: [guest_screens.Cap(id=_SOMEBODY, cap=cap) for cap in guest_screens.Caps],
    guest_screens.SetCap: [
        guest_screens.SetCap(id=_SOMEBODY, cap=cap, value=value)
        for cap in guest_screens.Caps
        for value in ("0", "5", "")
    ],
    operator_doors.Invitations: [operator_doors.Invitations()],
    invitations.Invite: [invitations.Invite()],
    invitations.Revoke: [invitations.Revoke(), invitations.Revoke(sure=True)],
    operator_doors.BackUp: [operator_doors.BackUp(), operator_doors.BackUp(sure=True)],
    operator_doors.Notices: [operator_doors.Notices()],
    alerts.Home: [alerts.Home()],
    operator_doors.Broadcasts: [operator_doors.Broadcasts(), operator_doors.Broadcasts(page=1)],
    broadcast_screens.Draft: [broadcast_screens.Draft(id=_ID)],
    broadcast_screens.Languages: [broadcast_screens.Languages(id=_ID)],
    broadcast_screens.Aim: [broadcast_screens.Aim(id=_ID, what=each) for each in Segment],
    broadcast_screens.Try: [broadcast_screens.Try(id=_ID)],
    broadcast_screens.Send: [broadcast_screens.Send(id=_ID)],
    broadcast_screens.Go: [broadcast_screens.Go(id=_ID)],
    broadcast_screens.One: [broadcast_screens.One(id=_ID)],
    broadcast_progress.Steer: [broadcast_progress.Steer(what=each, id=_ID) for each in broadcast_progress.Do],
}
