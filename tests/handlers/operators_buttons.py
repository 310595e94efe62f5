"""Buttons that only operators have; in anybody else's hands, and in groups, they are buttons of no flow."""

from aiogram.filters.callback_data import CallbackData

from handlers import alerts, broadcast_progress, broadcast_screens, operator_doors
from storage.audiences import Segment

_ID = "x" * 11

OPERATING: dict[type[CallbackData], list[CallbackData]] = {
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
